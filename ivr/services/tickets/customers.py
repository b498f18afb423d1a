"""Customers and their people: who belongs where, and a ticket of somebody whom nobody knew."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session, contains_eager

from ivr.models import Call, Contact, Customer, Ticket
from ivr.services.calls import numbers
from ivr.services.erasure.erasing import GONE
from ivr.services.settings import house
from ivr.services.tickets import assignment, clocks, life, timeline
from ivr.services.tickets.timeline import Kind

MOST_NAMES = 200
MOST_CONTACTS = 50
SHORTEST = 3
"""Characters that are searched for."""


def names(db: Session) -> Sequence[str]:
    """As many as help whoever types one."""
    return db.scalars(select(Customer.name).order_by(Customer.name).limit(MOST_NAMES)).all()


def by_id(db: Session, id_: int) -> str | None:
    return db.scalar(select(Customer.name).where(Customer.id == id_))


def named(db: Session, name: str) -> Customer | None:
    """Capitals do not matter, where that leaves one."""
    exact = db.scalar(select(Customer).where(Customer.name == name))
    alike = select(Customer).where(func.lower(Customer.name) == name.lower()).limit(2)
    found = [exact] if exact else db.scalars(alike).all()
    return found[0] if len(found) == 1 else None


def find(db: Session, asked: str) -> Sequence[Contact]:
    """Contacts by address, number, a part of their name or of their customer's; no more than a
    page shows. Nobody who was erased.
    """
    number = numbers.international(asked, house.country(db))
    ways = [
        Contact.email == asked.lower(),
        *(column.icontains(asked, autoescape=True) for column in (Contact.name, Customer.name)),
        *([Contact.phone == number] if number else []),
    ]
    found = select(Contact).outerjoin(Contact.customer).options(contains_eager(Contact.customer))
    found = found.where(or_(*ways), Contact.name != GONE).order_by(Contact.name, Contact.id)
    return db.scalars(found.limit(MOST_CONTACTS)).all()


def known(db: Session, email: str) -> Contact | None:
    """By an address in small letters."""
    return db.scalar(select(Contact).where(Contact.email == email))


def contact(
    db: Session, *, name: str, email: str | None, phone: str | None, customer: Customer | None
) -> Contact:
    """Whoever is known by that e-mail, else a new contact."""
    email = email.lower() if email else None
    found = known(db, email) if email else None
    if found is None:
        found = Contact(name=name, email=email, phone=phone, customer=customer)
        db.add(found)
        db.flush()
    return found


def put_under(db: Session, now: datetime, ticket: Ticket, customer: Customer, by: str) -> None:
    """The ticket and its contact are this customer's from now on, and so are the contact's other
    tickets that were nobody's.
    """
    others = select(Ticket).where(Ticket.customer_id.is_(None), Ticket.id != ticket.id)
    mine = others.where(Ticket.contact_id == ticket.contact_id) if ticket.contact_id else None
    for one in [ticket, *(db.scalars(mine) if mine is not None else [])]:
        _put_under(db, now, one, customer, by)
    if ticket.contact:
        ticket.contact.customer = customer


def _put_under(db: Session, now: datetime, ticket: Ticket, customer: Customer, by: str) -> None:
    """What its contract promises holds, and the rules are asked again who has it."""
    if ticket.customer is customer:
        return
    ticket.customer = customer
    db.flush()
    db.execute(update(Call).where(Call.ticket_id == ticket.id).values(customer_id=customer.id))
    timeline.write(db, Kind.PUT_UNDER, now, ticket_id=ticket.id, by=by, customer=customer.name)
    if ticket.status in life.OVER:
        return
    clocks.recompute(db, ticket)
    assignment.again(db, now, ticket)
