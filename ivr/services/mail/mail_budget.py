"""How much mail an hour somebody may write before we think of a loop: two programs that answer each
other, or one that does not stop. What comes after that is kept on a ticket, and nobody is written
to on account of it.
"""

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ivr.models import Mail, MailOutcome, Ticket
from ivr.services.tickets import relations

MOST_IN_A_THREAD = 10
MOST_NEW = 10
AN_HOUR = timedelta(hours=1)


def last_of_many(db: Session, now: datetime, mail: Mail) -> Ticket | None:
    """The last ticket of somebody who opens one after the other: what comes next is put there."""
    lately = select(Mail.ticket_id).where(
        Mail.sender == mail.sender,
        Mail.received_at > now - AN_HOUR,
        Mail.outcome == MailOutcome.OPENED,
    )
    opened = db.scalars(lately.order_by(Mail.id.desc())).all()
    last = opened[0] if len(opened) >= MOST_NEW else None
    return relations.survivor(db, db.get_one(Ticket, last)) if last else None


def few(db: Session, now: datetime, mail: Mail, ticket: Ticket) -> bool:
    """As many in the last hour as a person writes."""
    lately = select(func.count()).where(
        Mail.sender == mail.sender,
        Mail.received_at > now - AN_HOUR,
        Mail.ticket_id == ticket.id,
        Mail.id != mail.id,
    )
    return (db.scalar(lately) or 0) < MOST_IN_A_THREAD
