"""Secret calendar feeds, one for each person and one for each rota: made, ended, and found again.

A new one ends the one before it: that is how an address that has come into wrong hands is changed.
"""

import re
import secrets
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from ivr.models import Feed, Rota, Technician
from ivr.services.staff.sign_ins import digest

TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


def make(
    db: Session, now: datetime, *, technician: Technician | None = None, rota: Rota | None = None
) -> str:
    """Returns the token, which is told this once: links.calendar makes an address of it."""
    end(db, now, technician=technician, rota=rota)
    token = secrets.token_urlsafe(32)
    db.add(Feed(token_hash=digest(token), technician=technician, rota=rota, made_at=now))
    db.flush()
    return token


def end(
    db: Session, now: datetime, *, technician: Technician | None = None, rota: Rota | None = None
) -> None:
    for feed in db.scalars(_living(technician, rota)):
        feed.ended_at = now


def since(
    db: Session, *, technician: Technician | None = None, rota: Rota | None = None
) -> datetime | None:
    """When the one that is read now was made; None: there is none."""
    found = db.scalar(_living(technician, rota))
    return found.made_at if found else None


def _living(technician: Technician | None, rota: Rota | None) -> Select[Feed]:
    person = Feed.technician_id.is_not_distinct_from(technician.id if technician else None)
    whose = Feed.rota_id.is_not_distinct_from(rota.id if rota else None)
    return select(Feed).where(person, whose, Feed.ended_at.is_(None))


def by_token(db: Session, token: str) -> Feed | None:
    """Not of somebody who has left."""
    if not TOKEN.fullmatch(token):
        return None
    known = select(Feed).where(Feed.token_hash == digest(token), Feed.ended_at.is_(None))
    found = db.scalar(known)
    return None if found and found.technician and not found.technician.active else found
