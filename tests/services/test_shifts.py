"""Who is on call, and the shifts: against a computation by the minute that is written another way,
over clocks that go forward and back, and by cases that were worked out by hand.
"""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.services.on_call import shifts
from ivr.services.on_call.rotation import Hours, Rotation
from ivr.services.on_call.shifts import Away, Cover, Plan
from tests.services.by_the_minute import MINUTE, ByTheMinute, Change, LayerByHand, Names

SECOND = timedelta(seconds=1)
DAYS = 6
CLOCKS_CHANGE = {
    "America/Toronto": [date(2026, 11, 1), date(2027, 3, 14)],
    "Australia/Lord_Howe": [date(2026, 10, 4), date(2027, 4, 4)],  # by half an hour
    "America/Phoenix": [date(2026, 11, 1)],  # never
    "Asia/Kathmandu": [date(2027, 1, 1)],  # 5:45 from UTC, and a year of 53 weeks ends
    "Pacific/Apia": [date(2011, 12, 30)],  # a day that never was
    "Africa/Casablanca": [date(2027, 2, 7), date(2027, 3, 14)],  # back for Ramadan
}
PEOPLE = range(1, 6)
Given = tuple[list[LayerByHand], list[Change], list[Change], datetime, datetime]


def plan(layers: list[LayerByHand], overrides: list[Change], absences: list[Change]) -> Plan:
    return Plan(
        [
            Rotation(
                ZoneInfo(one.zone),
                one.starts,
                one.turns,
                one.unit,
                one.every,
                one.ends,
                [
                    Hours(frozenset(days), clock(opens), clock(closes))
                    for days, opens, closes in one.hours
                ],
            )
            for one in layers
        ],
        [Cover(one.person, one.other, one.since, one.until) for one in overrides],
        [Away(one.person, one.since, one.until) for one in absences],
    )


def clock(minutes: int) -> time:
    return time(minutes // 60 % 24, minutes % 60)


@st.composite
def stretches(draw: st.DrawFn) -> Given:
    """Some days around a change of clocks, and a rota in them."""
    zone = draw(st.sampled_from(sorted(CLOCKS_CHANGE)))
    day = draw(st.sampled_from(CLOCKS_CHANGE[zone]))
    begin = datetime.combine(day, time(), UTC) - timedelta(days=DAYS // 2)
    end = begin + timedelta(days=DAYS)
    near = [zone, "America/Toronto"] if day.year > 2020 else [zone]
    layers = [
        draw(layer(begin, draw(st.sampled_from(near)))) for _ in range(draw(st.integers(1, 3)))
    ]
    overrides = draw(st.lists(changes(begin, end), max_size=4))
    absences = draw(st.lists(changes(begin, end), max_size=2))
    return layers, overrides, absences, begin, end


@st.composite
def layer(draw: st.DrawFn, begin: datetime, zone: str) -> LayerByHand:
    unit = draw(st.sampled_from(["hours", "hours", "days", "weeks", "weekday"]))
    often = {"hours": st.sampled_from([1, 2, 5, 8, 12]), "days": st.integers(1, 3)}
    every = draw(often[unit]) if unit in often else 1
    turn = st.lists(st.sampled_from(PEOPLE), max_size=2, unique=True).map(tuple)
    turns = draw(st.lists(turn, min_size=7 if unit == "weekday" else 1, max_size=7))
    first = begin.replace(tzinfo=None) + draw(st.integers(-2800, 4000)) * MINUTE
    ends = first + draw(st.integers(1, 8000)) * MINUTE if draw(st.booleans()) else None
    opens = st.tuples(
        st.sets(st.integers(0, 6), min_size=1),
        st.integers(0, 1439),
        st.integers(0, 1439).map(lambda minute: minute // 30 * 30),
    )
    hours = draw(st.lists(opens, max_size=0 if zone == "Pacific/Apia" else 2))
    return LayerByHand(zone, first, unit, every, turns, hours, ends)


@st.composite
def changes(draw: st.DrawFn, begin: datetime, end: datetime) -> Change:
    since = begin + draw(st.integers(-3600, DAYS * 86_400)) * SECOND
    lasts = draw(st.integers(1, 2 * 86_400)) * SECOND
    person, other = draw(st.sampled_from(PEOPLE)), draw(st.none() | st.sampled_from(PEOPLE))
    return Change(person, since, since + lasts, other)


@settings(max_examples=50, deadline=None)
@given(stretches())
def test_minute_by_minute_it_is_who_an_independent_count_says(given: Given) -> None:
    layers, overrides, absences, begin, end = given
    truth, ours = ByTheMinute(*given), plan(layers, overrides, absences)
    found = shifts.shifts(ours, begin, end)
    assert [found[0].begins_at, found[-1].ends_at] == [begin, end]
    for one, other in pairwise(found):
        assert one.ends_at == other.begins_at
        assert one.people != other.people
    for one in found:  # at both ends, to the second; and in between at every minute
        assert shifts.who(ours, one.begins_at) == one.people == truth.on_call(one.begins_at)
        assert shifts.who(ours, one.ends_at - SECOND) == truth.on_call(one.ends_at - SECOND)
    expanded = iter(found)
    shift = next(expanded)
    at = begin
    while at < end:
        while at >= shift.ends_at:
            shift = next(expanded)
        assert shift.people == truth.on_call(at), at
        if at.minute % 20 == 10:
            assert shifts.who(ours, at) == shift.people, at
        at += MINUTE


# By hand ------------------------------------------------------------------------------------------

BO, DI, CY = (1,), (2,), (3,)


def toronto(*given: str) -> list[datetime]:
    """Moments as the clocks of Toronto show them; with an offset where they show them twice."""
    there = ZoneInfo("America/Toronto")
    read = [datetime.fromisoformat(one) for one in given]
    return [one if one.tzinfo else one.replace(tzinfo=there) for one in read]


def by_day(starts: str, hours: list[tuple[set[int], int, int]] | None = None) -> LayerByHand:
    first = datetime.fromisoformat(starts)
    return LayerByHand("America/Toronto", first, "days", 1, [BO, DI], hours or [])


def begins(layer: LayerByHand, since: str, until: str) -> list[tuple[datetime, Names]]:
    found = shifts.shifts(plan([layer], [], []), *toronto(since, until))
    return [(one.begins_at, one.people) for one in found]


def test_the_night_on_which_toronto_sets_its_clocks_back() -> None:
    """2026-11-01: 02:00 EDT becomes 01:00 EST; the shift from nine to nine has 25 hours."""
    nine = begins(by_day("2026-10-30T09:00"), "2026-10-31T09:00", "2026-11-02T09:00")
    assert nine == [
        (datetime(2026, 10, 31, 13, tzinfo=UTC), DI),
        (datetime(2026, 11, 1, 14, tzinfo=UTC), BO),
    ]
    twice = begins(by_day("2026-10-30T01:30"), "2026-10-31T01:30", "2026-11-02T01:30")
    first_of_two = datetime.fromisoformat("2026-11-01T01:30-04:00")
    assert twice == [(datetime(2026, 10, 31, 5, 30, tzinfo=UTC), DI), (first_of_two, BO)]
    again = datetime.fromisoformat("2026-11-01T01:10-05:00")  # after it, by a clock set back
    assert shifts.who(plan([by_day("2026-10-30T01:30")], [], []), again) == BO


def test_the_night_on_which_toronto_sets_its_clocks_forward() -> None:
    """2027-03-14: 02:00 EST becomes 03:00 EDT; there is no half past two."""
    missing = begins(by_day("2027-03-12T02:30"), "2027-03-13T02:30", "2027-03-15T02:30")
    assert missing == [
        (datetime(2027, 3, 13, 7, 30, tzinfo=UTC), DI),
        (datetime.fromisoformat("2027-03-14T02:30-05:00"), BO),  # which the clocks show as 03:30
    ]
    night = [({5, 6}, 22 * 60, 3 * 60)]  # from Saturday 22:00 and from Sunday 22:00
    short = shifts.shifts(
        plan([by_day("2027-03-01T00:00", night)], [], []),
        *toronto("2027-03-13T12:00", "2027-03-14T12:00"),
    )
    lasts = [one.ends_at - one.begins_at for one in short if one.people]
    assert sum(lasts, timedelta(0)) == timedelta(hours=4)


def test_weeks_go_on_over_the_years_whether_they_have_52_or_53() -> None:
    """2026 has 53 weeks (ISO 8601); nobody is left out or comes twice, for thirty years."""
    rotation = Rotation(
        ZoneInfo("America/Toronto"),
        datetime.fromisoformat("2020-01-06T09:00"),
        [BO, DI, CY],
        "weeks",
        1,
    )
    first = monday = datetime(2020, 1, 6, 9, tzinfo=ZoneInfo("America/Toronto"))
    before, people = (), 0
    while monday.year < 2050:
        assert rotation.people(monday - SECOND) == before
        before = rotation.people(monday)
        assert before == (BO, DI, CY)[people]
        monday, people = monday + timedelta(days=7), (people + 1) % 3
    assert (monday - first).days // 7 > 30 * 52


def test_the_sun_is_followed_through_three_zones_without_a_hole() -> None:
    """Three offices, each by day on its own clocks; where two overlap the later one answers."""
    offices = [("Europe/London", 1), ("America/Vancouver", 2), ("Australia/Sydney", 3)]
    everyday = set(range(7))
    layers = [
        LayerByHand(
            zone,
            datetime.fromisoformat("2026-03-01"),
            "weeks",
            1,
            [(one,)],
            [(everyday, 480, 18 * 60)],
        )
        for zone, one in offices
    ]
    begin, end = datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 4, 10, tzinfo=UTC)
    found = shifts.shifts(plan(layers, [], []), begin, end)
    truth = ByTheMinute(layers, [], [], begin, end)
    assert {one.people for one in found} >= {(1,), (2,), (3,)}
    for one in found:
        assert truth.on_call(one.begins_at) == truth.on_call(one.ends_at - MINUTE) == one.people


@pytest.mark.parametrize("instead_of", [1, None])
def test_an_override_begins_and_ends_to_the_second(instead_of: int | None) -> None:
    since, until = toronto("2026-11-03T12:34:56", "2026-11-03T13:57:59")
    rota = plan([by_day("2026-11-03T00:00")], [Change(9, since, until, instead_of)], [])
    moments = (since - SECOND, since, until - SECOND, until)
    assert [shifts.who(rota, at) for at in moments] == [BO, (9,), (9,), BO]


@pytest.mark.parametrize("instead_of", [1, None])
def test_a_stand_in_who_is_away_leaves_whose_turn_it_is(instead_of: int | None) -> None:
    since, until = toronto("2026-11-03T12:00", "2026-11-03T18:00")
    noon, three = toronto("2026-11-03T14:00", "2026-11-03T15:00")
    rota = plan(
        [by_day("2026-11-03T00:00")],
        [Change(9, since, until, instead_of)],
        [Change(9, noon, three)],
    )
    moments = (since, noon, three - SECOND, three)
    assert [shifts.who(rota, at) for at in moments] == [(9,), BO, BO, (9,)]
