"""First responses are due as the policy says, in business hours where it says so."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callflows.turn import Severity
from ivr.services.targets import Calendar, respond_by

TORONTO = Calendar("America/Toronto", "CA-ON")
ZONE = ZoneInfo("America/Toronto")
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2029, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


def there(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


@pytest.mark.parametrize(
    ("opened", "due"),
    [
        ("2026-11-20T16:50", "2026-11-23T16:50"),  # Friday to Monday
        ("2026-10-09T16:50", "2026-10-13T16:50"),  # Monday is Thanksgiving
        ("2026-11-24T10:00", "2026-11-25T10:00"),
        ("2026-11-24T03:00", "2026-11-25T09:00"),  # before opening: counts from nine
        ("2026-11-24T17:00", "2026-11-26T09:00"),  # closed: counts from tomorrow's opening
        ("2026-11-21T12:00", "2026-11-24T09:00"),  # Saturday: counts from Monday's opening
        ("2026-12-24T16:00", "2026-12-29T16:00"),  # Christmas, Boxing Day observed, a weekend
        ("2026-10-30T10:00", "2026-11-02T10:00"),  # over the end of daylight saving time
        ("2027-03-12T10:00", "2027-03-15T10:00"),  # and over its beginning
        ("2028-02-28T10:00", "2028-02-29T10:00"),  # a leap day
    ],
)
def test_minor_is_due_in_one_business_day(opened: str, due: str) -> None:
    assert respond_by(Severity.MINOR, there(opened).astimezone(UTC), TORONTO) == there(due)


@given(MOMENTS)
def test_critical_and_major_are_due_round_the_clock(opened: datetime) -> None:
    assert respond_by(Severity.CRITICAL, opened, TORONTO) - opened == timedelta(minutes=15)
    assert respond_by(Severity.MAJOR, opened, TORONTO) - opened == timedelta(minutes=30)


@given(MOMENTS)
def test_minor_is_always_due_in_business_hours_of_a_later_business_day(opened: datetime) -> None:
    due = respond_by(Severity.MINOR, opened, TORONTO)
    local = due.astimezone(ZONE)
    assert due.tzinfo is UTC
    assert local.date() > opened.astimezone(ZONE).date()
    assert TORONTO.is_business_day(local.date())
    assert TORONTO.opens <= local.time() < TORONTO.closes
    assert due - opened < timedelta(days=8)


def test_holidays_are_those_of_the_province() -> None:
    opened = there("2026-06-23T10:00")  # the next day is Saint-Jean-Baptiste, in Quebec only
    quebec = Calendar("America/Toronto", "CA-QC")
    assert respond_by(Severity.MINOR, opened, TORONTO) == there("2026-06-24T10:00")
    assert respond_by(Severity.MINOR, opened, quebec) == there("2026-06-25T10:00")
