"""A ticket's row as far as it is told on the phone, read by one plain statement."""

from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, bindparam, select
from sqlalchemy.orm import Session

from ivr.database import connection, table_of
from ivr.models import Contact, Customer, Ticket

TICKETS, CUSTOMERS, CONTACTS = map(table_of, (Ticket, Customer, Contact))


class TicketRow(NamedTuple):
    id: int
    dialled: str
    number: str
    severity: str
    status: str
    level: int
    merged_into_id: int | None
    canary: bool
    customer: str | None
    pin_hash: str | None
    contact: str | None
    contact_phone: str | None


COLUMNS: tuple[ColumnElement[Any], ...] = (
    TICKETS.c.id,
    TICKETS.c.dialled,
    TICKETS.c.number,
    TICKETS.c.severity,
    TICKETS.c.status,
    TICKETS.c.level,
    TICKETS.c.merged_into_id,
    TICKETS.c.canary,
    CUSTOMERS.c.name.label("customer"),
    CUSTOMERS.c.pin_hash,
    CONTACTS.c.name.label("contact"),
    CONTACTS.c.phone.label("contact_phone"),
)
"""In the order of `TicketRow`."""
TICKET = TICKETS.outerjoin(CUSTOMERS).outerjoin(CONTACTS, TICKETS.c.contact_id == CONTACTS.c.id)
BY_NUMBER = select(*COLUMNS).select_from(TICKET).where(TICKETS.c.dialled == bindparam("number"))
BY_ID = select(*COLUMNS).select_from(TICKET).where(TICKETS.c.id == bindparam("id"))


def by_number(db: Session, number: str) -> TicketRow | None:
    """By the number as it was keyed, without leading zeros (see numbers.dialled)."""
    return _one(db, BY_NUMBER, {"number": number})


def by_id(db: Session, ticket_id: int) -> TicketRow | None:
    return _one(db, BY_ID, {"id": ticket_id})


def _one(db: Session, which: Select[Any], by: dict[str, Any]) -> TicketRow | None:
    row = connection(db).execute(which, by).first()
    return TicketRow(*row) if row else None
