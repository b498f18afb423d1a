"""What is under way when the month ends: callers on the line, an open page, and a call back that is
owed, made by the very services that make them for real callers.
"""

from datetime import datetime, timedelta
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from callflows.turn import Heard, Severity
from ivr.models import Contact, Status, Ticket
from ivr.services.calls import calls
from ivr.services.paging import paging, policies

KEYED_AFTER = timedelta(seconds=9)
WORKING = (Status.NEW, Status.OPEN)


def begin(db: Session, now: datetime, callers: int = 4, seed: int = 1) -> None:
    """The first holds for a critical ticket, for whom phones ring; the others are on their way."""
    chance = Random(seed)
    open_ = select(Ticket.dialled, Contact.phone).join(Contact, Contact.id == Ticket.contact_id)
    open_ = open_.where(Ticket.status.in_(WORKING), Contact.phone.is_not(None))
    open_ = open_.order_by(Ticket.severity == Severity.MINOR, Ticket.id.desc())
    found = db.execute(open_.limit(4 * callers)).all()
    for nth, (number, phone) in enumerate(found[:callers]):
        at = now - timedelta(seconds=chance.randrange(30, 70))
        keys = [number, "1"] if nth % 3 == 0 else [number, "3"] if nth % 3 == 1 else [number]
        _calls(db, at, f"CA{chance.getrandbits(128):032x}", str(phone), keys)
    for number, phone in found[callers : callers + 1]:
        _is_owed(db, now, f"CA{chance.getrandbits(128):032x}", number, str(phone))


def _calls(db: Session, at: datetime, sid: str, phone: str, keys: list[str]) -> None:
    calls.receive(db, at, sid, phone)
    for turn, key in enumerate(keys, 1):
        at += KEYED_AFTER
        calls.take_turn(db, at, sid, turn, Heard(keys=key))


def _is_owed(db: Session, now: datetime, sid: str, number: str, phone: str) -> None:
    """They held, and hung up before one of us had pressed 1."""
    at = now - timedelta(seconds=130)
    _calls(db, at, sid, phone, [number, "1"])
    calls.ended(db, at + 4 * KEYED_AFTER, sid, "completed")
    ticket = db.scalars(select(Ticket).where(Ticket.dialled == number)).one()
    page = paging.live_page(db, ticket.id)
    on_call = [one for one in policies.on_level(db, at, 1) if one.phone]
    if page and on_call and paging.accept(db, at + 5 * KEYED_AFTER, page.id, on_call[0]):
        db.refresh(page)
        paging.missed(db, at + 7 * KEYED_AFTER, page, "call back owed")
