"""The outbox: mails and texts as rows, sent with retries until they are out or refused for good.

The row is written in the transaction of the event that causes it; its key says the occasion, so
that no occasion is written twice. Without a mail server, mail is kept here and in VAR_DIR/mail.
"""

from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from callflows.prompts import text
from ivr import clock
from ivr.database import changed, hurry, transaction
from ivr.models import Message, MessageState, Organization, Page, Technician
from ivr.services import mailing, timeline
from ivr.services.carrier import Carrier, NotNow, Outcome, Placed, Refused, Unknown
from ivr.services.timeline import Kind

LEASE = timedelta(seconds=30)
GIVE_UP_AFTER = timedelta(hours=24)
LONGEST_PAUSE = timedelta(minutes=10)


def write(
    db: Session,
    now: datetime,
    *,
    key: str,
    channel: str,
    to: str,
    body: str,
    subject: str = "",
    ticket_id: int | None = None,
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
            subject=subject,
            body=body,
            due_at=now,
            written_at=now,
        )
    )
    db.flush()
    hurry(db)
    return True


def organization_name(db: Session) -> str:
    organization = db.get(Organization, 1)
    return organization.name if organization else "Support"


def text_page(db: Session, now: datetime, page: Page, technician: Technician) -> None:
    """The text beside the ring: ticket number only, nothing of the customer."""
    if not technician.phone:
        return
    body = text(
        technician.language,
        "page",
        organization=organization_name(db),
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


def mail_escalation(db: Session, now: datetime, page: Page, to: str, number: int) -> None:
    """The alarm of the last level; repeated until a human closes the ticket."""
    mail = mailing.escalation(db, now, page)
    written = write(
        db,
        now,
        key=f"page-{page.id}-mail-{number}",
        channel="mail",
        to=to,
        subject=mail.subject,
        body=mail.body,
        ticket_id=page.ticket_id,
    )
    if written:
        timeline.write(db, Kind.MAILED, now, ticket_id=page.ticket_id, to=to)


def attend(message_id: int, carrier: Carrier) -> None:
    """Send what is due: claim, commit, send, write down."""
    with transaction() as db:
        message = _claim(db, clock.now(), message_id)
    if message is None:
        return
    if message.channel == "text":
        outcome = carrier.text(message.to, message.body)
    else:
        outcome = mailing.send(message)
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
    given_up = now - message.written_at > GIVE_UP_AFTER
    # A text whose outcome is unknown is not sent again: the phone rings all the same.
    unknown_text = isinstance(outcome, Unknown) and message.channel == "text"
    if isinstance(outcome, Refused) or given_up or unknown_text:
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
