"""How often one of us, and one number, may be rung: against a runaway loop, and against a number
that costs money. The first ring of a level for a critical page is always made, and for a critical
page a verified phone is rung as often as it takes. When a limit is reached, somebody is told.
"""

from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from callflows.turn import Severity
from ivr.models import Leg, Phone
from ivr.services.mail import alerts
from ivr.settings import settings

AN_HOUR, A_DAY = timedelta(hours=1), timedelta(days=1)


def reached(db: Session, now: datetime, leg: Leg) -> bool:
    """Whether this ring is one too many; whoever answers for it is told once."""
    critical = leg.page.ticket.severity == Severity.CRITICAL
    if critical and (leg.round == leg.page.first_round or _verified(db, leg)):
        return False
    what = too_many(db, now, leg.technician_id, leg.number)
    if what is None:
        return False
    alerts.limited(db, now, leg.page.ticket, leg.technician, what)
    return True


def too_many(
    db: Session, now: datetime, technician_id: int, rung: str
) -> Literal["person", "number"] | None:
    """Which of the two has been rung as often as it may."""
    person, number = _rings(db, now, technician_id, rung)
    if person < settings().rings_an_hour and number < settings().rings_a_day:
        return None
    return "person" if person >= settings().rings_an_hour else "number"


def _verified(db: Session, leg: Leg) -> bool:
    theirs = (Phone.technician_id == leg.technician_id, Phone.number == leg.number)
    return db.scalar(select(Phone.verified_at).where(*theirs)) is not None


def _rings(db: Session, now: datetime, technician_id: int, rung: str) -> tuple[int, int]:
    """Of the person in the last hour, of the number in the last day."""
    lately = and_(Leg.technician_id == technician_id, Leg.placed_at > now - AN_HOUR)
    today = and_(Leg.number == rung, Leg.placed_at > now - A_DAY)
    counts = select(func.count().filter(lately), func.count().filter(today))
    person, number = db.execute(counts.where(or_(lately, today))).one()
    return person, number
