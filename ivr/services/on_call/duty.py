"""One technician's duty: until when they are on call, what they may take, who may relieve them."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.models import Rota, Technician
from ivr.services.on_call import overrides, rota, shifts
from ivr.services.on_call.rotation import People
from ivr.services.on_call.shifts import Plan
from ivr.services.refusal import RefusedError
from ivr.services.staff import people

AHEAD = timedelta(days=14)
"""What lasts longer is until further notice."""
A_DAY = timedelta(days=1)
"""What is given over of a duty that never ends."""


def until(db: Session, now: datetime, one: Technician) -> datetime | None:
    """Until when they are on call somewhere; `now + AHEAD` at most. None: not on call."""
    plans = rota.plans(db, now, now + AHEAD).values()
    return max(filter(None, (_until(plan, now, one.id) for plan in plans)), default=None)


def _until(plan: Plan, now: datetime, person: int) -> datetime | None:
    if person not in shifts.who(plan, now):
        return None
    return shifts.off_at(plan, person, now, now + AHEAD) or now + AHEAD


def hand_over(db: Session, now: datetime, rota_id: int) -> datetime | None:
    """When others are on call there; None when that is further off than we look."""
    first = shifts.shifts(rota.plan(db, rota_id, now, now + AHEAD), now, now + AHEAD)[0]
    return first.ends_at if first.ends_at < now + AHEAD else None


def gives_until(db: Session, now: datetime, one: Technician, rota_id: int) -> datetime:
    """The end of what they can give over now."""
    end = _until(rota.plan(db, rota_id, now, now + AHEAD), now, one.id)
    return end if end and end < now + AHEAD else now + A_DAY


def rotas(db: Session, one: Technician) -> list[Rota]:
    """All, first those that they are in."""
    known = db.scalars(select(Rota).order_by(Rota.id)).all()
    return sorted(known, key=lambda rota: one.id not in _people(rota))


def own_rotas(db: Session, now: datetime, one: Technician) -> list[Rota]:
    """Those in which they are on call now."""
    on_call = rota.on_call(db, now)
    return [each for each in rotas(db, one) if one.id in on_call.get(each.id, ())]


def _people(given: Rota) -> People:
    turns = [turn for layer in given.layers for turn in layer.people]
    return tuple(dict.fromkeys(person for turn in turns for person in turn))


def on_call(db: Session, now: datetime, rota_id: int) -> list[Technician]:
    return people.in_order(db, rota.on_call(db, now, [rota_id])[rota_id])


def colleagues(db: Session, now: datetime, one: Technician, rota_id: int) -> list[Technician]:
    """Who can be asked to relieve them: the rota's people or, where it has no others, anybody."""
    end = gives_until(db, now, one, rota_id)
    busy = {one.id, *rota.on_call(db, now, [rota_id])[rota_id]}
    everybody = db.scalars(select(Technician.id).order_by(Technician.name))
    in_rota = _people(db.get_one(Rota, rota_id))

    def free(ids: Sequence[int]) -> list[Technician]:
        found = people.in_order(db, [id_ for id_ in ids if id_ not in busy])
        away = overrides.is_away
        return [each for each in found if each.phone and not away(db, each, now, end)]

    return free(in_rota) or free(everybody.all())


def take(
    db: Session, now: datetime, one: Technician, given: Rota, hours: int, instead_of: int | None
) -> bool:
    """Be on call there from now on. Where several are, only one of them is relieved."""
    end = now + timedelta(hours=hours) if hours else hand_over(db, now, given.id)
    present = on_call(db, now, given.id)
    others = [each for each in present if each is not one]
    relieved = next((each for each in others if each.id == instead_of), None)
    if relieved is None and len(present) > 1:
        relieved = others[0]
    try:
        overrides.take(db, now, given, one, relieved, end or now)
    except RefusedError:
        return False
    return True


def give(db: Session, now: datetime, one: Technician, given: Rota, to: Technician) -> bool:
    """Ask a colleague for the rest of the shift."""
    end = gives_until(db, now, one, given.id)
    try:
        overrides.ask(db, now, given, to, one, now, end, one)
    except RefusedError:
        return False
    return True
