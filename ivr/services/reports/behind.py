"""What is behind a figure: the tickets, or the calls, that it counts, the newest day first; paged
by key, so that the last page costs no more than the first.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from ivr.models import Call, Customer, Fact, Technician, Ticket
from ivr.services.reports import facts
from ivr.services.reports.figures import Asked

A_PAGE = 50


@dataclass(frozen=True)
class Wanted:
    """Which of the facts of a figure."""

    figure: str
    key: str = ""
    severity: str = ""
    level: int | None = None
    technician: int | None = None
    hour: int | None = None
    no_team: bool = False


@dataclass(frozen=True)
class Line:
    day: date
    key: str
    ticket: str | None
    title: str | None
    severity: str | None
    customer: str | None
    technician: str | None
    level: int | None
    seconds: int | None
    called_at: datetime | None
    number: str | None


COLUMNS: list[Any] = [
    *(Fact.id, Fact.day, Fact.key, Ticket.number, Ticket.title, Ticket.severity, Customer.name),
    *(Technician.name, Fact.level, Fact.seconds, Call.started_at, Call.number),
]
"""What a line is made of, after the key by which the pages go on."""


def page(db: Session, asked: Asked, wanted: Wanted, before: str) -> tuple[list[Line], str]:
    """A page, and where the next one begins; nothing where there is none."""
    query = (
        select(*COLUMNS)
        .outerjoin(Ticket, Ticket.id == Fact.ticket_id)
        .outerjoin(Customer, Customer.id == Fact.customer_id)
        .outerjoin(Technician, Technician.id == Fact.technician_id)
        .outerjoin(Call, Call.id == Fact.call_id)
        .where(*_those(asked, wanted))
    )
    day, _, id_ = before.partition("_")
    if id_.isdigit() and (at := _date(day)):
        query = query.where(or_(Fact.day < at, and_(Fact.day == at, Fact.id < int(id_))))
        query = query.where(Fact.day <= at)
    rows = db.execute(query.order_by(Fact.day.desc(), Fact.id.desc()).limit(A_PAGE + 1)).all()
    lines = [Line(*row[1:]) for row in rows[:A_PAGE]]
    more = f"{lines[-1].day}_{rows[A_PAGE - 1][0]}" if len(rows) > A_PAGE else ""
    return lines, more


def _date(given: str) -> date | None:
    try:
        return date.fromisoformat(given)
    except ValueError:
        return None


def _those(asked: Asked, wanted: Wanted) -> list[ColumnElement[bool]]:
    period, keys = asked.period, facts.KEYS[wanted.figure]
    found = [Fact.what == wanted.figure]
    if wanted.key or (len(keys) == 1 and wanted.figure != facts.REPEAT):
        found.append(Fact.key == (wanted.key or keys[0]))
    if wanted.hour is None:
        found.append(Fact.day.between(period.first, period.last))
    else:
        weekday, days = wanted.hour // 24, period.days()
        found += [
            Fact.hour == wanted.hour,
            Fact.day.in_([d for d in days if d.weekday() == weekday]),
        ]
    if asked.customer:
        found.append(Fact.customer_id == asked.customer)
    if asked.team or wanted.no_team:
        found.append(Fact.team_id == asked.team)
    if wanted.severity:
        found.append(Fact.severity == wanted.severity)
    if wanted.level:
        found.append(Fact.level == wanted.level)
    if wanted.technician:
        found.append(Fact.technician_id == wanted.technician)
    return found
