"""Who is on call, computed another way: by laying out every minute and looking at clocks.

Nothing of the product's is used. What a wall clock shows is looked up minute by minute; hand-overs
are listed one after the other from the first one on.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
EARLIEST = timedelta(days=3)
"""Clocks are looked at from so long before the stretch until so long after."""
Names = tuple[int, ...]


@cache
def shown(zone: str, begin: datetime, end: datetime) -> dict[datetime, datetime]:
    """What the clocks of a zone show, and the moment at which they show it first."""
    there, first = ZoneInfo(zone), dict[datetime, datetime]()
    at, until = begin - EARLIEST, end + EARLIEST
    while at < until:
        first.setdefault(at.astimezone(there).replace(tzinfo=None), at)
        at += MINUTE
    return first


@dataclass(frozen=True)
class LayerByHand:
    zone: str
    starts: datetime
    unit: str
    every: int
    turns: list[Names]
    hours: list[tuple[set[int], int, int]]
    """Days, and from when until when in minutes of the day; 1440 at most."""
    ends: datetime | None = None


class Minutes:
    """A layer, minute by minute."""

    def __init__(self, layer: LayerByHand, begin: datetime, end: datetime) -> None:
        self.layer, self.begin, self.end = layer, begin, end
        self.shown = shown(layer.zone, begin, end)
        self.count = (end - begin) // MINUTE
        self.people: list[Names] = self._turns()
        if layer.hours:
            open_ = self._open()
            self.people = [
                one if is_open else () for one, is_open in zip(self.people, open_, strict=True)
            ]

    def first(self, wall: datetime) -> int:
        """The minute at which the clocks first show it; where they skip it, as long after the last
        time shown before as it would have taken.
        """
        late = timedelta(0)
        while wall - late not in self.shown:
            late += MINUTE
        return (self.shown[wall - late] + late - self.begin) // MINUTE

    def _hand_overs(self) -> Iterator[tuple[int, Names]]:
        layer, wall, number = self.layer, self.layer.starts, 0
        step = {"hours": MINUTE * 60, "days": DAY, "weeks": DAY * 7, "weekday": DAY}[layer.unit]
        last = max(self.shown) - DAY
        while wall < last:
            turn = wall.weekday() if layer.unit == "weekday" else number
            yield self.first(wall), layer.turns[turn % len(layer.turns)]
            wall += step if layer.unit == "weekday" else step * layer.every
            number += 1

    def _turns(self) -> list[Names]:
        begins: dict[int, Names] = {}
        latest: list[tuple[int, Names]] = []
        for minute, people in self._hand_overs():
            # one that comes in a gap may come after its successor, and is over by then
            while latest and latest[-1][0] >= minute:
                latest.pop()
            latest.append((minute, people))
        begins.update(latest)
        found, now = [], ()
        if latest and latest[0][0] < 0:
            now = [people for minute, people in latest if minute < 0][-1]
        until = self.first(self.layer.ends) if self.layer.ends else self.count
        for minute in range(self.count):
            now = begins.get(minute, now)
            found.append(now if minute < until else ())
        return found

    def _open(self) -> bytearray:
        marks = bytearray(self.count)
        wall = min(self.shown).replace(hour=0, minute=0) + DAY
        while wall < max(self.shown) - 2 * DAY:
            for days, opens, closes in self.layer.hours:
                if wall.weekday() in days:
                    closes_on = closes if closes > opens else closes + 1440
                    since = self.first(wall + opens * MINUTE)
                    until = self.first(wall + closes_on * MINUTE)
                    for minute in range(max(since, 0), min(until, self.count)):
                        marks[minute] = 1
            wall += DAY
        return marks


@dataclass(frozen=True)
class Change:
    """An override (`person` instead of `other`, or alone), or an absence."""

    person: int
    since: datetime
    until: datetime
    other: int | None = None


def by_day(changes: list[Change], begin: datetime) -> defaultdict[int, list[Change]]:
    """Those that touch a day, counted from the first."""
    days = defaultdict[int, list[Change]](list)
    for one in changes:
        for day in range((one.since - begin) // DAY, (one.until - begin) // DAY + 1):
            days[day].append(one)
    return days


class ByTheMinute:
    def __init__(
        self,
        layers: list[LayerByHand],
        overrides: list[Change],
        absences: list[Change],
        begin: datetime,
        end: datetime,
    ) -> None:
        """The highest layer last."""
        self.begin = begin
        self.layers = [Minutes(layer, begin, end).people for layer in layers][::-1]
        self.overrides, self.absences = by_day(overrides, begin), by_day(absences, begin)

    def on_call(self, at: datetime) -> Names:
        minute = (at - self.begin) // MINUTE
        day = minute // 1440
        changes = [one for one in self.overrides[day] if one.since <= at < one.until]
        missing = {one.person for one in self.absences[day] if one.since <= at < one.until}
        for turn in [*(layer[minute] for layer in self.layers), ()]:
            places = list(turn)
            for change in changes:
                if change.person in missing:
                    continue
                if change.other is None:
                    places = [change.person]
                elif change.other in places:
                    places[places.index(change.other)] = change.person
            there = [one for one in places if one not in missing]
            if there:
                return tuple(sorted(set(there), key=there.index))
        return ()
