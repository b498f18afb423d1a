"""The list shows exactly what was asked for, in the order that was asked for, leaf by leaf."""

import itertools
import random
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from callflows.turn import Severity
from ivr.models import (
    Clock,
    ClockKind,
    Contact,
    Customer,
    Status,
    Team,
    Technician,
    Ticket,
)
from ivr.services.tickets import ticket_list, tickets
from ivr.services.tickets.clocks import PROMISES
from ivr.services.tickets.ticket_filters import NOBODY, Due, Moment, Order, Wanted
from tests.services.people import NOW, held_call, organization, technician

MOMENT = Moment(NOW, NOW + timedelta(hours=9))
CALLER = "+15145550100"
UNRESOLVED = {"new", "open", "waiting"}


@pytest.fixture
def many(db: Session) -> list[Ticket]:
    """70 tickets of every kind, with promises that run, are late, or are kept."""
    chance = random.Random(4411)
    organization(db)
    people = [technician(db, name, 1) for name in ("Bo", "Di", "Cy")]
    customers = [Customer(name=name) for name in ("Acme", "Lajoie")]
    teams = [Team(name=name) for name in ("Voice", "Network")]
    ana = Contact(name="Ana", phone=CALLER, customer=customers[0])
    db.add_all([*customers, *teams, ana])
    db.flush()
    for nth in range(70):
        one = tickets.open_ticket(
            db,
            NOW - timedelta(hours=chance.randrange(90)),
            title=f"Ticket {nth}",
            severity=chance.choice(list(Severity)),
            customer=chance.choice([*customers, None]),
            contact=ana if nth % 17 == 0 else None,
            opened_by_number=CALLER if nth % 13 == 0 else None,
            canary=nth % 29 == 0,
        )
        one.status = chance.choice(list(Status))
        one.team, one.assignee = chance.choice([*teams, None]), chance.choice([*people, None])
        one.level = chance.choice((1, 1, 2, 3))
        if nth % 31 == 0:
            held_call(db, one).sid = f"CA{nth}"
        for clock in db.scalars(select(Clock).where(Clock.ticket_id == one.id)):
            clock.ends_at = NOW + timedelta(minutes=chance.randrange(-900, 900))
            if one.status not in UNRESOLVED or chance.random() < 0.4:
                clock.met_at = NOW
    db.flush()
    return list(db.scalars(select(Ticket).where(~Ticket.canary).order_by(Ticket.id)))


def _runs(db: Session, one: Ticket) -> list[Clock]:
    clocks: dict[int, list[Clock]] = db.info.setdefault("clocks", {})
    if not clocks:
        for clock in db.scalars(select(Clock).where(Clock.met_at.is_(None))):
            clocks.setdefault(clock.ticket_id, []).append(clock)
    return [clock for clock in clocks.get(one.id, []) if clock.kind in PROMISES]


CHOICES: list[tuple[Wanted, Callable[[Session, Ticket], bool]]] = [
    (Wanted(), lambda _db, _one: True),
    (Wanted(status="unresolved"), lambda _db, one: one.status in UNRESOLVED),
    (Wanted(status="closed", severity="critical"),
     lambda _db, one: (one.status, one.severity) == ("closed", "critical")),
    (Wanted(severity="major", status="waiting"),
     lambda _db, one: (one.status, one.severity) == ("waiting", "major")),
    (Wanted(customer=1, level=3), lambda _db, one: (one.customer_id, one.level) == (1, 3)),
    (Wanted(team=2, assignee=NOBODY), lambda _db, one: (one.team_id, one.assignee_id) == (2, None)),
    (Wanted(assignee=2, status="unresolved", team=NOBODY),
     lambda _db, one: one.assignee_id == 2 and one.status in UNRESOLVED and one.team_id is None),
    (Wanted(level=2), lambda _db, one: one.level == 2),
    (Wanted(due=Due.LATE), lambda db, one: any(c.ends_at < NOW for c in _runs(db, one))),
    (Wanted(due=Due.TODAY, severity="minor"),
     lambda db, one: one.severity == "minor"
     and any(c.ends_at < MOMENT.midnight for c in _runs(db, one))),
    (Wanted(due=Due.UNANSWERED),
     lambda db, one: any(c.kind == ClockKind.RESPONSE for c in _runs(db, one))),
    (Wanted(phone=CALLER, status="unresolved"),
     lambda _db, one: one.status in UNRESOLVED and any(
         int(one.title.split()[1]) % n == 0 for n in (17, 13, 31))),
]  # fmt: skip


def _expected(db: Session, those: list[Ticket], wanted: Wanted, order: Order) -> list[int]:
    if order == Order.NEWEST:
        return [one.id for one in sorted(those, key=lambda one: -one.id)]
    if order == Order.OLDEST:
        return [one.id for one in those]
    due = {}
    for one in those:
        runs = _runs(db, one)
        if wanted.due == Due.UNANSWERED:
            runs = [clock for clock in runs if clock.kind == ClockKind.RESPONSE]
        if runs:
            due[one.id] = min(clock.ends_at for clock in runs)
    return sorted(due, key=lambda id_: (due[id_], id_))


def test_every_choice_of_filters_in_every_order(
    db: Session, many: list[Ticket], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ticket_list, "A_PAGE", 6)
    for looked_through, (wanted, fits) in itertools.product((10_000, 8), CHOICES):
        monkeypatch.setattr(ticket_list, "LOOKED_THROUGH", looked_through)
        those = [one for one in many if fits(db, one)]
        assert those, wanted
        for order in Order:
            shown, after = list[int](), ""
            while True:
                leaf = ticket_list.leaf(db, wanted, MOMENT, order, after)
                shown += [one.id for one in leaf.tickets]
                assert len(leaf.tickets) == 6 or leaf.gave_up or leaf.more is None
                if leaf.more is None:
                    break
                after = leaf.more
            assert shown == _expected(db, those, wanted, order), (wanted, order)
        counted = ticket_list.count(db, wanted, MOMENT)
        if looked_through > len(many):
            assert counted == ticket_list.Count(len(those)), wanted
        else:
            assert counted.count <= len(those), wanted


def test_each_view_is_counted_and_nothing_is_counted_on_and_on(
    db: Session, many: list[Ticket], monkeypatch: pytest.MonkeyPatch
) -> None:
    me = db.scalars(select(Technician.id)).first()
    views = {
        "open": Wanted(status="unresolved"),
        "mine": Wanted(status="unresolved", assignee=me),
        **{due: Wanted(due=due) for due in Due},
    }
    standing = ticket_list.standing(db, MOMENT, me)
    assert standing == {name: ticket_list.count(db, one, MOMENT) for name, one in views.items()}
    assert "mine" not in ticket_list.standing(db, MOMENT, None)
    monkeypatch.setattr(ticket_list, "MOST", 5)
    assert ticket_list.standing(db, MOMENT, me)["open"] == ticket_list.Count(5, more=True)
    assert ticket_list.count(db, Wanted(), MOMENT) == ticket_list.Count(5, more=True)
