"""Overrides: asked for, agreed to, refused, withdrawn; and who is on call because of it."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.models import Absence, Message, Override, Technician
from ivr.services.on_call import overrides, rota, rotas
from ivr.services.refusal import RefusedError
from tests.services.people import NOW, organization, technician

HOUR = timedelta(hours=1)


@pytest.fixture
def bo(db: Session) -> Technician:
    organization(db)
    return technician(db, "Bo", level=1)


@pytest.fixture
def di(db: Session, bo: Technician) -> Technician:
    return technician(db, "Di", level=2)


def on_call(db: Session, at: timedelta = timedelta(0)) -> list[str]:
    db.flush()
    id_ = rotas.named(db, "Level 1").id
    people = rota.on_call(db, NOW + at, [id_])[id_]
    return [db.get_one(Technician, one).name for one in people]


def told(db: Session) -> list[tuple[str, str]]:
    db.flush()
    sent = select(Message).where(Message.channel == "text").order_by(Message.id)
    return [(one.to, one.body) for one in db.scalars(sent)]


def asked(db: Session, bo: Technician, di: Technician) -> Override:
    level = rotas.named(db, "Level 1")
    return overrides.ask(db, NOW, level, di, bo, NOW, NOW + 4 * HOUR, bo)


def test_what_is_asked_for_is_in_force_once_the_colleague_agrees(
    db: Session, bo: Technician, di: Technician
) -> None:
    di.language = "fr-CA"
    override = asked(db, bo, di)
    assert on_call(db) == ["Bo"]
    words = "Bo vous demande d'être de garde pour Level 1 jusqu'au mar. 24 nov. 2026, 7 h 00."
    reply = f"Répondez OUI {override.id} ou NON {override.id}."
    assert told(db) == [(di.phone, f"{words} {reply}")]
    assert not overrides.agree(db, NOW, override, bo), "who asks cannot agree"
    assert overrides.asked_of(db, NOW, di) == [override]
    assert overrides.agree(db, NOW + HOUR, override, di)
    assert not overrides.agree(db, NOW + HOUR, override, di), "once"
    assert overrides.asked_of(db, NOW, di) == []
    assert [on_call(db, at) for at in (0 * HOUR, HOUR, 4 * HOUR)] == [["Bo"], ["Di"], ["Bo"]]
    assert told(db)[1:] == [(bo.phone, "Di is on call for Level 1 until Tue 24 Nov 2026, 07:00.")]
    assert override.rota.due_at == NOW + HOUR


def test_who_refuses_changes_nothing_and_the_other_is_told(
    db: Session, bo: Technician, di: Technician
) -> None:
    override = asked(db, bo, di)
    assert overrides.withdraw(db, NOW, override, di)
    assert not overrides.agree(db, NOW, override, di)
    assert on_call(db) == ["Bo"]
    assert told(db)[1:] == [
        (bo.phone, "Di cannot be on call for Level 1 until Tue 24 Nov 2026, 07:00.")
    ]


def test_one_that_is_withdrawn_while_it_runs_stays_true_for_what_has_been(
    db: Session, bo: Technician, di: Technician
) -> None:
    override = overrides.take(db, NOW, rotas.named(db, "Level 1"), di, bo, NOW + 4 * HOUR)
    assert overrides.withdraw(db, NOW + HOUR, override, None)
    assert [on_call(db, at) for at in (0 * HOUR, HOUR)] == [["Di"], ["Bo"]]


def test_a_swap_is_agreed_to_as_a_whole_by_the_one_who_is_asked(
    db: Session, bo: Technician, di: Technician
) -> None:
    mine = asked(db, bo, di)
    level = rotas.named(db, "Level 2")
    other = (NOW + 24 * HOUR, NOW + 25 * HOUR)
    theirs = overrides.ask(db, NOW, level, bo, di, *other, bo, swap_with=mine)
    assert not overrides.agree(db, NOW, theirs, bo), "nobody agrees to their own swap"
    assert overrides.agree(db, NOW, mine, di)
    db.refresh(theirs)
    assert theirs.agreed_by is di


def test_what_would_leave_nobody_is_refused(db: Session, bo: Technician, di: Technician) -> None:
    level = rotas.named(db, "Level 1")
    db.add(Absence(technician_id=di.id, starts_at=NOW + HOUR, ends_at=NOW + 2 * HOUR))
    db.flush()
    for ends_at, who, words in (
        (NOW + 2 * HOUR, di, "Di is away then"),
        (NOW + 2 * HOUR, bo, "own place"),
        (NOW, di, "over before it begins"),
        (NOW + 9_000 * HOUR, di, "longer than a year"),
    ):
        with pytest.raises(RefusedError, match=words):
            overrides.ask(db, NOW, level, who, bo, NOW, ends_at, None)
