"""What is about to miss its target, and what has missed it: the clocks that run, the nearest end
first.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ivr.models import Clock, Ticket
from ivr.services.tickets.ticket_filters import running

SOON = timedelta(hours=2)
"""This long before its end a promise is worth a look."""
MOST = 8
MOST_LATE = 4
MANY = 1000
"""Counted no further."""


@dataclass(frozen=True)
class Promise:
    ticket: str
    title: str
    severity: str
    kind: str
    ends_at: datetime | None


@dataclass(frozen=True)
class Promises:
    soon: Sequence[Promise]
    late: Sequence[Promise]
    """The last ones."""
    many_late: int
    """How many there are altogether."""


RUNNING = running(Clock)
SHOWN = (
    select(Ticket.number, Ticket.title, Ticket.severity, Clock.kind, Clock.ends_at)
    .join(Ticket, Ticket.id == Clock.ticket_id)
    .where(RUNNING)
)


def near(db: Session, now: datetime) -> Promises:
    soon = SHOWN.where(Clock.ends_at >= now, Clock.ends_at < now + SOON).order_by(Clock.ends_at)
    late = SHOWN.where(Clock.ends_at < now).order_by(Clock.ends_at.desc())
    missed = select(Clock.id).where(RUNNING, Clock.ends_at < now).limit(MANY + 1).subquery()
    return Promises(
        [Promise(*row) for row in db.execute(soon.limit(MOST))],
        [Promise(*row) for row in db.execute(late.limit(MOST_LATE))],
        db.scalar(select(func.count()).select_from(missed)) or 0,
    )
