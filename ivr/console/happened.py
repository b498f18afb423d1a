"""What happened on a ticket, day by day, as one timeline: lines, calls that open into their turns,
messages that open into what they say.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any

from ivr.console import words
from ivr.console.tongue import say
from ivr.services.paging import legs
from ivr.services.tickets.happenings import Leaf
from ivr.services.tickets.timeline import Kind

Record = dict[str, Any]

GOOD = {Kind.ACCEPTED, Kind.JOINED, Kind.CALLED_BACK, Kind.RESOLVED}
BAD = {
    Kind.LEVEL_EMPTY,
    Kind.PASSED_OVER,
    Kind.ESCALATED,
    Kind.WARNED,
    Kind.MISSED,
    Kind.LEVEL,
    Kind.OWED,
    Kind.REOPENED_PAGE,
    Kind.MAILED,
    Kind.NOT_SENT,
    Kind.BOUNCED,
    Kind.FILES_LEFT,
    Kind.RECORDING_MISSING,
    Kind.LIFELINE,
}
ALARMS = {"escalated", "missed"}
"""Mails that say that something goes wrong."""


@dataclass(frozen=True)
class Line:
    """One line of the timeline."""

    id: str
    at: str
    tone: str
    sentence: str = ""
    quote: str | None = None
    lang: str | None = None
    recording: Record | None = None
    files: list[Record] = field(default_factory=list)
    quoted: str | None = None
    """What a mail answers, as it came with it."""
    stranger: bool = False
    """Said by somebody who has nothing to do with the ticket, as far as we know."""
    mail: int | None = None
    """The mail that it came by."""
    rings: list[Record] = field(default_factory=list)
    """Who was rung, of a summons."""
    call: Record | None = None
    steps: list[Record] = field(default_factory=list)
    """What happened on the call, in its order."""
    message: Record | None = None


@dataclass(frozen=True)
class Day:
    key: str
    name: str
    lines: list[Line]


def files(record: Record) -> dict[int | None, list[Record]]:
    """By the line that they came with; None: with the ticket."""
    found = defaultdict[int | None, list[Record]](list)
    for one in record["attachments"]:
        found[one["entry"]].append(one)
    return found


def days(record: Record, leaf: Leaf, zone: str) -> list[Day]:
    lines = sorted(
        (*_calls(record, leaf), *_entries(record), *_messages(record)),
        key=lambda one: (one.at, one.tone != Kind.OPENED),
    )  # of the same moment, a call comes before what happened on it
    return [
        Day(date.isoformat(), words.day(date), list(those))
        for date, those in groupby(lines, lambda one: words.local(one.at, zone).date())
    ]


# Lines --------------------------------------------------------------------------------------------


def _entries(record: Record) -> Iterator[Line]:
    """What is told by another line is left out: that the customer called, by the call itself; a
    transcript, with its recording; that a mail went out, by the mail.
    """
    came = files(record)
    recordings = {one["sid"]: one for one in record["recordings"]}
    called = {one["id"] for one in record["calls"]}
    summons = {one["opened_at"]: one["legs"] for one in record["pages"]}
    mailed = {(one["written_at"], one["to"]) for one in record["messages"]}
    for one in record["entries"]:
        kind, data = one["kind"], one["data"]
        if (
            (kind == Kind.CALLED and one["call"] in called)
            or (kind == Kind.TRANSCRIPT and data.get("sid") in recordings)
            or (kind == Kind.MAILED and (one["at"], data.get("to")) in mailed)
        ):
            continue
        rings = summons.get(one["at"], []) if one["kind"] == Kind.PAGED else []
        yield _line(one, recordings, came[one["id"]], rings)


def _line(
    entry: Record, recordings: dict[str, Record], came: list[Record], rings: list[Record]
) -> Line:
    """What somebody wrote or said stands apart."""
    data = entry["data"]
    sid = data.get("sid") if entry["kind"] == Kind.RECORDING else None
    return Line(
        id=f"entry-{entry['id']}",
        at=entry["at"],
        tone=_tone(entry),
        sentence=entry["headline"],
        quote=data.get("text"),
        lang=words.tongue(entry["language"]),
        recording=recordings.get(sid) if sid else None,
        files=came,
        quoted=data.get("quoted"),
        stranger=data.get("known") is False,
        mail=data.get("mail"),
        rings=rings,
    )


def _tone(entry: Record) -> str:
    kind = str(entry["kind"])
    if kind == Kind.MAILED and entry["data"].get("letter") not in ALARMS:
        return "mail"
    return "good" if kind in GOOD else "bad" if kind in BAD else kind


# Messages -----------------------------------------------------------------------------------------


def _messages(record: Record) -> Iterator[Line]:
    alarms = {
        (one["at"], one["data"].get("to"))
        for one in record["entries"]
        if one["kind"] == Kind.MAILED and one["data"].get("letter") in ALARMS
    }
    for one in record["messages"]:
        alarming = one["state"] == "dead" or (one["written_at"], one["to"]) in alarms
        tone = "bad" if alarming else "mail"
        yield Line(f"message-{one['id']}", one["written_at"], tone, message=one)


# Calls --------------------------------------------------------------------------------------------


def _calls(record: Record, leaf: Leaf) -> Iterator[Line]:
    """A call of ours to a technician is told with the caller's, where there is one."""
    by_sid = {one["sid"]: one for one in record["calls"]}
    pages = defaultdict[int | None, list[Record]](list)
    for page in record["pages"]:
        pages[page["call"]].append(page)
    within = {
        leg["sid"] for call in record["calls"] for page in pages[call["id"]] for leg in page["legs"]
    }
    rung = {leg["sid"]: leg["technician"] for page in record["pages"] for leg in page["legs"]}
    for one in record["calls"]:
        began = datetime.fromisoformat(one["started_at"])
        if one["sid"] in within or not leaf.holds(began):
            continue
        rings = [leg for page in pages[one["id"]] for leg in page["legs"]]
        call = one | {"rung": rung.get(one["sid"])}
        yield Line(
            f"call-{one['sid']}", one["started_at"], "called", call=call,
            steps=_steps(one, rings, by_sid),
        )  # fmt: skip


def _steps(call: Record, rings: list[Record], by_sid: dict[str, Record]) -> list[Record]:
    """What was asked and keyed, who was rung, who answered and what they pressed, by the clock."""
    told = [{**turn, "who": None} for turn in words.turns(call)]
    for leg in rings:
        told += _of_ring(leg, by_sid.get(leg["sid"] or ""))
    if call["ended_at"]:
        told.append(_step(call["ended_at"], None, say("call.over")))
    return sorted(told, key=lambda one: str(one["at"]))


def _of_ring(leg: Record, call: Record | None) -> Iterator[Record]:
    """Whoever called us by themselves was not rung."""
    who = leg["technician"]
    if leg["placed_at"] and leg["cause"] != legs.DIALLED_IN:
        yield _step(leg["placed_at"], who, say("call.rung", level=leg["level"]))
    if call:
        yield from ({**turn, "who": who} for turn in words.turns(call))
    elif leg["answered_at"]:
        yield _step(leg["answered_at"], who, say("call.picked_up"))
    if leg["ended_at"] and (leg["placed_at"] or call):
        yield _step(leg["ended_at"], who, words.ring(leg))


def _step(at: str, who: str | None, told: str) -> Record:
    return {"at": at, "who": who, "question": told, "heard": "", "times": 1, "until": at}
