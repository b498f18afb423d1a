"""What our people and the customer say to each other on a ticket, by whatever door it comes.

What we say answers the customer, and stops the clock of the first response; what the customer says
ends a wait, or opens the ticket again.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from callflows.turn import Severity
from ivr.models import ClockKind, Status, Ticket
from ivr.services.mail import alerts, notices
from ivr.services.paging import paging
from ivr.services.tickets import attachments, clocks, feedback, life, tickets, timeline
from ivr.services.tickets.attachments import Kept
from ivr.services.tickets.life import Who
from ivr.services.tickets.timeline import Kind

# What we say --------------------------------------------------------------------------------------


def reply(
    db: Session, now: datetime, ticket: Ticket, by: str, text: str, files: Sequence[Kept] = ()
) -> None:
    entry = _say(db, now, ticket, Kind.REPLY, by, text, files)
    if ticket.status == Status.NEW:
        life.move(db, now, ticket, Status.OPEN, life.STAFF, by=by)
    notices.replied(db, now, ticket, entry, files, by=by, text=text)


def ask(
    db: Session, now: datetime, ticket: Ticket, by: str, text: str, files: Sequence[Kept] = ()
) -> None:
    """The ball is in the customer's court: the resolution waits for the answer."""
    entry = _say(db, now, ticket, Kind.ASKED, by, text, files)
    if ticket.status in life.OVER:
        life.move(db, now, ticket, Status.OPEN, life.STAFF, by=by)
    life.move(db, now, ticket, Status.WAITING, life.STAFF, by=by)
    notices.asked(db, now, ticket, entry, files, by=by, text=text)


def _say(
    db: Session,
    now: datetime,
    ticket: Ticket,
    kind: Kind,
    by: str,
    text: str,
    files: Sequence[Kept],
) -> int:
    clocks.meet(db, now, ticket.id, ClockKind.RESPONSE, ClockKind.ESCALATION)
    entry = timeline.add(db, kind, now, ticket_id=ticket.id, by=by, text=text)
    attachments.attach(db, now, ticket.id, files, entry)
    return entry


# What the customer says ---------------------------------------------------------------------------


def said(
    db: Session,
    now: datetime,
    ticket: Ticket,
    who: Who,
    *,
    by: str,
    text: str,
    channel: str,
    quoted: str = "",
    known: bool = True,
    loud: bool = True,
    **more: Any,
) -> int:
    """An answer, an addition, or that it is not solved after all. What somebody writes who has
    nothing to do with the ticket, as far as we know, is kept, and changes nothing. `loud`: whoever
    has the ticket is told. What else is given is put on the timeline with it.
    """
    told = {"by": by, "text": text, "channel": channel, "quoted": quoted, "known": known} | more
    entry = timeline.add(db, Kind.SAID, now, ticket_id=ticket.id, **told)
    if known and ticket.status == Status.WAITING:
        life.move(db, now, ticket, Status.OPEN, who, by=by)
    elif known and life.may_reopen(db, now, ticket):
        open_again(db, now, ticket, who, by)
    if loud:
        alerts.written(db, now, ticket, entry, by=by, text=text)
    return entry


def worse(db: Session, now: datetime, ticket: Ticket, severity: Severity) -> None:
    """It can be made worse, never better."""
    if tickets.ORDER.index(severity) > tickets.ORDER.index(Severity(ticket.severity)):
        tickets.declare(db, now, ticket, severity)
        _ring(db, now, ticket)


def regrade(db: Session, now: datetime, ticket: Ticket, severity: Severity, by: str) -> bool:
    """One of us says how bad it is. False when it is so already."""
    if not tickets.change_severity(db, now, ticket, severity, by):
        return False
    _ring(db, now, ticket)
    return True


def _ring(db: Session, now: datetime, ticket: Ticket) -> None:
    """Whoever says so: what has become critical rings, unless it is over."""
    if ticket.severity == Severity.CRITICAL and ticket.status not in life.OVER:
        paging.open_page(db, now, ticket)


def solved(db: Session, now: datetime, ticket: Ticket, by: str) -> None:
    if life.move(db, now, ticket, Status.RESOLVED, life.CUSTOMER, by=by, how="customer"):
        paging.close(db, now, ticket.id)


def solved_by_phone(db: Session, now: datetime, ticket: Ticket, by: str) -> None:
    """While somebody is rung for the ticket it is not solved: another caller may hold. Nobody has
    to prove who they are on the phone, so the contact is told.
    """
    if ticket.status in life.OVER or paging.live_page(db, ticket.id):
        return
    solved(db, now, ticket, by)
    notices.resolved(db, now, ticket)


# How it ends, and does not ------------------------------------------------------------------------


def resolve(db: Session, now: datetime, ticket: Ticket, by: str, how: str) -> None:
    """The ticket is solved: nobody is rung for it any more, and the customer is told."""
    paging.close(db, now, ticket.id)
    if ticket.status not in life.OVER:
        life.move(db, now, ticket, Status.RESOLVED, life.STAFF, by=by, how=how)
        notices.resolved(db, now, ticket)


def close(db: Session, now: datetime, ticket: Ticket, who: Who, **told: Any) -> None:
    """It is over. The customer is told, and asked how we did, by one mail."""
    paging.close(db, now, ticket.id)
    if life.move(db, now, ticket, Status.CLOSED, who, **told):
        notices.closed(db, now, ticket, feedback.ask(db, now, ticket))


def open_again(db: Session, now: datetime, ticket: Ticket, who: Who, by: str) -> None:
    """It is not solved after all; a critical one pages afresh, from the first level."""
    life.move(db, now, ticket, Status.OPEN, who, by=by)
    if ticket.severity == Severity.CRITICAL and who != life.STAFF:
        paging.open_page(db, now, ticket)
