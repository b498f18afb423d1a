"""Business time: the opening hours of business days, which know holidays and time zones, and how
far an amount of time reaches in them. Pure. Rule of the support policy, section 11.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from ivr.models import Organization

Span = tuple[datetime, datetime]
FOREVER = datetime.max.replace(tzinfo=UTC)
A_DAY = timedelta(days=1)
WEEKDAYS = (0, 1, 2, 3, 4)


@dataclass(frozen=True)
class Calendar:
    time_zone: str = "America/Toronto"
    holidays: str = "CA-ON"
    opens: time = time(9)
    closes: time = time(17)
    days: tuple[int, ...] = WEEKDAYS
    """0 is Monday."""

    @property
    def business_day(self) -> timedelta:
        """How long one is."""
        return datetime.combine(date.min, self.closes) - datetime.combine(date.min, self.opens)

    def is_business_day(self, day: date) -> bool:
        return day.weekday() in self.days and day not in _holidays(self.holidays, day.year)


@lru_cache(maxsize=64)
def _holidays(place: str, year: int) -> frozenset[date]:
    import holidays

    country, _, subdivision = place.partition("-")
    return frozenset(holidays.country_holidays(country, subdiv=subdivision or None, years=year))


def calendar_of(organization: Organization) -> Calendar:
    hours = organization.business_hours
    return Calendar(
        organization.time_zone,
        organization.holidays,
        time.fromisoformat(hours.get("opens", "09:00")),
        time.fromisoformat(hours.get("closes", "17:00")),
        tuple(hours.get("days", WEEKDAYS)),
    )


def round_the_clock(start: datetime) -> Iterator[Span]:
    yield start, FOREVER


def opening_hours(start: datetime, calendar: Calendar) -> Iterator[Span]:
    """From `start` on, one a business day, without end."""
    zone = ZoneInfo(calendar.time_zone)
    day = start.astimezone(zone).date()
    while True:
        if calendar.is_business_day(day):
            opens = datetime.combine(day, calendar.opens, zone).astimezone(UTC)
            closes = datetime.combine(day, calendar.closes, zone).astimezone(UTC)
            if closes > start:
                yield max(start, opens), closes
        day += A_DAY


def without(
    pauses: Sequence[tuple[datetime, datetime | None]], of: Iterable[Span]
) -> Iterator[Span]:
    """What is left of the spans. Pauses in order, none within another; one without an end
    leaves nothing after it.
    """
    for begin, end in of:
        at = begin
        for paused, resumed in pauses:
            if paused >= end or (resumed is not None and resumed <= at):
                continue
            if paused > at:
                yield at, paused
            if resumed is None:
                return
            at = resumed
        if at < end:
            yield at, end


def reached(amount: timedelta, spans: Iterable[Span]) -> datetime | None:
    """The moment at which that much time has passed; None when there is not so much."""
    for begin, end in spans:
        if end - begin >= amount:
            return begin + amount
        amount -= end - begin
    return None
