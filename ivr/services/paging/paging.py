"""Pages: opening, ringing on, accepting, ending. The page row is the truth; Celery only hurries it.

Every change is a conditional UPDATE whose row count decides; who loses the race does nothing.
"""

from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from callflows.turn import Severity
from ivr.database import changed, hurry
from ivr.models import (
    Call,
    ClockKind,
    Leg,
    LegState,
    Page,
    PageState,
    Place,
    Status,
    Technician,
    Ticket,
)
from ivr.services.paging import changing_hands, freezing, legs, policies, progress, summons
from ivr.services.paging.escalation import next_move
from ivr.services.sureness import cage
from ivr.services.tickets import clocks, life, timeline
from ivr.services.tickets.timeline import Kind

LIVE = (PageState.OPEN, PageState.OWED)
MEET_WITHIN = timedelta(seconds=60)
"""How long the acceptor and the caller may take to be put together."""
CALL_BACK_WITHIN = timedelta(minutes=5)
"""How long an acceptor may owe the call back before the page rings again."""
SETTLED = timedelta(seconds=20)
"""Until all has been told of a call that is over."""
CALLED = "callback.called"
"""The step that takes what became of a call back: until it does, they talk."""


def live_page(db: Session, ticket_id: int) -> Page | None:
    return db.scalar(
        select(Page).where(Page.ticket_id == ticket_id, Page.state.in_(LIVE)).with_for_update()
    )


def nudge(db: Session, now: datetime, ticket_id: int) -> None:
    """A caller is holding: should no worker have looked at the page in time, somebody does now."""
    overdue = select(Page.id).where(
        Page.ticket_id == ticket_id, Page.state.in_(LIVE), Page.due_at <= now
    )
    if db.scalar(overdue) is not None:
        hurry(db)


def latest(db: Session, ticket_id: int) -> Page | None:
    return db.scalar(
        select(Page).where(Page.ticket_id == ticket_id).order_by(Page.id.desc()).limit(1)
    )


def open_page(
    db: Session, now: datetime, ticket: Ticket, call_id: int | None = None, level: int = 0
) -> Page:
    """Summon the technicians; a live page of the ticket is joined."""
    page = live_page(db, ticket.id)
    if page:
        _join(db, now, page, call_id)
        return page
    policy = cage.levels(db) if ticket.canary else policies.frozen(db, now, ticket)
    page = Page(
        ticket_id=ticket.id,
        call_id=call_id,
        policy=policy,
        level=min(level, len(policy) - 1),
        level_since=now,
        due_at=now,
        opened_at=now,
    )
    db.add(page)
    db.flush()
    hurry(db)
    ticket.level = policy[page.level]["level"]
    about = {"ticket_id": ticket.id, "call_id": call_id}
    timeline.write(db, Kind.PAGED, now, **about, level=ticket.level)
    return page


def _join(db: Session, now: datetime, page: Page, call_id: int | None) -> None:
    """A caller of a ticket that is paged already. Nobody is rung twice who rings now."""
    waiting = db.get(Call, page.call_id) if page.call_id else None
    if call_id and (waiting is None or waiting.place in {Place.GONE, Place.BRIDGED}):
        page.call_id = call_id
    if page.state == PageState.OWED or "mail" in page.policy[page.level]:
        ring_again(db, now, page, why="called again")


def ring_again(db: Session, now: datetime, page: Page, why: str, level: int = 0) -> bool:
    """Open a live page again from its first level, or from another one, for those who are on call
    by now; False when it was ended meanwhile.
    """
    critical = page.ticket.severity == Severity.CRITICAL
    reopened = changed(
        db,
        update(Page)
        .where(Page.id == page.id, Page.version == page.version, Page.state.in_(LIVE))
        .values(
            state=PageState.OPEN,
            version=page.version + 1,
            level=level,
            level_since=now,
            round=page.round + 1,
            first_round=page.round + 1,
            policy=freezing.freeze(db, now, page.policy, critical=critical),
            due_at=now,
            accepted_by_id=None,
            accepted_at=None,
            calls_back=False,
            takes_over_id=None,
        ),
    )
    db.refresh(page)
    if reopened:
        hurry(db)
        timeline.write(db, Kind.REOPENED_PAGE, now, ticket_id=page.ticket_id, why=why)
    return reopened


def reopen(db: Session, now: datetime, ticket: Ticket, call_id: int | None, why: str) -> None:
    """The caller still needs somebody: the live page rings again, or a new one is opened."""
    page = live_page(db, ticket.id)
    if page is None:
        open_page(db, now, ticket, call_id)
        return
    if call_id:
        page.call_id = call_id
    if page.state == PageState.OWED:
        ring_again(db, now, page, why)


# What happens when a page is due ------------------------------------------------------------------


def advance(db: Session, now: datetime, page_id: int) -> list[int]:
    """Do what is due on a page. Returns the legs that must be rung, once this is committed."""
    page = db.scalar(select(Page).where(Page.id == page_id).with_for_update())
    if page is None or page.due_at is None or page.due_at > now:
        return []
    if page.state == PageState.OWED and not _ring_for_owed(db, now, page):
        return []
    before = page.level
    at, waiting = progress.of_page(db, page)
    move = next_move(page.policy, at, now)
    first = changed(
        db,
        update(Page)
        .where(Page.id == page.id, Page.version == page.version, Page.state == PageState.OPEN)
        .values(
            version=page.version + 1,
            level=move.level,
            level_since=move.since,
            round=move.round,
            first_round=move.first_round,
            due_at=move.look_again,
        ),
    )
    if not first:  # somebody else was first, and does it
        return []
    db.refresh(page)
    if move.level != before:
        page.ticket.level = page.policy[move.level]["level"]
        timeline.write(db, Kind.ESCALATED, now, ticket_id=page.ticket_id, level=page.ticket.level)
    summons.tell(db, now, page, move)
    if not move.ring:
        return []
    known = freezing.technicians(db, move.ring)
    made = legs.ring(db, now, page, [known[one] for one in move.ring], move.round, waiting)
    return [leg.id for leg in made if leg.due_at and leg.due_at <= now]


def _ring_for_owed(db: Session, now: datetime, page: Page) -> bool:
    """Whoever has it did not meet the customer in time: whether others are rung for it now."""
    if talk(db, page) or (page.calls_back and changing_hands.is_rung(db, page)):
        page.due_at = now + MEET_WITHIN
        return False
    if page.calls_back:
        _not_reached(db, now, page)
        return False
    return ring_again(db, now, page, why="caller was not reached")


def talk(db: Session, page: Page) -> bool:
    """Whether the acceptor is on the line with the customer, or rings them, at this moment."""
    theirs = select(Call).join(Leg, Leg.sid == Call.sid).where(Leg.page_id == page.id)
    theirs = theirs.where(Leg.technician_id == page.accepted_by_id, Leg.state == LegState.ANSWERED)
    return any(call.known["at"] == CALLED and not call.ended_at for call in db.scalars(theirs))


# What people make of a page -----------------------------------------------------------------------


def accept(
    db: Session, now: datetime, page_id: int, technician: Technician, leg_id: int | None = None
) -> bool:
    """The first one wins. Everybody else stops ringing, or hears who has it; so do the acceptor's
    other phones, when it was done on one.
    """
    won = changed(
        db,
        update(Page)
        .where(Page.id == page_id, Page.state == PageState.OPEN)
        .values(
            state=PageState.OWED,
            version=Page.version + 1,
            accepted_by_id=technician.id,
            accepted_at=now,
            due_at=now + MEET_WITHIN,
        ),
    )
    if not won:
        return False
    page = db.get_one(Page, page_id, populate_existing=True)
    legs.stop_others(db, now, page_id, technician.id, leg_id)
    page.ticket.assignee = technician
    life.move(db, now, page.ticket, Status.OPEN, life.STAFF, by=technician.name)
    about, name = page.ticket_id, technician.name
    waited = int((now - page.opened_at).total_seconds())
    timeline.write(db, Kind.ACCEPTED, now, ticket_id=about, technician=name, seconds=waited)
    return True


def reached(db: Session, now: datetime, page: Page, how: str) -> bool:
    """The acceptor and the customer have talked; the page is over."""
    done = changed(
        db,
        update(Page)
        .where(Page.id == page.id, Page.state == PageState.OWED)
        .values(state=PageState.ACCEPTED, version=Page.version + 1, due_at=None),
    )
    if not done:
        return False
    db.refresh(page)
    if how != "no-caller":
        clocks.meet(db, now, page.ticket_id, ClockKind.RESPONSE, ClockKind.ESCALATION)
    changing_hands.done(db, now, page)
    kinds = {"bridged": Kind.JOINED, "called-back": Kind.CALLED_BACK}
    if how in kinds:
        name = page.accepted_by.name if page.accepted_by else ""
        timeline.write(db, kinds[how], now, ticket_id=page.ticket_id, technician=name)
    return True


def missed(db: Session, now: datetime, page: Page, why: str) -> None:
    """Accepted, but not met: for a caller on the line it rings again, one who left is owed."""
    if page.state != PageState.OWED:
        return
    if page.calls_back:  # that they have talked may be told a moment later
        page.due_at = now if page.takes_over_id else now + SETTLED
        return
    caller = db.get(Call, page.call_id) if page.call_id else None
    if caller and caller.place in {Place.HOLDING, Place.TALKING_TO_US}:
        ring_again(db, now, page, why)
        return
    if page.due_at and page.due_at > now + MEET_WITHIN:  # owed already
        return
    page.due_at = now + CALL_BACK_WITHIN
    name = page.accepted_by.name if page.accepted_by else ""
    timeline.write(db, Kind.OWED, now, ticket_id=page.ticket_id, technician=name, why=why)


def _not_reached(db: Session, now: datetime, page: Page) -> None:
    """Whoever called the customer unasked, or was to take over, has given up."""
    about, name = page.ticket_id, page.accepted_by.name if page.accepted_by else ""
    close(db, now, about)
    kind = Kind.NOT_TAKEN_OVER if page.takes_over_id else Kind.NOT_REACHED
    timeline.write(db, kind, now, ticket_id=about, technician=name)


def close(db: Session, now: datetime, ticket_id: int) -> None:
    """A human is done with the ticket: nobody is rung for it any more. Who talks to the customer at
    this moment goes on.
    """
    page = live_page(db, ticket_id)
    if page is None:
        return
    spared = page.accepted_by_id if page.state == PageState.OWED and talk(db, page) else None
    page.state, page.due_at, page.version = PageState.CLOSED, None, page.version + 1
    legs.stop_others(db, now, page.id, spared)
