"""When a promise is due, found out minute by minute: independent of the product, slow, obvious."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import holidays

from ivr.services.settings.business_time import Calendar

A_MINUTE = timedelta(minutes=1)
LONG_ENOUGH = 500 * 24 * 60
_HOLIDAYS: dict[str, holidays.HolidayBase] = {}


def slowly(
    start: datetime,
    amount: timedelta,
    pauses: Sequence[tuple[datetime, datetime | None]],
    calendar: Calendar | None,
) -> datetime | None:
    """Count the minutes that count, one after the other. None: it never comes to so many."""
    left, at = amount, start
    for _ in range(LONG_ENOUGH):
        if left <= timedelta(0):
            return at
        if any(end is None and begin <= at for begin, end in pauses):
            return None
        if not any(end and begin <= at < end for begin, end in pauses) and _open(at, calendar):
            left -= A_MINUTE
        at += A_MINUTE
    raise AssertionError("it takes longer than anything that is promised")


def _open(at: datetime, calendar: Calendar | None) -> bool:
    if calendar is None:
        return True
    there = at.replace(tzinfo=UTC).astimezone(ZoneInfo(calendar.time_zone))
    of_day = there.time()
    return _is_business_day(there.date(), calendar) and calendar.opens <= of_day < calendar.closes


def _is_business_day(day: date, calendar: Calendar) -> bool:
    if calendar.holidays not in _HOLIDAYS:
        country, _, province = calendar.holidays.partition("-")
        _HOLIDAYS[calendar.holidays] = holidays.country_holidays(country, subdiv=province)
    return day.weekday() in calendar.days and day not in _HOLIDAYS[calendar.holidays]
