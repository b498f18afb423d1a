"""What is under way when the month ends: callers on the line and an open page, made by the very
services that make them for real callers.
"""

from datetime import datetime, timedelta
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from callflows.turn import Heard
from ivr.models import Contact, Status, Ticket
from ivr.services import calls

WORKING = (Status.NEW, Status.OPEN)


def begin(db: Session, now: datetime, callers: int = 4, seed: int = 1) -> None:
    """The first holds for a critical ticket, for whom phones ring; the others are on their way."""
    chance = Random(seed)
    open_ = select(Ticket.dialled, Contact.phone).join(Contact, Contact.id == Ticket.contact_id)
    open_ = open_.where(Ticket.status.in_(WORKING), Contact.phone.is_not(None))
    found = db.execute(open_.order_by(Ticket.id.desc()).limit(4 * callers)).all()
    for nth, (number, phone) in enumerate(found[:callers]):
        at = now - timedelta(seconds=chance.randrange(30, 70))
        sid = f"CA{chance.getrandbits(128):032x}"
        calls.receive(db, at, sid, phone or "anonymous")
        keys = [number, "1"] if nth % 3 == 0 else [number, "3"] if nth % 3 == 1 else [number]
        for turn, key in enumerate(keys, 1):
            at += timedelta(seconds=9)
            calls.take_turn(db, at, sid, turn, Heard(keys=key))
