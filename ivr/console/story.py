"""One ticket as staff read it: who has it now, and what happened, day by day."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any

from ivr.console import words
from ivr.services import paging
from ivr.services.timeline import Kind

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
class Standing:
    """Who has the ticket at this moment."""

    tone: str
    """alarm, owed, held, over or quiet"""
    head: str
    details: list[str]


@dataclass(frozen=True)
class Line:
    """One line of the timeline."""

    id: int
    at: str
    tone: str
    sentence: str
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


@dataclass(frozen=True)
class Day:
    key: str
    name: str
    lines: list[Line] = field(default_factory=list)


# Who has it ---------------------------------------------------------------------------------------


def live_page(record: Record) -> Record | None:
    return next((one for one in record["pages"] if one["state"] in paging.LIVE), None)


def on_line(record: Record) -> list[Record]:
    """Callers who are on the line now; none of us on the staff line."""
    theirs = [one for one in record["calls"] if one["technician"] is None]
    return [one for one in theirs if one["direction"] == "inbound" and one["ended_at"] is None]


def standing(record: Record, now: datetime, zone: str) -> Standing:
    page = live_page(record)
    told = _summons(page, now, zone) if page else _quiet(record, zone)
    callers = [
        f"{call['contact'] or call['number']} is {words.PLACES.get(call['place'], 'on the line')},"
        f" on the line for {words.age(call['started_at'], now)}."
        for call in on_line(record)
    ]
    return Standing(told.tone, told.head, told.details + callers)


def _summons(page: Record, now: datetime, zone: str) -> Standing:
    """The page is live: somebody is needed, or owes the caller a conversation."""
    if page["state"] == "owed":
        since = words.time_of_day(page["accepted_at"], zone)
        told = [f"Accepted at {since}, and has not talked to the caller yet."]
        return Standing("owed", f"{page['accepted_by']} has it.", told)
    for_ = f"Summoned for {words.age(page['opened_at'], now)}."
    return Standing("alarm", "Nobody has it yet.", [whom_we_ring(page, zone), for_])


def whom_we_ring(page: Record, zone: str) -> str:
    level = f"level {page['level']}"
    if page["mail"]:
        again = words.time_of_day(page["due_at"], zone)
        return f"Mail goes to {page['mail']} ({level}), the next one at {again}."
    live = [one for one in page["legs"] if one["state"] != "ended"]
    names = [one["technician"] for one in live if one["state"] != "waiting"]
    waits = [one["technician"] for one in live if one["technician"] not in names]
    if names:
        return f"Ringing {_names(names)} ({level})."
    if waits:
        return f"Next in line for {_names(waits)}, who is on the phone for another one ({level})."
    return f"Between two rings ({level})."


def _names(those: list[str]) -> str:
    return " and ".join(dict.fromkeys(those))


def _quiet(record: Record, zone: str) -> Standing:
    """Nobody is summoned."""
    if record["status"] in {"resolved", "closed"}:
        since = words.minute(record["resolved_at"], zone)
        return Standing("over", record["status"].capitalize(), [since] if since else [])
    pages = [one for one in record["pages"] if not one["calls_back"]]
    last = pages[-1] if pages else None
    if last and last["accepted_by"]:
        since = words.minute(last["accepted_at"], zone)
        return Standing("held", f"{last['accepted_by']} has it.", [f"Since {since}."])
    if record["assignee"] or record["team"]:
        return Standing("held", f"{record['assignee'] or record['team']} has it.", [])
    if record["canary"]:
        return Standing("quiet", "Nothing is promised for it.", [])
    response = record["clocks"]["response"]
    if response["met_at"]:
        return Standing("quiet", "Answered.", [words.minute(response["met_at"], zone)])
    due = words.minute(response["ends_at"], zone)
    return Standing("quiet", "Nobody is rung for it.", [f"An answer is due by {due}."])


# What happened ------------------------------------------------------------------------------------


def files(record: Record) -> dict[int | None, list[Record]]:
    """By the line that they came with; None: with the ticket."""
    found = defaultdict[int | None, list[Record]](list)
    for one in record["attachments"]:
        found[one["entry"]].append(one)
    return found


def days(record: Record, zone: str) -> list[Day]:
    came = files(record)
    recordings = {one["sid"]: one for one in record["recordings"]}
    entries = [
        one
        for one in record["entries"]
        if one["kind"] != Kind.TRANSCRIPT or one["data"].get("sid") not in recordings
    ]
    told = []
    for date, those in groupby(entries, lambda one: words.local(one["at"], zone).date()):
        name = date.strftime("%A %-d %B %Y")
        told.append(
            Day(date.isoformat(), name, [_line(one, recordings, came[one["id"]]) for one in those])
        )
    return told


def _line(entry: Record, recordings: dict[str, Record], came: list[Record]) -> Line:
    """What somebody wrote or said stands apart; a transcript stands with its recording."""
    data = entry["data"]
    text = data.get("text")
    sid = data.get("sid") if entry["kind"] == Kind.RECORDING else None
    return Line(
        id=entry["id"],
        at=entry["at"],
        tone=_tone(entry),
        sentence=entry["sentence"].removesuffix(f": {text}"),
        quote=text,
        lang=words.tongue(entry["language"]),
        recording=recordings.get(sid) if sid else None,
        files=came,
        quoted=data.get("quoted"),
        stranger=data.get("known") is False,
        mail=data.get("mail"),
    )


def _tone(entry: Record) -> str:
    kind = str(entry["kind"])
    if kind == Kind.MAILED and entry["data"].get("letter") not in ALARMS:
        return "mail"
    return "good" if kind in GOOD else "bad" if kind in BAD else kind
