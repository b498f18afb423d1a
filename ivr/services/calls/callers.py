"""Who is on the line now, and at which step: customers, and our own on the staff line."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from ivr.models import (
    Call,
    Contact,
    Customer,
    Direction,
    Page,
    PageState,
    Place,
    TakenTurn,
    Technician,
    Ticket,
)
from ivr.settings import settings

MOST = 200
LONGEST = timedelta(hours=5)
"""No call is longer; one that seems so has ended without our being told."""
HOLDS = "holding.wait"


@dataclass(frozen=True)
class Caller:
    """Somebody on the line: a customer, or one of us on the staff line."""

    id: int
    name: str | None
    """None: nobody whom we know by this number."""
    number: str
    staff: bool
    ticket: str | None
    ticket_id: int | None
    customer: str | None
    at: str
    """The step that takes their next answer."""
    opens: bool
    """They have no ticket, and one is opened for them."""
    place: str
    since: datetime
    held_since: datetime | None
    with_: str | None
    """To whom they were put through."""
    page_id: int | None = None
    """The page of whoever they talk to, who can be relieved."""


def _live(now: datetime) -> Select[Any]:
    """By the index of calls that have not ended."""
    return (
        select(
            Call.id,
            Call.number,
            Call.known,
            Call.place,
            Call.started_at,
            Call.ticket_id,
            Contact.name.label("contact"),
            Technician.name.label("technician"),
            Ticket.number.label("ticket"),
            Customer.name.label("customer"),
        )
        .outerjoin(Contact, Contact.id == Call.contact_id)
        .outerjoin(Technician, Technician.id == Call.technician_id)
        .outerjoin(Ticket, Ticket.id == Call.ticket_id)
        .outerjoin(Customer, Customer.id == func.coalesce(Ticket.customer_id, Contact.customer_id))
        .where(
            Call.ended_at.is_(None),
            Call.started_at > now - LONGEST,
            Call.direction == Direction.INBOUND,
            Call.place != Place.GONE,
            Call.number != settings().canary,
        )
        .order_by(Call.started_at, Call.id)
        .limit(MOST)
    )


def on_line(db: Session, now: datetime) -> list[Caller]:
    rows = db.execute(_live(now)).all()
    held = _held_since(db, [row.id for row in rows if row.place == Place.HOLDING])
    joined = _joined(db, [row.id for row in rows if row.place == Place.BRIDGED])
    return [
        Caller(
            id=row.id,
            name=row.technician or row.contact,
            number=row.number,
            staff=row.technician is not None,
            ticket=row.ticket,
            ticket_id=row.ticket_id,
            customer=row.customer,
            at=row.known["at"],
            opens=row.known.get("opening", False),
            place=row.place,
            since=row.started_at,
            held_since=held.get(row.id),
            with_=joined[row.id].name if row.id in joined else None,
            page_id=joined[row.id].page_id if row.id in joined else None,
        )
        for row in rows
    ]


def _held_since(db: Session, calls: Collection[int]) -> dict[int, datetime]:
    waits = select(TakenTurn.call_id, func.min(TakenTurn.at))
    waits = waits.where(TakenTurn.call_id.in_(calls), TakenTurn.step == HOLDS)
    return dict(db.execute(waits.group_by(TakenTurn.call_id)).all())


@dataclass(frozen=True)
class _Joined:
    name: str
    page_id: int | None


def _joined(db: Session, calls: Collection[int]) -> dict[int, _Joined]:
    """To whom each was put through; not who is only to take over."""
    there = Page.state == PageState.ACCEPTED
    by = (
        select(Page.call_id, Page.id, Page.state, Technician.name)
        .join(Technician, Technician.id == Page.accepted_by_id)
        .where(Page.call_id.in_(calls), or_(Page.takes_over_id.is_(None), there))
    )
    return {
        call: _Joined(name, page if state == PageState.ACCEPTED else None)
        for call, page, state, name in db.execute(by.order_by(Page.id))
        if call
    }
