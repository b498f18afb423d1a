"""All tables of the reports, in the words of whoever reads them: what stands beneath each drawing,
and is taken away as a file.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ivr.console import charts
from ivr.console.charts import Piece
from ivr.console.report_cells import Cell, Row, Table, count, share
from ivr.console.report_links import Links
from ivr.console.report_times import calls, promise, waits
from ivr.console.tongue import language, listing, say
from ivr.services import vocabulary
from ivr.services.reports import facts, report
from ivr.services.reports.facts import CALL, FEEDBACK, NIGHT, PAGE, RESOLUTION, RESPONSE, RING
from ivr.services.reports.report import Counts, Report


def of(told: Report, links: Links) -> dict[str, Table]:
    made = [
        promise(told, links, RESPONSE),
        promise(told, links, RESOLUTION),
        _kept_by(told, links, "severities"),
        _kept_by(told, links, "teams"),
        _kept_by(told, links, "customers"),
        waits(told, links),
        _pages(told, links),
        calls(told, links),
        _hours(told, links),
        _load(told, links),
        _repeats(told, links),
        _feedback(told, links),
    ]
    return {one.name: one for one in made}


def _hours(told: Report, links: Links) -> Table:
    strong = charts.heat(told.heat)
    rows = []
    for weekday, name in enumerate(listing("frame.whole_weekdays")):
        hours = range(weekday * 24, weekday * 24 + 24)
        counts = [(one, count(told.heat[one], links.behind(CALL, hour=one))) for one in hours]
        rows.append(Row(name, [replace(cell, strength=strong.get(one, 0)) for one, cell in counts]))
    head = [say("reports.weekday"), *map(str, range(24))]
    return Table("hours", say("reports.hours"), head, rows)


# By whatever else ---------------------------------------------------------------------------------


def _kept_by(told: Report, links: Links, by: str) -> Table:
    """Both promises, by severity, team or customer."""
    both = [(kind, getattr(told.promises[kind], by)) for kind in (RESPONSE, RESOLUTION)]
    rows = []
    for who, name, here, filters in WHOSE[by](told, links, both):
        cells = list[Cell]()
        for kind, counts in both:
            one = counts.get(who, Counts())
            cells += [
                *(count(one[key], links.behind(kind, key, **filters)) for key in ("met", "missed")),
                share(report.kept(one)),
            ]
        rows.append(Row(name, cells, url=here))
    words = [say(f"reports.{one}") for one in ("met", "missed", "kept")]
    head = [say(f"reports.{by}_one"), *(
        say("reports.of_kind", kind=say(f"reports.{kind}_one"), word=word)
        for kind, _ in both for word in words)]  # fmt: skip
    return Table(by, say(f"reports.by_{by}"), head, rows)


Both = Sequence[tuple[str, Mapping[Any, Counts]]]
Whose = Iterator[tuple[Any, str, str, dict[str, Any]]]
"""Whose it is, their name, where the name leads, and the filter of what is behind the figures."""


def _severities(_told: Report, _links: Links, _both: Both) -> Whose:
    for one in report.SEVERITIES:
        yield one, severity(one), "", {"severity": one}


def _teams(told: Report, links: Links, both: Both) -> Whose:
    there = {id_ for _, counts in both for id_ in counts}
    for id_, name in told.names["teams"].items():
        if id_ in there:
            yield id_, name, links.here(team=id_), {"team": id_}
    if None in there:
        yield None, say("reports.no_team"), "", {"team": "none"}


def _customers(told: Report, links: Links, _both: Both) -> Whose:
    """Those with the most misses."""
    for id_ in told.worst:
        name = told.names["customers"].get(id_)
        if name:
            yield id_, name, links.here(customer=name), {"customer": name}


WHOSE: dict[str, Callable[[Report, Links, Both], Whose]] = {
    "severities": _severities,
    "teams": _teams,
    "customers": _customers,
}


def severity(word: str) -> str:
    return vocabulary.word(language(), "severity", word)


def _pages(told: Report, links: Links) -> Table:
    keys = ("answered", "closed", "open")
    drawn = {"answered": "met", "closed": "missed", "open": "other"}
    most = max((one.total() for one in told.pages.values()), default=0)
    rows = []
    for level, one in told.pages.items():
        cells = [count(one[key], links.behind(PAGE, key, level=level)) for key in keys]
        pieces = [Piece(drawn[key], one[key]) for key in keys]
        name = say("reports.level", level=level)
        rows.append(Row(name, cells, boxes=charts.bar(pieces, most, name)))
    head = [say("reports.level_one"), *(say(f"reports.page_{key}") for key in keys)]
    return Table("pages", say("reports.pages"), head, rows)


def _load(told: Report, links: Links) -> Table:
    most = max((one.rings for one in told.load.values()), default=0)
    rows = []
    for id_, one in told.load.items():
        name = told.names["technicians"].get(id_, "?")
        cells = [
            count(one.rings, links.behind(RING, technician=id_)),
            count(one.accepted, links.behind(RING, "accepted", technician=id_)),
            count(one.night, links.behind(NIGHT, technician=id_)),
        ]
        pieces = [Piece("night", one.night), Piece("day", one.rings - one.night)]
        rows.append(Row(name, cells, boxes=charts.bar(pieces, most, name)))
    head = [say(f"reports.{one}") for one in ("technician", "rings", "accepted", "at_night")]
    return Table("load", say("reports.load"), head, rows)


def _repeats(told: Report, links: Links) -> Table:
    rows = [
        Row(one.customer, [
            Cell(one.title, one.title),
            Cell(one.number, one.number),
            count(one.count, links.behind(facts.REPEAT, str(one.first_id))),
        ])
        for one in told.repeats
    ]  # fmt: skip
    head = [say(f"reports.{one}") for one in ("customers_one", "problem", "first_ticket", "times")]
    return Table("repeats", say("reports.repeats"), head, rows)


def _feedback(told: Report, links: Links) -> Table:
    most = max(told.feedback.values(), default=0)
    all_ = told.feedback.total()
    rows = []
    for score in facts.KEYS[FEEDBACK]:
        many = told.feedback[score]
        name = say("reports.score", score=score)
        cells = [count(many, links.behind(FEEDBACK, score)), share(report.share(many, all_))]
        rows.append(Row(name, cells, boxes=charts.bar([Piece("day", many)], most, name)))
    head = [say(f"reports.{one}") for one in ("score_one", "answers", "share")]
    return Table("feedback", say("reports.feedback"), head, rows)
