"""What staff do about a live page beside their phone, by text, at the console or by the API: accept
it, take it over, let it ring now or go on to the next level, or stop it. Each is a conditional
UPDATE like all that happens to a page, and in the audit; who was late is told why.
"""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from ivr.database import changed, hurry
from ivr.models import Call, Leg, Page, PageState, Place, Technician
from ivr.services import audit
from ivr.services.audit import Deed
from ivr.services.paging import bundling, legs, paging
from ivr.services.tickets import timeline
from ivr.services.tickets.timeline import Kind

ON_LINE = (Place.HOLDING, Place.TALKING_TO_US)


class TooLateError(Exception):
    """Why it cannot be done any more, in a word or two: over, talking, no phone."""


def accept(
    db: Session, now: datetime, page: Page, technician: Technician, number: str | None = None
) -> str:
    """`ringing`: the caller waits, and the acceptor's phone rings to put them through: that number,
    or as they wish. `accepted`: nobody waits. Raises TooLateError, as all of these do.
    """
    if page.state == PageState.OWED and page.accepted_by_id == technician.id:
        return "accepted"
    _check_phone(db, page, technician)
    if not paging.accept(db, now, page.id, technician):
        raise TooLateError("over")
    db.refresh(page)
    audit.did(db, now, technician.name, page.ticket, Deed.ACCEPT)
    return _meet(db, now, page, technician, number, "accepted without a ring")


def _meet(
    db: Session, now: datetime, page: Page, technician: Technician, number: str | None, why: str
) -> str:
    """Get whoever has just taken a page together with the customer."""
    if on_line(db, page):
        ring(db, now, page, technician, number)
        return "ringing"
    if page.call_id:
        paging.missed(db, now, page, why)
    else:
        paging.reached(db, now, page, "no-caller")
    return "accepted"


def _check_phone(db: Session, page: Page, technician: Technician) -> None:
    """A caller who waits is put through to a phone of theirs."""
    if on_line(db, page) and not technician.phone:
        raise TooLateError("no phone")


def on_line(db: Session, page: Page) -> bool:
    """Whether its caller is still there, and waits."""
    caller = db.get(Call, page.call_id) if page.call_id else None
    return caller is not None and caller.place in ON_LINE


def ring(
    db: Session, now: datetime, page: Page, technician: Technician, number: str | None = None
) -> None:
    """The phone of whoever has the page, unless one of theirs rings for it already."""
    theirs = select(Leg).where(
        Leg.page_id == page.id, Leg.technician_id == technician.id, Leg.ended_at.is_(None)
    )
    found = db.scalars(theirs.order_by(Leg.id)).first()
    if found is None:
        page.round += 1
        legs.ring(db, now, page, [technician], page.round, only=number)
    elif found.state in legs.NOT_RUNG:  # it was to ring later
        found.due_at = now
    hurry(db)


def take_over(
    db: Session, now: datetime, page: Page, technician: Technician, number: str | None = None
) -> str:
    """From somebody who has it, and is not on the line with the customer."""
    before = page.accepted_by
    if page.state != PageState.OWED or before is None or before.id == technician.id:
        raise TooLateError("over")
    if page.takes_over_id:
        raise TooLateError("taking")
    if paging.talk(db, page):
        raise TooLateError("talking")
    _check_phone(db, page, technician)
    won = changed(
        db,
        update(Page)
        .where(Page.id == page.id, Page.version == page.version, Page.state == PageState.OWED)
        .values(
            version=page.version + 1,
            accepted_by_id=technician.id,
            accepted_at=now,
            due_at=now + paging.MEET_WITHIN,
        ),
    )
    if not won:
        raise TooLateError("over")
    db.refresh(page)
    legs.stop_others(db, now, page.id, technician.id)
    page.ticket.assignee = technician
    about, name = page.ticket_id, technician.name
    timeline.write(db, Kind.TAKEN_OVER, now, ticket_id=about, technician=name, other=before.name)
    audit.did(db, now, name, page.ticket, Deed.TAKE_OVER)
    return _meet(db, now, page, technician, number, "taken over")


def ring_now(db: Session, now: datetime, page: Page, by: str) -> None:
    """The level once more, at once; a page that somebody has, and does nothing about, from the
    first level.
    """
    rings = select(Leg.id).where(
        Leg.page_id == page.id, Leg.state.in_(bundling.ON_THE_PHONE), ~Leg.stopping
    )
    if page.state in paging.LIVE and db.scalar(rings.limit(1)) is not None:
        raise TooLateError("rings")
    if page.calls_back:
        raise TooLateError("over")
    level = page.level if page.state == PageState.OPEN else 0
    if not paging.ring_again(db, now, page, f"asked by {by}", level):
        raise TooLateError("over")
    audit.did(db, now, by, page.ticket, Deed.RING)


def next_level(db: Session, now: datetime, page: Page, by: str) -> None:
    """Whoever rings goes on ringing, and the caller stays where they are."""
    if page.state != PageState.OPEN:
        raise TooLateError("over")
    if page.level + 1 >= len(page.policy):
        raise TooLateError("last")
    level = page.level + 1
    if not paging.ring_again(db, now, page, f"asked by {by}", level):
        raise TooLateError("over")
    page.ticket.level = page.policy[level]["level"]
    timeline.write(db, Kind.ESCALATED, now, ticket_id=page.ticket_id, level=page.ticket.level)
    audit.did(db, now, by, page.ticket, Deed.NEXT_LEVEL)


def stop(db: Session, now: datetime, page: Page, by: str) -> None:
    """Nobody is summoned any more. Not while a caller waits: they would be rung for again."""
    if page.state not in paging.LIVE:
        raise TooLateError("over")
    if on_line(db, page):
        raise TooLateError("holds")
    paging.close(db, now, page.ticket_id)
    timeline.write(db, Kind.STOPPED, now, ticket_id=page.ticket_id, by=by)
    audit.did(db, now, by, page.ticket, Deed.STOP)
