"""The layers of a rota: added, changed, moved and removed, and what is refused in plain words."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from ivr.models import Layer, Rota, Unit
from ivr.services.on_call import rotas
from ivr.services.on_call.rota import MIDNIGHT
from ivr.services.refusal import RefusedError
from ivr.services.staff import people

MOST_TURNS, MOST_TOGETHER, MOST_LAYERS, MOST_HOURS = 100, 20, 20, 20
LONGEST_EVERY = {Unit.HOURS: 24 * 366, Unit.DAYS: 366, Unit.WEEKS: 104, Unit.WEEKDAY: 1}
WEEK = 7
CLOCK = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")


@dataclass(frozen=True)
class Wanted:
    """A layer as somebody wants it; all times are wall-clock times of its zone."""

    name: str
    people: Sequence[Sequence[int]]
    """The turns."""
    starts: str = rotas.ALWAYS
    """The first hand-over, such as "2026-11-02T09:00"."""
    unit: str = Unit.WEEKS
    every: int = 1
    ends: str | None = None
    time_zone: str | None = None
    hours: Sequence[dict[str, Any]] = field(default_factory=list)
    """days (0 is Monday), from, until."""

    def checked(self, db: Session) -> dict[str, Any]:
        """The values of its row, or RefusedError."""
        starts, ends = _wall(self.starts), _wall(self.ends) if self.ends else None
        if ends and ends <= starts:
            raise RefusedError("over-before-it-begins")
        return {
            "name": _name(self.name),
            "people": self._turns(db),
            "starts": starts,
            "ends": ends,
            "unit": self._unit(),
            "every": self.every,
            "time_zone": rotas.zone(self.time_zone) if self.time_zone else None,
            "hours": _hours(self.hours),
        }

    def _unit(self) -> str:
        if self.unit not in set(Unit):
            raise RefusedError("no-unit", units=", ".join(Unit), given=self.unit)
        longest = LONGEST_EVERY[Unit(self.unit)]
        if not 1 <= self.every <= longest:
            raise RefusedError(f"turn-of-{self.unit}", longest=longest)
        return self.unit

    def _turns(self, db: Session) -> list[list[int]]:
        turns = [list(dict.fromkeys(turn)) for turn in self.people]
        if not any(turns):
            raise RefusedError("layer-of-nobody")
        if len(turns) > MOST_TURNS or max(map(len, turns)) > MOST_TOGETHER:
            raise RefusedError("too-many-turns", turns=MOST_TURNS, together=MOST_TOGETHER)
        if self.unit == Unit.WEEKDAY and len(turns) != WEEK:
            raise RefusedError("seven-turns")
        unknown = {one for turn in turns for one in turn} - people.by_ids(
            db, {one for turn in turns for one in turn}
        ).keys()
        if unknown:
            raise RefusedError("layer-of-strangers")
        return turns


def _name(given: str) -> str:
    name = " ".join(given.split())
    if not name or len(name) > rotas.LONGEST_NAME:
        raise RefusedError("layer-name", longest=rotas.LONGEST_NAME)
    return name


def _wall(given: str) -> str:
    """To the minute, without a zone."""
    try:
        read = datetime.fromisoformat(given)
    except ValueError as error:
        raise RefusedError("no-moment", given=given) from error
    if read.tzinfo:
        raise RefusedError("zone-of-its-own", given=given)
    return read.isoformat(timespec="minutes")


def _hours(given: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    hours = [
        {"days": sorted(set(one["days"])), "from": one["from"], "until": one["until"]}
        for one in given
    ]
    if len(hours) > MOST_HOURS:
        raise RefusedError("too-many-hours", most=MOST_HOURS)
    for one in hours:
        if not one["days"] or not set(one["days"]) <= set(range(WEEK)):
            raise RefusedError("hours-without-days")
        if not CLOCK.fullmatch(one["from"]):
            raise RefusedError("no-time", given=one["from"])
        if one["until"] != MIDNIGHT and not CLOCK.fullmatch(one["until"]):
            raise RefusedError("no-time", given=one["until"])
    return hours


def add(db: Session, now: datetime, rota: Rota, wanted: Wanted) -> Layer:
    """Above the others: it answers first."""
    if len(rota.layers) >= MOST_LAYERS:
        raise RefusedError("too-many-layers", most=MOST_LAYERS)
    layer = Layer(position=len(rota.layers), **wanted.checked(db))
    rota.layers.append(layer)
    rotas.look_again(db, now, rota)
    return layer


def change(db: Session, now: datetime, rota: Rota, layer: Layer, wanted: Wanted) -> bool:
    """False when it is so already."""
    values = wanted.checked(db)
    if all(getattr(layer, name) == value for name, value in values.items()):
        return False
    for name, value in values.items():
        setattr(layer, name, value)
    rotas.look_again(db, now, rota)
    return True


def move(db: Session, now: datetime, rota: Rota, layer: Layer, to: int) -> None:
    """To a place counted from the lowest, 0."""
    others = [one for one in rota.layers if one is not layer]
    others.insert(max(0, min(to, len(others))), layer)
    _number(db, now, rota, others)


def remove(db: Session, now: datetime, rota: Rota, layer: Layer) -> None:
    rota.layers.remove(layer)
    _number(db, now, rota, rota.layers)


def _number(db: Session, now: datetime, rota: Rota, ordered: Sequence[Layer]) -> None:
    for at, layer in enumerate(ordered):
        layer.position = at
    rotas.look_again(db, now, rota)
    db.expire(rota, ["layers"])
