"""A calendar file taken over: as the shifts of a rota, or as somebody's absences.

The same file again changes nothing; a newer one takes away what is no longer in it. What has been
stays as it was.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.models import Absence, Override, Rota, Technician
from ivr.services import absences, ical_reading, overrides, people
from ivr.services.absences import AbsenceRefusedError
from ivr.services.ical_reading import Occurrence
from ivr.services.overrides import OverrideRefusedError

MOST_TOLD = 20
OURS = "ics:"
"""What the source of such a row begins with."""

Row = TypeVar("Row", Override, Absence)


@dataclass
class Read:
    """What came of it."""

    added: int = 0
    removed: int = 0
    unchanged: int = 0
    problems: list[str] = field(default_factory=list)
    """What was left out and why, a sentence each."""


class _LeftOutError(Exception):
    """Why an event is not taken over."""


@dataclass
class _Kind(Generic[Row]):
    """How rows are made of events."""

    zone: str
    kept: Iterable[Row]
    """Those of an earlier file that are not over."""
    same: Callable[[Row, Occurrence], bool]
    enter: Callable[[Occurrence], object]
    drop: Callable[[Row], object]


def as_shifts(db: Session, now: datetime, rota: Rota, raw: bytes, by: Technician | None) -> Read:
    """Whoever attends an event, or is named by its title, is on call alone in it. Raises
    CalendarError.
    """
    staff = db.scalars(select(Technician).where(Technician.active)).all()
    kept = select(Override).where(
        Override.rota_id == rota.id,
        Override.source.startswith(OURS),
        Override.withdrawn_at.is_(None),
        Override.ends_at > now,
    )

    def enter(one: Occurrence) -> None:
        person = _meant(one, staff)
        try:
            overrides.enter(db, now, rota, person, one.begins_at, one.ends_at, by, one.source)
        except OverrideRefusedError as error:
            raise _LeftOutError(str(error)) from error

    def same(row: Override, one: Occurrence) -> bool:
        return row.ends_at == one.ends_at and row.technician in _named(one, staff)

    def drop(row: Override) -> None:
        overrides.drop(db, now, row)

    return _take_over(now, raw, _Kind(rota.time_zone, db.scalars(kept), same, enter, drop))


def as_absences(db: Session, now: datetime, technician: Technician, raw: bytes) -> Read:
    """Every event is a time in which this one is away. Raises CalendarError."""
    kept = select(Absence).where(
        Absence.technician_id == technician.id,
        Absence.source.startswith(OURS),
        Absence.ends_at > now,
    )

    def enter(one: Occurrence) -> None:
        begins_at, ends_at, why = one.begins_at, one.ends_at, one.summary
        try:
            absences.add(db, now, technician, begins_at, ends_at, why, one.source)
        except AbsenceRefusedError as error:
            raise _LeftOutError(str(error)) from error

    def same(row: Absence, one: Occurrence) -> bool:
        return row.ends_at == one.ends_at

    def drop(row: Absence) -> None:
        absences.withdraw(db, now, row)

    zone = people.zone(db, technician)
    return _take_over(now, raw, _Kind(zone, db.scalars(kept), same, enter, drop))


def _take_over(now: datetime, raw: bytes, kind: _Kind[Row]) -> Read:
    found, read = ical_reading.read(raw, now, kind.zone), Read()
    kept = {row.source: row for row in kind.kept}
    fresh = []
    for one in found:
        row = kept.get(one.source)
        if row and kind.same(row, one):
            kept.pop(one.source)
            read.unchanged += 1
        else:
            fresh.append(one)
    for row in kept.values():
        kind.drop(row)
        read.removed += 1
    for one in fresh:
        try:
            kind.enter(one)
        except _LeftOutError as error:
            _leave_out(read, one, kind.zone, str(error))
        else:
            read.added += 1
    return read


def _leave_out(read: Read, one: Occurrence, zone: str, why: str) -> None:
    there = one.begins_at.astimezone(ZoneInfo(zone))
    if len(read.problems) < MOST_TOLD:
        read.problems.append(f"{there:%Y-%m-%d %H:%M} “{one.summary[:60]}”: {why}.")
    elif len(read.problems) == MOST_TOLD:
        read.problems.append("And more.")


def _meant(one: Occurrence, staff: Sequence[Technician]) -> Technician:
    named = _named(one, staff)
    if len(named) > 1:
        names = " and ".join(person.name for person in named)
        raise _LeftOutError(f"it names {names}, and one of them has to be on call")
    if not named:
        raise _LeftOutError("it names nobody of us")
    return named[0]


def _named(one: Occurrence, staff: Sequence[Technician]) -> list[Technician]:
    """By the addresses of who attends; where there is none of ours, by the title."""
    attending = [person for person in staff if person.email in one.emails]
    title = one.summary.casefold()
    return attending or [
        person for person in staff if person.name.casefold() in title or person.email in title
    ]
