"""Who is on call: the rotas' rows as plans, and what services/shifts.py says of them."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session

from ivr.database import connection, table_of
from ivr.models import Absence, Layer, Override, Rota
from ivr.services import shifts
from ivr.services.rotation import Hours, People, Rotation
from ivr.services.shifts import Away, Cover, Plan

LAYERS, OVERRIDES, ABSENCES, ROTAS = map(table_of, (Layer, Override, Absence, Rota))
MIDNIGHT = "24:00"
"""As the end of a stretch of hours: the end of the day."""

# Statements of columns, not of objects: all rotas are asked in a few milliseconds.
ROTATIONS = (
    select(LAYERS, ROTAS.c.time_zone.label("rota_zone"))
    .join(ROTAS, ROTAS.c.id == LAYERS.c.rota_id)
    .order_by(LAYERS.c.rota_id, LAYERS.c.position)
)
COVERS = (
    select(OVERRIDES)
    .where(OVERRIDES.c.agreed_at.is_not(None), OVERRIDES.c.withdrawn_at.is_(None))
    .order_by(OVERRIDES.c.id)
)


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
    layers, covers = defaultdict[int, list[Rotation]](list), defaultdict[int, list[Cover]](list)
    for row in _rows(db, ROTATIONS, LAYERS.c.rota_id, ids):
        layers[row.rota_id].append(rotation(row, row.time_zone or row.rota_zone))
    for row in _rows(db, _within(COVERS, OVERRIDES, begin, end), OVERRIDES.c.rota_id, ids):
        one = Cover(row.technician_id, row.instead_of_id, row.starts_at, row.ends_at)
        covers[row.rota_id].append(one)
    away = absences(db, begin, end) if absent is None else absent
    known = connection(db).scalars(select(ROTAS.c.id).order_by(ROTAS.c.id)) if ids is None else ids
    return {id_: Plan(layers[id_], covers[id_], away) for id_ in known}


def absences(db: Session, begin: datetime, end: datetime) -> list[Away]:
    """Everybody's, of that time."""
    return [
        Away(row.technician_id, row.starts_at, row.ends_at)
        for row in connection(db).execute(_within(select(ABSENCES), ABSENCES, begin, end))
    ]


def _rows(
    db: Session, query: Select[Any], column: Any, ids: Collection[int] | None
) -> Sequence[Row[Any]]:
    if ids is not None:
        query = query.where(column.in_(ids))
    return connection(db).execute(query).all()


def _within(query: Select[Any], table: Any, begin: datetime, end: datetime) -> Select[Any]:
    return query.where(table.c.ends_at > begin, table.c.starts_at <= end)


def rotation(row: Row[Any] | Layer, zone: str) -> Rotation:
    """A layer as it is computed with."""
    return Rotation(
        ZoneInfo(zone),
        datetime.fromisoformat(row.starts),
        [tuple(turn) for turn in row.people],
        row.unit,
        row.every,
        datetime.fromisoformat(row.ends) if row.ends else None,
        [_hours(one) for one in row.hours],
    )


def _hours(given: dict[str, Any]) -> Hours:
    until = "00:00" if given["until"] == MIDNIGHT else given["until"]
    days = frozenset(given["days"])
    return Hours(days, time.fromisoformat(given["from"]), time.fromisoformat(until))


def plan(db: Session, rota_id: int, begin: datetime, end: datetime) -> Plan:
    return plans(db, begin, end, [rota_id])[rota_id]


def on_call(db: Session, now: datetime, ids: Collection[int] | None = None) -> dict[int, People]:
    """Who is on call now, in the order to be rung, by rota; of all rotas if none are named."""
    return {id_: shifts.who(one, now) for id_, one in plans(db, now, now, ids).items()}
