"""The reports: figures of a period, each with its drawing and its table, the tickets behind each,
and all of it as files.
"""

from collections import Counter
from functools import partial
from typing import Any

from flask import Response, abort, request
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ivr import clock
from ivr.console import csv_file, report_tables, report_words
from ivr.console.door import console, page
from ivr.console.forms import LONGEST_LINE, row
from ivr.console.guard import needs
from ivr.console.report_links import Links
from ivr.console.staff import staff
from ivr.console.tongue import number
from ivr.database import reading, transaction
from ivr.models import Act, Customer, Team, Technician
from ivr.services import audit
from ivr.services.reports import behind, facts, figures, periods, report
from ivr.services.reports.behind import Wanted
from ivr.services.reports.counted import zone
from ivr.services.reports.figures import Asked
from ivr.services.reports.report import Report
from ivr.services.settings import house
from ivr.services.staff.roles import May


def _asked(db: Session) -> tuple[Asked, dict[str, Any]]:
    """What the URL asks for, and what the page shows of it."""
    args = request.args
    today = clock.now().astimezone(zone(db)).date()
    period = periods.given(args.get("period", ""), args.get("from", ""), args.get("to", ""), today)
    name = args.get("customer", "").strip()[:LONGEST_LINE]
    same = func.lower(Customer.name) == name.lower()
    customer = db.scalar(select(Customer).where(same).limit(1)) if name else None
    team = db.get(Team, id_) if (id_ := args.get("team", type=row)) else None
    standing = figures.standing(db)
    asked = Asked(period, team.id if team else None, customer.id if customer else None,
                  standing.summed)  # fmt: skip
    told = {
        "asked": asked,
        "team": team,
        "customer": customer,
        "unknown": name if name and customer is None else "",
        "standing": standing,
        "today": today,
        "last_month": f"{today.replace(day=1) - periods.A_DAY:%Y-%m}",
        "links": Links(period, team, customer),
    }
    return asked, told


def _report(db: Session) -> tuple[Report, dict[str, Any]]:
    asked, told = _asked(db)
    return report.of(db, asked, told["standing"]), told


@console.get("/reports")
@needs(May.SEE_REPORTS)
def reports() -> Response:
    with reading() as db:
        found, told = _report(db)
        opened = sum(found.opened.values(), Counter())
        return page(
            db,
            "reports.html",
            report=found,
            tables=report_tables.of(found, told["links"]),
            opened=opened,
            opened_words={one: number(opened[one]) for one in report.SEVERITIES},
            average=report.average(found.feedback),
            periods=periods,
            **told,
        )


@console.get("/reports/<figure>/tickets")
@needs(May.SEE_REPORTS)
def behind_a_figure(figure: str) -> Response:
    """The tickets, or calls, that a figure counts."""
    if figure not in facts.KEYS:
        abort(404)
    with reading() as db:
        asked, told = _asked(db)
        wanted = Wanted(figure, _key(figure), **_more())
        found, more = behind.page(db, asked, wanted, request.args.get("before", ""))
        return page(
            db,
            "report_tickets.html",
            figure=figure,
            wanted=wanted,
            narrowed=_narrowed(db, wanted, told),
            how=partial(report_words.how, figure),
            kept=request.args.to_dict(),
            found=found,
            more=more,
            **told,
        )


def _narrowed(db: Session, wanted: Wanted, told: dict[str, Any]) -> list[str]:
    """What else of the figure is shown, in words."""
    person = db.get(Technician, wanted.technician) if wanted.technician else None
    of = [one.name for one in (told["team"], told["customer"], person) if one]
    return of + report_words.narrowed(wanted)


def _key(figure: str) -> str:
    given = request.args.get("key", "")
    return given if figure == facts.REPEAT or given in facts.KEYS[figure] else ""


def _more() -> dict[str, Any]:
    return {
        "severity": request.args.get("severity", ""),
        "level": request.args.get("level", type=row),
        "technician": request.args.get("technician", type=row),
        "hour": request.args.get("hour", type=int),
        "no_team": request.args.get("team") == "none",
    }


@console.get("/reports/<table>.csv")
@needs(May.EXPORT)
def report_file(table: str) -> Response:
    """A table as a file; whoever takes it away is written down."""
    with reading() as db:
        found, told = _report(db)
        made = report_tables.of(found, told["links"]).get(table)
        if made is None:
            abort(404)
        head, rows = made.as_rows()
    period = found.asked.period
    span = f"{period.first}_{period.last}"
    with transaction() as db:
        about = {"table": table, "first": str(period.first), "last": str(period.last)}
        by = staff().name or house.ANYBODY
        audit.write(db, clock.now(), by, Act.TOOK, f"report-{table}", audit.Kind.REPORT, **about)
    return csv_file.answer(f"{table}_{span}", head, rows)
