"""Who is on call: the rotas' rows as plans, and what services/on_call/shifts.py says of them."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import Select, Text, cast, func, null, select, union_all
from sqlalchemy.orm import Session

from ivr.database import connection, table_of
from ivr.models import Absence, Layer, Override, Rota, Technician
from ivr.services.on_call import shifts
from ivr.services.on_call.rotation import Hours, People, Rotation
from ivr.services.on_call.shifts import Away, Cover, Plan

LAYERS, OVERRIDES, ABSENCES, ROTAS, TECHNICIANS = map(
    table_of, (Layer, Override, Absence, Rota, Technician)
)
MIDNIGHT = "24:00"
"""As the end of a stretch of hours: the end of the day."""

# Statements of columns, not of objects: all rotas are asked in a few milliseconds. The lists of a
# layer come as they are kept, so that one that has not changed is not read again.
ROTATIONS = (
    select(
        ROTAS.c.id,
        func.coalesce(LAYERS.c.time_zone, ROTAS.c.time_zone),
        LAYERS.c.starts,
        LAYERS.c.ends,
        LAYERS.c.unit,
        LAYERS.c.every,
        cast(LAYERS.c.people, Text),
        cast(LAYERS.c.hours, Text),
    )
    .outerjoin_from(ROTAS, LAYERS, ROTAS.c.id == LAYERS.c.rota_id)
    .order_by(ROTAS.c.id, LAYERS.c.position, LAYERS.c.id)
)
COVERS = (
    select(
        OVERRIDES.c.rota_id,
        OVERRIDES.c.technician_id,
        OVERRIDES.c.instead_of_id,
        OVERRIDES.c.starts_at,
        OVERRIDES.c.ends_at,
    )
    .where(OVERRIDES.c.agreed_at.is_not(None), OVERRIDES.c.withdrawn_at.is_(None))
    .order_by(OVERRIDES.c.id)
)
AWAY = select(ABSENCES.c.technician_id, ABSENCES.c.starts_at, ABSENCES.c.ends_at)
LEFT = select(TECHNICIANS.c.id, null(), null()).where(~TECHNICIANS.c.active)
"""Who has left is on call nowhere, so that a lower layer answers in their place."""
FORESEEN = timedelta(days=60)
"""How far ahead one looks for the end of a shift."""
FOREVER = datetime.max.replace(tzinfo=UTC)


def plans(
    db: Session,
    begin: datetime,
    end: datetime,
    ids: Collection[int] | None = None,
    absent: Sequence[Away] | None = None,
) -> dict[int, Plan]:
    """All that decides who is on call from `begin` up to and with `end`, by rota. Who is absent
    then may be known already.
    """
    layers: dict[int, list[Rotation]] = {id_: [] for id_ in ids or ()}
    for id_, *kept in _rows(db, ROTATIONS, ROTAS.c.id, ids):
        there = layers.setdefault(id_, [])
        if kept[1] is not None:  # one without layers is a row, too
            there.append(_rotation(*kept))
    covers = defaultdict[int, list[Cover]](list)
    for id_, *kept in _rows(db, _within(COVERS, OVERRIDES, begin, end), OVERRIDES.c.rota_id, ids):
        covers[id_].append(Cover(*kept))
    away = absences(db, begin, end) if absent is None else absent
    return {id_: Plan(those, covers[id_], away) for id_, those in layers.items()}


def absences(db: Session, begin: datetime, end: datetime) -> list[Away]:
    """Everybody's, of that time; whoever has left is away for ever."""
    rows = connection(db).execute(union_all(_within(AWAY, ABSENCES, begin, end), LEFT))
    return [Away(id_, since or begin, until or FOREVER) for id_, since, until in rows]


def _rows(
    db: Session, query: Select[Any], column: Any, ids: Collection[int] | None
) -> Sequence[Any]:
    if ids is not None:
        query = query.where(column.in_(ids))
    return connection(db).execute(query).all()


def _within(query: Select[Any], table: Any, begin: datetime, end: datetime) -> Select[Any]:
    return query.where(table.c.ends_at > begin, table.c.starts_at <= end)


@lru_cache(maxsize=4096)
def _rotation(
    zone: str, starts: str, ends: str | None, unit: str, every: int, people: str, hours: str
) -> Rotation:
    """A layer as it is computed with."""
    return Rotation(
        ZoneInfo(zone),
        datetime.fromisoformat(starts),
        tuple(tuple(turn) for turn in msgspec.json.decode(people)),
        unit,
        every,
        datetime.fromisoformat(ends) if ends else None,
        tuple(_hours(one) for one in msgspec.json.decode(hours)),
    )


def _hours(given: dict[str, Any]) -> Hours:
    until = "00:00" if given["until"] == MIDNIGHT else given["until"]
    days = frozenset(given["days"])
    return Hours(days, time.fromisoformat(given["from"]), time.fromisoformat(until))


def rotation(layer: Layer, zone: str) -> Rotation:
    """A layer that is not kept, or not yet, in a rota of that zone."""
    lists = (msgspec.json.encode(one).decode() for one in (layer.people, layer.hours))
    columns = (layer.starts, layer.ends, layer.unit, layer.every)
    return _rotation(layer.time_zone or zone, *columns, *lists)


def plan(db: Session, rota_id: int, begin: datetime, end: datetime) -> Plan:
    return plans(db, begin, end, [rota_id])[rota_id]


def on_call(db: Session, now: datetime, ids: Collection[int] | None = None) -> dict[int, People]:
    """Who is on call now, in the order to be rung, by rota; of all rotas if none are named."""
    return {id_: shifts.who(one, now) for id_, one in plans(db, now, now, ids).items()}
