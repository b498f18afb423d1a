"""The timeline of a ticket: the one place that writes it, and how each line reads for staff, in the
words of ivr/vocabulary. What is written here, webhooks are told.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.database import append
from ivr.models import Entry
from ivr.services import vocabulary
from ivr.services.webhooks import events


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
    NOT_TAKEN_OVER = "not-taken-over"
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
    RECORDING_DELETED = "recording-deleted"
    HELD = "held"
    HOLD_LIFTED = "hold-lifted"
    CALL_PUT_HERE = "call-put-here"
    CALL_PUT_ELSEWHERE = "call-put-elsewhere"
    ERASED = "erased"
    TRANSCRIPT = "transcript"
    TRANSCRIPT_FAILED = "transcript-failed"
    CORRECTED = "corrected"
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


# How it reads -------------------------------------------------------------------------------------

OF_OURS = ("by", "to", "how", "why", "what", "where", "cause", "channel")
"""Values that may be words of ours, which every language has its own for."""


class _Gaps(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "?"


def headline(entry: Entry, language: str) -> str:
    """How a line reads for staff; what somebody said or wrote stands apart from it."""
    words = vocabulary.of(language)
    data = _Gaps(entry.data)
    for name in OF_OURS:
        if isinstance(data.get(name), str):
            data[name] = words["value"].get(data[name], data[name])
    for name, kind in (("severity", "severity"), ("was", "severity"), ("clock", "clock"),
                       ("outcome", "ring")):  # fmt: skip
        if name in data:
            data[name] = words[kind].get(data[name], data[name])
    if "passed" in data:
        data["passed"] = passed_over(data["passed"], language)
    form = words["timeline"].get(_form(entry), entry.kind)
    return form.format_map(data)


def _form(entry: Entry) -> str:
    """The name of its sentence: what is known of it may give another than its kind."""
    data, kind = entry.data, str(entry.kind)
    if kind == Kind.OPENED and "by" in data:
        return f"{kind}-by"
    if kind == Kind.SEVERITY and data.get("was") == data.get("severity"):
        return f"{kind}-same"
    if kind == Kind.RANG and data.get("cause"):
        return f"{kind}-because"
    return f"{kind}-passed" if data.get("passed") else kind


def passed_over(those: list[dict[str, str]], language: str) -> str:
    """Who, and why: Bo Chan (absent), Di Wu (no phone)."""
    known = vocabulary.of(language)["value"]
    return ", ".join(f"{one['name']} ({known.get(one['why'], one['why'])})" for one in those)


def quoting(told: str, text: str | None, language: str) -> str:
    """A line with what was said or written."""
    if not text:
        return told
    return vocabulary.word(language, "timeline", "quoting").format(told=told, text=text)


def sentence(entry: Entry, language: str = "en-CA") -> str:
    """The whole line, as one."""
    return quoting(headline(entry, language), entry.data.get("text"), language)
