"""The canary's own: its number, its technician, its ticket, its policy. Nothing that it does rings,
mails or texts one of us, and nothing that somebody else does gets at its tickets.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from callflows.turn import Severity
from ivr.models import Canary, Technician, Ticket
from ivr.services.staff import people
from ivr.services.tickets import tickets
from ivr.settings import settings

EMAIL = "canary@canary.invalid"
"""Nobody's, and never will be (RFC 2606)."""


def is_its_number(number: str) -> bool:
    return bool(number) and number == settings().canary


def is_it(person: Technician) -> bool:
    return person.email == EMAIL


def technician(db: Session) -> Technician:
    """Who is rung for the canary's tickets: made when first needed. To all others it is somebody
    who has left: in no list, found by no number, rung by no policy.
    """
    found = db.scalar(select(Technician).where(Technician.email == EMAIL))
    if found is None:
        found = Technician(name="Canary", email=EMAIL, active=False)
        db.add(found)
    people.put_phones(found, [settings().canary])
    db.flush()
    return found


def levels(db: Session) -> list[dict[str, Any]]:
    """Its policy: its own phone, and at the end nobody, not even by mail."""
    who = {"technicians": [technician(db).id], "passed": []}
    return [
        {"level": 1, "ring": "all", "ring_for": 25, "repeat": 1, "escalate_after": 90, **who},
        {"level": 2, "mail": "", "repeat_every": 3600},
    ]


def new_ticket(db: Session, now: datetime) -> Ticket:
    title = "The line rings itself"
    return tickets.open_ticket(db, now, title=title, severity=Severity.MINOR, canary=True)


def latest_ticket(db: Session) -> Ticket | None:
    """What its call is about, whatever digits came through: it never opens one of the others."""
    newest = select(Canary.ticket_id).where(Canary.ticket_id.is_not(None))
    found = db.scalar(newest.order_by(Canary.id.desc()).limit(1))
    return db.get(Ticket, found) if found else None
