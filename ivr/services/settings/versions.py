"""The history of settings: a change is a version, and so is putting an earlier one back."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from ivr.database import append
from ivr.models import SettingVersion
from ivr.services import audit
from ivr.services.audit import Kind
from ivr.services.settings import in_force

SHOWN = 20


class MeanwhileError(Exception):
    """Somebody has changed the same setting since it was looked at."""


def write(db: Session, now: datetime, by: str, name: str, before: Any, after: Any) -> bool:
    """False, and nothing written, when nothing is different."""
    if before == after:
        return False
    append(db, SettingVersion, at=now, by=by, name=name, before=before, after=after)
    audit.changed(db, now, by, f"setting-{name}", Kind.SETTING_CHANGED)
    event.listen(db, "after_commit", lambda _db: in_force.look_again(), once=True)
    return True


def of(db: Session, name: str, most: int = SHOWN) -> Sequence[SettingVersion]:
    """The newest first."""
    those = select(SettingVersion).where(SettingVersion.name == name)
    return db.scalars(those.order_by(SettingVersion.id.desc()).limit(most)).all()


def one(db: Session, name: str, id_: int) -> SettingVersion | None:
    found = db.get(SettingVersion, id_)
    return found if found and found.name == name else None


def seen(db: Session, name: str) -> int:
    """What a form is filled in upon."""
    return db.scalar(select(func.max(SettingVersion.id)).where(SettingVersion.name == name)) or 0


def unseen(db: Session, name: str, upon: str) -> None:
    """Of two who change it at the same time, the second looks again. Raises MeanwhileError."""
    if upon != str(seen(db, name)):
        raise MeanwhileError


def last(db: Session, prefix: str = "") -> dict[str, SettingVersion]:
    """The newest of each name, those that begin with `prefix`."""
    newest = select(func.max(SettingVersion.id)).group_by(SettingVersion.name)
    if prefix:
        newest = newest.where(SettingVersion.name.startswith(prefix, autoescape=True))
    those = select(SettingVersion).where(SettingVersion.id.in_(newest))
    return {found.name: found for found in db.scalars(those)}
