"""The log of all calls, with or without a ticket: filtered, the newest first, paged by key.

Every filter goes by an index that ends with the call's beginning, so the last leaf of the log costs
no more than the first. The line ringing itself is left out unless it is asked for.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select, tuple_
from sqlalchemy.orm import Session

from ivr.database import reading
from ivr.models import Call, Contact, Customer, Direction, Outcome, Technician, Ticket
from ivr.services.calls import outcomes
from ivr.settings import settings

A_PAGE = 50
AT_A_TIME = 1000
"""Calls of a file, read in one go."""


@dataclass(frozen=True)
class Wanted:
    """Which calls; what is not given does not matter."""

    outcome: str = ""
    direction: str = ""
    since: datetime | None = None
    until: datetime | None = None
    number: str = ""
    customer_id: int | None = None
    contact_id: int | None = None
    staff_id: int | None = None


def possible(wanted: Wanted) -> bool:
    """Whether a call of that direction can end so. To find out would be to look at all of them."""
    if not (wanted.outcome and wanted.direction) or wanted.outcome == Outcome.CANARY:
        return True
    to_us = wanted.outcome in {*outcomes.OF_A_RING, Outcome.RUNG}
    return to_us == (wanted.direction == Direction.OUTBOUND)


COLUMNS = (
    Call.id,
    Call.sid,
    Call.direction,
    Call.number,
    Call.contact_id,
    Call.customer_id,
    Call.staff_id,
    Call.status,
    Call.place,
    Call.started_at,
    Call.ended_at,
    Call.outcome,
    Call.outcome_seconds,
    Contact.name.label("contact"),
    Customer.name.label("customer"),
    Technician.name.label("staff"),
    Ticket.number.label("ticket"),
    Ticket.title.label("title"),
)


def _query(wanted: Wanted) -> Any:
    rows: Any = select(*COLUMNS)
    rows = rows.outerjoin(Contact, Contact.id == Call.contact_id)
    rows = rows.outerjoin(Customer, Customer.id == Call.customer_id)
    rows = rows.outerjoin(Technician, Technician.id == Call.staff_id)
    rows = rows.outerjoin(Ticket, Ticket.id == Call.ticket_id)
    if wanted.outcome != Outcome.CANARY:
        rows = rows.where(or_(Call.outcome.is_(None), Call.outcome != Outcome.CANARY))
        if settings().canary:
            rows = rows.where(Call.number != settings().canary)
    same = {
        Call.outcome: wanted.outcome,
        Call.direction: wanted.direction,
        Call.number: wanted.number,
        Call.customer_id: wanted.customer_id,
        Call.contact_id: wanted.contact_id,
        Call.staff_id: wanted.staff_id,
    }
    rows = rows.where(*(column == value for column, value in same.items() if value))
    if wanted.since:
        rows = rows.where(Call.started_at >= wanted.since)
    if wanted.until:
        rows = rows.where(Call.started_at < wanted.until)
    return rows.order_by(Call.started_at.desc(), Call.id.desc())


def newest(
    db: Session, wanted: Wanted, before: int | None = None, most: int = A_PAGE
) -> tuple[list[Any], int | None]:
    """The calls that began before the one of that ID, and where the next older ones begin."""
    if not possible(wanted):
        return [], None
    rows = _query(wanted)
    last = db.get(Call, before) if before else None
    if last:
        rows = rows.where(tuple_(Call.started_at, Call.id) < (last.started_at, last.id))
    found = list(db.execute(rows.limit(most + 1)))
    return found[:most], found[most - 1].id if len(found) > most else None


def all_of_them(wanted: Wanted) -> Iterator[Any]:
    """However many they are, and however slowly they are taken: each piece is read by itself, so
    that no transaction waits for whoever downloads.
    """
    before: int | None = None
    while True:
        with reading() as db:
            found, before = newest(db, wanted, before, AT_A_TIME)
        yield from found
        if before is None:
            return
