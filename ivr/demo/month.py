"""`ivr demo --busy`: a database with a month of tickets, calls and pages in it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import itemgetter
from random import Random

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from ivr.demo import (
    canaries,
    desk_work,
    erasures,
    people,
    recorded,
    relating,
    staff_calls,
    stories,
    times,
    unwanted,
)
from ivr.demo.calls import Caller, number_of, tongue_of
from ivr.demo.case import Case
from ivr.demo.overdue import NO_PAGES_WITHIN
from ivr.demo.people import Customers
from ivr.demo.world import World
from ivr.models import Call, Contact, Leg, Ticket
from ivr.services.calls import outcomes
from ivr.services.imports import import_reading

SEVERITIES = {"critical": 9, "major": 31, "minor": 60}
BY_PHONE = {"critical": 0.55, "major": 0.2, "minor": 0.12}
"""Of each severity, opened on the phone."""
CALLS_LATER = {"critical": 0.7, "major": 0.35, "minor": 0.2}
"""Of each severity opened in writing, called about as well."""
OURS = 100
"""Of so many calls one is of one of us."""


class BusyError(Exception):
    """There are tickets already that are nobody's demo."""


@dataclass(frozen=True)
class Size:
    tickets: int = 3_000
    calls: int = 5_000
    customers: int = 150
    contacts: int = 400
    days: int = 30


def fill(db: Session, until: datetime, seed: int = 1, size: Size | None = None) -> World:
    """The whole month, in the transaction of `db`. The files are written by whoever commits it:
    world.files.write().
    """
    size = size or Size()
    if db.get_bind().dialect.name == "postgresql":  # it is computed within one transaction
        db.execute(text("set local idle_in_transaction_session_timeout = 0"))
        db.execute(text("set local statement_timeout = 0"))
    _refuse_real_tickets(db)
    begin = until - timedelta(days=size.days)
    people.bring_in(db, begin, until)
    chance = Random(seed)
    customers = Customers(db, chance, size.customers, size.contacts)
    world = World(db, chance, begin, until)
    for one in customers.people:
        world.contacts[one.customer_id].append(one)
    _Month(world, customers, size).goes()
    recorded.goes_on(world)
    desk_work.is_done(world)
    unwanted.without_database(world, begin + (until - begin) * 0.4)
    world.rows.write(db)
    _settle(db, world)
    erasures.carry_out(world)
    return world


def _settle(db: Session, world: World) -> None:
    """What came of each call, found out by the service that does it when one ends."""
    legs = {call["id"]: leg["id"] for call, leg in world.answered}
    kept = [
        *db.scalars(select(Ticket)),
        *db.scalars(select(Contact)),
    ]  # asked for once, not by call
    for call in db.scalars(select(Call).where(Call.outcome.is_(None))).all():
        if call.id in legs:
            outcomes.answered(db, call, db.get_one(Leg, legs[call.id]))
        outcomes.settle(db, call)
    db.flush()
    del kept


def _refuse_real_tickets(db: Session) -> None:
    demo = {one.number for one in import_reading.read(people.DEMO).tickets}
    numbers = select(Ticket.number).where(~Ticket.canary, Ticket.number.not_in(demo)).limit(1)
    real = db.scalar(numbers)
    if real is not None:
        raise BusyError(f"there are tickets already, such as {real}: this is for a fresh database")


class _Month:
    def __init__(self, world: World, customers: Customers, size: Size) -> None:
        self.world, self.customers, self.size = world, customers, size
        self.chance = world.chance
        self.cases: list[Case] = []

    def goes(self) -> None:
        world, size = self.world, self.size
        end = world.until - timedelta(minutes=12)
        zone = world.ours.time_zone
        opened = times.moments(self.chance, size.tickets, world.begin, end, zone)
        happens = [
            *((at, self._ticket) for at in opened),
            *((at, self._canary) for at in canaries.moments(world)),
        ]  # fmt: skip
        for at, it_does in sorted(happens, key=itemgetter(0)):
            it_does(at)
        for at in times.moments(self.chance, size.calls // OURS, world.begin, end, zone):
            self._one_of_us_calls(at)
        missing = size.calls - len(world.rows.of[Call])
        for at in times.moments(self.chance, max(0, missing), world.begin, end, zone):
            left = size.calls - len(world.rows.of[Call])
            if left > 0:
                self._call(at, left)
        for case in self.cases:
            case.settle()

    def _ticket(self, at: datetime) -> None:
        world, chance = self.world, self.chance
        before = self.cases[-1] if self.cases else None
        if before and before.contact and world.now_and_then("opened twice", 80):
            self.cases.append(relating.opened_twice(before, at))
            return
        if world.now_and_then("unreadable mail", 500):
            self.cases.append(unwanted.unreadable(world, at))
            stories.tell(world, self.cases[-1], at)
            return
        severity = chance.choices(list(SEVERITIES), list(SEVERITIES.values()))[0]
        if at > world.until - NO_PAGES_WITHIN:
            severity = "minor"
        contact = self.customers.somebody()
        if chance.random() < BY_PHONE[severity]:
            self._opened_on_the_phone(at, severity)
            return
        tongue = tongue_of(world, contact)
        title, category, words = tongue.problem(severity)
        case = Case(
            world, contact, severity, tongue, title=title, description=words,
            kind=category,
        )  # fmt: skip
        self.cases.append(case)
        stories.open_in_writing(world, case, at)
        if before and world.now_and_then("linked", 70):
            relating.link(case, before, case.opened_at + timedelta(minutes=1))
        stories.tell(world, case, case.opened_at)

    def _canary(self, at: datetime) -> None:
        canaries.sing(self.world, at)

    def _opened_on_the_phone(self, at: datetime, severity: str) -> None:
        world, chance = self.world, self.chance
        contact = self.customers.somebody() if chance.random() < 0.9 else None
        caller = Caller(world, at, contact, number_of(world, contact))
        caller.calls(severity, None)
        case = caller.walk.case
        assert case
        self.cases.append(case)
        if contact is None and world.now_and_then("put under", 2):
            company = chance.choice(self.customers.companies)
            relating.put_under(case, caller.at + timedelta(seconds=20), company)
        stories.tell(world, case, caller.at)

    def _one_of_us_calls(self, at: datetime) -> None:
        world = self.world
        on_call = sorted(world.on_call(at))
        person = world.staff[self.chance.choice(on_call)] if on_call else world.seniors[0]
        theirs = [
            one for one in self.cases
            if one.assignee is person and one.opened_at <= at
            and (one.resolved_at or world.until) > at
        ]  # fmt: skip
        staff_calls.listens(world, at, person, theirs[-3:])

    def _call(self, at: datetime, left: int) -> None:
        """About no ticket that we know of: they hang up again. `left`: how many calls are."""
        chance = self.chance
        if self.world.now_and_then("blocked", 60):
            unwanted.blocked(self.world, at)
            return
        if self.world.now_and_then("many calls", 300):
            unwanted.many(self.world, at, left)
            return
        contact = self.customers.somebody() if chance.random() < 0.5 else None
        until = chance.choices(("ticket", "severity"), (3, 1))[0]
        Caller(self.world, at, contact, number_of(self.world, contact)).calls("minor", None, until)
