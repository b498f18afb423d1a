"""The outbox: mails, texts and calls that say something, as rows, sent with retries until they are
out or refused for good.

The row is written in the transaction of the event that causes it; its key says the occasion, so
that no occasion is written twice. Without a mail server, mail is kept here and in VAR_DIR/mail.
"""

import secrets
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import literal, select, update
from sqlalchemy.orm import Session

from callflows.prompts import text
from ivr import clock
from ivr.database import changed, hurry, transaction
from ivr.models import Message, MessageState, Page, Technician, Ticket
from ivr.services.calls.carrier import Carrier, NotNow, Outcome, Placed, Refused, Unknown
from ivr.services.mail import mailing
from ivr.services.mail.letters import Letter
from ivr.services.settings import house
from ivr.services.tickets import attachments, timeline
from ivr.services.tickets.timeline import Kind
from ivr.settings import settings

LEASE = timedelta(seconds=30)
GIVE_UP_AFTER = timedelta(hours=24)
GIVE_UP_CALLING_AFTER = timedelta(minutes=10)
"""What such a call says is old by then, and rings somebody for nothing."""
LONGEST_PAUSE = timedelta(minutes=10)


def write(
    db: Session,
    now: datetime,
    *,
    key: str,
    channel: str,
    to: str,
    body: str,
    ticket_id: int | None = None,
    **mail: Any,
) -> bool:
    """Put a message out, once for its key. False when it was written before."""
    if db.scalar(select(Message.id).where(Message.key == key)) is not None:
        return False
    db.add(
        Message(
            key=key,
            channel=channel,
            ticket_id=ticket_id,
            to=to,
            body=body,
            due_at=now,
            written_at=now,
            message_id=_message_id() if channel == "mail" else None,
            **mail,
        )
    )
    db.flush()
    hurry(db)
    return True


def _message_id() -> str:
    return f"<{secrets.token_hex(16)}@{settings().mail_domain}>"


def text_page(db: Session, now: datetime, page: Page, technician: Technician) -> None:
    """The text beside the ring: ticket number only, nothing of the customer."""
    if not technician.phone or page.ticket.canary:
        return
    body = text(
        technician.language,
        "page",
        organization=house.ours(db).name,
        ticket=page.ticket.number,
        minutes=int((now - page.opened_at).total_seconds() // 60),
    )
    key = f"page-{page.id}-{page.first_round}-{technician.id}"
    write(
        db,
        now,
        key=key,
        channel="text",
        to=technician.phone,
        body=body,
        ticket_id=page.ticket_id,
    )


def mail(
    db: Session,
    now: datetime,
    *,
    key: str,
    to: str,
    letter: Letter,
    ticket: Ticket | None = None,
    **more: Any,
) -> bool:
    """Put a mail out, once for its key."""
    return write(
        db,
        now,
        key=key,
        channel="mail",
        to=to,
        body=letter.text,
        ticket_id=ticket.id if ticket else None,
        subject=letter.subject,
        html=letter.html,
        **more,
    )


def attend(message_id: int, carrier: Carrier) -> None:
    """Send what is due: claim, commit, send, write down."""
    with transaction() as db:
        message = _claim(db, clock.now(), message_id)
        entry_id = message.entry_id if message else None
        files = attachments.of_entry(db, entry_id) if entry_id else []
    if message is None:
        return
    if message.channel == "text":
        outcome = carrier.text(message.to, message.body)
    elif message.channel == "call":
        outcome = carrier.say(message.to, message.body)
    else:
        outcome = mailing.send(message, files)
    with transaction() as db:
        _write_down(db, clock.now(), message_id, outcome)


def _claim(db: Session, now: datetime, message_id: int) -> Message | None:
    message = db.get(Message, message_id)
    if message is None or message.due_at is None or message.due_at > now:
        return None
    claimed = changed(
        db,
        update(Message)
        .where(Message.id == message_id, Message.due_at == message.due_at)
        .values(due_at=now + LEASE, tries=Message.tries + 1)
        .execution_options(synchronize_session="fetch"),
    )
    return message if claimed else None


def _write_down(db: Session, now: datetime, message_id: int, outcome: Outcome) -> None:
    message = db.get_one(Message, message_id)
    if isinstance(outcome, Placed):
        kept = outcome.sid == mailing.KEPT
        message.state = MessageState.KEPT if kept else MessageState.SENT
        message.due_at, message.sent_at = None, now
        return
    message.cause = outcome.cause
    patience = GIVE_UP_CALLING_AFTER if message.channel == "call" else GIVE_UP_AFTER
    given_up = now - (message.urged_at or message.written_at) > patience
    # A text whose outcome is unknown is not sent again: the phone rings all the same.
    perhaps_done = isinstance(outcome, Unknown) and message.channel != "mail"
    if isinstance(outcome, Refused) or given_up or perhaps_done:
        message.state, message.due_at = MessageState.DEAD, None
        if message.ticket_id:
            timeline.write(
                db,
                Kind.NOT_SENT,
                now,
                ticket_id=message.ticket_id,
                channel=message.channel,
                cause=outcome.cause,
            )
        return
    wait = outcome.after if isinstance(outcome, NotNow) else 5.0
    message.due_at = now + min(LONGEST_PAUSE, timedelta(seconds=wait * 2 ** min(message.tries, 7)))


# What is not delivered ----------------------------------------------------------------------------

IS_DEAD = Message.state == literal(MessageState.DEAD.value, literal_execute=True)
"""Spelled out, so that SQLite uses the index on it."""


def again(db: Session, now: datetime, message_id: int) -> bool:
    """Send a dead message again. False when somebody else has seen to it."""
    urged = {"state": MessageState.DUE, "due_at": now, "urged_at": now, "tries": 0}
    if not _see_to(db, message_id, **urged):
        return False
    hurry(db)
    return True


def dismiss(db: Session, message_id: int) -> bool:
    """It need not be sent any more."""
    return _see_to(db, message_id, state=MessageState.DISMISSED)


def _see_to(db: Session, message_id: int, **values: Any) -> bool:
    return changed(db, update(Message).where(Message.id == message_id, IS_DEAD).values(values))
