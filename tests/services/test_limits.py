"""Limits of rings, and wishes for quiet: never in the way of what is critical."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr import clock
from ivr.database import reading, transaction
from ivr.models import Leg, LegState, Message, Page, Technician, Ticket
from ivr.services.paging import freezing, legs, paging, policies, ringing
from ivr.services.tickets.timeline import Kind
from ivr.settings import settings
from tests.services import people
from tests.services.people import NOW
from tests.services.scripted_carrier import ScriptedCarrier

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def page_id(monkeypatch: pytest.MonkeyPatch) -> int:
    """Bo, rung as often as may be in the last hour, is on call."""
    clock.use(lambda: NOW)
    monkeypatch.setenv("RINGS_AN_HOUR", "3")
    settings.cache_clear()
    with transaction() as db:
        people.organization(db)
        bo = people.technician(db, "Bo", 1)
        page = paging.open_page(db, NOW, people.ticket(db))
        for nth in range(3):
            at = NOW - timedelta(minutes=nth)
            db.add(Leg(key=f"old {nth}", page=page, technician=bo, number=bo.phone, level=1,
                       round=-nth - 1, state=LegState.ENDED, outcome="no-answer", placed_at=at,
                       ended_at=at))  # fmt: skip
        return page.id


def ring(page_id: int, round_: int, *, verified: bool) -> list[str]:
    """The numbers that the carrier is asked to ring, in a round of the page."""
    carrier = ScriptedCarrier()
    with transaction() as db:
        bo, page = db.get_one(Technician, 1), db.get_one(Page, page_id)
        bo.phones[0].verified_at = NOW if verified else None
        (made,) = legs.ring(db, NOW, page, [bo], round_)
    ringing.attend(made.id, carrier)
    return carrier.rung


def made_minor(page_id: int) -> None:
    with transaction() as db:
        db.get_one(Page, page_id).ticket.severity = "minor"


def test_the_first_ring_for_a_critical_ticket_is_made_beyond_every_limit(page_id: int) -> None:
    assert len(ring(page_id, 0, verified=False)) == 1


def test_a_verified_phone_is_rung_for_a_critical_ticket_as_often_as_it_takes(page_id: int) -> None:
    assert len(ring(page_id, 1, verified=True)) == 1


@pytest.mark.parametrize("minor", [False, True])
def test_beyond_the_limit_somebody_is_passed_over_and_whoever_answers_for_it_told_once(
    page_id: int, *, minor: bool
) -> None:
    if minor:
        made_minor(page_id)
    assert ring(page_id, 1, verified=minor) == []
    assert ring(page_id, 2, verified=minor) == []
    with reading() as db:
        said = people.told(db, db.scalars(select(Ticket)).one(), Kind.PASSED_OVER)
        assert said == ["Passed over (level 1): Bo (at their limit)"] * 2
        mails = select(Message.to).where(Message.subject.contains("Bo is rung too often"))
        assert db.scalars(mails).all() == ["escalation@2n5.example"]


def test_a_number_that_was_rung_too_often_in_a_day_is_left_alone(
    page_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RINGS_AN_HOUR", "99")
    monkeypatch.setenv("RINGS_A_DAY", "3")
    settings.cache_clear()
    made_minor(page_id)
    assert ring(page_id, 1, verified=True) == []


# Who is frozen ------------------------------------------------------------------------------------


def level(db: Session, severity: str) -> dict[str, object]:
    return policies.frozen(db, NOW, Ticket(severity=severity))[0]


def test_quiet_hours_end_by_themselves_and_never_silence_what_is_critical(db: Session) -> None:
    """NOW is three in the morning in Toronto, and eight in London."""
    people.organization(db)
    bo, di = people.technician(db, "Bo", 1), people.technician(db, "Di", 1)
    bo.quiet_from, bo.quiet_until = "22:00", "06:30"
    di.quiet_from, di.quiet_until, di.time_zone = "22:00", "06:30", "Europe/London"
    assert level(db, "critical")["technicians"] == [bo.id, di.id]
    frozen = level(db, "major")
    assert frozen["technicians"] == [di.id]
    assert frozen["passed"] == [{"name": "Bo", "why": "quiet hours"}]
    first, *_ = frozen["hand_overs"]
    assert first["at"] == (NOW + timedelta(hours=3, minutes=30)).isoformat()
    assert first["technicians"] == [bo.id, di.id]


def test_a_page_from_before_hand_overs_stays_as_it_is(db: Session) -> None:
    old = [{"level": 1, "ring": "all", "technicians": [7]}, {"level": 2, "mail": "a@b.example"}]
    assert freezing.freeze(db, NOW, old, critical=True) == old
