"""A person's words, names and numbers are taken out of the database. What is left says that a
ticket, a call or a line was, and when: numbers, times, clocks and figures stay as they were.
"""

import re
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from ivr.database import connection, table_of
from ivr.models import (
    Attachment,
    Call,
    Caller,
    Contact,
    Correction,
    Delivery,
    Feedback,
    Mail,
    MailOutcome,
    Message,
    MessageState,
    RecordingState,
    SignIn,
    SignInAttempt,
    SignInLink,
    TakenTurn,
    Ticket,
    Transcription,
    Watcher,
    Webhook,
)
from ivr.services.erasure import erasing
from ivr.services.erasure.erasing import GONE
from ivr.services.erasure.traces import Traces, pieces
from ivr.services.mail import inbox
from ivr.services.staff import tries
from ivr.services.staff.sign_ins import digest
from ivr.services.tickets import attachments, saved_views, timeline
from ivr.services.tickets.timeline import Kind
from ivr.settings import settings

WORDS = ("text", "quoted", "title", "subject", "comment")
BY_HAND = {Kind.LEVEL, Kind.HELD}
"""Lines whose `why` somebody has written."""
TURNS = table_of(TakenTurn)


def all_of(db: Session, now: datetime, found: Traces) -> dict[str, Any]:
    """Returns what is left to be deleted where no transaction reaches."""
    left = {
        "files": _files(db, found),
        "recordings": [one.sid for one in found.recordings],
        "numbers": sorted(found.numbers) if not found.holding else [],
    }
    named = found.named
    views = saved_views.finding(db)
    _timeline(db, found, named)
    _calls(db, found, named)
    _recordings(db, found)
    _tickets(db, now, found, named)
    _letters(db, found)
    if not found.holding:  # a hold must still know whom it is about
        _contact(db, found)
        _settings(db, named)
    saved_views.forget(db, views, named)
    return left


def _files(db: Session, found: Traces) -> list[str]:
    """Below VAR_DIR."""
    var = settings().var_dir
    paths = [attachments.folder() / one.key for one in found.attachments]
    for piece in pieces(found.mails):
        rows = db.scalars(select(Mail).where(Mail.id.in_(piece)))
        paths += [inbox.raw(one) for one in rows if one.file]
    paths += [var / "mail" / f"{one}.eml" for one in found.messages]
    return [str(one.relative_to(var)) for one in paths]


# The timeline -------------------------------------------------------------------------------------


def scrubbed(value: Any, named: re.Pattern[str]) -> Any:
    """The same without their name, addresses and numbers, however deep they stand."""
    if isinstance(value, str):
        return named.sub(GONE, value)
    if isinstance(value, dict):
        return {key: scrubbed(one, named) for key, one in value.items()}
    if isinstance(value, list):
        return [scrubbed(one, named) for one in value]
    return value


def _timeline(db: Session, found: Traces, named: re.Pattern[str]) -> None:

    def emptied(kind: str, data: dict[str, Any]) -> dict[str, Any]:
        if data.get("sid") in found.kept_sids:  # a recording that is held keeps its transcript
            return data
        words = (*WORDS, "why") if kind in BY_HAND else WORDS
        new = {key: GONE if key in words and one else one for key, one in data.items()}
        if kind == Kind.LIFELINE:
            return {"event": {}}
        cleared: dict[str, Any] = scrubbed(new, named)
        return cleared

    def only_theirs(kind: str, data: dict[str, Any]) -> dict[str, Any]:
        if kind in {Kind.LIFELINE, Kind.FEEDBACK} or named.search(str(data.get("by", ""))):
            return emptied(kind, data)
        cleared: dict[str, Any] = scrubbed(data, named)
        return cleared

    erasing.words(db, found.lines, emptied)
    erasing.words(db, found.elsewhere, only_theirs)


# Calls and tickets --------------------------------------------------------------------------------


def _calls(db: Session, found: Traces, named: re.Pattern[str]) -> None:
    for piece in pieces(found.calls):
        db.execute(update(Call).where(Call.id.in_(piece)).values(number=GONE))
    for piece in pieces([*found.calls, *found.companions]):
        rows = connection(db).execute(select(TURNS).where(TURNS.c.call_id.in_(piece))).all()
        theirs = set(found.calls)
        for row in rows:
            heard = {key: GONE if key == "keys" else one for key, one in row.heard.items()}
            answer = scrubbed(row.answer, named)
            answer["say"] = [[key, {}] for key, _values in answer["say"]]
            new = {"heard": heard if row.call_id in theirs else row.heard, "answer": answer}
            connection(db).execute(update(TURNS).where(TURNS.c.id == row.id).values(new))
    others = select(Contact.phone).where(Contact.id != found.contact.id)
    shared = set(db.scalars(others.where(Contact.phone.in_(found.numbers))))
    if not found.holding:
        db.execute(delete(Caller).where(Caller.number.in_(found.numbers - shared)))


def _recordings(db: Session, found: Traces) -> None:
    for piece in pieces([one.id for one in found.recordings]):
        for table in (Correction, Transcription):
            db.execute(delete(table).where(table.recording_id.in_(piece)))
    for one in found.recordings:
        one.state, one.due_at = RecordingState.DELETED, None
        one.file = one.sha256 = one.transcript = one.sentences = None


def _tickets(db: Session, now: datetime, found: Traces, named: re.Pattern[str]) -> None:
    for piece in pieces(found.tickets):
        rows = db.scalars(select(Ticket).where(Ticket.id.in_(piece))).all()
        for row in rows:
            row.title, row.description = GONE, ""
            row.opened_by_number = row.form_key = None
            row.tags = scrubbed(row.tags, named)
            row.category = scrubbed(row.category, named)
        _deliveries(db, [row.number for row in rows])
    for one in found.tickets:
        timeline.write(db, Kind.ERASED, now, ticket_id=one)
    for piece in pieces(found.feedback):
        db.execute(update(Feedback).where(Feedback.id.in_(piece)).values(comment=""))
    for piece in pieces([one.id for one in found.attachments]):
        db.execute(delete(Attachment).where(Attachment.id.in_(piece)))


def _deliveries(db: Session, numbers: list[str]) -> None:
    for webhook_id in db.scalars(select(Webhook.id)).all():
        told = select(Delivery).where(Delivery.webhook_id == webhook_id)
        for row in db.scalars(told.where(Delivery.order_key.in_(numbers))):
            row.data = row.data | {"title": GONE}


# Letters, and the person --------------------------------------------------------------------------


def _letters(db: Session, found: Traces) -> None:
    for piece in pieces(found.mails):
        for mail in db.scalars(select(Mail).where(Mail.id.in_(piece))):
            mail.sender = mail.subject = mail.file = ""
            mail.message_id, mail.cause = f"<erased-{mail.id}>", None
            if mail.due_at:
                mail.due_at, mail.outcome = None, MailOutcome.DISMISSED
    for piece in pieces(found.messages):
        for row in db.scalars(select(Message).where(Message.id.in_(piece))):
            if row.to in found.emails | found.numbers:
                row.to = GONE
            row.key, row.subject, row.body = f"erased-{row.id}", "", ""
            row.html, row.references, row.unsubscribe_url = None, [], None
            row.cause = None
            if row.due_at or row.state == MessageState.DEAD:
                row.due_at, row.state = None, MessageState.DISMISSED


def _contact(db: Session, found: Traces) -> None:
    contact = found.contact
    db.execute(delete(Watcher).where(Watcher.email.in_(found.emails)))
    for table in (SignIn, SignInLink):
        db.execute(delete(table).where(table.contact_id == contact.id))
    hashes = [digest(tries.plain(one)) for one in found.emails]
    db.execute(delete(SignInAttempt).where(SignInAttempt.whom.in_(hashes)))
    contact.name, contact.phone, contact.email = GONE, None, None
    contact.language = contact.password_hash = None
    contact.no_feedback = True


def _settings(db: Session, named: re.Pattern[str]) -> None:
    """A number of theirs is blocked no longer, as nobody would know whose it is."""

    def without(name: str, value: Any) -> Any:
        if name == "blocked-numbers" and value:
            return [one for one in value if not named.search(str(one))]
        return scrubbed(value, named)

    erasing.settings(db, without)
