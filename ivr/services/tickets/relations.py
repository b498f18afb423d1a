"""What tickets have to do with each other and with people beside the customer: duplicates, links,
watchers, tags, the category.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import CompoundSelect, select, union_all
from sqlalchemy.orm import Session

from callflows.turn import Severity
from ivr.models import Link, Status, Ticket, Watcher
from ivr.services.paging import paging
from ivr.services.tickets import assignment, life, tickets, timeline
from ivr.services.tickets.timeline import Kind


class NotPossibleError(Exception):
    """A ticket cannot be merged into, or linked with, itself."""


def survivor(db: Session, ticket: Ticket) -> Ticket:
    """The ticket that this one was merged into, or itself."""
    while ticket.merged_into_id:
        ticket = db.get_one(Ticket, ticket.merged_into_id)
    return ticket


def merge(db: Session, now: datetime, duplicate: Ticket, into: Ticket, by: str) -> Ticket:
    """Close a duplicate; whoever it was about watches the other one, which becomes as severe, and
    whose technicians are rung in its place. Returns the ticket that is left.
    """
    into = survivor(db, into)
    if into.id == duplicate.id or duplicate.merged_into_id:
        raise NotPossibleError("a ticket cannot be merged into itself, nor twice")
    for one in (duplicate, into):
        told = {"other": duplicate.number, "number": into.number}
        timeline.add(db, Kind.MERGED, now, ticket_id=one.id, by=by, **told)
    duplicate.merged_into_id = into.id
    for email in _readers(db, duplicate):
        watch(db, now, into, email)
    if tickets.ORDER.index(Severity(duplicate.severity)) > tickets.ORDER.index(
        Severity(into.severity)
    ):
        tickets.change_severity(db, now, into, Severity(duplicate.severity), by)
    page = paging.live_page(db, duplicate.id)
    if page:
        paging.close(db, now, duplicate.id)
        if into.status in life.OVER:
            life.move(db, now, into, Status.OPEN, life.STAFF, by=by)
        paging.open_page(db, now, into, page.call_id)
    life.move(db, now, duplicate, Status.CLOSED, life.STAFF, by=by)
    return into


def _readers(db: Session, ticket: Ticket) -> list[str]:
    contact = [ticket.contact.email] if ticket.contact and ticket.contact.email else []
    watching = db.scalars(select(Watcher.email).where(Watcher.ticket_id == ticket.id))
    return [*contact, *watching]


def link(db: Session, now: datetime, ticket: Ticket, other: Ticket, by: str) -> bool:
    """False when they are; the same below."""
    if ticket.id == other.id:
        raise NotPossibleError("a ticket cannot be linked with itself")
    older, newer = sorted((ticket.id, other.id))
    if db.get(Link, (older, newer)):
        return False
    db.add(Link(ticket_id=older, other_id=newer))
    for one, told in ((ticket, other), (other, ticket)):
        timeline.write(db, Kind.LINKED, now, ticket_id=one.id, by=by, other=told.number)
    return True


def linked(db: Session, ticket: Ticket) -> list[Ticket]:
    """The tickets it is linked with, and its duplicates, the oldest first."""
    related: CompoundSelect[Any] = union_all(
        select(Link.other_id).where(Link.ticket_id == ticket.id),
        select(Link.ticket_id).where(Link.other_id == ticket.id),
        select(Ticket.id).where(Ticket.merged_into_id == ticket.id),
        select(Ticket.merged_into_id).where(Ticket.id == ticket.id),
    )  # each by its index; joined by OR, they would go through all tickets
    return list(db.scalars(select(Ticket).where(Ticket.id.in_(related)).order_by(Ticket.id)))


def watch(db: Session, now: datetime, ticket: Ticket, email: str) -> bool:
    email = email.strip().lower()
    contact = ticket.contact.email if ticket.contact else None
    same = select(Watcher.id).where(Watcher.ticket_id == ticket.id, Watcher.email == email)
    if email == contact or db.scalar(same) is not None:
        return False
    db.add(Watcher(ticket_id=ticket.id, email=email))
    db.flush()
    timeline.write(db, Kind.WATCHED, now, ticket_id=ticket.id, email=email)
    return True


def watchers(db: Session, ticket: Ticket) -> list[str]:
    of = Watcher.ticket_id == ticket.id
    return list(db.scalars(select(Watcher.email).where(of).order_by(Watcher.id)))


def categorize(db: Session, now: datetime, ticket: Ticket, category: str, by: str) -> bool:
    """What it is about, in the word that the rules of assignment use."""
    if category == ticket.category:
        return False
    ticket.category = category
    told = category or "-"
    timeline.write(db, Kind.CATEGORIZED, now, ticket_id=ticket.id, by=by, category=told)
    assignment.again(db, now, ticket)
    return True


def tag(db: Session, now: datetime, ticket: Ticket, tags: list[str], by: str) -> bool:
    """The tags it has from now on, each once, in small letters."""
    wanted = list(dict.fromkeys(" ".join(one.split()).lower() for one in tags if one.strip()))
    if wanted == ticket.tags:
        return False
    ticket.tags = wanted
    timeline.write(db, Kind.TAGGED, now, ticket_id=ticket.id, by=by, tags=", ".join(wanted) or "-")
    return True
