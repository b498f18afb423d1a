"""One of us takes over a conversation that is under way: their own phone is rung and, once 1 is
pressed on it, the customer is put through to them. Until then nothing changes for those who talk.

It is a page that summons nobody else (docs/decisions/25): whatever comes to nothing leaves the
conversation as it was.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.models import Call, Page, PageState, Place, Technician, Ticket
from ivr.services import audit
from ivr.services.audit import Deed
from ivr.services.calls import call_backs
from ivr.services.paging import paging, steering
from ivr.services.paging.steering import TooLateError


def conversation(db: Session, ticket_id: int) -> Page | None:
    """The page whose acceptor talks with its caller now."""
    talks = (
        select(Page)
        .join(Call, Call.id == Page.call_id)
        .where(
            Page.ticket_id == ticket_id,
            Page.state == PageState.ACCEPTED,
            Call.place == Place.BRIDGED,
            Call.ended_at.is_(None),
        )
    )
    return db.scalars(talks.order_by(Page.id.desc()).limit(1)).first()


def take_over(
    db: Session, now: datetime, page: Page, technician: Technician, number: str | None = None
) -> str:
    """From somebody who talks with the caller, or from one who has the page and does nothing. What
    came of it, and what it raises, are as in services/paging/steering.py.
    """
    if page.state != PageState.ACCEPTED:
        return steering.take_over(db, now, page, technician, number)
    _begin(db, now, page, technician, number)
    return "ringing"


def _begin(
    db: Session, now: datetime, page: Page, technician: Technician, number: str | None
) -> None:
    """Ring the phone of whoever takes over from the acceptor of this page."""
    if not technician.phone:
        raise TooLateError("no phone")
    call = db.get(Call, page.call_id) if page.call_id else None
    if call is None or call.place != Place.BRIDGED or call.ended_at or call.ticket_id is None:
        raise TooLateError("over")
    talks = conversation(db, page.ticket_id)
    if talks is None or talks.id != page.id:
        raise TooLateError("over")
    if page.accepted_by_id == technician.id:
        raise TooLateError("yours")
    ticket = db.get_one(Ticket, call.ticket_id)
    live = paging.live_page(db, ticket.id)
    if live:
        raise TooLateError("taking" if live.takes_over_id else "waits")
    theirs = call_backs.own(db, now, ticket, technician, call.id, page)
    audit.did(db, now, technician.name, ticket, Deed.CONVERSATION)
    steering.ring(db, now, theirs, technician, number)
