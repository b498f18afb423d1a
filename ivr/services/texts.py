"""Replies of technicians by text: accept, pass, resolve. An unknown sender changes nothing."""

import re
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from callflows.prompts import text
from ivr.database import hurry
from ivr.models import Call, Leg, LegState, Page, PageState, Place, Technician, Ticket
from ivr.services import conversation, legs, paging, people, relations, tickets
from ivr.services.numbers import dialled

WORDS = {
    "accept": "accept",
    "accepter": "accept",
    "accepte": "accept",
    "1": "accept",
    "pass": "pass",
    "passer": "pass",
    "passe": "pass",
    "2": "pass",
    "resolve": "resolve",
    "resolved": "resolve",
    "regler": "resolve",
    "régler": "resolve",
    "réglé": "resolve",
    "3": "resolve",
}


def receive(db: Session, now: datetime, *, sid: str, number: str, body: str) -> str | None:  # noqa: ARG001
    """Returns the reply in the sender's language, or None for somebody who is not on our staff."""
    technician = people.by_number(db, number)
    if technician is None:
        return None
    order, page = _read(db, technician, body)
    if order is None or page is None:
        return text(technician.language, "unknown_reply")
    number_ = page.ticket.number
    said = {"accept": _accept, "pass": _pass, "resolve": _resolve}[order](db, now, page, technician)
    holder = page.accepted_by.name if page.accepted_by else ""
    return text(technician.language, said, ticket=number_, name=holder)


def _read(db: Session, technician: Technician, body: str) -> tuple[str | None, Page | None]:
    words = re.findall(r"\w+", body.lower())[:4]
    order = WORDS.get(words[0]) if words else None
    number = next((found for word in words[1:] if (found := dialled(word))), None)
    if number:
        return order, _page_of(db, number)
    return order, _page_rung(db, technician)


def _page_of(db: Session, number: str) -> Page | None:
    ticket = tickets.find(db, number)
    return paging.latest(db, relations.survivor(db, ticket).id) if ticket else None


def _page_rung(db: Session, technician: Technician) -> Page | None:
    """Without a ticket number: the page this technician was rung for, if there is only one."""
    pages = db.scalars(
        select(Page)
        .where(
            Page.state.in_(paging.LIVE),
            Page.id.in_(select(Leg.page_id).where(Leg.technician_id == technician.id)),
        )
        .limit(2)
    ).all()
    return pages[0] if len(pages) == 1 else None


def _accept(db: Session, now: datetime, page: Page, technician: Technician) -> str:
    if page.state == PageState.OWED and page.accepted_by_id == technician.id:
        return "accepted"
    if not paging.accept(db, now, page.id, technician):
        return "taken"
    db.refresh(page)
    caller = db.get(Call, page.call_id) if page.call_id else None
    if caller and caller.place in {Place.HOLDING, Place.TALKING_TO_US}:
        _put_through(db, now, page, technician)
        return "accepted_ringing"
    if caller:
        paging.missed(db, now, page, "accepted by text")
    else:
        paging.reached(db, now, page, "no-caller")
    return "accepted"


def _put_through(db: Session, now: datetime, page: Page, technician: Technician) -> None:
    """The caller waits: ring the acceptor, unless their phone rings already."""
    rings = select(Leg.id).where(
        Leg.page_id == page.id, Leg.technician_id == technician.id, Leg.state != LegState.ENDED
    )
    if db.scalar(rings) is None:
        page.round += 1
        legs.new(db, now, page, technician, page.policy[page.level]["level"], page.round)


def _pass(db: Session, now: datetime, page: Page, technician: Technician) -> str:
    ringing = select(Leg).where(
        Leg.page_id == page.id, Leg.technician_id == technician.id, Leg.state != LegState.ENDED
    )
    for leg in db.scalars(ringing.with_for_update()):
        leg.outcome = leg.outcome or "passed"
        leg.stopping, leg.due_at = True, now
        hurry(db)
    return "passed"


def _resolve(db: Session, now: datetime, page: Page, technician: Technician) -> str:
    ticket = db.get_one(Ticket, page.ticket_id)
    conversation.resolve(db, now, ticket, technician.name, "text")
    return "resolved"
