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
    HandOver,
    Keep,
    Known,
    Missed,
    NextLevel,
    OpenPage,
    Rate,
    Reached,
    ReopenPage,
    Resolve,
    Solved,
    Take,
    TakeOver,
    Turn,
    Wish,
    Write,
)
from ivr.models import Caller, Channel, Contact, Leg, Status, Technician, Ticket
from ivr.services.calls import recordings, staff_line
from ivr.services.calls.call_row import CallRow
from ivr.services.calls.desk import CallDesk
from ivr.services.paging import changing_hands, declining, legs, paging
from ivr.services.reports import titles
from ivr.services.sureness import cage
from ivr.services.tickets import (
    conversation,
    feedback,
    intake,
    levels,
    life,
    relations,
    tickets,
    timeline,
)
from ivr.services.tickets.timeline import Kind

SAME_PROBLEM = timedelta(minutes=30)
"""A number that calls again without a ticket within this time is about the ticket it opened."""


def carry_out(desk: CallDesk, turn: Turn) -> Known:
    """Returns what is known afterwards: a ticket may have got its number."""
    if not turn.write:
        return turn.known
    for write in turn.write:
        perform(write, desk)
    if any(not isinstance(write, Take) for write in turn.write):
        desk.look_again()
    ticket = desk.of_call()
    return turn.known.but(ticket=ticket.number) if ticket else turn.known


@singledispatch
def perform(write: Write, desk: CallDesk) -> None:
    raise TypeError(write)


@perform.register
def _(write: ChooseLanguage, desk: CallDesk) -> None:
    caller = desk.db.get(Caller, desk.call.number)
    if caller:
        caller.language = write.language
    else:
        desk.db.add(Caller(number=desk.call.number, language=write.language))


@perform.register
def _(write: Take, desk: CallDesk) -> None:
    found = desk.find(write.ticket.lstrip("0"))
    if found:
        _take(desk, found.id)


def _take(desk: CallDesk, ticket_id: int) -> None:
    desk.call.ticket_id = ticket_id
    timeline.write(desk.db, Kind.CALLED, desk.now, ticket_id=ticket_id, call_id=desk.call.id)


@perform.register
def _(write: Declare, desk: CallDesk) -> None:
    db, now, call = desk.db, desk.now, desk.call
    ticket = _of_call(desk) or (
        cage.latest_ticket(db) if cage.is_its_number(call.number) else _same_problem(db, now, call)
    )
    ticket = ticket or _opened_by(db, now, call, write)
    if call.ticket_id is None:
        _take(desk, ticket.id)
    tickets.declare(db, now, ticket, write.severity, call_id=call.id)


def _same_problem(db: Session, now: datetime, call: CallRow) -> Ticket | None:
    """One number calling many times has one ticket, and rings a technician once."""
    return db.scalar(
        select(Ticket)
        .where(
            Ticket.opened_by_number == call.number,
            Ticket.opened_at > now - SAME_PROBLEM,
            Ticket.status.not_in(life.OVER),
        )
        .order_by(Ticket.id.desc())
        .limit(1)
    )


def _opened_by(db: Session, now: datetime, call: CallRow, write: Declare) -> Ticket:
    contact = db.get(Contact, call.contact_id) if call.contact_id else None
    return intake.take(
        db,
        now,
        page=False,
        title=titles.BY_PHONE,
        severity=write.severity,
        customer=contact.customer if contact else None,
        contact=contact,
        opened_by_number=call.number,
        how={"by": "phone"},
    )


def _of_call(desk: CallDesk) -> Ticket | None:
    return desk.db.get(Ticket, desk.call.ticket_id) if desk.call.ticket_id else None


def _ticket(desk: CallDesk) -> Ticket:
    ticket = _of_call(desk)
    assert ticket, "only a call that is about a ticket gets here"
    return ticket


@perform.register
def _(write: OpenPage, desk: CallDesk) -> None:
    paging.open_page(desk.db, desk.now, _ticket(desk), desk.call.id)


@perform.register
def _(write: ReopenPage, desk: CallDesk) -> None:
    why = "the caller still needs help"
    ticket = relations.survivor(desk.db, _ticket(desk))
    if ticket.status in life.OVER:  # it was thought to be solved
        life.move(desk.db, desk.now, ticket, Status.OPEN, life.CUSTOMER)
    paging.reopen(desk.db, desk.now, ticket, desk.call.id, why)


@perform.register
def _(write: Wish, desk: CallDesk) -> None:
    call = desk.call
    call.wish = write.what
    if write.what == "callback":
        about = {"ticket_id": call.ticket_id, "call_id": call.id}
        timeline.write(desk.db, Kind.CALLBACK_ASKED, desk.now, **about)


@perform.register
def _(write: Keep, desk: CallDesk) -> None:
    recordings.keep(desk.db, desk.now, desk.call, write.recording, write.kind, write.seconds)


@perform.register
def _(write: HandOver, desk: CallDesk) -> None:
    changing_hands.arrived(desk.db, desk.now, desk.call.id, _ticket(desk).id)


@perform.register
def _(write: Solved, desk: CallDesk) -> None:
    contact = desk.db.get(Contact, desk.call.contact_id) if desk.call.contact_id else None
    by = contact.name if contact else "the caller"
    conversation.solved_by_phone(desk.db, desk.now, _ticket(desk), by)


@perform.register
def _(write: Rate, desk: CallDesk) -> None:
    feedback.give(
        desk.db,
        desk.now,
        _ticket(desk),
        write.score,
        Channel.PHONE,
        contact_id=desk.contact_id,
        call_id=desk.call.id,
    )


# The technician's side: the leg says which page and who. Whoever has called us has none before a
# page is accepted on that call.


def _leg(desk: CallDesk) -> Leg:
    assert desk.leg, "only a technician's call gets here"
    return desk.leg


def technician(desk: CallDesk) -> Technician:
    one = desk.leg.technician if desk.leg else desk.staff.technician
    assert one, "only a technician's call gets here"
    return one


@perform.register
def _(write: Accept, desk: CallDesk) -> None:
    if desk.leg is None:
        page = paging.latest(desk.db, _ticket(desk).id)
        if page:
            staff_line.accept(desk.db, desk.now, page, technician(desk), desk.call)
        return
    leg = _leg(desk)
    won = paging.accept(desk.db, desk.now, leg.page_id, leg.technician, leg.id)
    leg.outcome = "accepted" if won else "taken"


@perform.register
def _(write: TakeOver, desk: CallDesk) -> None:
    changing_hands.press(desk.db, desk.now, _leg(desk))


@perform.register
def _(write: Decline, desk: CallDesk) -> None:
    if desk.leg:
        legs.end(desk.db, desk.now, desk.leg, write.why)
        return
    page = paging.latest(desk.db, _ticket(desk).id)
    if page:
        declining.decline(desk.db, desk.now, page, technician(desk))


@perform.register
def _(write: Reached, desk: CallDesk) -> None:
    paging.reached(desk.db, desk.now, _leg(desk).page, write.how)


@perform.register
def _(write: Missed, desk: CallDesk) -> None:
    paging.missed(desk.db, desk.now, _leg(desk).page, write.why)


@perform.register
def _(write: Resolve, desk: CallDesk) -> None:
    conversation.resolve(desk.db, desk.now, _ticket(desk), technician(desk).name, "keypad")


@perform.register
def _(write: NextLevel, desk: CallDesk) -> None:
    levels.next_level(desk.db, desk.now, _ticket(desk), desk.call.id)
