"""When things happen: believable hours and weekdays, in the organization's own time."""

from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

HOURS = (2, 1, 1, 1, 2, 4, 8, 20, 55, 92, 100, 88, 62, 80, 90, 82, 66, 44, 24, 16, 12, 9, 6, 3)
"""How busy each hour of the clock is."""
WEEKDAYS = (118, 108, 100, 98, 84, 22, 16)
"""Monday first."""
EVENLY = (40, 36, 34, 34, 36, 44, 56, 76, 96, 100, 98, 92, 84, 88, 92, 88, 80, 70, 62, 58, 54, 50, 48, 44)  # fmt: skip  # noqa: E501
"""Outages do not keep office hours."""


def moments(
    chance: Random, count: int, begin: datetime, end: datetime, zone: str
) -> list[datetime]:
    """So many, in order."""
    days = [begin.date() + timedelta(days=one) for one in range((end - begin).days + 2)]
    weights = [WEEKDAYS[day.weekday()] for day in days]
    made: list[datetime] = []
    while len(made) < count:
        day = chance.choices(days, weights)[0]
        at = _within(chance, day, ZoneInfo(zone))
        if begin <= at < end:
            made.append(at)
    return sorted(made)


def _within(chance: Random, day: date, zone: ZoneInfo) -> datetime:
    weekend = day.weekday() >= 5
    hour = chance.choices(range(24), EVENLY if weekend or chance.random() < 0.12 else HOURS)[0]
    wall = datetime.combine(day, time(hour), zone)
    seconds = chance.randrange(3600) + chance.randrange(1000) / 1000
    return wall.astimezone(UTC) + timedelta(seconds=seconds)


def about(chance: Random, median: float, spread: float = 0.6) -> timedelta:
    """Mostly about so many seconds, now and then much more."""
    return timedelta(seconds=round(median * chance.lognormvariate(0, spread), 3))
