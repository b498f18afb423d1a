"""Carrying out what a turn wrote down, through the services that know the rules."""

from datetime import datetime, timedelta
from functools import singledispatch

from sqlalchemy import select
from sqlalchemy.orm import Session

from callflows.turn import (
    Accept,
    ChooseLanguage,
    Declare,
    Decline,
    Keep,
    Known,
    Missed,
    NextLevel,
    OpenPage,
    Reached,
    ReopenPage,
    Resolve,
    Take,
    Turn,
    Wish,
    Write,
)
from ivr.models import Call, Caller, Contact, Leg, Status, Technician, Ticket
from ivr.services import legs, paging, recordings, tickets, timeline
from ivr.services.timeline import Kind

SAME_PROBLEM = timedelta(minutes=30)
"""A number that calls again without a ticket within this time is about the ticket it opened."""
OVER = (Status.RESOLVED, Status.CLOSED)


def carry_out(db: Session, now: datetime, call: Call, turn: Turn) -> Known:
    """Returns what is known afterwards: a ticket may have got its number."""
    for write in turn.write:
        perform(write, db, now, call)
    if not turn.write or call.ticket_id is None:
        return turn.known
    ticket = db.get_one(Ticket, call.ticket_id)
    return turn.known.but(ticket=ticket.number)


@singledispatch
def perform(write: Write, db: Session, now: datetime, call: Call) -> None:
    raise TypeError(write)


@perform.register
def _(write: ChooseLanguage, db: Session, now: datetime, call: Call) -> None:
    caller = db.get(Caller, call.number)
    if caller:
        caller.language = write.language
    else:
        db.add(Caller(number=call.number, language=write.language))


@perform.register
def _(write: Take, db: Session, now: datetime, call: Call) -> None:
    ticket = tickets.find(db, write.ticket.lstrip("0"))
    if ticket:
        _take(db, now, call, ticket)


def _take(db: Session, now: datetime, call: Call, ticket: Ticket) -> None:
    call.ticket_id = ticket.id
    timeline.write(db, Kind.CALLED, now, ticket_id=ticket.id, call_id=call.id)


@perform.register
def _(write: Declare, db: Session, now: datetime, call: Call) -> None:
    ticket = db.get(Ticket, call.ticket_id) if call.ticket_id else _same_problem(db, now, call)
    if ticket is None:
        ticket = _opened_by(db, now, call, write)
    if call.ticket_id is None:
        _take(db, now, call, ticket)
    tickets.declare(db, now, ticket, write.severity, call_id=call.id)


def _same_problem(db: Session, now: datetime, call: Call) -> Ticket | None:
    """One number calling many times has one ticket, and rings a technician once."""
    return db.scalar(
        select(Ticket)
        .where(
            Ticket.opened_by_number == call.number,
            Ticket.opened_at > now - SAME_PROBLEM,
            Ticket.status.not_in(OVER),
        )
        .order_by(Ticket.id.desc())
        .limit(1)
    )


def _opened_by(db: Session, now: datetime, call: Call, write: Declare) -> Ticket:
    contact = db.get(Contact, call.contact_id) if call.contact_id else None
    return tickets.open_ticket(
        db,
        now,
        title="Opened by phone",
        severity=write.severity,
        customer=contact.customer if contact else None,
        contact=contact,
        opened_by_number=call.number,
    )


def _ticket(db: Session, call: Call) -> Ticket:
    return db.get_one(Ticket, call.ticket_id)


@perform.register
def _(write: OpenPage, db: Session, now: datetime, call: Call) -> None:
    paging.open_page(db, now, _ticket(db, call), call)


@perform.register
def _(write: ReopenPage, db: Session, now: datetime, call: Call) -> None:
    paging.reopen(db, now, _ticket(db, call), call, why="the caller still needs help")


@perform.register
def _(write: Wish, db: Session, now: datetime, call: Call) -> None:
    call.wish = write.what
    if write.what == "callback":
        timeline.write(db, Kind.CALLBACK_ASKED, now, ticket_id=call.ticket_id, call_id=call.id)


@perform.register
def _(write: Keep, db: Session, now: datetime, call: Call) -> None:
    recordings.keep(db, now, call, write.recording, write.kind, write.seconds)


# The technician's side: the leg says which page and who ------------------------------------------


def _leg(db: Session, call: Call) -> Leg:
    return db.scalars(select(Leg).where(Leg.sid == call.sid)).one()


@perform.register
def _(write: Accept, db: Session, now: datetime, call: Call) -> None:
    leg = _leg(db, call)
    won = paging.accept(db, now, leg.page_id, leg.technician)
    leg.outcome = "accepted" if won else "taken"


@perform.register
def _(write: Decline, db: Session, now: datetime, call: Call) -> None:
    leg = _leg(db, call)
    legs.end(db, now, leg, write.why)


@perform.register
def _(write: Reached, db: Session, now: datetime, call: Call) -> None:
    paging.reached(db, now, _leg(db, call).page, write.how)


@perform.register
def _(write: Missed, db: Session, now: datetime, call: Call) -> None:
    paging.missed(db, now, _leg(db, call).page, write.why)


def _technician(db: Session, call: Call) -> Technician:
    return _leg(db, call).technician


@perform.register
def _(write: Resolve, db: Session, now: datetime, call: Call) -> None:
    ticket = _ticket(db, call)
    tickets.resolve(db, now, ticket, _technician(db, call), "keypad")
    paging.close(db, now, ticket.id)


@perform.register
def _(write: NextLevel, db: Session, now: datetime, call: Call) -> None:
    paging.next_level(db, now, _ticket(db, call), call)
