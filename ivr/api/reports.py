"""The figures of a period, read by programs."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from ivr.api import named, sent
from ivr.api.operations import Ask, reads
from ivr.api.report_shapes import (
    CountsIn,
    KeptIn,
    KeptOf,
    Load,
    PagesOf,
    Promise,
    Repeat,
    Report,
    Waits,
    WaitsIn,
)
from ivr.services.reports import figures, periods, report
from ivr.services.reports.counted import zone
from ivr.services.reports.facts import RESOLUTION, RESPONSE
from ivr.services.reports.figures import Asked
from ivr.services.reports.periods import Period
from ivr.services.staff.tokens import Scope

A_DAY = 24
"""Hours."""


@reads(
    "/reports",
    Scope.REPORTS_READ,
    "Read the figures of a period",
    takes=sent.ReportQuery,
    tells=Report,
)
def read_report(ask: Ask) -> Report:
    asked: sent.ReportQuery = ask.given
    standing = figures.standing(ask.db)
    team, customer = named.team(ask.db, asked.team), named.customer(ask.db, asked.customer)
    of = Asked(_period(ask), team, customer, standing.summed)
    return _told(report.of(ask.db, of, standing))


def _period(ask: Ask) -> Period:
    first, last = (str(one) if one else "" for one in (ask.given.since, ask.given.until))
    today = ask.now.astimezone(zone(ask.db)).date()
    if not first and not last:
        return periods.named(periods.DEFAULT, today)
    try:
        return periods.of_days(first, last, today)
    except ValueError as error:
        raise named.unknown("period") from error


def _told(found: report.Report) -> Report:
    period, standing, people = found.asked.period, found.standing, found.names["technicians"]
    return Report(
        period.first,
        period.last,
        "week" if period.by_week else "month",
        standing.as_of,
        standing.behind,
        _counts(found.opened),
        _promise(found, RESPONSE),
        _promise(found, RESOLUTION),
        Waits(**_waits(found.wait)),
        [WaitsIn(**_waits(one), begins=at) for at, one in found.waits.items()],
        [
            PagesOf(level, one["answered"], one["closed"], one["open"])
            for level, one in found.pages.items()
        ],
        _counts(found.calls),
        [[found.heat[day * A_DAY + hour] for hour in range(A_DAY)] for day in range(7)],
        [
            Load(people[id_], one.rings, one.accepted, one.night)
            for id_, one in found.load.items()
            if id_ in people
        ],
        dict(found.feedback),
        report.average(found.feedback),
        [Repeat(one.customer, one.number, one.title, one.count) for one in found.repeats],
        found.repeated,
    )


def _promise(found: report.Report, kind: str) -> Promise:
    of, teams, customers = found.promises[kind], found.names["teams"], found.names["customers"]
    return Promise(
        **_kept(of.all),
        parts=[KeptIn(**_kept(one), begins=at) for at, one in of.parts.items()],
        severities=_by(of.severities, of.severities, str),
        teams=_by(of.teams, of.teams, teams.get),
        customers=_by(
            of.customers,
            [id_ for id_ in found.worst if id_ in of.customers and id_ in customers],
            customers.get,
        ),
    )


def _by(
    counts: Mapping[Any, report.Counts], order: Iterable[Any], name: Callable[[Any], str | None]
) -> list[KeptOf]:
    return [KeptOf(**_kept(counts[one]), name=name(one)) for one in order]


def _kept(counts: report.Counts) -> dict[str, Any]:
    return {"met": counts["met"], "missed": counts["missed"], "share": report.kept(counts)}


def _waits(one: report.Waits) -> dict[str, Any]:
    median, ninety, most = (one.at.get(percent) for percent in report.PERCENTILES)
    return {
        "answered": one.count,
        "unanswered": one.unanswered,
        "median": median,
        "within_90": ninety,
        "within_95": most,
        "longest": one.longest,
    }


def _counts(parts: Mapping[date, report.Counts]) -> list[CountsIn]:
    return [CountsIn(at, {key: many for key, many in one.items() if many})
            for at, one in parts.items()]  # fmt: skip
