"""A conversation that changes hands: what is under way of it, and what each side's call does.

Who takes over has a page of their own (services/paging/taking_over.py), and a leg. Their 1 marks
the leg as accepted, and it is due: the caller is to be brought (services/paging/ringing.py). The
caller leaves the hold they talk from, as if that had ended by itself, and waits in the queue for
the new one. From then on the page is like any that is owed: for a caller who lost theirs, everybody
is rung.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from ivr.database import changed, hurry
from ivr.models import Call, Leg, LegState, Page, PageState, Place, TakenTurn, Technician
from ivr.services.calls.call_row import CallRow
from ivr.services.paging import bundling, paging
from ivr.services.tickets import timeline
from ivr.services.tickets.timeline import Kind

ACCEPTED = "accepted"
RUNG = (LegState.DUE, *bundling.ON_THE_PHONE)


def is_pressed(db: Session, page: Page) -> bool:
    """Whether whoever takes over has pressed 1, and is on the line."""
    if page.takes_over_id is None or page.state != PageState.OWED:
        return False
    theirs = select(Leg.id).where(Leg.page_id == page.id, Leg.outcome == ACCEPTED)
    there = theirs.where(Leg.state == LegState.ANSWERED, Leg.technician_id == page.accepted_by_id)
    return db.scalar(there.limit(1)) is not None


def is_rung(db: Session, page: Page) -> bool:
    """Whether a phone of whoever is to take over rings, or is in their hand."""
    theirs = select(Leg.id).where(Leg.page_id == page.id, Leg.state.in_(RUNG), ~Leg.stopping)
    return page.takes_over_id is not None and db.scalar(theirs.limit(1)) is not None


def talks_to(db: Session, page: Page, call: Call | CallRow | None) -> str | None:
    """From whom this page takes its caller over, as long as those two talk."""
    if page.takes_over_id is None or page.state != PageState.OWED:
        return None
    if call is None or call.place != Place.BRIDGED:
        return None
    before = db.get_one(Page, page.takes_over_id)
    return before.accepted_by.name if before.accepted_by else None


def by(db: Session, page: Page) -> str | None:
    """Who has taken the conversation of this page over, or has pressed 1 to."""
    there = (
        select(Technician.name)
        .join(Page, Page.accepted_by_id == Technician.id)
        .join(Leg, Leg.page_id == Page.id)
        .where(
            Page.call_id == page.call_id,
            Page.takes_over_id == page.id,
            Page.state.in_((PageState.OWED, PageState.ACCEPTED)),
            Leg.technician_id == Technician.id,
            Leg.outcome == ACCEPTED,
        )
    )
    return db.scalar(there.limit(1))


def press(db: Session, now: datetime, leg: Leg) -> None:
    """1 was pressed: the caller is to be brought, unless it was given up meanwhile."""
    theirs = changed(
        db,
        update(Page)
        .where(
            Page.id == leg.page_id,
            Page.state == PageState.OWED,
            Page.accepted_by_id == leg.technician_id,
        )
        .values(version=Page.version + 1, due_at=now + paging.MEET_WITHIN),
    )
    if theirs:
        leg.outcome, leg.due_at = ACCEPTED, now
        hurry(db)


def is_to_bring(leg: Leg) -> bool:
    """Whether the caller is to be brought to this leg's technician, and has not come yet."""
    page = leg.page
    waits = page.takes_over_id is not None and page.calls_back and page.state == PageState.OWED
    return waits and leg.state == LegState.ANSWERED and leg.outcome == ACCEPTED


@dataclass(frozen=True)
class Talk:
    """The caller's call, and the turn that began the hold they were put through from."""

    sid: str
    turn: int
    language: str


def talk(db: Session, page: Page) -> Talk | None:
    """None: they talk no more, and whatever the caller does next brings them."""
    call = db.get(Call, page.call_id) if page.call_id else None
    if call is None or call.place != Place.BRIDGED:
        return None
    holds = select(TakenTurn.number).where(
        TakenTurn.call_id == call.id, TakenTurn.answer["then"][0].as_string() == "Hold"
    )
    turn = db.scalar(holds.order_by(TakenTurn.number.desc()).limit(1))
    return None if turn is None else Talk(call.sid, turn, call.known["language"])


def arrived(db: Session, now: datetime, call_id: int, ticket_id: int) -> None:
    """The caller waits for whoever takes over. Should that one be lost now, everybody is rung."""
    page = paging.live_page(db, ticket_id)
    if page and page.takes_over_id and page.call_id == call_id:
        page.calls_back, page.due_at = False, now + paging.MEET_WITHIN


def done(db: Session, now: datetime, page: Page) -> None:
    """The new one and the caller are put together."""
    if page.takes_over_id is None or page.accepted_by is None:
        return
    before = db.get_one(Page, page.takes_over_id).accepted_by
    page.ticket.assignee = page.accepted_by
    name, other = page.accepted_by.name, before.name if before else ""
    about = page.ticket_id
    timeline.write(db, Kind.TAKEN_OVER, now, ticket_id=about, technician=name, other=other)
