"""When a first response is due, by severity: pure functions of the opening and a calendar.

Critical 15 minutes, major 30 minutes, round the clock; minor one business day, which knows the
organization's hours, time zone and holidays (support policy, targets and section 11).
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from callflows.turn import Severity
from ivr.models import Organization

ROUND_THE_CLOCK = {
    Severity.CRITICAL: timedelta(minutes=15),
    Severity.MAJOR: timedelta(minutes=30),
}
SATURDAY = 5


@dataclass(frozen=True)
class Calendar:
    time_zone: str = "America/Toronto"
    holidays: str = "CA-ON"
    opens: time = time(9)
    closes: time = time(17)

    def is_business_day(self, day: date) -> bool:
        return day.weekday() < SATURDAY and day not in _holidays(self.holidays, day.year)


@lru_cache(maxsize=64)
def _holidays(place: str, year: int) -> frozenset[date]:
    import holidays

    country, _, subdivision = place.partition("-")
    return frozenset(holidays.country_holidays(country, subdiv=subdivision or None, years=year))


def calendar_of(organization: Organization | None) -> Calendar:
    if organization is None:
        return Calendar()
    return Calendar(organization.time_zone, organization.holidays)


def respond_by(severity: Severity, opened_at: datetime, calendar: Calendar) -> datetime:
    if severity in ROUND_THE_CLOCK:
        return opened_at + ROUND_THE_CLOCK[severity]
    return next_business_day(opened_at, calendar)


def next_business_day(moment: datetime, calendar: Calendar) -> datetime:
    """The same time of the next business day; out of hours counts from the next opening."""
    zone = ZoneInfo(calendar.time_zone)
    there = moment.astimezone(zone)
    day, at = there.date(), there.time()
    if not calendar.is_business_day(day) or at >= calendar.closes:
        day, at = _following(day, calendar), calendar.opens
    at = max(at, calendar.opens)
    due = datetime.combine(_following(day, calendar), at, zone)
    return due.astimezone(UTC)


def _following(day: date, calendar: Calendar) -> date:
    day += timedelta(days=1)
    while not calendar.is_business_day(day):
        day += timedelta(days=1)
    return day
