"""A year of tickets on a moved clock: what is told, and when, against a count of the minutes.

The independent side knows nothing of the product's: it lays out every minute of the year, marks
those that count, and looks where the promised number of them is reached.
"""

import bisect
import itertools
import os
import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import holidays
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from callflows.turn import Severity
from ivr.models import Clock, ClockKind, Entry, Status, Ticket
from ivr.services.settings.business_time import Calendar
from ivr.services.tickets import clocks, life, overdue, targets, tickets
from ivr.services.tickets.timeline import Kind
from tests.services.people import organization, technician

START = datetime(2028, 1, 1, tzinfo=UTC)  # a leap year
A_MINUTE = timedelta(minutes=1)
TORONTO = ZoneInfo("America/Toronto")
TICKETS = 20_000
LIVED = int(os.environ.get("TICKETS", "800"))
"""Of these every event goes through the services and the database, 25 ms of CPU a ticket. All of
the year: TICKETS=20000 bin/test tests/services/test_year.py
"""
PARTS = 2
PROMISED = {  # minutes, and after which of them it is warned of
    (ClockKind.RESPONSE, "critical"): (15, 12),
    (ClockKind.RESPONSE, "major"): (30, 24),
    (ClockKind.RESPONSE, "minor"): (480, 384),
    (ClockKind.RESOLUTION, "critical"): (120, 60),
    (ClockKind.RESOLUTION, "major"): (480, 240),
    (ClockKind.RESOLUTION, "minor"): (1440, 1152),
}


def minutes(days: int = 450) -> Iterator[bool]:
    """Of every minute from START on, whether the office is open."""
    closed = holidays.country_holidays("CA", subdiv="ON", years=(2027, 2028, 2029))
    is_open = dict[date, bool]()
    for minute in range(days * 24 * 60):
        there = (START + minute * A_MINUTE).astimezone(TORONTO)
        day = there.date()
        if day not in is_open:
            is_open[day] = day.weekday() < 5 and day not in closed
        yield is_open[day] and 9 <= there.hour < 17


@pytest.fixture(scope="module")
def open_minutes() -> list[int]:
    """How many minutes were open up to each one."""
    return list(itertools.accumulate(minutes(), initial=0))


class Life:
    """One ticket, as the test decides it: what happens to it at which minute."""

    def __init__(self, chance: random.Random) -> None:
        self.opened = chance.randrange(366 * 24 * 60)
        self.severity = chance.choices(["critical", "major", "minor"], (1, 3, 6))[0]
        answered = int(chance.expovariate(1 / 60))
        self.answered = self.opened + answered
        self.waits = self.answered + int(chance.expovariate(1 / 300)) + 1
        self.goes_on = self.waits + int(chance.expovariate(1 / 2000)) + 1
        self.resolved = self.goes_on + int(chance.expovariate(1 / 1500)) + 1

    def reached(self, kind: ClockKind, amount: int, opened: list[int]) -> int:
        """The minute by which so many have counted."""
        if kind is ClockKind.RESPONSE:
            return self._after(self.opened, amount, opened)
        ran = self._between(self.opened, self.waits, opened)
        if amount <= ran:
            return self._after(self.opened, amount, opened)
        return self._after(self.goes_on, amount - ran, opened)

    def _between(self, begin: int, end: int, opened: list[int]) -> int:
        return opened[end] - opened[begin] if self.severity == "minor" else end - begin

    def _after(self, begin: int, amount: int, opened: list[int]) -> int:
        if self.severity != "minor":
            return begin + amount
        return bisect.bisect_left(opened, opened[begin] + amount)

    def told(self, opened: list[int]) -> set[tuple[str, str, int]]:
        """What must have been told of it: warning or miss, of which clock, at which minute."""
        expected = set()
        for kind, met in (
            (ClockKind.RESPONSE, self.answered),
            (ClockKind.RESOLUTION, self.resolved),
        ):
            amount, warned = PROMISED[kind, self.severity]
            for what, minute in (
                (Kind.WARNED, self.reached(kind, warned, opened)),
                (Kind.MISSED, self.reached(kind, amount, opened)),
            ):
                if minute < met:
                    expected.add((str(what), str(kind), minute))
        return expected


def at(minute: int) -> datetime:
    return START + minute * A_MINUTE


def live_through(db: Session, lives: list[Life]) -> dict[int, Life]:
    """Let everything happen, minute by minute, and do what falls due between."""
    happens: dict[int, list[tuple[str, Life]]] = {}
    for one in lives:
        for what in ("opened", "answered", "waits", "goes_on", "resolved"):
            happens.setdefault(getattr(one, what), []).append((what, one))
    rows: dict[int, Life] = {}
    made: dict[Life, Ticket] = {}
    for minute in sorted(happens):
        now = at(minute)
        attend_until(db, now)
        for what, one in happens[minute]:
            if what == "opened":
                severity = Severity(one.severity)
                made[one] = tickets.open_ticket(db, now, title="T", severity=severity)
                rows[made[one].id] = one
            elif what == "answered":
                clocks.meet(db, now, made[one].id, ClockKind.RESPONSE)
            elif what == "waits":
                life.move(db, now, made[one], Status.WAITING, life.STAFF)
            elif what == "goes_on":
                life.move(db, now, made[one], Status.OPEN, life.MAIL)
            else:
                life.move(db, now, made.pop(one), Status.RESOLVED, life.STAFF)
    return rows


DUE = select(Clock.id, Clock.due_at).order_by(Clock.due_at)


def attend_until(db: Session, now: datetime) -> None:
    """A clock that is due is looked at before anything else happens at that minute or after."""
    while True:
        db.flush()
        found = db.execute(DUE.where(Clock.due_at < now)).all()
        for id_, moment in found:
            overdue.look(db, moment, id_)
        if not found:
            return


def test_every_due_time_of_a_year_is_the_one_that_was_counted(open_minutes: list[int]) -> None:
    chance, calendar = random.Random(0), Calendar()
    for one in (Life(chance) for _ in range(TICKETS)):
        pauses = [(at(one.waits), at(one.goes_on))]
        for (kind, severity), (amount, warned) in PROMISED.items():
            if severity == one.severity:
                promise = targets.target(kind, Severity(severity), calendar)
                paused = pauses if kind is ClockKind.RESOLUTION else []
                due = promise.due(at(one.opened), paused, calendar)
                assert due == at(one.reached(kind, amount, open_minutes)), vars(one)
                warn = promise.warned(at(one.opened), paused, calendar)
                assert warn == at(one.reached(kind, warned, open_minutes)), vars(one)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.timeout(1800)
def test_all_that_is_told_in_a_year_is_told_once_and_at_its_minute(
    db: Session, open_minutes: list[int], part: int
) -> None:
    organization(db)
    technician(db, "Bo", 1)
    chance = random.Random(part)
    rows = live_through(db, [Life(chance) for _ in range(LIVED // PARTS)])
    said: dict[int, set[tuple[str, str, int]]] = {id_: set() for id_ in rows}
    entries = select(Entry.ticket_id, Entry.kind, Entry.at, Entry.data)
    for ticket_id, kind, moment, data in db.execute(
        entries.where(Entry.kind.in_([Kind.WARNED, Kind.MISSED]))
    ):
        told = (kind, data["clock"], int((moment - START) / A_MINUTE))
        assert told not in said[ticket_id], "each once"
        said[ticket_id].add(told)
    for id_, one in rows.items():
        assert said[id_] == one.told(open_minutes), vars(one)
    assert db.scalar(select(Clock.id).where(Clock.due_at < START).limit(1)) is None
