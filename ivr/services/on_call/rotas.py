"""The rotas themselves: making and changing them. Who is on call in them: rota.py beside it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from ivr.database import hurry
from ivr.models import Feed, Layer, Override, Policy, Rota
from ivr.services.refusal import RefusedError
from ivr.services.settings import house, time_zones
from ivr.services.settings.time_zones import UnknownZoneError

ALWAYS = "2000-01-01T00:00"
"""When a layer begins that has no first hand-over."""
LONGEST_NAME = 100


def all_of_them(db: Session) -> Sequence[Rota]:
    return db.scalars(select(Rota).order_by(Rota.name)).all()


def by_name(db: Session, name: str) -> Rota | None:
    return db.scalar(select(Rota).where(Rota.name == name))


def named(db: Session, name: str) -> Rota:
    """The rota of that name; a new one with nobody in it where there is none."""
    found = by_name(db, name)
    if found is None:
        found = Rota(name=name, time_zone=house.ours(db).time_zone, on_duty=[])
        db.add(found)
        db.flush()
    return found


def always(db: Session, name: str, people: Sequence[int]) -> bool:
    """Let these be on call together for ever, in this order. False when they are already."""
    rota = named(db, name)
    turns = [list(people)] if people else []
    if len(rota.layers) == 1 and rota.layers[0].people == turns and not rota.layers[0].hours:
        return False
    rota.layers = [Layer(position=0, name="Everybody", starts=ALWAYS, people=turns, hours=[])]
    db.flush()
    return True


def create(db: Session, now: datetime, name: str, time_zone: str, **values: Any) -> Rota:
    """With nobody in it yet. `values`: owner, team."""
    rota = Rota(name="", time_zone="", on_duty=[])
    change(db, now, rota, name=name, time_zone=time_zone, **values)
    return rota


def change(db: Session, now: datetime, rota: Rota, **values: Any) -> None:
    """Its name, time zone, owner or team."""
    if "name" in values:
        values["name"] = _name(db, rota, values["name"])
    if "time_zone" in values:
        values["time_zone"] = zone(values["time_zone"])
    for name, value in values.items():
        setattr(rota, name, value)
    db.add(rota)
    look_again(db, now, rota)


def _name(db: Session, rota: Rota, given: str) -> str:
    name = " ".join(given.split())
    if not name:
        raise RefusedError("no-name")
    if len(name) > LONGEST_NAME:
        raise RefusedError("name-too-long", longest=LONGEST_NAME)
    with db.no_autoflush:
        same = by_name(db, name)
    if same is not None and same is not rota:
        raise RefusedError("same-rota", name=name)
    return name


def zone(given: str) -> str:
    """A time zone's name, or RefusedError."""
    try:
        return time_zones.named(given)
    except UnknownZoneError as error:
        raise RefusedError("no-zone", given=given) from error


def remove(db: Session, rota: Rota) -> None:
    """Unless a policy rings it: it would ring nobody."""
    for policy in db.scalars(select(Policy).order_by(Policy.position)):
        targets = [target for level in policy.levels for target in level.get("who", [])]
        if {"rota": rota.id} in targets:
            raise RefusedError("rung-by-policy", policy=policy.name)
    for table in (Override, Feed):
        db.execute(delete(table).where(table.rota_id == rota.id))
    db.delete(rota)
    db.flush()


def look_again(db: Session, now: datetime, rota: Rota | None = None) -> None:
    """Who is on call may have changed, in one rota or in any: whoever attends to it sees to what
    follows (services/on_call/hand_over.py).
    """
    db.flush()
    if rota is not None:
        rota.due_at = now
    else:
        db.execute(update(Rota).values(due_at=now))
    hurry(db)
