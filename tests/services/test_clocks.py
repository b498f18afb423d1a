"""Whatever happens to a ticket, its clocks show what a count of the whole history shows."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from callflows.turn import Severity
from ivr.models import Clock, ClockKind, Status, Ticket, Why
from ivr.services.settings import business_time, house
from ivr.services.settings.business_time import Calendar
from ivr.services.tickets import clocks, life, overdue, tickets
from tests.services.people import NOW, organization, ticket
from tests.services.slow_clock import slowly

TORONTO = Calendar()
HOURS = {
    ClockKind.RESPONSE: {"critical": 0.25, "major": 0.5, "minor": 8},
    ClockKind.RESOLUTION: {"critical": 2, "major": 8, "minor": 24},
}
SEVERITIES = list(Severity)


class History:
    """What happened, kept by the test, beside the services that it happens through."""

    def __init__(self, db: Session, opened: datetime) -> None:
        self.db, self.now = db, opened
        self.ticket = ticket(db, opened)
        self.opened, self.severity = opened, Severity.CRITICAL
        self.pauses: list[tuple[datetime, datetime | None]] = []
        self.resolved = self.answered = False

    def _pause(self) -> None:
        self._resume()
        self.pauses.append((self.now, None))

    def _resume(self) -> None:
        if self.pauses and self.pauses[-1][1] is None:
            self.pauses[-1] = (self.pauses[-1][0], self.now)

    def regrade(self) -> None:
        self.severity = random.choice(SEVERITIES)
        tickets.change_severity(self.db, self.now, self.ticket, self.severity, "Bo")

    def wait(self) -> None:
        if not self.resolved:
            clocks.pause(self.db, self.now, self.ticket, Why.WAITING)
            self._pause()

    def go_on(self) -> None:
        if not self.resolved:
            clocks.resume(self.db, self.now, self.ticket)
            self._resume()

    def resolve(self) -> None:
        if not self.resolved:
            life.move(self.db, self.now, self.ticket, Status.RESOLVED, life.STAFF)
            self._pause()
            self.resolved = self.answered = True

    def call_again(self) -> None:
        said = random.choice(SEVERITIES)
        tickets.declare(self.db, self.now, self.ticket, said)
        if self.resolved:
            self._resume()
            self.resolved = False
        if tickets.ORDER.index(said) > tickets.ORDER.index(self.severity):
            self.severity = said

    def answer(self) -> None:
        clocks.meet(self.db, self.now, self.ticket.id, ClockKind.RESPONSE)
        self.answered = True

    def events(self) -> list[Callable[[], None]]:
        return [self.regrade, self.wait, self.go_on, self.resolve, self.call_again, self.answer]

    def running(self, kind: ClockKind) -> bool:
        return not (self.answered if kind is ClockKind.RESPONSE else self.resolved)

    def due(self, kind: ClockKind, share: float = 1) -> datetime | None:
        hours = HOURS[kind][self.severity] * share
        return slowly(
            self.opened,
            timedelta(hours=hours),
            self.pauses if kind is ClockKind.RESOLUTION else [],
            TORONTO if self.severity is Severity.MINOR else None,
        )


@pytest.mark.parametrize("seed", range(12))
def test_running_clocks_equal_those_computed_from_the_whole_history(db: Session, seed: int) -> None:
    random.seed(seed)
    organization(db)
    minutes = random.randrange(500 * 24 * 60)
    history = History(db, NOW.replace(month=1) + timedelta(minutes=minutes))
    for _ in range(12):
        history.now += timedelta(minutes=random.choice([1, 20, 100, 1000, 5000]))
        random.choice(history.events())()
        for kind in HOURS:
            if history.running(kind):
                clock = clocks.one(db, history.ticket.id, kind)
                assert clock
                assert clock.met_at is None
                db.refresh(clock)
                assert clock.ends_at == history.due(kind)
                share = 0.5 if (kind, history.severity) in WARNED_AT_HALF else 0.8
                assert clock.warn_at == history.due(kind, share)


WARNED_AT_HALF = {
    (ClockKind.RESOLUTION, Severity.CRITICAL),
    (ClockKind.RESOLUTION, Severity.MAJOR),
}


# What is met, paused, missed ----------------------------------------------------------------------


@pytest.fixture
def opened(db: Session) -> Ticket:
    organization(db)
    return ticket(db)


def clock(db: Session, of: Ticket, kind: ClockKind = ClockKind.RESOLUTION) -> Clock:
    found = clocks.one(db, of.id, kind)
    assert found
    db.refresh(found)
    return found


def test_waiting_keeps_the_resolution_from_being_due_and_nothing_else(
    db: Session, opened: Ticket
) -> None:
    clocks.pause(db, NOW + timedelta(minutes=10), opened, Why.WAITING)
    assert clock(db, opened).due_at is None
    assert clock(db, opened, ClockKind.RESPONSE).ends_at == NOW + timedelta(minutes=15)
    clocks.resume(db, NOW + timedelta(days=2), opened)
    assert clock(db, opened).ends_at == NOW + timedelta(days=2, hours=1, minutes=50)


def test_what_is_met_is_met_once_and_not_due_any_more(db: Session, opened: Ticket) -> None:
    first, second = NOW + timedelta(minutes=1), NOW + timedelta(minutes=2)
    clocks.meet(db, first, opened.id, ClockKind.RESPONSE)
    clocks.meet(db, second, opened.id, ClockKind.RESPONSE)
    response = clock(db, opened, ClockKind.RESPONSE)
    assert (response.met_at, response.due_at) == (first, None)
    overdue.look(db, NOW + timedelta(days=1), response.id)
    assert response.missed_at is None


def test_a_reopened_ticket_runs_on_without_the_time_it_was_resolved(
    db: Session, opened: Ticket
) -> None:
    life.move(db, NOW + timedelta(minutes=30), opened, Status.RESOLVED, life.STAFF)
    assert clock(db, opened).due_at is None
    tickets.declare(db, NOW + timedelta(days=3), opened, Severity.CRITICAL)
    assert clock(db, opened).ends_at == NOW + timedelta(days=3, minutes=90)


def test_a_calendar_of_the_organization_is_kept_to(db: Session) -> None:
    organization(db)
    ours = house.ours(db)
    ours.business_hours = {"opens": "07:00", "closes": "19:00", "days": [0, 1, 2, 3, 4, 5]}
    assert business_time.calendar_of(ours).business_day == timedelta(hours=12)
