"""A rota that is due: who is told of a hand-over, in which way, and its owner of what is wrong."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr import clock
from ivr.database import reading, transaction
from ivr.models import Message, Role, Rota, Technician
from ivr.services import due
from ivr.services.on_call import absences, findings, hand_over, layers, overrides, rotas
from ivr.services.on_call.layers import Wanted
from tests.services.people import NOW, organization, technician, ticket
from tests.services.scripted_carrier import ScriptedCarrier
from tests.services.test_races import race

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
NINE = datetime(2026, 11, 24, 14, tzinfo=UTC)
"""In the morning in Toronto, six hours after NOW."""


def daily(db: Session) -> Rota:
    """Bo and Di by turns, from nine to nine; Di comes at the next nine o'clock."""
    organization(db)
    bo, di = technician(db, "Bo", 2), technician(db, "Di", 2)
    rotas.always(db, "Level 2", [])
    rota = rotas.create(db, NOW, "Days", "America/Toronto")
    layers.add(db, NOW, rota, Wanted("Turns", [[bo.id], [di.id]], "2026-11-23T09:00", "days"))
    hand_over.look(db, NOW, rota.id)
    return rota


def told(db: Session, channel: str = "mail") -> list[tuple[str, str]]:
    db.flush()
    query = select(Message).where(Message.channel == channel).order_by(Message.id)
    return [(one.to.partition("@")[0], one.body.splitlines()[0]) for one in db.scalars(query)]


def test_at_a_hand_over_both_are_told_once_with_what_is_open(db: Session) -> None:
    rota = daily(db)
    bo, di = (db.scalars(select(Technician).order_by(Technician.id))).all()
    assert (rota.on_duty, rota.due_at) == ([bo.id], NINE)
    assert told(db) == [], "whoever is on call already knows"
    hers = ticket(db)
    hers.assignee = bo
    bo.language, di.time_zone = "fr-CA", "America/Vancouver"
    db.flush()
    hand_over.look(db, NINE - timedelta(seconds=1), rota.id)
    assert told(db) == []
    for at in (NINE, NINE, NINE + HOUR):
        hand_over.look(db, at, rota.id)
    off, on = told(db)
    assert off == (
        "bo",
        "Vous n'êtes plus de garde pour Days : Di a pris la relève.",
    )
    assert on == (
        "di",
        "You are on call for Days until Wed 25 Nov 2026, 06:00.",
    )
    bodies = db.scalars(select(Message.body).order_by(Message.id)).all()
    assert all("SIP trunk down" in body for body in bodies), "those of Bo go with the shift"


def test_after_a_day_of_darkness_only_what_is_so_now_is_told(db: Session) -> None:
    rota = daily(db)
    hand_over.look(db, NINE, rota.id)
    before = len(told(db))
    hand_over.look(db, NINE + 3 * DAY + HOUR, rota.id)  # three hand-overs later
    assert [to for to, _ in told(db)[before:]] == ["di", "bo"]
    hand_over.look(db, NINE + 5 * DAY + HOUR, rota.id)  # and two, after which all is as it was
    assert len(told(db)) == before + 2


def test_in_quiet_hours_a_text_is_held_back_and_goes_by_mail(db: Session) -> None:
    rota = daily(db)
    bo, di = (db.scalars(select(Technician).order_by(Technician.id))).all()
    bo.hand_over = di.hand_over = "text"
    di.quiet_from, di.quiet_until = "22:00", "09:01"
    hand_over.look(db, NINE, rota.id)
    assert [words for _, words in told(db, "text")] == [
        "You are no longer on call for Days: Di took over. Open tickets that are still yours: 0."
    ]
    assert [to for to, _ in told(db)] == ["di"]
    bo.hand_over = "none"
    hand_over.look(db, NINE + DAY + timedelta(minutes=1), rota.id)
    assert [to for to, _ in told(db)] == ["di"]
    assert [to for to, _ in told(db, "text")] == [bo.phone, di.phone], "not quiet any more"


@pytest.mark.usefixtures("database")
def test_of_two_workers_one_tells(database: str) -> None:
    with transaction() as db:
        rota_id = daily(db).id
    clock.use(lambda: NINE)
    with reading() as db:
        assert ("rota", rota_id) in [(row.kind, row.id) for row in due.until(db, NINE)]

    def attend(_index: int) -> None:
        due.attend("rota", rota_id, ScriptedCarrier())

    race(attend)
    with reading() as db:
        assert sorted(to for to, _ in told(db)) == ["bo", "di"]
        assert "rota" not in {row.kind for row in due.until(db, NINE)}


def test_an_override_is_told_when_it_begins_and_ends_to_the_second(db: Session) -> None:
    rota = daily(db)
    bo, di = (db.scalars(select(Technician).order_by(Technician.id))).all()
    bo.hand_over = di.hand_over = "text"
    begins = NOW + timedelta(minutes=7, seconds=31)
    ends = begins + timedelta(minutes=20, seconds=2)
    overrides.put(db, NOW, rota, di, bo, begins, ends, di)
    hand_over.look(db, NOW, rota.id)
    assert rota.due_at == begins
    before = len(told(db, "text"))
    hand_over.look(db, begins, rota.id)
    assert (rota.on_duty, rota.due_at) == ([di.id], ends)
    hand_over.look(db, ends, rota.id)
    assert (rota.on_duty, rota.due_at) == ([bo.id], NINE)
    assert len(told(db, "text")) == before + 4


def problems(db: Session) -> list[tuple[str, str]]:
    db.flush()
    query = select(Message).where(Message.key.contains("-problems-")).order_by(Message.id)
    return [(one.to.partition("@")[0], one.body) for one in db.scalars(query)]


def test_the_owner_is_mailed_when_a_problem_is_made_and_each_night_until_it_is_gone(
    db: Session,
) -> None:
    rota = daily(db)
    bo, di = (db.scalars(select(Technician).order_by(Technician.id))).all()
    rotas.change(db, NOW, rota, owner=di)
    di.language = "fr-CA"
    hand_over.look(db, NOW, rota.id)
    assert problems(db) == [], "nothing is wrong"
    away = absences.add(db, NOW, bo, NINE + DAY, NINE + 2 * DAY)
    new = findings.new(db, NOW, rota)
    assert [one.kind for one in new] == ["away", "gap"], "told on the page at once"
    for at in (NOW, NINE, NINE + HOUR):
        rotas.look_again(db, at, rota)
        hand_over.look(db, at, rota.id)
    assert len(problems(db)) == 1, "once a day, however often one looks"
    to, words = problems(db)[0]
    assert to == "di"
    assert (
        "personne n'est de garde du mer. 25 nov. 2026, 9 h 00 au jeu. 26 nov. 2026, 9 h 00" in words
    )
    assert (
        "2 problèmes"
        in db.scalars(select(Message.subject).where(Message.key.contains("-problems-"))).one()
    )
    night = findings.night_after(db, NINE + HOUR)
    assert rota.due_at == night, "and at night it is looked at again"
    hand_over.look(db, night, rota.id)
    assert len(problems(db)) == 2
    absences.withdraw(db, night, away)
    hand_over.look(db, night, rota.id)
    hand_over.look(db, findings.night_after(db, night), rota.id)
    assert len(problems(db)) == 2


def test_a_rota_without_an_owner_is_the_admins(db: Session) -> None:
    rota = daily(db)
    bo = db.scalars(select(Technician).order_by(Technician.id)).first()
    assert bo
    bo.role = Role.ADMIN
    absences.add(db, NOW, bo, NINE + DAY, NINE + 2 * DAY)
    hand_over.look(db, NOW, rota.id)
    assert [to for to, _ in problems(db)] == ["bo"]
