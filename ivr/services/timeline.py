"""The timeline of a ticket: the one place that writes it, and how each line reads for staff. What
is written here, webhooks are told.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.database import append
from ivr.models import Entry
from ivr.services import events, vocabulary


class Kind(StrEnum):
    OPENED = "opened"
    CALLED = "called"
    SEVERITY = "severity"
    REGRADED = "regraded"
    REOPENED = "reopened"
    WAITS = "waits"
    GOES_ON = "goes-on"
    CLOSED = "closed"
    ASSIGNED = "assigned"
    REMINDED = "reminded"
    REPLY = "reply"
    ASKED = "asked"
    SAID = "said"
    BOUNCED = "bounced"
    AUTOMATIC = "automatic"
    FILES_LEFT = "files-left"
    MERGED = "merged"
    LINKED = "linked"
    WATCHED = "watched"
    TAGGED = "tagged"
    CATEGORIZED = "categorized"
    PUT_UNDER = "put-under"
    PAGED = "paged"
    LEVEL_EMPTY = "level-empty"
    PASSED_OVER = "passed-over"
    ESCALATED = "escalated"
    EXHAUSTED = "exhausted"
    RANG = "rang"
    PASSED = "passed"
    ACCEPTED = "accepted"
    JOINED = "joined"
    CALLED_BACK = "called-back"
    OWED = "owed"
    TAKEN_OVER = "taken-over"
    STOPPED = "stopped"
    NOT_REACHED = "not-reached"
    REOPENED_PAGE = "rings-again"
    NEXT_LEVEL = "next-level"
    WARNED = "warned"
    MISSED = "missed"
    LEVEL = "level"
    MAILED = "mailed"
    NOT_SENT = "not-sent"
    LEFT = "left"
    CALLBACK_ASKED = "callback-asked"
    RECORDING = "recording"
    RECORDING_MISSING = "recording-missing"
    TRANSCRIPT = "transcript"
    TRANSCRIPT_FAILED = "transcript-failed"
    NOTE = "note"
    RESOLVED = "resolved"
    FEEDBACK = "feedback"
    NO_FEEDBACK = "no-feedback"
    CALLER_BLOCKED = "caller-blocked"
    MANY_CALLS = "many-calls"
    LIFELINE = "lifeline"


def write(
    db: Session,
    kind: Kind,
    now: datetime,
    *,
    ticket_id: int | None = None,
    call_id: int | None = None,
    **data: Any,
) -> None:
    append(db, Entry, kind=kind, at=now, ticket_id=ticket_id, call_id=call_id, data=data)
    events.happened(db, now, kind, ticket_id, data)


def add(db: Session, kind: Kind, now: datetime, *, ticket_id: int, **data: Any) -> int:
    """The same, for a line that something else refers to. Returns its ID."""
    entry = Entry(kind=kind, at=now, ticket_id=ticket_id, data=data)
    db.add(entry)
    db.flush()
    events.happened(db, now, kind, ticket_id, data)
    return entry.id


def last(db: Session, ticket_id: int, kind: Kind) -> dict[str, Any]:
    """What the newest line of a kind says."""
    of = (Entry.ticket_id == ticket_id, Entry.kind == kind)
    return db.scalar(select(Entry.data).where(*of).order_by(Entry.id.desc()).limit(1)) or {}


SENTENCES: dict[str, str] = {
    Kind.OPENED: "Ticket opened, {severity}",
    Kind.CALLED: "The customer called",
    Kind.SEVERITY: "The customer said {severity} (it was {was})",
    Kind.REGRADED: "{by} made it {severity} (it was {was})",
    Kind.REOPENED: "Ticket reopened",
    Kind.WAITS: "Waits for the customer",
    Kind.GOES_ON: "No longer waiting for the customer",
    Kind.CLOSED: "Ticket closed",
    Kind.ASSIGNED: "Assigned to {to} ({by})",
    Kind.REMINDED: "The customer was reminded",
    Kind.REPLY: "{by} to the customer: {text}",
    Kind.ASKED: "{by} asked the customer: {text}",
    Kind.SAID: "{by} by {channel}: {text}",
    Kind.BOUNCED: "A mail of ours did not arrive: {text}",
    Kind.AUTOMATIC: "An automatic answer of {by}: {text}",
    Kind.FILES_LEFT: "Files of the mail that are only in its raw text: {count}",
    Kind.MERGED: "{by} merged {other} into {number}",
    Kind.LINKED: "{by} linked it with {other}",
    Kind.WATCHED: "{email} gets copies of the mail to the customer",
    Kind.CATEGORIZED: "{by} said what it is about: {category}",
    Kind.TAGGED: "{by} tagged it {tags}",
    Kind.PUT_UNDER: "{by} put it under {customer}",
    Kind.PAGED: "Technicians of level {level} are summoned",
    Kind.LEVEL_EMPTY: "Level {level} was passed: nobody on call can be rung",
    Kind.PASSED_OVER: "Passed over (level {level})",
    Kind.ESCALATED: "Escalated to level {level}",
    Kind.EXHAUSTED: "Nobody has accepted at any level: {to} is mailed until somebody does",
    Kind.RANG: "Rang {technician} (level {level}): {outcome}",
    Kind.PASSED: "{technician} passed",
    Kind.ACCEPTED: "{technician} accepted after {seconds} s",
    Kind.JOINED: "{technician} was put through to the caller",
    Kind.CALLED_BACK: "{technician} called the customer back",
    Kind.OWED: "{technician} owes the customer a call back ({why})",
    Kind.TAKEN_OVER: "{technician} took it over from {other}",
    Kind.STOPPED: "{by} stopped the ringing",
    Kind.NOT_REACHED: "{technician} was to call the customer, and did not reach them",
    Kind.REOPENED_PAGE: "Ringing starts again: {why}",
    Kind.NEXT_LEVEL: "Handed to the next level",
    Kind.WARNED: "The {clock} is due soon",
    Kind.MISSED: "The {clock} is late",
    Kind.LEVEL: "Moved to level {level}: {why}",
    Kind.MAILED: "Mail to {to}",
    Kind.NOT_SENT: "A {channel} could not be sent: {cause}",
    Kind.LEFT: "The caller left {where}",
    Kind.CALLBACK_ASKED: "The caller asked to be called back",
    Kind.RECORDING: "Recording: {what}, {seconds} s",
    Kind.RECORDING_MISSING: "A recording is missing: {cause}",
    Kind.TRANSCRIPT: "Transcript: {text}",
    Kind.TRANSCRIPT_FAILED: "The recording could not be transcribed",
    Kind.NOTE: "Note by {by}: {text}",
    Kind.RESOLVED: "Resolved by {by} ({how})",
    Kind.FEEDBACK: "The customer gave {score} of 5: {text}",
    Kind.NO_FEEDBACK: "{name} wants no more requests for feedback",
    Kind.CALLER_BLOCKED: "A blocked caller was turned away",
    Kind.MANY_CALLS: "This number calls many times a minute",
    Kind.LIFELINE: "A caller was served without the database",
}


def passed_over(those: list[dict[str, str]]) -> str:
    """Who, and why: Bo Chan (absent), Di Wu (no phone)."""
    return ", ".join(f"{one['name']} ({one['why']})" for one in those)


class _Gaps(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "?"


def sentence(entry: Entry) -> str:
    """How a line reads for staff."""
    data, cause = _Gaps(entry.data), None
    if entry.kind == Kind.RANG:
        cause = data.get("cause")
        data["outcome"] = vocabulary.word("en-CA", "ring", data["outcome"])
    elif entry.kind in {Kind.LEVEL_EMPTY, Kind.PASSED_OVER} and data.get("passed"):
        return f"{SENTENCES[entry.kind].format_map(data)}: {passed_over(data['passed'])}"
    elif entry.kind == Kind.OPENED and "by" in data:
        cause = f"by {data['by']}"
    told = SENTENCES.get(entry.kind, entry.kind).format_map(data)
    if entry.kind == Kind.SEVERITY and data["was"] == data["severity"]:
        told = told.partition(" (")[0]
    if entry.kind == Kind.FEEDBACK and not data["text"]:
        told = told.removesuffix(": ")
    return f"{told} ({cause})" if cause else told
