"""Absences: for a while somebody is on call in no rota. What has been stays as it was."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from ivr.models import Absence, Technician
from ivr.services.on_call import rotas
from ivr.services.refusal import RefusedError

LONGEST_WHY = 200


def add(
    db: Session,
    now: datetime,
    technician: Technician,
    starts_at: datetime,
    ends_at: datetime,
    why: str = "",
    source: str | None = None,
) -> Absence:
    if ends_at <= starts_at:
        raise RefusedError("over-before-it-begins")
    if ends_at <= now:
        raise RefusedError("over-already")
    if not technician.active:
        raise RefusedError("has-left", name=technician.name)
    absence = Absence(
        technician=technician,
        starts_at=starts_at.replace(microsecond=0),
        ends_at=ends_at.replace(microsecond=0),
        why=" ".join(why.split())[:LONGEST_WHY],
        source=source,
    )
    db.add(absence)
    rotas.look_again(db, now)
    return absence


def withdraw(db: Session, now: datetime, absence: Absence) -> bool:
    """One that runs ends now. False when it is over."""
    if absence.ends_at <= now:
        return False
    if absence.starts_at < now:
        absence.ends_at = now.replace(microsecond=0)
    if absence.ends_at <= absence.starts_at or absence.starts_at >= now:
        db.delete(absence)
    rotas.look_again(db, now)
    return True


def within(
    db: Session, begin: datetime, end: datetime, technician_id: int | None = None
) -> Sequence[Absence]:
    """Those of a stretch of time, what begins first first."""
    query = select(Absence).where(Absence.ends_at > begin, Absence.starts_at < end)
    if technician_id is not None:
        query = query.where(Absence.technician_id == technician_id)
    query = query.options(joinedload(Absence.technician))
    return db.scalars(query.order_by(Absence.starts_at, Absence.id)).all()


def by_id(db: Session, absence_id: int) -> Absence | None:
    return db.get(Absence, absence_id)
