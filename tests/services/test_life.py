"""Who may move a ticket where, and what goes with each move."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from callflows.turn import Severity
from ivr.models import Clock, ClockKind, Contact, Message, Page, PageState, Status, Ticket
from ivr.services import due
from ivr.services.tickets import clocks, conversation, intake, life, overdue, tickets
from ivr.services.tickets.life import NotAllowedError, Who
from ivr.services.tickets.timeline import Kind
from tests.services.people import NOW, organization, technician, told

A_MINUTE, AN_HOUR, A_DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def opened(db: Session) -> Ticket:
    organization(db)
    technician(db, "Bo", 1)
    contact = Contact(name="Ana Roy", email="ana@acme.example", language="fr-CA")
    db.add(contact)
    db.flush()
    return intake.take(db, NOW, title="Slow", severity=Severity.MAJOR, contact=contact)


def put(db: Session, ticket: Ticket, status: Status) -> None:
    """Into a status, by the way that leads there."""
    ways = {
        Status.NEW: [],
        Status.OPEN: [Status.OPEN],
        Status.WAITING: [Status.WAITING],
        Status.RESOLVED: [Status.RESOLVED],
        Status.CLOSED: [Status.RESOLVED, Status.CLOSED],
    }
    for step in ways[status]:
        life.move(db, NOW, ticket, step, life.STAFF)


@pytest.mark.parametrize("who", Who)
@pytest.mark.parametrize("to", Status)
@pytest.mark.parametrize("was", Status)
def test_the_table_alone_says_who_may(
    db: Session, opened: Ticket, was: Status, to: Status, who: Who
) -> None:
    put(db, opened, was)
    if was == to:
        assert not life.move(db, NOW, opened, to, who)
    elif who in life.MOVES.get((was, to), ()):
        assert life.move(db, NOW, opened, to, who)
        assert opened.status == to
    else:
        with pytest.raises(NotAllowedError):
            life.move(db, NOW, opened, to, who)
        assert opened.status == was


def test_a_mail_neither_closes_nor_accepts() -> None:
    assert {to for (_, to), who in life.MOVES.items() if life.MAIL in who} == {Status.OPEN}


def letters(db: Session, to: str = "ana@acme.example") -> list[str]:
    rows = db.scalars(select(Message).where(Message.to == to).order_by(Message.id))
    return [row.subject for row in rows]


def passes(db: Session, ticket: Ticket, until: timedelta) -> None:
    """Do all that falls due about the ticket until then, at the minute it falls due."""
    at = NOW
    while True:
        db.flush()
        ahead = select(Clock).where(Clock.ticket_id == ticket.id, Clock.due_at <= NOW + until)
        clock = db.scalar(ahead.order_by(Clock.due_at).limit(1))
        if clock is None or clock.due_at is None:
            return
        at = max(at, clock.due_at)
        overdue.look(db, at, clock.id)


def test_every_ticket_is_acknowledged_with_its_number(db: Session, opened: Ticket) -> None:
    assert letters(db) == [f"[#{opened.number}] Nous avons votre billet : Slow"]


def test_a_question_waits_and_an_answer_ends_the_wait(db: Session, opened: Ticket) -> None:
    conversation.ask(db, NOW + AN_HOUR, opened, "Bo", "Which phone?")
    assert opened.status == Status.WAITING
    response = clocks.one(db, opened.id, ClockKind.RESPONSE)
    assert response
    assert response.met_at == NOW + AN_HOUR
    passes(db, opened, A_DAY)
    assert told(db, opened, Kind.MISSED) == []
    conversation.said(
        db, NOW + A_DAY, opened, life.MAIL, by="Ana Roy", text="All of them", channel="mail"
    )
    assert opened.status == Status.OPEN
    resolution = clocks.one(db, opened.id, ClockKind.RESOLUTION)
    assert resolution
    assert resolution.ends_at == NOW + A_DAY + 7 * AN_HOUR
    assert letters(db, "bo@2n5.example")[-1] == f"[#{opened.number}] Ana Roy wrote: Slow"


def test_a_call_ends_the_wait_as_well(db: Session, opened: Ticket) -> None:
    conversation.ask(db, NOW, opened, "Bo", "Which phone?")
    tickets.declare(db, NOW + AN_HOUR, opened, Severity.MAJOR)
    assert opened.status == Status.OPEN


def test_the_customer_is_reminded_once_a_question(db: Session, opened: Ticket) -> None:
    conversation.ask(db, NOW, opened, "Bo", "Which phone?")
    passes(db, opened, 20 * A_DAY)
    assert told(db, opened, Kind.REMINDED) == ["The customer was reminded"]
    assert letters(db)[1:] == [
        f"[#{opened.number}] Une question sur votre billet : Slow",
        f"[#{opened.number}] Votre billet attend toujours votre réponse : Slow",
    ]
    assert "Which phone?" in db.scalars(select(Message).order_by(Message.id.desc())).first().body
    conversation.said(
        db, NOW + 20 * A_DAY, opened, life.MAIL, by="Ana Roy", text="This one", channel="mail"
    )
    conversation.ask(db, NOW + 21 * A_DAY, opened, "Bo", "And the other?")
    passes(db, opened, 40 * A_DAY)
    assert len(told(db, opened, Kind.REMINDED)) == 2


def test_a_resolved_ticket_closes_by_itself_and_the_customer_is_told_both(
    db: Session, opened: Ticket
) -> None:
    conversation.resolve(db, NOW, opened, "Bo", "test")
    passes(db, opened, 5 * A_DAY - A_MINUTE)
    assert opened.status == Status.RESOLVED
    passes(db, opened, 5 * A_DAY)
    assert opened.status == Status.CLOSED
    assert letters(db)[1:] == [
        f"[#{opened.number}] Réglé : Slow",
        f"[#{opened.number}] Fermé. Comment était notre service ? Slow",
    ]
    assert due.until(db, NOW + 400 * A_DAY) == [
        row for row in due.until(db, NOW + 400 * A_DAY) if row.kind == "message"
    ]


def test_an_answer_opens_a_resolved_ticket_again_and_it_does_not_close(
    db: Session, opened: Ticket
) -> None:
    conversation.resolve(db, NOW, opened, "Bo", "test")
    conversation.said(db, NOW + A_DAY, opened, life.MAIL, by="Ana Roy", text="No", channel="mail")
    assert opened.status == Status.OPEN
    passes(db, opened, 30 * A_DAY)
    assert opened.status == Status.OPEN


def test_after_the_days_to_reopen_an_answer_is_kept_and_opens_nothing(
    db: Session, opened: Ticket
) -> None:
    conversation.resolve(db, NOW, opened, "Bo", "test")
    passes(db, opened, 6 * A_DAY)
    conversation.said(
        db, NOW + 31 * A_DAY, opened, life.MAIL, by="Ana Roy", text="Again", channel="mail"
    )
    assert opened.status == Status.CLOSED
    assert told(db, opened, Kind.SAID) == ["Ana Roy by mail: Again"]


@pytest.fixture
def critical(db: Session, opened: Ticket) -> Iterator[Ticket]:
    tickets.change_severity(db, NOW, opened, Severity.CRITICAL, "Bo")
    conversation.resolve(db, NOW, opened, "Bo", "test")
    return opened


def test_a_critical_ticket_that_is_opened_again_pages_afresh(db: Session, critical: Ticket) -> None:
    conversation.said(
        db, NOW + AN_HOUR, critical, life.MAIL, by="Ana Roy", text="Down again", channel="mail"
    )
    page = db.scalars(select(Page)).one()
    assert (page.state, page.level) == (PageState.OPEN, 0)


def test_the_customer_can_make_it_worse_and_that_rings(db: Session, opened: Ticket) -> None:
    conversation.worse(db, NOW, opened, Severity.CRITICAL)
    assert opened.severity == Severity.CRITICAL
    assert db.scalars(select(Page)).one().state == PageState.OPEN
    conversation.worse(db, NOW, opened, Severity.MINOR)
    assert opened.severity == Severity.CRITICAL


def test_the_customer_can_say_that_it_is_solved(db: Session, opened: Ticket) -> None:
    conversation.worse(db, NOW, opened, Severity.CRITICAL)
    conversation.solved(db, NOW + AN_HOUR, opened, "Ana Roy")
    assert opened.status == Status.RESOLVED
    assert db.scalars(select(Page)).one().state == PageState.CLOSED


def test_a_reply_answers_and_takes_up_a_new_ticket(db: Session, opened: Ticket) -> None:
    conversation.reply(db, NOW + A_MINUTE, opened, "Bo", "We look at it.")
    assert opened.status == Status.OPEN
    response = clocks.one(db, opened.id, ClockKind.RESPONSE)
    assert response
    assert response.met_at == NOW + A_MINUTE
    mail = db.scalars(select(Message).order_by(Message.id.desc())).first()
    assert mail.by_hand
    assert "We look at it." in mail.body


def test_a_note_and_automatic_mail_are_no_first_response(db: Session, opened: Ticket) -> None:
    tickets.note(db, NOW, opened, "Bo", "Looks like the switch")
    response = clocks.one(db, opened.id, ClockKind.RESPONSE)
    assert response
    assert response.met_at is None
