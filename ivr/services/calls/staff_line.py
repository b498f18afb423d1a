"""The staff line's rules: how often a PIN may be tried, and a page accepted by dialling in."""

import secrets
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ivr.models import Leg, LegState, Page, PageState, Technician, WrongPin
from ivr.services.calls import moments
from ivr.services.calls.call_row import CallRow
from ivr.services.mail import letters, outbox
from ivr.services.paging import legs, paging
from ivr.services.settings import house
from ivr.services.staff import people

WINDOW = timedelta(hours=1)
MOST_WRONG = 6
"""Wrong PINs in an hour, after which none is taken: a million PINs last twenty years."""


def refuses(db: Session, now: datetime, technician: Technician) -> bool:
    return _wrong_lately(db, now, technician) >= MOST_WRONG


def _wrong_lately(db: Session, now: datetime, technician: Technician) -> int:
    lately = select(func.count()).where(
        WrongPin.technician_id == technician.id, WrongPin.at > now - WINDOW
    )
    return db.scalar(lately) or 0


def pin_matches(db: Session, now: datetime, technician: Technician, pin: str) -> bool:
    """Calls that try at the same time wait for each other, so that none is not counted."""
    db.get_one(Technician, technician.id, with_for_update=True)
    return not refuses(db, now, technician) and people.pin_matches(technician, pin)


def wrong_pin(
    db: Session, now: datetime, technician: Technician, call: CallRow, *, last: bool
) -> None:
    """It is counted; after the third one of a call, or too many in an hour, they are told."""
    if refuses(db, now, technician):
        return
    db.add(WrongPin(technician_id=technician.id, call_id=call.id, at=now))
    db.flush()
    if refuses(db, now, technician):
        _warn(db, now, technician, f"refused-{int(now.timestamp())}", refused=True)
    elif last:
        _warn(db, now, technician, f"call-{call.id}", refused=False)


def _warn(db: Session, now: datetime, technician: Technician, occasion: str, **told: Any) -> None:
    at = moments.Moment(now, people.zone(db, technician))
    told |= {"organization": house.ours(db).name, "at": at}
    letter = letters.write("wrong-pin", technician.language, **told)
    key = f"wrong-pin-{technician.id}-{occasion}"
    outbox.mail(db, now, key=key, to=technician.email, letter=letter)


def accept(db: Session, now: datetime, page: Page, technician: Technician, call: CallRow) -> bool:
    """Take the page on this very call. All phones stop ringing for it, their own as well."""
    mine = page.state == PageState.OWED and page.accepted_by_id == technician.id
    if not mine and not paging.accept(db, now, page.id, technician):
        return False
    db.refresh(page)
    legs.stop_others(db, now, page.id, None)
    _ring_of(db, now, page, technician, call)
    return True


def _ring_of(db: Session, now: datetime, page: Page, technician: Technician, call: CallRow) -> None:
    """The call stands in the place of a ring, and is watched like one."""
    page.round += 1
    page.due_at = max(page.due_at or now, now + paging.MEET_WITHIN)
    db.add(
        Leg(
            key=secrets.token_urlsafe(12),
            page_id=page.id,
            technician_id=technician.id,
            number=call.number,
            level=page.policy[page.level]["level"],
            round=page.round,
            state=LegState.ANSWERED,
            outcome="accepted",
            cause=legs.DIALLED_IN,
            sid=call.sid,
            answered_at=now,
            due_at=now + timedelta(minutes=2),
        )
    )
    db.flush()
