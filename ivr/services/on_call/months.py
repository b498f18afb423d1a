"""A month of shifts by days, as a calendar shows it. Pure."""

import calendar
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from ivr.services.on_call.rotation import A_DAY, People
from ivr.services.on_call.shifts import Cover, Shift

WEEKS = calendar.Calendar()
"""They begin on Monday."""
FORMAT = re.compile(r"(20\d\d|2100)-(0[1-9]|1[0-2])")


@dataclass(frozen=True)
class Piece:
    """The part of a shift that falls on a day."""

    rota: int
    people: People
    begins: datetime | None
    """By the wall clock; None: it goes on from the day before."""
    ends: datetime | None
    instead_of: People = ()
    """Whose place somebody has taken."""


@dataclass(frozen=True)
class Day:
    date: date
    inside: bool
    """Of this month, not of its neighbours."""
    hours: float
    """24, but when the clocks change."""
    pieces: list[Piece] = field(default_factory=list)


@dataclass(frozen=True)
class Month:
    first: date
    zone: ZoneInfo
    weeks: list[list[Day]]

    @property
    def before(self) -> str:
        return f"{self.first - A_DAY:%Y-%m}"

    @property
    def after(self) -> str:
        return f"{self.first + 31 * A_DAY:%Y-%m}"

    @property
    def begins_at(self) -> datetime:
        return _midnight(self.weeks[0][0].date, self.zone)

    @property
    def ends_at(self) -> datetime:
        return _midnight(self.weeks[-1][-1].date + A_DAY, self.zone)

    def put(self, rota: int, shifts: Iterable[Shift], covers: Sequence[Cover] = ()) -> None:
        """Each shift on the days that it touches; those of nobody too."""
        days = [day for week in self.weeks for day in week]
        for shift in shifts:
            begins = shift.begins_at.astimezone(self.zone).replace(tzinfo=None)
            ends = shift.ends_at.astimezone(self.zone).replace(tzinfo=None)
            replaced = _replaced(shift, covers)
            first = max(0, (begins.date() - days[0].date).days)
            for day in days[first:]:
                midnight = datetime.combine(day.date, time())
                if midnight >= ends:
                    break
                since = begins if begins > midnight else None
                until = ends if ends < midnight + A_DAY else None
                day.pieces.append(Piece(rota, shift.people, since, until, replaced))


def month(given: str | None, now: datetime, zone: ZoneInfo) -> Month:
    """The month named "2026-11", or else the one that it is now."""
    found = FORMAT.fullmatch(given or "")
    today = now.astimezone(zone)
    year, number = map(int, found.groups()) if found else (today.year, today.month)
    return Month(
        date(year, number, 1),
        zone,
        [
            [Day(day, day.month == number, _hours(day, zone)) for day in week]
            for week in WEEKS.monthdatescalendar(year, number)
        ],
    )


def _replaced(shift: Shift, covers: Sequence[Cover]) -> People:
    return tuple(
        one.instead_of
        for one in covers
        if one.instead_of is not None
        and one.person in shift.people
        and one.begins_at < shift.ends_at
        and one.ends_at > shift.begins_at
    )


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _hours(day: date, zone: ZoneInfo) -> float:
    return (_midnight(day + A_DAY, zone) - _midnight(day, zone)) / timedelta(hours=1)
