"""What tickets of the month have to do with each other and with other people, as
services/tickets/relations and services/tickets/customers write it.
"""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from ivr.demo.case import Case
from ivr.models import Contact, Customer, Link, Status, Watcher
from ivr.services.tickets import life
from ivr.services.tickets.timeline import Kind

if TYPE_CHECKING:
    from ivr.demo.rows import Row

MERGED_AFTER = timedelta(minutes=4)


def opened_twice(case: Case, at: datetime) -> Case:
    """The same problem again, by a colleague; one of us puts the two together."""
    world = case.world
    contact = world.somebody_else(case)
    twin = Case(
        world, contact, "minor", case.tongue, title=case.title, description=case.description,
    )  # fmt: skip
    twin.open(at, page=False, by=contact.name)
    merged_at = at + MERGED_AFTER
    if merged_at < world.until:
        _merge(twin, case, merged_at)
    return twin


def _merge(twin: Case, case: Case, at: datetime) -> None:
    for one in (twin, case):
        one.tell(Kind.MERGED, at, by=twin.by, other=twin.number, number=case.number)
    twin.did(at, "merge")
    twin.row["merged_into_id"] = case.row
    if twin.contact is not case.contact:
        _watches(case, at, twin.contact)
    twin.move(at, Status.CLOSED, life.STAFF, by=twin.by)


def watch(case: Case, at: datetime, contact: Contact) -> None:
    """By one of us, on the ticket's page."""
    if contact is not case.contact and _watches(case, at, contact):
        case.did(at, "watch")


def _watches(case: Case, at: datetime, contact: Contact | None) -> "Row | None":
    email = contact.email if contact else None
    if not email or not case.world.is_new(("watches", case.number, email)):
        return None
    case.tell(Kind.WATCHED, at, email=email)
    return case.world.rows.add(Watcher, ticket_id=case.row, email=email)


def link(case: Case, other: Case, at: datetime) -> None:
    older, newer = sorted((other, case), key=lambda one: int(one.number))
    case.world.rows.add(Link, ticket_id=older.row, other_id=newer.row)
    for one, told in ((case, other), (other, case)):
        one.tell(Kind.LINKED, at, by=case.by, other=told.number)
    case.did(at, "link")


def put_under(case: Case, at: datetime, customer: Customer) -> None:
    """Whose it is who has called is found out later."""
    case.customer, case.customer_id = customer, customer.id
    case.row["customer_id"] = customer.id
    case.tell(Kind.PUT_UNDER, at, by=case.by, customer=customer.name)
    case.did(at, "customer")
    case.clocks.recompute()
