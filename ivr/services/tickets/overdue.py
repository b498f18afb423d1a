"""What is done when a clock is about to end, or has ended; each once.

At the warning those who have the ticket are told. Missed, the ticket goes one level up, and that
level is paged or mailed, as the targets say for its severity (support policy, section 8).
"""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from callflows.turn import Severity
from ivr import clock as wall
from ivr.database import transaction
from ivr.models import Clock, ClockKind, Page, Ticket
from ivr.services.calls.carrier import Carrier
from ivr.services.mail import alerts, notices
from ivr.services.paging import paging, policies
from ivr.services.settings import house
from ivr.services.tickets import clocks, conversation, life, targets, tickets, timeline
from ivr.services.tickets.timeline import Kind


def attend(clock_id: int, _carrier: Carrier) -> None:
    with transaction() as db:
        look(db, wall.now(), clock_id)


def look(db: Session, now: datetime, clock_id: int) -> None:
    """Do what is due about a clock."""
    ticket_id = db.scalar(select(Clock.ticket_id).where(Clock.id == clock_id))
    if ticket_id is None:
        return
    page = paging.live_page(db, ticket_id)  # locked before the clock, as whoever answers does
    clock = db.scalars(select(Clock).where(Clock.id == clock_id).with_for_update()).one()
    if clock.due_at is None or clock.due_at > now:
        return
    if clock.kind in clocks.PROMISES:
        _promised(db, now, clock, page)
    else:
        clock.met_at = now
        WHEN_DUE[clock.kind](db, now, clock.ticket)
    clock.due_at = clocks.next_due(clock)


def _promised(db: Session, now: datetime, clock: Clock, page: Page | None) -> None:
    if clock.ends_at and clock.ends_at <= now:
        clock.missed_at = now
        happened, tell = Kind.MISSED, _one_level_up
    else:
        clock.warned_at = now
        happened, tell = Kind.WARNED, alerts.warned
    timeline.write(db, happened, now, ticket_id=clock.ticket_id, clock=clock.kind)
    if page is None:  # a live one summons people already, and has levels of its own
        tell(db, now, clock)


def _one_level_up(db: Session, now: datetime, clock: Clock) -> None:
    ticket = clock.ticket
    policy = policies.default(db)
    index = min(ticket.level, len(policy) - 1)  # of the level after the present one
    level = policy[index]
    tickets.set_level(db, now, ticket, level["level"], f"the {clock.kind} is late")
    if "mail" not in level and _how(db, ticket) == "page":
        paging.open_page(db, now, ticket, None, index)
    else:
        alerts.missed(db, now, clock)


def _remind(db: Session, now: datetime, ticket: Ticket) -> None:
    question = timeline.last(db, ticket.id, Kind.ASKED)
    notices.reminded(db, now, ticket, by=question.get("by", ""), text=question.get("text", ""))


def _close(db: Session, now: datetime, ticket: Ticket) -> None:
    conversation.close(db, now, ticket, life.TIME)


WHEN_DUE: dict[str, Callable[[Session, datetime, Ticket], None]] = {
    ClockKind.REMINDER: _remind,
    ClockKind.CLOSING: _close,
}


def _how(db: Session, ticket: Ticket) -> str:
    contract = ticket.customer.targets if ticket.customer else {}
    return targets.when_missed(Severity(ticket.severity), house.ours(db).targets, contract)
