"""A ticket's level, moved by hand; every move has its reason."""

from datetime import datetime

from sqlalchemy.orm import Session

from callflows.turn import Severity
from ivr.models import Ticket
from ivr.services.mail import alerts
from ivr.services.paging import paging, policies
from ivr.services.tickets import life, tickets, timeline
from ivr.services.tickets.timeline import Kind


def to_level(db: Session, now: datetime, ticket: Ticket, level: int, why: str) -> None:
    """Move a ticket to a level by hand; its people are rung for a critical one, else mailed."""
    tickets.set_level(db, now, ticket, level, why)
    index = next(at for at, one in enumerate(policies.default(db)) if one["level"] == level)
    if ticket.severity == Severity.CRITICAL and ticket.status not in life.OVER:
        paging.close(db, now, ticket.id)
        db.flush()
        paging.open_page(db, now, ticket, None, index)
    else:
        alerts.handed(db, now, ticket, level)


def next_level(db: Session, now: datetime, ticket: Ticket, call_id: int | None) -> None:
    """By the keypad, once a call is over: the level after the last one is rung at once. While a
    page rings, steering.next_level goes on with it.
    """
    page = paging.latest(db, ticket.id)
    level = page.level + 1 if page else 1
    paging.close(db, now, ticket.id)
    db.flush()
    timeline.write(db, Kind.NEXT_LEVEL, now, ticket_id=ticket.id, call_id=call_id)
    paging.open_page(db, now, ticket, None, level)
