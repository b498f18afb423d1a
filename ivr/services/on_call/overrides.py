"""Overrides: for a while somebody is on call in another's place. Asked for, agreed to, withdrawn.

One that is only asked for changes nothing. It is in force once whoever is to be on call agrees, or
somebody at the console does for them; the two of a swap go together. What has been stays as it was:
an override that is withdrawn while it runs ends then. Each step is in the audit, by whatever door.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from ivr.models import Absence, Override, Rota, Technician
from ivr.services import audit
from ivr.services.audit import Kind
from ivr.services.on_call import rotas, shift_notices
from ivr.services.refusal import RefusedError
from ivr.services.settings import house

LONGEST = timedelta(days=366)


def ask(
    db: Session,
    now: datetime,
    rota: Rota,
    technician: Technician,
    instead_of: Technician | None,
    starts_at: datetime,
    ends_at: datetime,
    by: Technician | None,
    swap_with: Override | None = None,
) -> Override:
    """Ask for `technician` to be on call in the place of another one, or of everybody. They are
    told, unless it is they who ask (`by`; None: somebody without a name, at the console).
    """
    starts_at, ends_at = (_second(max(starts_at, now)), _second(ends_at))
    _check(db, technician, instead_of, starts_at, ends_at)
    override = Override(
        rota=rota,
        technician=technician,
        instead_of=instead_of,
        starts_at=starts_at,
        ends_at=ends_at,
        asked_by=by,
        asked_at=now,
    )
    db.add(override)
    db.flush()
    if swap_with:
        swap_with.swap_id = override.swap_id = swap_with.swap_id or swap_with.id
    _write(db, now, by, Kind.OVERRIDE_ASKED, override)
    if technician is not by:
        shift_notices.asked(db, now, override)
    return override


def _write(db: Session, now: datetime, by: Technician | None, kind: Kind, one: Override) -> None:
    told = {
        "person": one.technician.name,
        "instead": one.instead_of.name if one.instead_of else "everybody",
        **audit.span(one.starts_at, one.ends_at, one.rota.time_zone),
    }
    name = by.name if by else house.ANYBODY
    audit.changed(db, now, name, f"rota-{one.rota_id}", kind, **told)


def _second(moment: datetime) -> datetime:
    """Overrides begin and end to the second."""
    return moment.replace(microsecond=0)


def _check(
    db: Session,
    technician: Technician,
    instead_of: Technician | None,
    starts_at: datetime,
    ends_at: datetime,
) -> None:
    if ends_at <= starts_at:
        raise RefusedError("over-before-it-begins")
    if ends_at - starts_at > LONGEST:
        raise RefusedError("longer-than-a-year")
    if not technician.active:
        raise RefusedError("has-left", name=technician.name)
    if technician is instead_of:
        raise RefusedError("own-place", name=technician.name)
    if is_away(db, technician, starts_at, ends_at):
        raise RefusedError("away-then", name=technician.name)


def is_away(db: Session, one: Technician, starts_at: datetime, ends_at: datetime) -> bool:
    """Whoever is away is on call nowhere: with an override there would be nobody."""
    at_that_time = (Absence.starts_at < ends_at, Absence.ends_at > starts_at)
    absent = select(Absence.id).where(Absence.technician_id == one.id, *at_that_time)
    return db.scalar(absent.limit(1)) is not None


def put(
    db: Session,
    now: datetime,
    rota: Rota,
    technician: Technician,
    instead_of: Technician | None,
    starts_at: datetime,
    ends_at: datetime,
    by: Technician | None,
    *,
    decided: bool = False,
) -> Override:
    """The same, and in force at once where nobody has to be asked: who asks takes it themselves, or
    may decide for others (`decided`).
    """
    override = ask(db, now, rota, technician, instead_of, starts_at, ends_at, by)
    if decided or technician is by:
        agree(db, now, override, by, decided=decided)
    return override


def agree(
    db: Session,
    now: datetime,
    override: Override,
    by: Technician | None,
    *,
    decided: bool = False,
) -> bool:
    """From now on it is in force. False when it is too late, or not for this one to say."""
    both = _locked(db, override)
    may = decided or _may_answer(both, by)
    if not may or not all(is_open(one, now) for one in both):
        return False
    for one in both:
        one.agreed_by, one.agreed_at = by or one.technician, now
        one.starts_at = max(one.starts_at, _second(now))
        rotas.look_again(db, now, one.rota)
        shift_notices.agreed(db, now, one, by)
        _write(db, now, by, Kind.OVERRIDE_AGREED, one)
    return True


def is_open(override: Override, now: datetime) -> bool:
    """Asked for, and not answered yet."""
    answered = override.agreed_at or override.withdrawn_at
    return answered is None and override.ends_at > now


def _may_answer(both: Sequence[Override], by: Technician | None) -> bool:
    """Whoever is asked; whoever asks may not answer for another one."""
    asked = [one for one in both if one.technician is not one.asked_by] or both
    return by is None or any(one.technician is by for one in asked)


def withdraw(db: Session, now: datetime, override: Override, by: Technician | None) -> bool:
    """By whoever asked, or was asked and refuses. False when it is over, or withdrawn already."""
    both = _locked(db, override)
    if any(one.withdrawn_at or one.ends_at <= now for one in both):
        return False
    for one in both:
        _write(db, now, by, Kind.OVERRIDE_WITHDRAWN, one)
        if one.agreed_at and one.starts_at < _second(now):
            one.ends_at = _second(now)
        else:
            one.withdrawn_at = now
        rotas.look_again(db, now, one.rota)
        shift_notices.withdrawn(db, now, one, by)
    return True


def _locked(db: Session, override: Override) -> Sequence[Override]:
    """As it is now, with the other one of a swap; of two who answer, the second sees the first."""
    same = [Override.id == override.id]
    if override.swap_id:
        same.append(Override.swap_id == override.swap_id)
    found = select(Override).where(or_(*same)).order_by(Override.id)
    found = found.with_for_update().execution_options(populate_existing=True)
    return db.scalars(found).all()


def asked_of(db: Session, now: datetime, technician: Technician) -> list[Override]:
    """What this technician has to answer, what begins first first."""
    asked = select(Override).where(
        Override.technician_id == technician.id,
        Override.agreed_at.is_(None),
        Override.withdrawn_at.is_(None),
        Override.ends_at > now,
        Override.asked_by_id.is_distinct_from(technician.id),
    )
    return list(db.scalars(asked.order_by(Override.starts_at, Override.id)))


def of_rota(db: Session, rota_id: int, begin: datetime, end: datetime) -> Sequence[Override]:
    """Those of a stretch of time that nobody has withdrawn, in force or only asked for."""
    within = (Override.ends_at > begin, Override.starts_at < end)
    query = select(Override).where(Override.rota_id == rota_id, *within)
    query = query.where(Override.withdrawn_at.is_(None)).options(
        joinedload(Override.technician), joinedload(Override.instead_of)
    )
    return db.scalars(query.order_by(Override.starts_at, Override.id)).all()


def by_id(db: Session, override_id: int) -> Override | None:
    return db.get(Override, override_id)


def take(
    db: Session,
    now: datetime,
    rota: Rota,
    technician: Technician,
    instead_of: Technician | None,
    ends_at: datetime,
) -> Override:
    """Be on call from now on, at once: nobody has to agree but whoever takes it."""
    return put(db, now, rota, technician, instead_of, now, ends_at, technician)
