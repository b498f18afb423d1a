"""The life of a ticket: new, open, waiting, resolved, closed; and who may move it where.

One table says so. Everything that goes with a move (pauses, clocks, moments) happens here.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Session

from ivr.models import ClockKind, Status, Ticket, Why
from ivr.services.settings import house
from ivr.services.tickets import clocks, targets, timeline
from ivr.services.tickets.timeline import Kind

OVER = (Status.RESOLVED, Status.CLOSED)


class Who(StrEnum):
    STAFF = "staff"
    CUSTOMER = "customer"
    """On the phone, or signed in to the portal."""
    MAIL = "mail"
    """Whoever sends one: it may answer and reopen, never close or accept."""
    TIME = "time"


STAFF, CUSTOMER, MAIL, TIME = Who
MOVES: dict[tuple[str, str], tuple[Who, ...]] = {
    (Status.NEW, Status.OPEN): (STAFF,),
    (Status.NEW, Status.WAITING): (STAFF,),
    (Status.NEW, Status.RESOLVED): (STAFF, CUSTOMER),
    (Status.NEW, Status.CLOSED): (STAFF,),
    (Status.OPEN, Status.WAITING): (STAFF,),
    (Status.OPEN, Status.RESOLVED): (STAFF, CUSTOMER),
    (Status.OPEN, Status.CLOSED): (STAFF,),
    (Status.WAITING, Status.OPEN): (STAFF, CUSTOMER, MAIL),
    (Status.WAITING, Status.RESOLVED): (STAFF, CUSTOMER),
    (Status.WAITING, Status.CLOSED): (STAFF,),
    (Status.RESOLVED, Status.OPEN): (STAFF, CUSTOMER, MAIL),
    (Status.RESOLVED, Status.CLOSED): (STAFF, TIME),
    (Status.CLOSED, Status.OPEN): (STAFF, CUSTOMER, MAIL),
}
"""(from, to): who may. What is not here nobody may."""


class NotAllowedError(Exception):
    """A move that is not in the table, or not for this one to make."""

    def __init__(self, who: Who, was: Status, to: Status) -> None:
        super().__init__(f"{who} may not move a ticket from {was} to {to}")
        self.was = was


def may(ticket: Ticket, to: Status, who: Who) -> bool:
    return who in MOVES.get((ticket.status, to), ())


def may_reopen(db: Session, now: datetime, ticket: Ticket) -> bool:
    """Whether the customer still may, by portal or mail; on the phone they always may."""
    if ticket.status not in OVER or ticket.merged_into_id:
        return False
    return now <= reopen_by(db, ticket)


def reopen_by(db: Session, ticket: Ticket) -> datetime:
    ours = house.ours(db)
    days = ours.targets.get("reopen_days", targets.REOPEN_DAYS)
    return (ticket.resolved_at or ticket.opened_at) + timedelta(days=days)


def move(db: Session, now: datetime, ticket: Ticket, to: Status, who: Who, **told: Any) -> bool:
    """Move a ticket; False when it is there already. `told` is put on the timeline: by, how …

    Raises NotAllowedError where the table says no.
    """
    was = Status(ticket.status)
    if was == to:
        return False
    if not may(ticket, to, who):
        raise NotAllowedError(who, was, to)
    ticket.status = to
    if was is not Status.NEW or to is not Status.OPEN:  # that is told by what opened it
        timeline.write(db, _kind(was, to), now, ticket_id=ticket.id, **{"by": who, **told})
    _leave(db, now, ticket, was)
    _enter(db, now, ticket, to)
    return True


def _kind(was: Status, to: Status) -> Kind:
    if to is Status.OPEN:
        return Kind.REOPENED if was in OVER else Kind.GOES_ON
    return {
        Status.WAITING: Kind.WAITS,
        Status.RESOLVED: Kind.RESOLVED,
        Status.CLOSED: Kind.CLOSED,
    }[to]


def _leave(db: Session, now: datetime, ticket: Ticket, was: Status) -> None:
    if was is Status.WAITING:
        clocks.meet(db, now, ticket.id, ClockKind.REMINDER)
        clocks.resume(db, now, ticket)
    if was in OVER and ticket.status not in OVER:
        ticket.resolved_at = None
        clocks.meet(db, now, ticket.id, ClockKind.CLOSING)
        clocks.resume(db, now, ticket)
        clocks.unmeet(db, ticket, ClockKind.RESOLUTION)


def _enter(db: Session, now: datetime, ticket: Ticket, to: Status) -> None:
    if to is Status.WAITING:
        clocks.pause(db, now, ticket, Why.WAITING)
        clocks.start(db, now, ticket, ClockKind.REMINDER)
    if to in OVER:
        clocks.meet(db, now, ticket.id, *ClockKind)
        if ticket.resolved_at is None:
            ticket.resolved_at = now
            clocks.pause(db, now, ticket, Why.RESOLVED)
    if to is Status.RESOLVED:
        clocks.start(db, now, ticket, ClockKind.CLOSING)
