"""What did not get through: messages of ours that nobody took, deliveries that no webhook took, and
mails that could not be read.
"""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ivr.models import Delivery, Mail, Message, Ticket
from ivr.services.mail import inbox, outbox
from ivr.services.webhooks import webhooks

MOST = 50
"""Rows of a kind that are shown; who has seen to one is shown the next. The menu tells how many."""


def count(db: Session) -> int:
    """By one statement, since every page tells it."""
    dead = select(func.count()).select_from(Message).where(outbox.IS_DEAD).scalar_subquery()
    failed = select(func.count()).select_from(Mail).where(inbox.HAS_FAILED).scalar_subquery()
    untaken = select(func.count()).select_from(Delivery).where(webhooks.IS_DEAD).scalar_subquery()
    return db.scalar(select(dead + failed + untaken)) or 0


def messages(db: Session) -> Sequence[tuple[Message, str | None]]:
    """The newest first, each with its ticket's number."""
    found = (
        select(Message, Ticket.number)
        .outerjoin(Ticket, Ticket.id == Message.ticket_id)
        .where(outbox.IS_DEAD)
        .order_by(Message.id.desc())
    )
    return [(message, number) for message, number in db.execute(found.limit(MOST))]


def mails(db: Session) -> Sequence[Mail]:
    """The newest first."""
    found = select(Mail).where(inbox.HAS_FAILED).order_by(Mail.id.desc())
    return db.scalars(found.limit(MOST)).all()
