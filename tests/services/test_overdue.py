"""What is about to be late is told, what is late goes a level up; each once."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from callflows.turn import Severity
from ivr.models import Clock, ClockKind, Message, Page, Ticket
from ivr.services import due
from ivr.services.paging import paging
from ivr.services.tickets import clocks, overdue, tickets
from ivr.services.tickets.timeline import Kind
from tests.services.people import NOW, organization, technician, ticket, told


@pytest.fixture
def opened(db: Session) -> Ticket:
    organization(db)
    technician(db, "Bo", 1)
    technician(db, "Cy", 2)
    return ticket(db)


def passes(db: Session, until: timedelta) -> None:
    """Do all that falls due until then, minute by minute."""
    at = NOW
    while at <= NOW + until:
        for row in due.until(db, at):
            if row.kind == "clock":
                overdue.look(db, at, row.id)
                db.flush()
        at += timedelta(minutes=1)


def letters(db: Session) -> list[tuple[str, str, datetime]]:
    rows = db.scalars(select(Message).where(Message.channel == "mail").order_by(Message.id))
    return [(row.to, row.subject, row.written_at) for row in rows]


def major(db: Session, opened: Ticket) -> None:
    tickets.change_severity(db, NOW, opened, Severity.MAJOR, "Bo")
    db.flush()


def test_a_major_ticket_is_told_at_80_percent_and_mailed_a_level_up_when_late(
    db: Session, opened: Ticket
) -> None:
    major(db, opened)
    passes(db, timedelta(hours=7))
    warned, missed = timedelta(minutes=24), timedelta(minutes=30)
    assert letters(db) == [
        ("bo@2n5.example", f"[#{opened.number}] First response due on Tue 24 Nov 2026, 03:30: SIP trunk down", NOW + warned),
        ("cy@2n5.example", f"[#{opened.number}] First response missed: SIP trunk down", NOW + missed),
        ("cy@2n5.example", f"[#{opened.number}] Resolution due on Tue 24 Nov 2026, 11:00: SIP trunk down", NOW + timedelta(hours=4)),
    ]  # fmt: skip
    assert opened.level == 2
    assert told(db, opened, Kind.LEVEL) == ["Moved to level 2: the response is late"]
    assert db.scalar(select(Page)) is None
    passes(db, timedelta(hours=9))
    assert letters(db)[-1][0] == "escalation@2n5.example"
    assert opened.level == 3


def test_a_late_critical_ticket_pages_the_next_level_once(db: Session, opened: Ticket) -> None:
    passes(db, timedelta(hours=1))
    (page,) = db.scalars(select(Page)).all()
    assert (page.level, page.opened_at) == (1, NOW + timedelta(minutes=15))
    assert opened.level == 2
    assert [to for to, _, _ in letters(db)] == ["bo@2n5.example"], "the warning only"


def test_while_a_page_is_live_a_late_clock_only_says_so(db: Session, opened: Ticket) -> None:
    page = paging.open_page(db, NOW, opened)
    passes(db, timedelta(hours=3))
    assert letters(db) == []
    assert (opened.level, page.level) == (1, 0)
    assert told(db, opened, Kind.WARNED) == [
        "The first response is due soon",
        "The resolution is due soon",
    ]
    assert len(told(db, opened, Kind.MISSED)) == 2


def test_at_the_last_level_the_escalation_list_is_mailed_once_a_clock(
    db: Session, opened: Ticket
) -> None:
    major(db, opened)
    opened.level = 3
    clocks.meet(db, NOW, opened.id, ClockKind.RESPONSE)
    passes(db, timedelta(hours=20))
    assert [to for to, _, _ in letters(db)] == ["escalation@2n5.example"] * 2
    assert opened.level == 3
    assert told(db, opened, Kind.LEVEL) == []


def test_after_a_long_outage_the_end_is_told_without_the_warning(
    db: Session, opened: Ticket
) -> None:
    major(db, opened)
    response = clocks.one(db, opened.id, ClockKind.RESPONSE)
    assert response
    overdue.look(db, NOW + timedelta(hours=5), response.id)
    assert [subject for _, subject, _ in letters(db)] == [
        f"[#{opened.number}] First response missed: SIP trunk down"
    ]
    assert response.due_at is None


def test_looking_twice_tells_once(db: Session, opened: Ticket) -> None:
    major(db, opened)
    at = NOW + timedelta(minutes=25)
    for clock in db.scalars(select(Clock)).all():
        for _ in range(3):
            overdue.look(db, at, clock.id)
            db.flush()
    assert len(letters(db)) == 1


def test_a_technician_reads_it_in_french(db: Session, opened: Ticket) -> None:
    technician(db, "Di", 1).language = "fr-CA"
    major(db, opened)
    passes(db, timedelta(minutes=24))
    assert [subject for to, subject, _ in letters(db) if to == "di@2n5.example"] == [
        f"[#{opened.number}] Première réponse attendue le mar. 24 nov. 2026, 3 h 30 : SIP trunk down"
    ]
