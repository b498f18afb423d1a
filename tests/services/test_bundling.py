"""A storm: fifty critical tickets in a minute, three technicians. Nobody is rung for two at once, and
nothing is lost.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from callflows.turn import Severity
from ivr import clock
from ivr.database import reading, transaction
from ivr.models import Leg, LegState, Page, PageState
from ivr.services import due
from ivr.services.paging import bundling, legs, paging
from ivr.services.tickets import tickets
from tests.services import people
from tests.services.people import NOW
from tests.services.scripted_carrier import ScriptedCarrier

pytestmark = pytest.mark.usefixtures("database")
PAGES = 50
TALK = timedelta(seconds=30)


class Storm:
    def __init__(self) -> None:
        self.now = NOW
        self.carrier = ScriptedCarrier()
        self.until: dict[int, datetime] = {}
        """By leg: when the technician hangs up."""
        clock.use(lambda: self.now)
        with transaction() as db:
            people.organization(db)
            for name, level in (("Bo", 1), ("Di", 1), ("Cy", 2)):
                people.technician(db, name, level)

    def comes(self, severity: Severity = Severity.CRITICAL) -> None:
        with transaction() as db:
            made = tickets.open_ticket(db, self.now, title="Down", severity=severity)
            paging.open_page(db, self.now, made)

    def passes(self, seconds: int = 2) -> None:
        self.now += timedelta(seconds=seconds)
        for _ in range(20):
            with reading() as db:
                rows = [one for one in due.until(db, self.now) if one.kind in due.URGENT]
            if not rows:
                break
            for one in rows:
                for leg in due.attend(one.kind, one.id, self.carrier):
                    due.attend("leg", leg, self.carrier)
        with reading() as db:
            rung = Counter(self._on_the_phone())
        assert max(rung.values(), default=0) <= 1, "somebody is rung for two at once"

    def _on_the_phone(self) -> Iterator[int]:
        with reading() as db:
            found = select(Leg.technician_id, Leg.page_id, Leg.round).distinct()
            for row in db.execute(found.where(Leg.state.in_(bundling.ON_THE_PHONE))):
                yield row.technician_id

    def people_act(self) -> None:
        """Whoever is rung picks up and presses 1; whoever has talked hangs up."""
        with reading() as db:
            live = list(db.scalars(select(Leg).where(Leg.sid.is_not(None), Leg.ended_at.is_(None))))
        for leg in live:
            with transaction() as db:
                if leg.state == LegState.RINGING:
                    legs.heard_from(db, self.now, leg.key, leg.sid or "", "in-progress", 2)
                    self._press_1(db, leg.id)
                elif self.now >= self.until.get(leg.id, self.now):
                    legs.heard_from(db, self.now, leg.key, leg.sid or "", "completed", 3)

    def _press_1(self, db, leg_id: int) -> None:
        leg = db.get_one(Leg, leg_id)
        won = paging.accept(db, self.now, leg.page_id, leg.technician, leg.id)
        leg.outcome = "accepted" if won else "taken"
        if won:
            paging.reached(db, self.now, leg.page, "no-caller")
            self.until[leg_id] = self.now + TALK


def holders() -> list[int | None]:
    with reading() as db:
        return list(db.scalars(select(Page.accepted_by_id).order_by(Page.id)))


def test_a_storm_of_fifty_is_accepted_one_after_the_other_and_none_is_lost() -> None:
    storm = Storm()
    for _ in range(PAGES):
        storm.comes()
        storm.passes(1)
        storm.people_act()
    while None in holders():
        assert storm.now < NOW + timedelta(minutes=20), holders()
        storm.passes()
        storm.people_act()
    assert set(holders()) == {1, 2, 3}
    with reading() as db:
        pages = db.scalars(select(Page).order_by(Page.accepted_at)).all()
        assert {one.state for one in pages} == {PageState.ACCEPTED}
        waited = [(one.accepted_at - one.opened_at).total_seconds() for one in pages]
    assert max(waited) < PAGES * TALK.total_seconds() / 3 * 1.5, "nobody waits for nothing"


def test_what_is_critical_comes_before_what_waits_longer() -> None:
    storm = Storm()
    people_of_one = [1]
    with transaction() as db:
        people.on_call(db, 1, people_of_one)
        people.on_call(db, 2, [])
    storm.comes(Severity.CRITICAL)
    storm.passes(1)
    storm.comes(Severity.MINOR)
    storm.passes(1)
    storm.comes(Severity.CRITICAL)
    while None in holders():
        assert storm.now < NOW + timedelta(minutes=5), holders()
        storm.passes()
        storm.people_act()
    with reading() as db:
        order = db.scalars(select(Page.id).order_by(Page.accepted_at)).all()
    assert order == [1, 3, 2]
