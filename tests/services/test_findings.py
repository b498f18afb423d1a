"""What is wrong with the rotas in the fortnight to come, and that nothing is said when nothing is."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from ivr.models import Rota, Technician
from ivr.services.on_call import absences, findings, layers, overrides, rotas
from ivr.services.on_call.findings import Problem
from ivr.services.on_call.layers import Wanted
from tests.services.people import NOW, on_call, organization, technician

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def bo(db: Session) -> Technician:
    organization(db)
    return technician(db, "Bo", level=1)


@pytest.fixture
def di(db: Session, bo: Technician) -> Technician:
    return technician(db, "Di", level=2)


def found(db: Session, rota: Rota | None = None) -> list[tuple[str, str]]:
    db.flush()
    return [(one.kind, one.rota) for one in problems(db, rota)]


def problems(db: Session, rota: Rota | None = None) -> list[Problem]:
    return findings.problems(db, NOW, rota_id=rota.id if rota else None)


def test_where_everybody_can_be_rung_nothing_is_wrong(
    db: Session, bo: Technician, di: Technician
) -> None:
    assert found(db) == []


def test_a_gap_is_found_with_its_ends_and_when_nobody_at_all_is_rung(
    db: Session, bo: Technician, di: Technician
) -> None:
    layer = rotas.named(db, "Level 1").layers[0]
    layer.hours = [{"days": [0, 1, 2, 3, 4], "from": "00:00", "until": "24:00"}]
    di.phones = []
    gap, nobody = [one for one in problems(db) if one.begins_at > NOW][:2]
    assert (gap.kind, nobody.kind) == ("nobody", "gap")
    saturday = datetime(2026, 11, 28, 5, tzinfo=UTC)
    assert (gap.begins_at, gap.ends_at) == (saturday, saturday + 2 * DAY)
    assert nobody.sentence("en-CA", "America/Toronto") == (
        "Level 1: nobody is on call from Sat 28 Nov 2026, 00:00 until Mon 30 Nov 2026, 00:00."
    )
    assert ("no_phone", "Level 2") in found(db)


def test_one_who_is_on_call_twice_at_once_is_found_in_both_rotas(
    db: Session, bo: Technician, di: Technician
) -> None:
    night = [{"days": [1], "from": "22:00", "until": "02:00"}]
    row = rotas.create(db, NOW, "Nights", "America/Toronto")
    layers.add(db, NOW, row, Wanted("N", [[bo.id]], hours=night))
    doubles = [one for one in problems(db) if one.kind == "double"]
    assert {(one.rota, one.other, one.who) for one in doubles} == {
        ("Nights", "Level 1", "Bo"),
        ("Level 1", "Nights", "Bo"),
    }
    assert doubles[0].ends_at - doubles[0].begins_at == 4 * HOUR
    assert ("double", "Level 1") in found(db, rotas.named(db, "Level 1"))


def test_who_cannot_be_rung_is_away_or_has_left_is_found(
    db: Session, bo: Technician, di: Technician
) -> None:
    level = rotas.named(db, "Level 1")
    on_call(db, 1, [bo.id, di.id])
    on_call(db, 2, [technician(db, "Cy", level=2).id])
    bo.phones[0].verified_at = None
    assert found(db) == [("unverified", "Level 1")]
    assert problems(db)[0].key == findings.problems(db, NOW + DAY)[0].key, "the same tomorrow"
    absences.add(db, NOW, di, NOW + DAY, NOW + 2 * DAY)
    assert found(db) == [("unverified", "Level 1"), ("away", "Level 1")]
    bo.active = False
    assert set(found(db, level)) == {("left", "Level 1"), ("away", "Level 1"), ("gap", "Level 1")}


def test_an_override_that_begins_soon_and_has_no_answer_is_found(
    db: Session, bo: Technician, di: Technician
) -> None:
    level = rotas.named(db, "Level 1")
    soon = overrides.ask(db, NOW, level, di, bo, NOW + HOUR, NOW + 2 * HOUR, bo)
    overrides.ask(db, NOW, level, di, bo, NOW + 5 * DAY, NOW + 6 * DAY, bo)
    assert found(db) == [("unanswered", "Level 1")]
    overrides.agree(db, NOW, soon, di)
    assert found(db) == [("double", "Level 1"), ("double", "Level 2")], "Di is the second level"
