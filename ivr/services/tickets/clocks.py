"""The clocks of a ticket: started, paused, met, and set anew whenever what they depend on changes.

What they show is always computed from the whole: the start, the severity, the pauses, the
calendar. What is done when one is about to end, or has ended, is services/tickets/overdue.py.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from callflows.turn import Severity
from ivr.database import hurry
from ivr.models import Clock, ClockKind, Pause, Ticket, Why
from ivr.services.settings import business_time, house
from ivr.services.tickets import targets
from ivr.services.tickets.targets import Target

PROMISES = (ClockKind.RESPONSE, ClockKind.RESOLUTION, ClockKind.ESCALATION)
"""What can be late, and is warned of before; the other kinds just fall due."""
PAUSED = {ClockKind.RESOLUTION}
"""What does not run while the customer has to answer (support policy, section 12)."""


def start(db: Session, now: datetime, ticket: Ticket, *kinds: ClockKind) -> None:
    """Start clocks; one that there was before starts afresh. Nothing is promised to the canary."""
    if ticket.canary:
        return
    there = {clock.kind: clock for clock in of(db, ticket.id)}
    for kind in kinds:
        clock = there.get(kind)
        if clock is None:
            clock = Clock(ticket_id=ticket.id, kind=kind)
            db.add(clock)
        clock.started_at = now
        clock.warned_at = clock.missed_at = clock.met_at = None
        _set(db, ticket, clock)
    db.flush()


def of(db: Session, ticket_id: int) -> Sequence[Clock]:
    return db.scalars(select(Clock).where(Clock.ticket_id == ticket_id).order_by(Clock.id)).all()


def one(db: Session, ticket_id: int, kind: ClockKind) -> Clock | None:
    return db.scalar(select(Clock).where(Clock.ticket_id == ticket_id, Clock.kind == kind))


def recompute(db: Session, ticket: Ticket) -> None:
    """The severity, the pauses or the calendar have changed."""
    for clock in of(db, ticket.id):
        if clock.met_at is None:
            _set(db, ticket, clock)
    db.flush()
    hurry(db)


def meet(db: Session, now: datetime, ticket_id: int, *kinds: ClockKind) -> None:
    """What was promised is done; the first time counts."""
    db.execute(
        update(Clock)
        .where(Clock.ticket_id == ticket_id, Clock.kind.in_(kinds), Clock.met_at.is_(None))
        .values(met_at=now, due_at=None)
        .execution_options(synchronize_session="fetch")
    )


def unmeet(db: Session, ticket: Ticket, kind: ClockKind) -> None:
    """It was not done after all: the clock runs on."""
    clock = one(db, ticket.id, kind)
    if clock is not None:
        clock.met_at = None
        recompute(db, ticket)


def pause(db: Session, now: datetime, ticket: Ticket, why: Why) -> None:
    """Stop what waits for the customer. One pause at a time: a new one ends the one before."""
    _end_pause(db, now, ticket.id)
    db.add(Pause(ticket_id=ticket.id, why=why, began_at=now))
    db.flush()
    recompute(db, ticket)


def resume(db: Session, now: datetime, ticket: Ticket) -> None:
    _end_pause(db, now, ticket.id)
    recompute(db, ticket)


def _end_pause(db: Session, now: datetime, ticket_id: int) -> None:
    db.execute(
        update(Pause)
        .where(Pause.ticket_id == ticket_id, Pause.ended_at.is_(None))
        .values(ended_at=now)
    )


def _pauses(db: Session, ticket_id: int) -> list[tuple[datetime, datetime | None]]:
    rows = select(Pause.began_at, Pause.ended_at).where(Pause.ticket_id == ticket_id)
    return [(began, ended) for began, ended in db.execute(rows.order_by(Pause.began_at, Pause.id))]


def promise(db: Session, ticket: Ticket, kind: ClockKind) -> Target:
    """What is promised for a ticket."""
    ours = house.ours(db)
    calendar = business_time.calendar_of(ours)
    contract = ticket.customer.targets if ticket.customer else {}
    return targets.target(kind, Severity(ticket.severity), calendar, ours.targets, contract)


def _set(db: Session, ticket: Ticket, clock: Clock) -> None:
    promised = promise(db, ticket, ClockKind(clock.kind))
    calendar = business_time.calendar_of(house.ours(db))
    pauses = _pauses(db, ticket.id) if clock.kind in PAUSED else []
    clock.ends_at = promised.due(clock.started_at, pauses, calendar)
    clock.warn_at = (
        promised.warned(clock.started_at, pauses, calendar) if clock.kind in PROMISES else None
    )
    clock.due_at = next_due(clock)


def next_due(clock: Clock) -> datetime | None:
    """Each is told once: the warning, and the end; after the end no warning."""
    if clock.met_at or clock.missed_at:
        return None
    if clock.warned_at is None and clock.warn_at is not None:
        return clock.warn_at
    return clock.ends_at
