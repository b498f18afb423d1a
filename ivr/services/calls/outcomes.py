"""What came of a call: found out once, when it ends, and written on its row, so that the list of
calls can be asked for it by an index.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.models import (
    Call,
    Contact,
    Direction,
    Leg,
    Outcome,
    Recording,
    TakenTurn,
    Ticket,
)
from ivr.settings import settings

OF_A_RING = {Outcome.ACCEPTED, Outcome.PASSED, Outcome.UNACCEPTED, Outcome.TAKEN}
NO_STATUS = {"status_needs_pin"}
"""Said in the place of a status."""


def answered(db: Session, call: Call, leg: Leg) -> None:
    """The caller is put through to one of us: that is what came of the call, whatever follows."""
    if call.outcome is not None:
        return
    page, accepted_at = leg.page, leg.page.accepted_at
    call.outcome, call.staff_id = Outcome.ANSWERED, leg.technician_id
    since = max(page.opened_at, _held_since(_turns(db, call)) or call.started_at)
    call.outcome_seconds = _seconds(since, accepted_at or since)


def settle(db: Session, call: Call) -> None:
    """Write down what came of a call that is over. What is heard of it later, such as a message
    that is told of after the end, asks for it again.
    """
    db.flush()
    ticket = db.get(Ticket, call.ticket_id) if call.ticket_id else None
    contact = db.get(Contact, call.contact_id) if call.contact_id else None
    call.customer_id = _customer(ticket, contact)
    leg = db.scalar(select(Leg).where(Leg.sid == call.sid))
    rung = leg.technician_id if leg else None
    call.staff_id = call.staff_id or call.technician_id or rung
    if (ticket and ticket.canary) or call.number == settings().canary:
        call.outcome = Outcome.CANARY
    elif call.direction == Direction.OUTBOUND:
        came = leg.outcome if leg else None
        call.outcome = Outcome(came) if came in OF_A_RING else Outcome.RUNG
    elif call.outcome != Outcome.ANSWERED:
        turns = _turns(db, call)
        call.outcome, held = _without_us(db, call, turns), _held_since(turns)
        call.outcome_seconds = None
        if call.outcome == Outcome.LEFT_HOLDING and held and call.ended_at:
            call.outcome_seconds = _seconds(held, call.ended_at)


def _customer(ticket: Ticket | None, contact: Contact | None) -> int | None:
    if ticket and ticket.customer_id:
        return ticket.customer_id
    return contact.customer_id if contact else None


def _turns(db: Session, call: Call) -> Sequence[TakenTurn]:
    of_it = select(TakenTurn).where(TakenTurn.call_id == call.id)
    return db.scalars(of_it.order_by(TakenTurn.id)).all()


def _without_us(db: Session, call: Call, turns: Sequence[TakenTurn]) -> Outcome:
    said = {key for one in turns for key, _values in one.answer["say"]}
    left = (Recording.call_id == call.id, Recording.kind == "message")
    if "blocked" in said:
        return Outcome.BLOCKED
    if call.technician_id or str(call.known["at"]).startswith("staff."):
        return Outcome.STAFF_LINE
    if call.wish == "message" or db.scalar(select(Recording.id).where(*left).limit(1)):
        return Outcome.MESSAGE
    if call.wish == "callback":
        return Outcome.CALLBACK
    if _held_since(turns):
        return Outcome.LEFT_HOLDING
    if any(key.startswith("status_") for key in said - NO_STATUS):
        return Outcome.STATUS
    if "ticket_opened" in said:
        return Outcome.OPENED
    if call.ticket_id and call.known.get("severity"):
        return Outcome.NOTED
    unknown = "ticket_not_found" in said and not call.ticket_id
    return Outcome.UNKNOWN_NUMBER if unknown else Outcome.LEFT_EARLY


def _held_since(turns: Sequence[TakenTurn]) -> datetime | None:
    """When the caller first began to hold."""
    return next((one.at for one in turns if one.answer["then"][0] == "Hold"), None)


def _seconds(since: datetime, until: datetime) -> int:
    return max(0, round((until - since).total_seconds()))
