"""Who changed what: one line a change, of people, rotas, policies and settings."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.database import append
from ivr.models import Change

SHOWN = 50


def write(db: Session, now: datetime, by: str, about: str, what: str) -> None:
    """`about` names what was changed by kind and row: person-3. No secret, no PIN in `what`."""
    db.flush()
    append(db, Change, at=now, by=by, about=about, what=what)


def of(db: Session, about: str, most: int = SHOWN) -> Sequence[Change]:
    """The last ones, the newest first."""
    those = select(Change).where(Change.about == about).order_by(Change.id.desc()).limit(most)
    return db.scalars(those).all()
