"""Who has a ticket at this moment, as staff read it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ivr.console import words
from ivr.console.tongue import say
from ivr.services.paging import paging

Record = dict[str, Any]


@dataclass(frozen=True)
class Standing:
    tone: str
    """alarm, owed, held, over or quiet"""
    head: str
    details: list[str]


def live_page(record: Record) -> Record | None:
    """That somebody is to take over changes nothing yet."""
    live = [one for one in record["pages"] if one["state"] in paging.LIVE]
    return next((one for one in live if not relieves(one)), None)


def relieves(page: Record) -> bool:
    """Whether it is only of one who is to take a conversation over."""
    return bool(page["takes_over"] and page["calls_back"])


def on_line(record: Record) -> list[Record]:
    """Callers who are on the line now; none of us on the staff line."""
    theirs = [one for one in record["calls"] if one["technician"] is None]
    return [one for one in theirs if one["direction"] == "inbound" and one["ended_at"] is None]


def standing(record: Record, now: datetime, zone: str) -> Standing:
    page = live_page(record)
    told = _summons(page, now, zone) if page else _quiet(record, zone)
    callers = [
        say(
            "standing.caller",
            who=call["contact"] or call["number"],
            doing=words.whereabouts(call),
            age=words.age(call["started_at"], now),
        )
        for call in on_line(record)
    ]
    coming = [
        say("standing.takes_over", who=one["accepted_by"])
        for one in record["pages"]
        if relieves(one) and one["state"] in paging.LIVE
    ]
    return Standing(told.tone, told.head, told.details + callers + coming)


def _summons(page: Record, now: datetime, zone: str) -> Standing:
    """The page is live: somebody is needed, or owes the caller a conversation."""
    if page["state"] == "owed":
        since = words.time_of_day(page["accepted_at"], zone)
        head = say("standing.has_it", who=page["accepted_by"])
        return Standing("owed", head, [say("standing.owed", time=since)])
    for_ = say("standing.summoned", age=words.age(page["opened_at"], now))
    return Standing("alarm", say("standing.nobody"), [whom_we_ring(page, zone), for_])


def whom_we_ring(page: Record, zone: str) -> str:
    level = page["level"]
    if page["mail"]:
        again = words.time_of_day(page["due_at"], zone)
        return say("standing.mailed", to=page["mail"], level=level, time=again)
    live = [one for one in page["legs"] if one["state"] != "ended"]
    names = [one["technician"] for one in live if one["state"] != "waiting"]
    waits = [one["technician"] for one in live if one["technician"] not in names]
    if names:
        return say("standing.ringing", names=_names(names), level=level)
    if waits:
        return say("standing.next", names=_names(waits), level=level)
    return say("standing.between", level=level)


def _names(those: list[str]) -> str:
    return words.listed(dict.fromkeys(those))


def _quiet(record: Record, zone: str) -> Standing:
    """Nobody is summoned."""
    if record["status"] in {"resolved", "closed"}:
        since = words.minute(record["resolved_at"], zone)
        return Standing("over", say(f"ticket.is_{record['status']}"), [since] if since else [])
    pages = [one for one in record["pages"] if not one["calls_back"]]
    last = pages[-1] if pages else None
    if last and last["accepted_by"]:
        since = words.minute(last["accepted_at"], zone)
        head = say("standing.has_it", who=last["accepted_by"])
        return Standing("held", head, [say("standing.since", time=since)])
    if record["assignee"] or record["team"]:
        return Standing(
            "held", say("standing.has_it", who=record["assignee"] or record["team"]), []
        )
    if record["canary"]:
        return Standing("quiet", say("standing.canary"), [])
    response = record["clocks"]["response"]
    if response["met_at"]:
        met = words.minute(response["met_at"], zone)
        return Standing("quiet", say("standing.answered"), [met])
    due = words.minute(response["ends_at"], zone)
    return Standing("quiet", say("standing.nobody_rung"), [say("standing.due", time=due)])
