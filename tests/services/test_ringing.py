"""Getting a leg rung, whatever the carrier answers."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from ivr import clock
from ivr.database import reading, transaction
from ivr.models import Leg, LegState, Page
from ivr.services.calls.carrier import NotNow, Outcome, Placed, PlacedCall, Refused, Unknown
from ivr.services.paging import legs, paging, ringing
from tests.services import people
from tests.services.people import NOW
from tests.services.scripted_carrier import ScriptedCarrier

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def moment() -> "Moment":
    return Moment()


class Moment:
    """The time, which the test moves."""

    def __init__(self) -> None:
        self.now = NOW
        clock.use(lambda: self.now)

    def passes(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture(autouse=True)
def _wall_clock() -> Iterator[None]:
    yield
    clock.use(None)


@pytest.fixture
def leg_id(moment: "Moment") -> int:
    with transaction() as db:
        people.organization(db)
        people.technician(db, "Bo", 1)
        people.technician(db, "Cy", 2)
        page = paging.open_page(db, NOW, people.ticket(db))
        page_id = page.id
    with transaction() as db:
        return paging.advance(db, NOW, page_id)[0]


def leg(leg_id: int) -> Leg:
    with reading() as db:
        return db.get_one(Leg, leg_id)


def test_a_leg_that_is_attended_to_many_times_rings_once(leg_id: int) -> None:
    carrier = ScriptedCarrier()
    for _ in range(5):
        ringing.attend(leg_id, carrier)
    assert len(carrier.rung) == 1
    assert leg(leg_id).state == LegState.RINGING


def test_429_is_tried_again_until_it_rings(leg_id: int, moment: Moment) -> None:
    carrier = ScriptedCarrier(*[NotNow("429")] * 5)
    start = moment.now
    while leg(leg_id).state != LegState.RINGING:
        ringing.attend(leg_id, carrier)
        moment.passes(0.5)
    assert len(carrier.rung) == 6
    assert moment.now - start < timedelta(seconds=40)


def test_a_bad_number_ends_the_ring_and_the_page_looks_at_once(leg_id: int) -> None:
    ringing.attend(leg_id, ScriptedCarrier(Refused("21211")))
    ended = leg(leg_id)
    assert (ended.outcome, ended.cause) == ("failed", "21211")
    with reading() as db:
        assert db.get_one(Page, ended.page_id).due_at == NOW


def test_an_unknown_outcome_is_looked_up_and_the_call_found_is_adopted(
    leg_id: int, moment: Moment
) -> None:
    carrier = ScriptedCarrier(Unknown("timed out"))
    ringing.attend(leg_id, carrier)
    carrier.listed = [PlacedCall("CA7", "ringing")]
    moment.passes(3)
    ringing.attend(leg_id, carrier)
    assert (leg(leg_id).sid, len(carrier.rung)) == ("CA7", 1)


@pytest.mark.parametrize("listed", [[], Unknown("list does not answer either")])
def test_an_unknown_outcome_that_nobody_knows_of_rings_again(
    leg_id: int, moment: Moment, listed: list[PlacedCall] | Unknown
) -> None:
    carrier = ScriptedCarrier(Unknown("timed out"))
    carrier.listed = listed
    for _ in range(3):
        ringing.attend(leg_id, carrier)
        moment.passes(3)
    assert len(carrier.rung) == 2


def test_a_crash_between_ringing_and_writing_it_down_rings_twice_never_not(
    leg_id: int, moment: Moment
) -> None:
    class CrashError(Exception):
        pass

    class Crashing(ScriptedCarrier):
        def ring(self, number: str, key: str, ring_for: int) -> Outcome:
            super().ring(number, key, ring_for)
            raise CrashError

    carrier = Crashing()
    with pytest.raises(CrashError):
        ringing.attend(leg_id, carrier)
    calm = ScriptedCarrier()
    for _ in range(3):
        moment.passes(9)
        ringing.attend(leg_id, calm)
    assert len(calm.rung) == 1
    assert leg(leg_id).state == LegState.RINGING


def test_a_callback_that_is_faster_than_the_answer_is_the_better_witness(leg_id: int) -> None:
    class Fast(ScriptedCarrier):
        def ring(self, number: str, key: str, ring_for: int) -> Outcome:
            with transaction() as db:
                legs.heard_from(db, NOW, key, "CA9", "busy", 0)
            return Placed("CA9")

    ringing.attend(leg_id, Fast())
    assert (leg(leg_id).outcome, leg(leg_id).sid) == ("busy", "CA9")


CALLBACKS = [("ringing", 1), ("in-progress", 2), ("completed", 3)]


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 0, 2), (0, 2, 2, 1), (2, 0, 1, 2)])
def test_callbacks_in_any_order_end_the_same(leg_id: int, order: tuple[int, ...]) -> None:
    carrier = ScriptedCarrier()
    ringing.attend(leg_id, carrier)
    for index in order:
        status, sequence = CALLBACKS[index]
        with transaction() as db:
            legs.heard_from(db, NOW, leg(leg_id).key, "CA1", status, sequence)
    assert (leg(leg_id).state, leg(leg_id).outcome) == (LegState.ENDED, "unaccepted")


def test_a_ring_whose_callbacks_are_lost_is_found_out(leg_id: int, moment: Moment) -> None:
    carrier = ScriptedCarrier()
    ringing.attend(leg_id, carrier)
    carrier.statuses[leg(leg_id).sid or ""] = "no-answer"
    moment.passes(41)
    ringing.attend(leg_id, carrier)
    assert leg(leg_id).outcome == "no-answer"


def test_a_ring_that_is_due_after_the_page_was_taken_is_never_made(leg_id: int) -> None:
    with transaction() as db:
        row = db.get_one(Leg, leg_id)
        cy = row.technician
        paging.accept(db, NOW, row.page_id, cy)
        row.page.accepted_by_id = cy.id + 1
    carrier = ScriptedCarrier()
    ringing.attend(leg_id, carrier)
    assert carrier.rung == []
    assert leg(leg_id).outcome == "cancelled"
