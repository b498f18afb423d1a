"""Absences and swaps: who is on call because of them, and what is refused."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from ivr.models import Technician
from ivr.services.on_call import absences, overrides, rota, rotas, swaps
from ivr.services.on_call.swaps import Stretch
from ivr.services.refusal import RefusedError
from tests.services.people import NOW, on_call, organization, technician

HOUR = timedelta(hours=1)


@pytest.fixture
def bo(db: Session) -> Technician:
    organization(db)
    return technician(db, "Bo", level=1)


@pytest.fixture
def di(db: Session, bo: Technician) -> Technician:
    return technician(db, "Di", level=1)


def names(db: Session, at: timedelta) -> list[str]:
    db.flush()
    id_ = rotas.named(db, "Level 1").id
    return [db.get_one(Technician, one).name for one in rota.on_call(db, NOW + at, [id_])[id_]]


def test_who_is_away_is_on_call_in_no_rota_until_they_are_back(
    db: Session, bo: Technician, di: Technician
) -> None:
    absence = absences.add(db, NOW, bo, NOW + HOUR, NOW + 9 * HOUR, "a\nholiday")
    assert [names(db, at * HOUR) for at in (0, 1, 9)] == [["Bo", "Di"], ["Di"], ["Bo", "Di"]]
    assert rotas.named(db, "Level 1").due_at == NOW
    assert absence.why == "a holiday"
    assert absences.withdraw(db, NOW + 2 * HOUR, absence), "back early"
    assert [names(db, at * HOUR) for at in (1, 2)] == [["Di"], ["Bo", "Di"]], "it has been so"
    assert not absences.withdraw(db, NOW + 2 * HOUR, absence)
    later = absences.add(db, NOW, bo, NOW + 20 * HOUR, NOW + 30 * HOUR)
    assert absences.withdraw(db, NOW, later)
    assert absences.within(db, NOW, NOW + 50 * HOUR, bo.id) == [absence]


def test_an_absence_that_makes_no_sense_is_refused(db: Session, bo: Technician) -> None:
    for begins, ends, words in ((1, 1, "before it begins"), (-2, -1, "over already")):
        with pytest.raises(RefusedError, match=words):
            absences.add(db, NOW, bo, NOW + begins * HOUR, NOW + ends * HOUR)
    bo.active = False
    with pytest.raises(RefusedError, match="Bo has left"):
        absences.add(db, NOW, bo, NOW, NOW + HOUR)


def test_two_swap_and_both_halves_are_in_force_or_neither(
    db: Session, bo: Technician, di: Technician
) -> None:
    on_call(db, 1, [bo.id])
    level = rotas.named(db, "Level 1")
    mine, theirs = Stretch(bo, NOW, NOW + HOUR), Stretch(di, NOW + 2 * HOUR, NOW + 3 * HOUR)
    first, second = swaps.ask(db, NOW, level, mine, theirs, bo)
    assert not overrides.agree(db, NOW, first, bo), "who asks"
    assert names(db, 0 * HOUR) == ["Bo"]
    assert overrides.of_rota(db, level.id, NOW, NOW + HOUR) == [first]
    assert overrides.agree(db, NOW, second, di)
    db.refresh(first)
    assert (first.agreed_by, second.agreed_by) == (di, di)
    assert names(db, 0 * HOUR) == ["Di"]
    assert overrides.withdraw(db, NOW + HOUR / 2, first, bo)
    assert [names(db, at) for at in (0 * HOUR, HOUR / 2)] == [["Di"], ["Bo"]]
    db.refresh(second)
    assert second.withdrawn_at


def test_who_may_decide_for_others_is_on_record_as_the_one_who_did(
    db: Session, bo: Technician, di: Technician
) -> None:
    level = rotas.named(db, "Level 1")
    on_call(db, 1, [bo.id])
    times = (NOW, NOW + HOUR)
    cy = technician(db, "Cy", level=2)
    override = overrides.put(db, NOW, level, di, bo, *times, cy, decided=True)
    assert override.agreed_by is cy
    assert names(db, 0 * HOUR) == ["Di"]
    assert overrides.put(db, NOW, level, cy, di, *times, cy).agreed_at == NOW, "who takes it"
    assert overrides.put(db, NOW, level, bo, cy, *times, cy).agreed_at is None, "is asked"
    assert names(db, 0 * HOUR) == ["Cy"]
