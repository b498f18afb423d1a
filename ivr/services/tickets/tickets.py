"""Tickets: found, opened, made worse, noted, resolved; each with its line on the timeline."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from callflows.turn import Severity
from ivr.models import ClockKind, Contact, Customer, Status, Ticket
from ivr.services.calls import numbers
from ivr.services.tickets import clocks, life, timeline
from ivr.services.tickets.timeline import Kind

ORDER = (Severity.MINOR, Severity.MAJOR, Severity.CRITICAL)


def find(db: Session, dialled: str, *, canary: bool = False) -> Ticket | None:
    """By the number as it was keyed, without leading zeros (see numbers.dialled). The canary's are
    only found by who asks for them: nobody writes to one.
    """
    found = db.scalar(select(Ticket).where(Ticket.dialled == dialled))
    return None if found and found.canary and not canary else found


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
    category: str = "",
    opened_by_number: str | None = None,
    form_key: str | None = None,
    how: Mapping[str, Any] | None = None,
    since: datetime | None = None,
    canary: bool = False,
) -> Ticket:
    """`how` it came is put on the timeline: by whom or what, and by which mail. `since`: when it
    was submitted, if that was before now.
    """
    number = number or numbers.next_number(db)
    ticket = Ticket(
        number=number,
        dialled=number.lstrip("0"),
        customer_id=customer.id if customer else None,
        contact_id=contact.id if contact else None,
        title=title,
        description=description,
        category=category,
        severity=severity,
        opened_at=since or now,
        opened_by_number=opened_by_number,
        form_key=form_key,
        canary=canary,
    )
    db.add(ticket)
    db.flush()
    timeline.write(db, Kind.OPENED, now, ticket_id=ticket.id, severity=severity, **(how or {}))
    clocks.start(db, ticket.opened_at, ticket, ClockKind.RESPONSE, ClockKind.RESOLUTION)
    return ticket


def declare(
    db: Session, now: datetime, ticket: Ticket, severity: Severity, call_id: int | None = None
) -> None:
    """What a caller says of the severity: it can make a ticket worse, never better."""
    about = {"ticket_id": ticket.id, "call_id": call_id}
    if ticket.status in (*life.OVER, Status.WAITING):
        life.move(db, now, ticket, Status.OPEN, life.CUSTOMER)
    was = Severity(ticket.severity)
    worse = ORDER.index(severity) > ORDER.index(was)
    if worse:
        ticket.severity = severity
    timeline.write(db, Kind.SEVERITY, now, **about, severity=severity, was=was)
    if worse:
        clocks.recompute(db, ticket)


def change_severity(
    db: Session, now: datetime, ticket: Ticket, severity: Severity, by: str
) -> bool:
    """What one of us says of the severity, better or worse. False when it is so already."""
    was = Severity(ticket.severity)
    if severity == was:
        return False
    ticket.severity = severity
    timeline.write(db, Kind.REGRADED, now, ticket_id=ticket.id, by=by, severity=severity, was=was)
    clocks.recompute(db, ticket)
    return True


def note(db: Session, now: datetime, ticket: Ticket, by: str, text: str, **more: Any) -> int:
    """Among us: the customer never sees it."""
    return timeline.add(db, Kind.NOTE, now, ticket_id=ticket.id, by=by, text=text, **more)


def set_level(db: Session, now: datetime, ticket: Ticket, level: int, why: str) -> None:
    """Every move has its reason."""
    if ticket.level != level:
        ticket.level = level
        timeline.write(db, Kind.LEVEL, now, ticket_id=ticket.id, level=level, why=why)
