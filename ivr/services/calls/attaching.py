"""A call is put on another ticket than the one that was keyed: with its recordings, and with what
the timeline tells of it.

The timeline's lines stay what they are. What was said and heard on the call is shown on the ticket
that it is on now (FOLLOWS); what the call did to the other ticket, such as its severity or the
ringing, has happened there and stays there. So do the pages: they were summons to that ticket.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from ivr.models import Act, Call, Direction, Leg, Page, Recording, Ticket
from ivr.services import audit
from ivr.services.calls import outcomes
from ivr.services.tickets import timeline
from ivr.services.tickets.timeline import Kind

FOLLOWS = {
    Kind.LEFT,
    Kind.RECORDING,
    Kind.RECORDING_MISSING,
    Kind.RECORDING_DELETED,
    Kind.TRANSCRIPT,
    Kind.TRANSCRIPT_FAILED,
    Kind.NOTE,
    Kind.MANY_CALLS,
    Kind.CALLER_BLOCKED,
}


class NotPossibleError(Exception):
    """Why not: goes-on, ours, canary or same."""


def put(db: Session, now: datetime, call: Call, ticket: Ticket, by: str) -> None:
    _check(db, call, ticket)
    before = db.get(Ticket, call.ticket_id) if call.ticket_id else None
    about: dict[str, Any] = {"call_id": call.id, "by": by, "sid": call.sid}
    if before:
        timeline.write(
            db, Kind.CALL_PUT_ELSEWHERE, now, ticket_id=before.id, other=ticket.number, **about
        )
    other = before.number if before else None
    timeline.write(db, Kind.CALL_PUT_HERE, now, ticket_id=ticket.id, other=other, **about)
    call.ticket_id, call.moved_at = ticket.id, now
    db.execute(update(Recording).where(Recording.call_id == call.id).values(ticket_id=ticket.id))
    outcomes.settle(db, call)
    told = {"ticket": ticket.number, "was": other}
    audit.write(db, now, by, Act.CHANGED, f"call-{call.sid}", audit.Kind.CALL_MOVED, **told)


def companions(db: Session, call: Call) -> Sequence[Call]:
    """The other ends of its conversation: calls to those of us who were put through to it."""
    legs = select(Leg.sid).join(Page, Page.id == Leg.page_id)
    legs = legs.where(Page.call_id == call.id, Leg.outcome == "accepted")
    return db.scalars(select(Call).where(Call.sid.in_(legs), Call.id != call.id)).all()


def _check(db: Session, call: Call, ticket: Ticket) -> None:
    before = db.get(Ticket, call.ticket_id) if call.ticket_id else None
    if call.ended_at is None:
        raise NotPossibleError("goes-on")
    if call.direction == Direction.OUTBOUND:  # it belongs to a page
        raise NotPossibleError("ours")
    if ticket.canary or (before and before.canary):
        raise NotPossibleError("canary")
    if before and before.id == ticket.id:
        raise NotPossibleError("same")
