"""The rotas themselves: making and changing them. Who is on call in them: services/rota.py."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from ivr.database import hurry
from ivr.models import Layer, Rota
from ivr.services import house

ALWAYS = "2000-01-01T00:00"
"""When a layer begins that has no first hand-over."""


def named(db: Session, name: str) -> Rota:
    """The rota of that name; a new one with nobody in it where there is none."""
    found = db.scalar(select(Rota).where(Rota.name == name))
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


def look_again(db: Session, now: datetime, rota: Rota | None = None) -> None:
    """Who is on call may have changed, in one rota or in any: whoever attends to it sees."""
    db.flush()
    one = update(Rota) if rota is None else update(Rota).where(Rota.id == rota.id)
    db.execute(one.values(due_at=now))
    hurry(db)
