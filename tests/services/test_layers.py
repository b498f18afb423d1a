"""A rota and its layers as staff change them; and what is refused, in plain words."""

import pytest
from sqlalchemy.orm import Session

from ivr.models import Policy, Rota
from ivr.models.policy import DEFAULT
from ivr.services.on_call import layers, rota, rotas
from ivr.services.on_call.layers import Wanted
from ivr.services.refusal import RefusedError
from tests.services.people import NOW, organization, technician

WEEKLY = "2026-11-02T09:00"


@pytest.fixture
def row(db: Session) -> Rota:
    organization(db)
    for name in ("Bo", "Di"):
        technician(db, name, level=1)
    return rotas.create(db, NOW, "Core  network", "America/Toronto")


def order(row: Rota) -> list[str]:
    return [one.name for one in row.layers]


def test_layers_are_added_above_moved_changed_and_removed(db: Session, row: Rota) -> None:
    assert (row.name, row.due_at) == ("Core network", NOW)
    row.due_at = None
    low = layers.add(db, NOW, row, Wanted("Low", [[1], [2]], WEEKLY))
    layers.add(db, NOW, row, Wanted("High", [[2]]))
    assert row.due_at == NOW
    assert rota.on_call(db, NOW, [row.id]) == {row.id: (2,)}
    layers.move(db, NOW, row, low, 1)
    assert order(row) == ["High", "Low"]
    assert rota.on_call(db, NOW, [row.id]) == {row.id: (2,)}, "the fourth week"
    night = [{"days": [6, 0, 0], "from": "17:00", "until": "24:00"}]
    wanted = Wanted("Low", [[1]], WEEKLY, "days", 3, "2027-01-01", "Asia/Tokyo", night)
    assert layers.change(db, NOW, row, low, wanted)
    assert not layers.change(db, NOW, row, low, wanted)
    assert (low.hours[0]["days"], low.ends) == ([0, 6], "2027-01-01T00:00")
    layers.remove(db, NOW, row, low)
    assert order(row) == ["High"]
    assert row.layers[0].position == 0


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        (Wanted("", [[1]]), "needs a name"),
        (Wanted("L", [[], []]), "somebody in it"),
        (Wanted("L", [[99]]), "not on the staff"),
        (Wanted("L", [[1]], "2 November"), "is no date and time"),
        (Wanted("L", [[1]], "2026-11-02T09:00Z"), "zone of its own"),
        (Wanted("L", [[1]], WEEKLY, ends="2026-11-02T08:00"), "before it begins"),
        (Wanted("L", [[1]], unit="months"), "hours, days, weeks, weekday"),
        (Wanted("L", [[1]], every=0), "from 1 to 104"),
        (Wanted("L", [[1]] * 6, unit="weekday"), "seven turns"),
        (Wanted("L", [[1]] * 101), "at most 100 turns"),
        (Wanted("L", [[1]], time_zone="Mars/Base"), "no time zone"),
        (Wanted("L", [[1]], time_zone="../../etc/passwd"), "no time zone"),
        (Wanted("L", [[1]], hours=[{"days": [], "from": "1", "until": "2"}]), "days of the week"),
        (Wanted("L", [[1]], hours=[{"days": [7], "from": "1", "until": "2"}]), "days of the week"),
        (
            Wanted("L", [[1]], hours=[{"days": [1], "from": "24:00", "until": "02:00"}]),
            "'24:00' is no time",
        ),
    ],
)
def test_a_layer_that_makes_no_sense_is_refused(
    db: Session, row: Rota, wanted: Wanted, words: str
) -> None:
    with pytest.raises(RefusedError, match=words):
        layers.add(db, NOW, row, wanted)
    assert row.layers == []


def test_a_rota_has_a_name_of_its_own_and_goes_only_if_no_policy_rings_it(
    db: Session, row: Rota
) -> None:
    for name, words in (("Level 1", "already"), (" ", "name is needed"), ("x" * 101, "more than")):
        with pytest.raises(RefusedError, match=words):
            rotas.create(db, NOW, name, "America/Toronto")
    rotas.change(db, NOW, row, name="Core network", time_zone="Europe/Paris")
    with pytest.raises(RefusedError, match="no time zone"):
        rotas.change(db, NOW, row, time_zone="Paris")
    with pytest.raises(RefusedError, match="'Default' rings it"):
        rotas.remove(db, rotas.named(db, "Level 1"))
    policy = db.get_one(Policy, DEFAULT)
    assert policy.levels[0]["who"]
    rotas.remove(db, row)
    assert rotas.by_name(db, "Core network") is None
