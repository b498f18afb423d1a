"""A year of a rota of three layers with 200 overrides: who is on call at each of its 525,600
minutes, against the independent computation.

At a sample of them, or at all: EVERY_MINUTE=1 bin/test tests/services/test_rota_year.py
"""

import os
import random
from datetime import UTC, datetime, timedelta

from ivr.services.on_call import shifts
from tests.services.by_the_minute import MINUTE, ByTheMinute, Change, LayerByHand
from tests.services.test_shifts import plan

BEGIN = datetime(2026, 6, 1, tzinfo=UTC)
YEAR = timedelta(days=365)
SHIFTS_EVERY, WHO_EVERY = (1, 1) if os.environ.get("EVERY_MINUTE") else (7, 203)
WEEKDAYS, NIGHTLY = {0, 1, 2, 3, 4}, (17 * 60, 9 * 60)
HOURS_AGO = timedelta(hours=20)


def some(chance: random.Random, count: int, days: int) -> list[Change]:
    found = []
    for _ in range(count):
        since = BEGIN + chance.randrange(365 * 24 * 60) * MINUTE
        lasts = chance.randrange(1, days * 24 * 60) * MINUTE
        other = chance.choice([None, *range(1, 21)])
        person = chance.choice([one for one in range(1, 21) if one != other])
        found.append(Change(person, since, since + lasts, other))
    return found


def test_every_minute_of_a_year_has_the_people_of_an_independent_count() -> None:
    chance = random.Random(5)
    first = (BEGIN - HOURS_AGO).replace(tzinfo=None)
    everybody = [(one,) for one in range(1, 21)]
    layers = [
        LayerByHand("America/Toronto", first, "weeks", 1, everybody, []),
        LayerByHand(
            "America/Vancouver", first, "days", 1, [(4, 9), (), (7,)], [(WEEKDAYS, *NIGHTLY)]
        ),
        LayerByHand("Europe/London", first, "hours", 12, everybody[::3], [({5, 6}, 480, 1200)]),
    ]
    given = layers, some(chance, 200, 3), some(chance, 30, 10)
    truth, ours = ByTheMinute(*given, BEGIN, BEGIN + YEAR), plan(*given)
    at, minutes = BEGIN, 0
    for shift in shifts.shifts(ours, BEGIN, BEGIN + YEAR):
        while at < shift.ends_at:
            if minutes % SHIFTS_EVERY == 0:
                assert shift.people == truth.on_call(at), at
            if minutes % WHO_EVERY == 0:
                assert shifts.who(ours, at) == shift.people, at
            at, minutes = at + MINUTE, minutes + 1
    assert minutes == 525_600
