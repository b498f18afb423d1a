"""What is under way at this moment: the pages that are live, how far each has got, and when it goes
on to the next level; and everybody who is on the line. Bounded lists, by the indexes of what is
live.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, case, func, select
from sqlalchemy.orm import Session, aliased

from callflows.turn import Severity
from ivr.models import (
    Call,
    Customer,
    Leg,
    LegState,
    Page,
    PageState,
    Place,
    Technician,
    Ticket,
)
from ivr.services.calls import callers
from ivr.services.calls.callers import Caller
from ivr.services.paging import paging

MOST = 200
"""Pages that are shown."""
WAITS = (Place.HOLDING, Place.TALKING_TO_US)
WORST_FIRST = (
    case((Page.state == PageState.OPEN, 0), else_=1),
    case((Ticket.severity == Severity.CRITICAL, 0), else_=1),
    Page.opened_at,
    Page.id,
)


@dataclass(frozen=True)
class Ring:
    """A phone of one of us that rings, or has been picked up, for a page."""

    person: int
    name: str
    state: str
    at: str | None
    """The step of whoever has picked up."""


@dataclass(frozen=True)
class Summons:
    """A page that is open or owed."""

    id: int
    ticket: str
    title: str
    customer: str | None
    severity: str
    state: str
    level: int
    opened_at: datetime
    due_at: datetime
    holder_id: int | None
    holder: str | None
    accepted_at: datetime | None
    calls_back: bool
    takes_over: int | None
    """The page of whoever is to be relieved, and still talks."""
    relieves: str | None
    """Who that is."""
    mail: str | None
    """Whom this level mails, if it rings nobody."""
    next_level: int | None
    next_at: datetime | None
    """When it goes on to that level, at the latest."""
    rings: Sequence[Ring] = ()
    callers: list[Caller] = field(default_factory=list)
    """Who is on the line about it and not put through, the longest first."""

    @property
    def critical(self) -> bool:
        return self.severity == Severity.CRITICAL

    @property
    def alarms(self) -> bool:
        """Nobody has it, and service is down."""
        return self.state == PageState.OPEN and self.critical


@dataclass(frozen=True)
class Live:
    pages: Sequence[Summons]
    callers: Sequence[Caller]
    """Those who are in no page's own list."""
    on_line: int
    """How many customers are on the line altogether."""

    @property
    def open(self) -> list[Summons]:
        return [one for one in self.pages if one.state == PageState.OPEN]

    @property
    def alarms(self) -> list[Summons]:
        return [one for one in self.pages if one.alarms]

    @property
    def relieved(self) -> set[int | None]:
        """Pages whose conversation somebody takes over already."""
        return {one.takes_over for one in self.pages}


def now(db: Session, now: datetime) -> Live:
    calling, pages = callers.on_line(db, now), _pages(db)
    waiting = defaultdict[int, list[Caller]](list)
    for one in calling:
        if one.ticket_id and not one.staff and one.place in WAITS:
            waiting[one.ticket_id].append(one)
    summoned = [_summons(row, rings, waiting) for row, rings in pages]
    shown = {one.id for page in summoned for one in page.callers}
    return Live(
        pages=summoned,
        callers=[one for one in calling if one.id not in shown],
        on_line=sum(not one.staff for one in calling),
    )


def unanswered(db: Session) -> int:
    """How many pages nobody has accepted."""
    open_ = select(Page.id).join(Ticket, Ticket.id == Page.ticket_id)
    open_ = open_.where(Page.due_at.is_not(None), Page.state == PageState.OPEN, ~Ticket.canary)
    return db.scalar(select(func.count()).select_from(open_.limit(MOST).subquery())) or 0


# Who is summoned ----------------------------------------------------------------------------------


def _pages(db: Session) -> list[tuple[Any, list[Ring]]]:
    """Each with its phones that ring. The same as paging.LIVE (the table sees to that), by the
    index of what is due.
    """
    before, other = aliased(Page), aliased(Technician)
    query = (
        select(
            Page,
            Ticket.number,
            Ticket.title,
            Ticket.severity,
            Customer.name.label("customer"),
            Technician.name.label("holder"),
            other.name.label("relieves"),
        )
        .join(Ticket, Ticket.id == Page.ticket_id)
        .outerjoin(Customer, Customer.id == Ticket.customer_id)
        .outerjoin(Technician, Technician.id == Page.accepted_by_id)
        .outerjoin(before, and_(before.id == Page.takes_over_id, Page.calls_back))
        .outerjoin(other, other.id == before.accepted_by_id)
        .where(Page.due_at.is_not(None), ~Ticket.canary)
        .order_by(*WORST_FIRST)
        .limit(MOST)
    )
    rows = db.execute(query).all()
    rings = _rings(db, [row.Page.id for row in rows])
    return [(row, rings[row.Page.id]) for row in rows]


def _rings(db: Session, pages: Collection[int]) -> defaultdict[int, list[Ring]]:
    """By page; one that waits for another page to be over does not ring."""
    live = (
        select(Leg.page_id, Leg.technician_id, Technician.name, Leg.state, Call.known)
        .join(Technician, Technician.id == Leg.technician_id)
        .outerjoin(Call, Call.sid == Leg.sid)
        .where(Leg.page_id.in_(pages), Leg.ended_at.is_(None), ~Leg.stopping)
        .where(Leg.state != LegState.WAITING)
        .order_by(Leg.id)
    )
    found = defaultdict[int, list[Ring]](list)
    for page, person, name, state, known in db.execute(live):
        found[page].append(Ring(person, name, state, known["at"] if known else None))
    return found


def _summons(row: Any, rings: Sequence[Ring], waiting: dict[int, list[Caller]]) -> Summons:
    page: Page = row.Page
    level = page.policy[page.level]
    goes_on = page.state == PageState.OPEN and "mail" not in level
    after = page.policy[page.level + 1] if goes_on else None
    return Summons(
        id=page.id,
        ticket=row.number,
        title=row.title,
        customer=row.customer,
        severity=row.severity,
        state=page.state,
        level=level["level"],
        opened_at=page.opened_at,
        due_at=page.due_at or page.opened_at,
        holder_id=page.accepted_by_id,
        holder=row.holder,
        accepted_at=page.accepted_at,
        calls_back=page.calls_back,
        takes_over=page.takes_over_id if page.calls_back else None,
        relieves=row.relieves,
        mail=level.get("mail"),
        next_level=after["level"] if after else None,
        next_at=page.level_since + timedelta(seconds=level["escalate_after"]) if after else None,
        rings=rings,
        callers=waiting.get(page.ticket_id, []),
    )


def talks(page: Summons) -> bool:
    """Whether whoever has it is on the line with the customer, or rings them."""
    return any(one.person == page.holder_id and one.at == paging.CALLED for one in page.rings)
