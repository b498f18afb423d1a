"""The tables of the reports by week or month, each beneath its drawing."""

from ivr.console import charts
from ivr.console.charts import Column, Piece
from ivr.console.report_cells import Cell, Row, Table, count, part, parts, percent, share, time
from ivr.console.report_links import Links
from ivr.console.tongue import number, say
from ivr.console.words import span
from ivr.services.reports import facts, report
from ivr.services.reports.facts import ANSWER, CALL, OPENED, PAUSED, RESOLUTION, RESPONSE
from ivr.services.reports.report import Report


def promise(told: Report, links: Links, kind: str) -> Table:
    kept = told.promises[kind]

    def counts(key: str) -> list[Cell]:
        return [count(one[key], links.behind(kind, key, at)) for at, one in kept.parts.items()]

    rows = [
        Row(say("reports.met"), counts("met"), "met"),
        Row(say("reports.missed"), counts("missed"), "missed"),
        Row(say("reports.kept"), [share(report.kept(one)) for one in kept.parts.values()]),
    ]
    if kind == RESPONSE:
        opened = [
            count(one.total(), links.behind(OPENED, "", at)) for at, one in told.opened.items()
        ]
        rows.append(Row(say("reports.opened_row"), opened))
    if kind == RESOLUTION:
        waits = [count(many, links.behind(PAUSED, "", at)) for at, many in told.paused.items()]
        rows.append(Row(say("reports.paused"), waits))
    columns = [
        Column(
            say("reports.promise_of", part=part(told, at), met=number(one["met"]),
                missed=number(one["missed"])),
            links.behind(kind, "missed" if one["missed"] else "met", at),
            [Piece("met", one["met"]), Piece("missed", one["missed"])],
        )
        for at, one in kept.parts.items()
    ]  # fmt: skip
    return Table(kind, say(f"reports.{kind}"), parts(told), rows, charts.columns(columns))


def waits(told: Report, links: Links) -> Table:
    each = told.waits.items()
    rows = [
        Row(say("reports.within", percent=percent(one)), [time(w.at.get(one)) for _, w in each],
            f"p{one}")
        for one in report.PERCENTILES
    ]  # fmt: skip
    rows += [
        Row(say("reports.longest"), [time(one.longest) for _, one in each]),
        Row(say("reports.answered"), [
            count(one.count, links.behind(ANSWER, "answered", at)) for at, one in each]),
        Row(say("reports.unanswered"), [
            count(one.unanswered, links.behind(ANSWER, "unanswered", at)) for at, one in each]),
    ]  # fmt: skip
    columns = []
    for at, one in each:
        middle, ninety, most = (one.at.get(percent, 0) for percent in report.PERCENTILES)
        pieces = [Piece("p50", middle), Piece("p90", ninety - middle), Piece("p95", most - ninety)]
        title = say("reports.waits_of", part=part(told, at), middle=span(middle),
                    ninety=span(ninety), count=one.count)  # fmt: skip
        columns.append(Column(title, links.behind(ANSWER, "answered", at), pieces))
    return Table("waits", say("reports.waits"), parts(told), rows, charts.columns(columns))


def calls(told: Report, links: Links) -> Table:
    drawn = {"answered": "met", "abandoned": "missed"}
    keys = [key for key in facts.KEYS[CALL] if told.called[key] or key in drawn]
    rows = [
        Row(say(f"reports.call_{key}"),
            [count(one[key], links.behind(CALL, key, at)) for at, one in told.calls.items()],
            drawn.get(key, "other"))
        for key in keys
    ]  # fmt: skip
    columns = [
        Column(
            say("reports.calls_of", part=part(told, at), all=number(one.total()),
                answered=number(one["answered"]), abandoned=number(one["abandoned"])),
            links.behind(CALL, "abandoned" if one["abandoned"] else "answered", at),
            [
                Piece("met", one["answered"]),
                Piece("other", one.total() - one["answered"] - one["abandoned"]),
                Piece("missed", one["abandoned"]),
            ],
        )
        for at, one in told.calls.items()
    ]  # fmt: skip
    return Table("calls", say("reports.calls"), parts(told), rows, charts.columns(columns))
