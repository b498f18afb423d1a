"""Replies of technicians by text: accept, pass, resolve; yes or no to a shift. An unknown sender
changes nothing.
"""

import re
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from callflows.prompts import text
from ivr.models import Leg, Page, Technician, Ticket
from ivr.services.calls.numbers import dialled
from ivr.services.on_call import overrides, shift_notices
from ivr.services.paging import declining, paging, steering
from ivr.services.staff import people
from ivr.services.tickets import conversation, relations, tickets

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
ANSWERS = {"yes": True, "oui": True, "no": False, "non": False}
"""To a colleague who asks for a shift to be taken."""
ACCEPTED = {"ringing": "accepted_ringing", "accepted": "accepted"}
"""What is texted back, by what came of it."""


def receive(db: Session, now: datetime, *, sid: str, number: str, body: str) -> str | None:  # noqa: ARG001
    """Returns the reply in the sender's language, or None for somebody who is not on our staff."""
    technician = people.by_number(db, number)
    if technician is None:
        return None
    words = re.findall(r"\w+", body.lower())[:4]
    if words and words[0] in ANSWERS:
        return _answer(db, now, technician, words)
    order, page = _read(db, technician, words)
    if order is None or page is None:
        return text(technician.language, "unknown_reply")
    number_ = page.ticket.number
    said = {"accept": _accept, "pass": _pass, "resolve": _resolve}[order](db, now, page, technician)
    holder = page.accepted_by.name if page.accepted_by else ""
    return text(technician.language, said, ticket=number_, name=holder)


def _answer(db: Session, now: datetime, technician: Technician, words: list[str]) -> str:
    """With the number that was texted; without one, where only one shift is asked for."""
    asked = overrides.asked_of(db, now, technician)
    number = next((int(word) for word in words[1:] if dialled(word)), None)
    named = [one for one in asked if one.id == number] if number else asked
    if len(named) != 1:
        return text(technician.language, "shift_which_reply" if named else "shift_over_reply")
    override, agrees = named[0], ANSWERS[words[0]]
    answer = overrides.agree if agrees else overrides.withdraw
    if not answer(db, now, override, technician):
        return text(technician.language, "shift_over_reply")
    when = shift_notices.when(db, now, override, technician)
    said = "shift_agreed_reply" if agrees else "shift_refused_reply"
    return text(technician.language, said, when=when, rota=override.rota.name)


def _read(db: Session, technician: Technician, words: list[str]) -> tuple[str | None, Page | None]:
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
    try:
        return ACCEPTED[steering.accept(db, now, page, technician)]
    except steering.TooLateError:
        return "taken"


def _pass(db: Session, now: datetime, page: Page, technician: Technician) -> str:
    declining.decline(db, now, page, technician)
    return "passed"


def _resolve(db: Session, now: datetime, page: Page, technician: Technician) -> str:
    ticket = db.get_one(Ticket, page.ticket_id)
    conversation.resolve(db, now, ticket, technician.name, "text")
    return "resolved"
