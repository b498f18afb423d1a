"""The audit: who of us did, changed, saw, heard or took away what."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.database import append
from ivr.models import Act, AuditLine

SHOWN = 50


class Kind(StrEnum):
    """Each has a sentence in the console's words/*/audit.toml."""

    TOLD = "told"
    """In words of its own: {what}."""
    REPORT = "report"
    """A table of the reports, {table}, from {first} to {last}."""


def write(
    db: Session, now: datetime, by: str, act: Act, about: str, kind: Kind, **data: Any
) -> None:
    """`about` names what it was done to, by kind and row: person-3. No secret, no PIN in `data`."""
    db.flush()
    append(db, AuditLine, at=now, by=by, act=act, about=about, kind=kind, data=data)


def of(db: Session, about: str, most: int = SHOWN) -> Sequence[AuditLine]:
    """The last ones, the newest first."""
    those = select(AuditLine).where(AuditLine.about == about).order_by(AuditLine.id.desc())
    return db.scalars(those.limit(most)).all()
