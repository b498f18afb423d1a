"""One of us calls a customer from the console: their own phone is rung and, once 1 is pressed on
it, the customer's number is dialled. Only numbers on file are, and those that have called about the
ticket (dialling.may_call). It is a page, but one that summons nobody else.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from callflows.turn import Severity
from ivr.models import Call, Contact, Direction, Page, PageState, Technician, Ticket
from ivr.services import audit
from ivr.services.audit import Deed
from ivr.services.calls import dialling
from ivr.services.paging import limits, paging, policies, steering
from ivr.services.paging.steering import TooLateError

LAST_CALLS = 20
"""Of a ticket, whose numbers are offered."""


@dataclass(frozen=True)
class Way:
    """A number of the customer's that may be dialled for a ticket."""

    number: str
    name: str | None
    """Whose it is on file; None: it only called."""
    call_id: int | None
    """The call that came from it; None: it is the number on file."""
    called_at: datetime | None = None

    @property
    def key(self) -> str:
        """By which a form names it: nothing that is typed is ever dialled."""
        return f"call-{self.call_id}" if self.call_id else "file"


def ways(db: Session, ticket: Ticket) -> list[Way]:
    """The number on file first, then those that called, the last one first."""
    found = dict[str, Way]()
    contact = ticket.contact
    if contact and contact.phone:
        found[contact.phone] = Way(contact.phone, contact.name, None)
    for call, name in _calls(db, ticket):
        found.setdefault(call.number, Way(call.number, name, call.id, call.started_at))
    return [one for one in found.values() if dialling.may_call(one.number)]


def _calls(db: Session, ticket: Ticket) -> Sequence[tuple[Call, str | None]]:
    of_ticket = (
        select(Call, Contact.name)
        .outerjoin(Contact, Contact.id == Call.contact_id)
        .where(Call.ticket_id == ticket.id, Call.direction == Direction.INBOUND)
        .where(Call.technician_id.is_(None))
        .order_by(Call.id.desc())
        .limit(LAST_CALLS)
    )
    return [(call, name) for call, name in db.execute(of_ticket)]


def begin(
    db: Session, now: datetime, ticket: Ticket, technician: Technician, key: str, phone: str
) -> None:
    """Ring the phone of whoever calls. A caller who waits is put through instead; a page that
    nobody has is theirs from now on. Raises TooLateError.
    """
    way = next((one for one in ways(db, ticket) if one.key == key), None)
    if way is None:
        raise TooLateError("no number")
    check(db, now, technician, phone, critical=ticket.severity == Severity.CRITICAL)
    page = paging.live_page(db, ticket.id) or own(db, now, ticket, technician)
    if page.state == PageState.OPEN and not paging.accept(db, now, page.id, technician):
        raise TooLateError("over")
    if page.accepted_by_id != technician.id:
        raise TooLateError("theirs")
    if not steering.on_line(db, page):
        page.call_id = way.call_id
    page.due_at = now + paging.MEET_WITHIN
    db.flush()
    steering.ring(db, now, page, technician, phone)
    audit.did(db, now, technician.name, ticket, Deed.CALL)


def check(
    db: Session, now: datetime, technician: Technician, phone: str, *, critical: bool
) -> None:
    """Whether that phone of theirs may be rung because they wish it. Raises TooLateError."""
    if phone not in {one.number for one in technician.phones}:
        raise TooLateError("no phone")
    if not critical and limits.too_many(db, now, technician.id, phone):
        raise TooLateError("limit")


def own(
    db: Session,
    now: datetime,
    ticket: Ticket,
    technician: Technician,
    call_id: int | None = None,
    takes_over: Page | None = None,
) -> Page:
    """A page of one who has it already. Who calls in about the ticket meanwhile makes it one for
    everybody (paging.ring_again), so it has its policy like any other.
    """
    policy = policies.frozen(db, now, ticket)
    page = Page(
        ticket_id=ticket.id,
        call_id=call_id,
        takes_over_id=takes_over.id if takes_over else None,
        policy=policy,
        state=PageState.OWED,
        level=next((at for at, one in enumerate(policy) if one["level"] == ticket.level), 0),
        level_since=now,
        due_at=now + paging.MEET_WITHIN,
        opened_at=now,
        accepted_by_id=technician.id,
        accepted_at=now,
        calls_back=True,
    )
    db.add(page)
    try:
        db.flush()
    except IntegrityError as error:  # somebody else began in the same instant
        raise TooLateError("over") from error
    return page
