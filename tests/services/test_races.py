"""Two at the same instant: one wins, on both databases, every time."""

import threading
from collections.abc import Callable
from contextlib import ExitStack, suppress

import pytest
from sqlalchemy.exc import OperationalError

from callflows.turn import Severity
from ivr import clock
from ivr.database import engine, reading, transaction
from ivr.models import Entry, Leg, Page, Technician
from ivr.services.paging import paging, ringing
from ivr.services.tickets import tickets
from tests.services import people
from tests.services.people import NOW
from tests.services.scripted_carrier import ScriptedCarrier

pytestmark = pytest.mark.usefixtures("database")
RACERS = 4


def race(act: Callable[[int], object]) -> list[object]:
    """Let all start at the same barrier, each with a connection; returns what came of each."""
    with ExitStack() as connected:
        for _ in range(RACERS):
            connected.enter_context(engine().connect())
    barrier, results = threading.Barrier(RACERS), [None] * RACERS

    def run(index: int) -> None:
        barrier.wait(60)
        results[index] = act(index)

    threads = [threading.Thread(target=run, args=(index,)) for index in range(RACERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


def opened_page() -> int:
    with transaction() as db:
        people.organization(db)
        for index in range(RACERS):
            people.technician(db, f"Tech{index}", 1)
        return paging.open_page(db, NOW, people.ticket(db)).id


@pytest.mark.parametrize("_again", range(5))
def test_of_all_who_accept_at_once_one_has_it(_again: int) -> None:
    page_id = opened_page()

    def accept(index: int) -> bool:
        with transaction() as db:
            return paging.accept(db, NOW, page_id, db.get_one(Technician, index + 1))

    assert sorted(race(accept)) == [False, False, False, True]
    with reading() as db:
        assert db.query(Entry).filter(Entry.kind == "accepted").count() == 1


@pytest.mark.parametrize("_again", range(5))
def test_of_all_who_advance_a_page_one_rings_everybody_once(_again: int) -> None:
    page_id = opened_page()
    carrier = ScriptedCarrier()

    def advance(_index: int) -> None:
        with transaction() as db:
            legs = paging.advance(db, NOW, page_id)
        for leg in legs:
            ringing.attend(leg, carrier)

    race(advance)
    with reading() as db:
        assert db.query(Leg).filter(Leg.page_id == page_id).count() == RACERS
        assert db.get_one(Page, page_id).version == 1


@pytest.mark.parametrize("_again", range(5))
def test_of_all_who_attend_to_a_leg_one_rings_it(_again: int) -> None:
    page_id = opened_page()
    with transaction() as db:
        legs = paging.advance(db, NOW, page_id)
    carrier = ScriptedCarrier()
    clock.use(lambda: NOW)
    try:
        race(lambda _index: [ringing.attend(leg, carrier) for leg in legs])
    finally:
        clock.use(None)
    assert sorted(carrier.rung) == sorted(set(carrier.rung))
    assert len(carrier.rung) == RACERS


@pytest.mark.parametrize("_again", range(5))
def test_tickets_that_are_opened_at_once_have_numbers_of_their_own(_again: int) -> None:
    with transaction() as db:
        people.organization(db)

    def open_three(_index: int) -> list[str]:
        numbers: list[str] = []
        while len(numbers) < 3:
            with suppress(OperationalError):  # waited too long: once more
                with transaction() as db:
                    opened = tickets.open_ticket(db, NOW, title="?", severity=Severity.MINOR)
                numbers.append(opened.number)
        return numbers

    given = [number for numbers in race(open_three) for number in numbers]
    assert len(set(given)) == 3 * RACERS
