"""What is promised is due as the policy says, in business hours where it says so."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callflows.turn import Severity
from ivr.models import ClockKind
from ivr.services.settings.business_time import Calendar
from ivr.services.tickets import targets
from tests.services.slow_clock import slowly

TORONTO = Calendar("America/Toronto", "CA-ON")
ZONE = ZoneInfo("America/Toronto")
RESPONSE, RESOLUTION = ClockKind.RESPONSE, ClockKind.RESOLUTION
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2029, 1, 1), timezones=st.just(UTC)).map(  # noqa: DTZ001
    lambda at: at.replace(second=0, microsecond=0)
)


def there(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def due(kind: ClockKind, severity: Severity, opened: datetime, calendar: Calendar = TORONTO):
    return targets.target(kind, severity, calendar).due(opened.astimezone(UTC), (), calendar)


@pytest.mark.parametrize(
    ("opened", "expected"),
    [
        ("2026-11-20T16:50", "2026-11-23T16:50"),  # Friday to Monday
        ("2026-10-09T16:50", "2026-10-13T16:50"),  # Monday is Thanksgiving
        ("2026-11-24T10:00", "2026-11-25T10:00"),
        ("2026-11-24T03:00", "2026-11-24T17:00"),  # before opening: the whole of this day
        ("2026-11-24T17:00", "2026-11-25T17:00"),  # closed: the whole of the next one
        ("2026-11-21T12:00", "2026-11-23T17:00"),  # Saturday: the whole of Monday
        ("2026-12-24T16:00", "2026-12-29T16:00"),  # Christmas, Boxing Day observed, a weekend
        ("2026-10-30T10:00", "2026-11-02T10:00"),  # over the end of daylight saving time
        ("2027-03-12T10:00", "2027-03-15T10:00"),  # and over its beginning
        ("2028-02-28T10:00", "2028-02-29T10:00"),  # a leap day
    ],
)
def test_minor_is_answered_in_one_business_day(opened: str, expected: str) -> None:
    assert due(RESPONSE, Severity.MINOR, there(opened)) == there(expected)


def test_minor_is_solved_in_three_business_days() -> None:
    assert due(RESOLUTION, Severity.MINOR, there("2026-11-24T10:00")) == there("2026-11-27T10:00")
    assert due(RESOLUTION, Severity.MINOR, there("2026-11-26T10:00")) == there("2026-12-01T10:00")


@given(MOMENTS)
def test_critical_and_major_run_round_the_clock(opened: datetime) -> None:
    assert due(RESPONSE, Severity.CRITICAL, opened) == opened + timedelta(minutes=15)
    assert due(RESPONSE, Severity.MAJOR, opened) == opened + timedelta(minutes=30)
    assert due(RESOLUTION, Severity.CRITICAL, opened) == opened + timedelta(hours=2)
    assert due(RESOLUTION, Severity.MAJOR, opened) == opened + timedelta(hours=8)


def test_the_warning_comes_at_the_lower_figure() -> None:
    at = there("2026-11-21T12:00").astimezone(UTC)
    for severity, hours in ((Severity.CRITICAL, 1), (Severity.MAJOR, 4)):
        promised = targets.target(RESOLUTION, severity, TORONTO)
        assert promised.warned(at, (), TORONTO) == at + timedelta(hours=hours)
    promised = targets.target(RESPONSE, Severity.CRITICAL, TORONTO)
    assert promised.warned(at, (), TORONTO) == at + timedelta(minutes=12)


def test_holidays_are_those_of_the_province() -> None:
    opened = there("2026-06-23T10:00")  # the next day is Saint-Jean-Baptiste, in Quebec only
    quebec = Calendar("America/Toronto", "CA-QC")
    assert due(RESPONSE, Severity.MINOR, opened) == there("2026-06-24T10:00")
    assert due(RESPONSE, Severity.MINOR, opened, quebec) == there("2026-06-25T10:00")


def test_a_contract_changes_what_the_organization_promises_and_that_the_defaults() -> None:
    house = {"major": {"response": {"within": 600}}, "escalation": {"within": 3600}}
    contract = {"major": {"resolution": {"business_days": 2}, "missed": "page"}}

    def promised(kind: ClockKind, *promises: targets.Targets) -> timedelta:
        return targets.target(kind, Severity.MAJOR, TORONTO, *promises).amount

    assert promised(RESPONSE, house, contract) == timedelta(minutes=10)
    assert promised(RESPONSE, {}, contract) == timedelta(minutes=30)
    assert promised(RESOLUTION, house, contract) == timedelta(hours=16)
    assert promised(ClockKind.ESCALATION, house, contract) == timedelta(hours=1)
    assert promised(ClockKind.ESCALATION) == timedelta(hours=8)
    assert targets.when_missed(Severity.MAJOR, house, contract) == "page"
    assert targets.when_missed(Severity.MAJOR, house) == "mail"


@settings(deadline=None, max_examples=50)
@given(
    opened=MOMENTS,
    hours=st.integers(1, 40),
    gaps=st.lists(st.tuples(st.integers(0, 6000), st.integers(1, 6000)), max_size=4),
    last_is_open=st.booleans(),
    in_business_time=st.booleans(),
)
@pytest.mark.parametrize(
    "calendar",
    [
        TORONTO,
        Calendar("America/St_Johns", "CA-NL", days=(0, 1, 2, 3, 4, 5)),
        Calendar("Australia/Lord_Howe", "AU-NSW", days=(1, 6)),
    ],
    ids=lambda calendar: calendar.time_zone,
)
def test_every_due_time_equals_the_one_counted_minute_by_minute(
    calendar: Calendar,
    opened: datetime,
    hours: int,
    gaps: list[tuple[int, int]],
    last_is_open: bool,
    in_business_time: bool,
) -> None:
    pauses, at = list[tuple[datetime, datetime | None]](), opened
    for ran, paused in gaps:
        began = at + timedelta(minutes=ran)
        at = began + timedelta(minutes=paused)
        pauses.append((began, at))
    if pauses and last_is_open:
        pauses[-1] = (pauses[-1][0], None)
    promised = targets.Target(timedelta(hours=hours), in_business_time)
    assert promised.due(opened, pauses, calendar) == slowly(
        opened, timedelta(hours=hours), pauses, calendar if in_business_time else None
    )
