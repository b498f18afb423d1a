"""Tickets: found, opened, made worse, noted, resolved; each with its line on the timeline."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from callflows.turn import Severity
from ivr.models import Contact, Customer, Organization, Status, Technician, Ticket
from ivr.services import numbers, targets, timeline
from ivr.services.timeline import Kind

ORDER = (Severity.MINOR, Severity.MAJOR, Severity.CRITICAL)
OVER = (Status.RESOLVED, Status.CLOSED)


def find(db: Session, dialled: str) -> Ticket | None:
    """By the number as it was keyed, without leading zeros (see numbers.dialled)."""
    return db.scalar(select(Ticket).where(Ticket.dialled == dialled))


def due(db: Session, severity: Severity, opened_at: datetime) -> datetime:
    calendar = targets.calendar_of(db.get(Organization, 1))
    return targets.respond_by(severity, opened_at, calendar)


def open_ticket(
    db: Session,
    now: datetime,
    *,
    title: str,
    severity: Severity,
    customer: Customer | None = None,
    contact: Contact | None = None,
    description: str = "",
    number: str | None = None,
    opened_by_number: str | None = None,
) -> Ticket:
    number = number or numbers.next_number(db)
    ticket = Ticket(
        number=number,
        dialled=number.lstrip("0"),
        customer_id=customer.id if customer else None,
        contact_id=contact.id if contact else None,
        title=title,
        description=description,
        severity=severity,
        opened_at=now,
        respond_by=due(db, severity, now),
        opened_by_number=opened_by_number,
    )
    db.add(ticket)
    db.flush()
    timeline.write(db, Kind.OPENED, now, ticket_id=ticket.id, severity=severity)
    return ticket


def declare(
    db: Session, now: datetime, ticket: Ticket, severity: Severity, call_id: int | None = None
) -> None:
    """What a caller says of the severity: it can make a ticket worse, never better."""
    about = {"ticket_id": ticket.id, "call_id": call_id}
    if ticket.status in OVER:
        ticket.status, ticket.resolved_at = Status.OPEN, None
        timeline.write(db, Kind.REOPENED, now, **about)
    was = Severity(ticket.severity)
    timeline.write(db, Kind.SEVERITY, now, **about, severity=severity, was=was)
    if ORDER.index(severity) > ORDER.index(was):
        ticket.severity = severity
        ticket.respond_by = due(db, severity, ticket.opened_at)


def note(db: Session, now: datetime, ticket: Ticket, by: str, text: str) -> None:
    timeline.write(db, Kind.NOTE, now, ticket_id=ticket.id, by=by, text=text)


def resolve(db: Session, now: datetime, ticket: Ticket, by: Technician | None, how: str) -> None:
    if ticket.status in OVER:
        return
    ticket.status, ticket.resolved_at = Status.RESOLVED, now
    name = by.name if by else "staff"
    timeline.write(db, Kind.RESOLVED, now, ticket_id=ticket.id, by=name, how=how)
