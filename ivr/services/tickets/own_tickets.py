"""The tickets that a customer's contact may see, and what they see of one.

The one place that says whose tickets are whose. A ticket of somebody else is like one that does not
exist.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, joinedload

from callflows.turn import Severity
from ivr.models import Attachment, Clock, Contact, Entry, Page, Ticket
from ivr.services import leaf
from ivr.services.calls.numbers import dialled
from ivr.services.paging import paging
from ivr.services.tickets import attachments, clocks, relations, tickets
from ivr.services.tickets.timeline import Kind

A_PAGE = 30
"""Tickets shown at a time."""
SHOWN = (
    Kind.OPENED,
    Kind.REPLY,
    Kind.ASKED,
    Kind.SAID,
    Kind.SEVERITY,
    Kind.REGRADED,
    Kind.CALLED,
    Kind.CALLBACK_ASKED,
    Kind.PAGED,
    Kind.ACCEPTED,
    Kind.CALLED_BACK,
    Kind.MERGED,
    Kind.REOPENED,
    Kind.RESOLVED,
    Kind.CLOSED,
)
"""What of the timeline is meant for the customer; the rest is between us."""

WITH = (joinedload(Ticket.contact), joinedload(Ticket.assignee), joinedload(Ticket.team))


@dataclass(frozen=True)
class Line:
    id: int
    kind: str
    at: datetime
    data: dict[str, Any]
    files: list[Attachment] = field(default_factory=list)


@dataclass(frozen=True)
class Own:
    """A ticket, as far as it is the customer's business."""

    ticket: Ticket
    clocks: dict[str, Clock]
    page: Page | None
    """The latest summons."""
    lines: list[Line]
    files: list[Attachment]
    """Those that it was opened with."""
    goes_on_as: Ticket | None
    """The ticket that it was merged into, if they may see that one."""


def whose(contact: Contact) -> ColumnElement[bool]:
    """Those of their company, and their own."""
    own = Ticket.contact_id == contact.id
    if contact.customer_id is None:
        return own
    return or_(own, Ticket.customer_id == contact.customer_id)


def find(db: Session, contact: Contact, number: str) -> Ticket | None:
    keyed = dialled(number)
    if keyed is None:
        return None
    query = select(Ticket).options(*WITH)
    return db.scalar(query.where(Ticket.dialled == keyed, whose(contact)))


def newest(
    db: Session, contact: Contact, before: int | None = None
) -> tuple[list[Ticket], int | None]:
    query = select(Ticket).options(*WITH).where(whose(contact))
    return leaf.newest(db, query, Ticket.id, before, A_PAGE)


def by_form(db: Session, contact: Contact, form_key: str) -> Ticket | None:
    """The ticket that a form has opened, if it was sent before."""
    return db.scalar(select(Ticket).where(Ticket.form_key == form_key, whose(contact)))


def show(db: Session, contact: Contact, number: str) -> Own | None:
    ticket = find(db, contact, number)
    if ticket is None:
        return None
    files = attachments.of(db, ticket.id)
    later = relations.survivor(db, ticket)
    return Own(
        ticket,
        {one.kind: one for one in clocks.of(db, ticket.id)},
        paging.latest(db, ticket.id),
        [_line(entry, files) for entry in _entries(db, ticket)],
        [one for one in files if one.entry_id is None],
        find(db, contact, later.number) if later is not ticket else None,
    )


def _entries(db: Session, ticket: Ticket) -> list[Entry]:
    of = select(Entry).where(Entry.ticket_id == ticket.id, Entry.kind.in_(SHOWN))
    return [entry for entry in db.scalars(of.order_by(Entry.id)) if _is_theirs(entry)]


def _is_theirs(entry: Entry) -> bool:
    """What a stranger has written under this number is for us to judge first."""
    return entry.kind in SHOWN and bool(entry.data.get("known", True))


def _line(entry: Entry, files: Sequence[Attachment]) -> Line:
    with_it = [one for one in files if one.entry_id == entry.id]
    return Line(entry.id, entry.kind, entry.at, entry.data, with_it)


def file(db: Session, contact: Contact, key: str) -> Attachment | None:
    """A file that they may have: one that came with the ticket, or with a line that they see."""
    found = attachments.by_key(db, key)
    if found is None:
        return None
    of = select(Ticket.id).where(Ticket.id == found.ticket_id, whose(contact))
    entry = db.get(Entry, found.entry_id) if found.entry_id else None
    if db.scalar(of) is None or (entry is not None and not _is_theirs(entry)):
        return None
    return found


def may_be_worse(ticket: Ticket) -> list[Severity]:
    """The severities that it can still be raised to."""
    return list(tickets.ORDER[tickets.ORDER.index(Severity(ticket.severity)) + 1 :])
