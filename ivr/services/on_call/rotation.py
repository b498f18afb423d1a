"""One layer of a rota: whose turn it is when. Pure.

Hand-overs are wall-clock times of a zone: a shift from 9 to 9 stays so when the clocks change. A
time that does not exist, or exists twice, is read as RFC 5545 says (3.3.5): with the offset before
the gap, and as the first of two.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property, lru_cache
from zoneinfo import ZoneInfo

People = tuple[int, ...]
"""Technicians by ID, in the order to be rung."""

A_DAY = timedelta(days=1)
STEPS = {
    "hours": timedelta(hours=1),
    "days": A_DAY,
    "weeks": timedelta(weeks=1),
    "weekday": A_DAY,
}


@dataclass(frozen=True)
class Hours:
    """Part of some days (0 is Monday); until the next day where `until` is not after `begins`."""

    days: frozenset[int]
    begins: time
    until: time

    def on(self, day: date) -> tuple[datetime, datetime]:
        """From when until when, on that day, by the wall clock."""
        last = day if self.until > self.begins else day + A_DAY
        return datetime.combine(day, self.begins), datetime.combine(last, self.until)


def _moment(wall: datetime, zone: ZoneInfo) -> datetime:
    return wall.replace(tzinfo=zone, fold=0).astimezone(UTC)


@lru_cache(maxsize=4096)
def _opening(
    hours: tuple[Hours, ...], zone: ZoneInfo, day: date
) -> list[tuple[datetime, datetime]]:
    """From when until when, of the hours that begin on a day. Rotas have few of them, so that of
    two who ask on the same day the second need not compute.
    """
    spans = [one.on(day) for one in hours if day.weekday() in one.days]
    return [(_moment(opens, zone), _moment(closes, zone)) for opens, closes in spans]


@dataclass(frozen=True)
class Rotation:
    """Turns that follow each other for ever, from the first hand-over on."""

    zone: ZoneInfo
    starts: datetime
    """The first hand-over, by the wall clock: without a zone."""
    turns: Sequence[People]
    unit: str = "weeks"
    every: int = 1
    ends: datetime | None = None
    hours: Sequence[Hours] = ()

    @cached_property
    def step(self) -> timedelta:
        return STEPS[self.unit] * (1 if self.unit == "weekday" else self.every)

    def moment(self, wall: datetime) -> datetime:
        return _moment(wall, self.zone)

    def wall(self, moment: datetime) -> datetime:
        return moment.astimezone(self.zone).replace(tzinfo=None, fold=0)

    @cached_property
    def begins_at(self) -> datetime:
        return self.moment(self.starts)

    @cached_property
    def ends_at(self) -> datetime | None:
        return self.moment(self.ends) if self.ends else None

    def hand_over(self, number: int) -> datetime:
        """The moment at which turn `number`, counted from 0, begins."""
        return self.moment(self.starts + self.step * number)

    def turn(self, at: datetime) -> int:
        """The number of the turn at a moment; negative before the first one."""
        number = (self.wall(at) - self.starts) // self.step
        while self.hand_over(number) > at:
            number -= 1
        while self.hand_over(number + 1) <= at:
            number += 1
        return number

    def counts(self, at: datetime) -> bool:
        """Whether it has begun, has not ended, and these are its hours."""
        if at < self.begins_at or (self.ends_at is not None and at >= self.ends_at):
            return False
        return not self.hours or any(begin <= at < end for begin, end in self._spans(at, at))

    def people(self, at: datetime) -> People:
        if not self.turns or not self.counts(at):
            return ()
        number = self.turn(at)
        if self.unit == "weekday":  # the day of the week on which this turn began
            number = (self.starts + self.step * number).weekday()
        return self.turns[number % len(self.turns)]

    def _spans(self, begin: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
        """The hours of the days around a stretch of time."""
        day, last = self.wall(begin).date() - A_DAY, self.wall(end).date()
        while day <= last:
            yield from _opening(tuple(self.hours), self.zone, day)
            day += A_DAY

    def edges(self, begin: datetime, end: datetime) -> Iterator[datetime]:
        """Every moment after `begin` and before `end` at which the answer may change."""
        found = [self.begins_at, *([self.ends_at] if self.ends_at else [])]
        found += [edge for span in self._spans(begin, end) for edge in span] if self.hours else []
        if len(self.turns) > 1:
            numbers = range(self.turn(max(begin, self.begins_at)), self.turn(end) + 1)
            found += [self.hand_over(number) for number in numbers]
        return (edge for edge in found if begin < edge < end)
