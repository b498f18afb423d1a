"""The audit: who of us did, changed, saw, heard or took away what."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.database import append
from ivr.models import Act, AuditLine, Ticket

SHOWN = 50
STRANGER = ""
"""Who it was is not known."""
TOKEN = "token"  # noqa: S105  a word
"""By which token of the API a line came: in its data, and what a session puts into all of its."""


class Kind(StrEnum):
    """Each has a sentence in the console's words/*/audit.toml, with the values of its data."""

    TOLD = "told"
    """In words of its own: {what}."""
    TOKEN_MADE = "token-made"  # noqa: S105  a word
    TOKEN_REVOKED = "token-revoked"  # noqa: S105  a word
    TRANSCRIPT_CORRECTED = "transcript_corrected"

    SIGNED_IN = "signed_in"
    SIGN_IN_FAILED = "sign_in_failed"
    SIGNED_OUT = "signed_out"

    PERSON_ADDED = "person_added"
    PERSON_CHANGED = "person_changed"
    LEFT = "left"
    CAME_BACK = "came_back"
    INVITED = "invited"
    LINK_GIVEN = "link_given"
    PIN_SET = "pin_set"
    PASSWORD_SET = "password_set"  # noqa: S105  the name of an event
    PASSWORD_SET_BY_LINK = "password_set_by_link"  # noqa: S105  the name of an event
    CODES_ON = "codes_on"
    CODES_OFF = "codes_off"
    RECOVERY_CODES = "recovery_codes"
    WAS_SIGNED_OUT = "was_signed_out"
    PHONE_ADDED = "phone_added"
    PHONE_REMOVED = "phone_removed"
    PHONE_VERIFIED = "phone_verified"
    PHONES_ORDERED = "phones_ordered"

    ROTA_MADE = "rota_made"
    ROTA_NAMED = "rota_named"
    ROTA_REMOVED = "rota_removed"
    LAYER = "layer"
    OVERRIDE_ASKED = "override_asked"
    OVERRIDE_AGREED = "override_agreed"
    OVERRIDE_WITHDRAWN = "override_withdrawn"
    ABSENCE_ADDED = "absence_added"
    ABSENCE_REMOVED = "absence_removed"
    FEED_MADE = "feed_made"
    CALENDAR_TAKEN = "calendar_taken"

    POLICY_ADDED = "policy_added"
    POLICY_CHANGED = "policy_changed"
    POLICY_MOVED = "policy_moved"
    POLICY_REMOVED = "policy_removed"
    LEVELS_CHANGED = "levels_changed"
    LEVELS_ORDERED = "levels_ordered"

    WEBHOOK_MADE = "webhook_made"
    WEBHOOK_CHANGED = "webhook_changed"
    WEBHOOK_SWITCHED = "webhook_switched"
    WEBHOOK_SECRET = "webhook_secret"  # noqa: S105  the name of an event
    WEBHOOK_TESTED = "webhook_tested"
    DELIVERY_AGAIN = "delivery_again"
    DELIVERY_DISMISSED = "delivery_dismissed"
    DELIVERIES_AGAIN = "deliveries_again"
    DELIVERIES_DISMISSED = "deliveries_dismissed"
    SENT_AGAIN = "sent_again"
    READ_AGAIN = "read_again"
    DISMISSED = "dismissed"

    SETTING_CHANGED = "setting_changed"

    TICKET_ACT = "ticket_act"
    EXPORTED = "exported"
    CALL_MOVED = "call-moved"
    CALLS_TAKEN = "calls-taken"
    RECORDING_HEARD = "recording-heard"
    RECORDING_DELETED = "recording-deleted"
    HELD = "held"
    HOLD_LIFTED = "hold-lifted"
    RETENTION = "retention"
    PERSON_SEARCHED = "person-searched"
    PERSON_SHOWN = "person-shown"
    ERASURE_BEGUN = "erasure-begun"
    ERASURE_DONE = "erasure-done"
    REPORT = "report"
    """A table of the reports, {table}, from {first} to {last}."""


class Deed(StrEnum):
    """What one of us does to a ticket, or to its page; each has a word in the same file."""

    OPEN = "open"
    NOTE = "notes"
    REPLY = "replies"
    QUESTION = "questions"
    RESOLVE = "resolve"
    REOPEN = "reopen"
    ASSIGN = "assign"
    SEVERITY = "severity"
    LEVEL = "level"
    MERGE = "merge"
    LINK = "link"
    WATCH = "watch"
    TAGS = "tags"
    CATEGORY = "category"
    CUSTOMER = "customer"
    ACCEPT = "accept"
    TAKE_OVER = "over"
    CONVERSATION = "conversation"
    RING = "ring"
    NEXT_LEVEL = "next"
    STOP = "stop"
    CALL = "call"


def by_token(db: Session, name: str) -> None:
    """Whatever this session writes down came by that token of the API."""
    db.info[TOKEN] = name


def write(
    db: Session, now: datetime, by: str, act: Act, about: str, kind: Kind, **data: Any
) -> None:
    """`about` names what it was done to, by kind and row: person-3. No secret, no PIN in `data`."""
    db.flush()
    if TOKEN in db.info:
        data[TOKEN] = db.info[TOKEN]
    append(db, AuditLine, at=now, by=by, act=act, about=about, kind=kind, data=data)


def did(db: Session, now: datetime, by: str, ticket: Ticket, deed: Deed) -> None:
    write(db, now, by, Act.DID, f"ticket-{ticket.number}", Kind.TICKET_ACT, deed=deed)


def span(begins: datetime, ends: datetime, zone: str) -> dict[str, str]:
    """From when until when, by the clock of the place, as every language reads it."""
    there = ZoneInfo(zone)
    since, until = (f"{one.astimezone(there):%Y-%m-%d %H:%M}" for one in (begins, ends))
    return {"since": since, "until": until}


def changed(db: Session, now: datetime, by: str, about: str, kind: Kind, **data: Any) -> None:
    write(db, now, by, Act.CHANGED, about, kind, **data)


def changes(db: Session, about: str, most: int = SHOWN) -> Sequence[AuditLine]:
    """What was changed of it last, the newest first."""
    those = select(AuditLine).where(AuditLine.about == about, AuditLine.act == Act.CHANGED)
    return db.scalars(those.order_by(AuditLine.id.desc()).limit(most)).all()
