"""One page at a time: whose phone rings for one page is not rung for another until that is over,
and who talks to a customer is passed over. What waits comes in order: what is critical first, then
whoever has waited longest.

A leg that waits is looked at again as soon as the technician is free (`release`); now and then it
looks by itself.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, case, func, literal, select, update
from sqlalchemy.orm import Session

from callflows.turn import Severity
from ivr.database import hurry
from ivr.models import Leg, LegState, Page, PageState, Technician, Ticket

ENGAGED, WAITS = "engaged", "waits"
LOOK_AGAIN = timedelta(minutes=1)
"""Should nobody say that the technician is free."""
ON_THE_PHONE = (LegState.PLACING, LegState.RINGING, LegState.ANSWERED)
FIRST = (case((Ticket.severity == Severity.CRITICAL, 0), else_=1), Page.opened_at, Page.id)


@dataclass(frozen=True)
class _Other:
    """Another leg of the same technician that is not over."""

    id: int
    page_id: int
    round: int
    state: str
    outcome: str | None
    due: bool


def hindrance(db: Session, now: datetime, leg: Leg) -> str | None:
    """What keeps this phone from being rung now: the technician talks to a customer (ENGAGED), or
    another page rings them, or comes first (WAITS). Of two workers one asks after the other.
    """
    them = select(Technician.id).where(Technician.id == leg.technician_id)
    db.execute(them.with_for_update())
    live = _live(db, now, leg.technician_id)
    before = live[: next(at for at, one in enumerate(live) if one.id == leg.id)]
    others = [one for one in live if (one.page_id, one.round) != (leg.page_id, leg.round)]
    if any(one.state == LegState.ANSWERED and one.outcome == "accepted" for one in others):
        return ENGAGED
    busy = any(one.state in ON_THE_PHONE for one in others)
    first = any(one.due and one in before for one in others)
    return WAITS if busy or first else None


def _live(db: Session, now: datetime, technician_id: int) -> list[_Other]:
    """In the order in which they are to ring."""
    rows = (
        select(Leg.id, Leg.page_id, Leg.round, Leg.state, Leg.outcome, Leg.due_at)
        .join(Page, Page.id == Leg.page_id)
        .join(Ticket, Ticket.id == Page.ticket_id)
        .where(Leg.technician_id == technician_id, Leg.ended_at.is_(None))
        .order_by(*FIRST, Leg.id)
    )
    return [
        _Other(*row[:5], due=bool(row.due_at and row.due_at <= now)) for row in db.execute(rows)
    ]


def waiting(technician_id: int) -> Select[int]:
    """How many critical pages wait for them, the one that rings among them."""
    return (
        select(func.count(func.distinct(Leg.page_id)))
        .join(Page, Page.id == Leg.page_id)
        .join(Ticket, Ticket.id == Page.ticket_id)
        .where(
            Leg.technician_id == technician_id,
            Leg.ended_at.is_(None),
            Page.state == PageState.OPEN,
            Ticket.severity == Severity.CRITICAL,
        )
    )


def release(db: Session, now: datetime, technician_id: int) -> None:
    """The technician may be free: what has waited first is looked at."""
    waiting = (
        select(Leg.id)
        .join(Page, Page.id == Leg.page_id)
        .join(Ticket, Ticket.id == Page.ticket_id)
        .where(
            Leg.technician_id == technician_id,
            Leg.ended_at.is_(None),
            Leg.state == literal(LegState.WAITING.value),
        )
        .order_by(*FIRST, Leg.id)
        .limit(1)
    )
    db.execute(
        update(Leg).where(Leg.id == waiting.scalar_subquery()).values(due_at=now),
        execution_options={"synchronize_session": False},
    )
    hurry(db)
