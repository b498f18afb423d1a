"""One request after a closing, how it is answered, and who is never asked."""

import re
import threading
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from callflows.turn import Severity
from ivr import clock
from ivr.database import reading, transaction
from ivr.models import Channel, Contact, Feedback, Message, Organization, Status, Ticket
from ivr.services.mail import letters, outbox
from ivr.services.tickets import conversation, feedback, intake, life, relations, show
from ivr.services.tickets.feedback import Outcome
from ivr.services.tickets.timeline import Kind
from ivr.settings import settings
from tests.services.people import NOW, organization, technician, told
from tests.services.scripted_carrier import ScriptedCarrier

A_DAY = timedelta(days=1)
ANA, BO = "ana@acme.example", "bo@2n5.example"


def contact(db: Session, email: str | None = ANA) -> Contact:
    made = Contact(name="Ana Roy", email=email, phone="+15145550100", language="en-CA")
    db.add(made)
    db.flush()
    return made


def opened(db: Session, by: Contact | None) -> Ticket:
    return intake.take(db, NOW, title="Slow", severity=Severity.MINOR, contact=by)


@pytest.fixture
def ana(db: Session) -> Contact:
    organization(db)
    technician(db, "Bo", 1)
    return contact(db)


@pytest.fixture
def slow(db: Session, ana: Contact) -> Ticket:
    return opened(db, ana)


def close(db: Session, ticket: Ticket, after: timedelta = timedelta()) -> None:
    conversation.resolve(db, NOW + after, ticket, "Bo", "test")
    conversation.close(db, NOW + after + 5 * A_DAY, ticket, life.TIME)


def subjects(db: Session, to: str = ANA) -> list[str]:
    """Of the mails after the acknowledgement."""
    rows = db.scalars(select(Message.subject).where(Message.to == to).order_by(Message.id))
    return [re.sub(r"\[#\d+\] ", "", one) for one in rows if "We have" not in one]


def the_request(db: Session) -> Feedback:
    return db.scalars(select(Feedback)).one()


RESOLVED, CLOSED = "Resolved: Slow", "Closed: Slow"
ASKED = "Closed. How did we do? Slow"


# Asking -------------------------------------------------------------------------------------------


def test_a_closing_asks_once_and_by_the_mail_that_tells_of_it(db: Session, slow: Ticket) -> None:
    close(db, slow)
    conversation.close(db, NOW + 6 * A_DAY, slow, life.STAFF)
    assert subjects(db) == [RESOLVED, ASKED]
    asked = the_request(db)
    assert (asked.asked_by, asked.answered_at, asked.score) == (Channel.MAIL, None, None)
    mail = db.scalars(select(Message).order_by(Message.id.desc())).first()
    assert mail
    for score in range(1, 6):
        link = f"{settings().own_url}/portal/feedback/{asked.token}?score={score}"
        assert link in mail.body.splitlines()
        assert f'href="{link}"' in (mail.html or "")
    assert f"/portal/feedback/{asked.token}/stop" in mail.body


def test_staff_who_close_it_at_once_ask_as_well(db: Session, slow: Ticket) -> None:
    conversation.close(db, NOW, slow, life.STAFF, by="Bo")
    assert subjects(db) == [ASKED]


def test_watchers_are_told_and_not_asked(db: Session, slow: Ticket) -> None:
    relations.watch(db, NOW, slow, "boss@acme.example")
    close(db, slow)
    assert subjects(db) == [RESOLVED, ASKED]
    assert subjects(db, "boss@acme.example") == [RESOLVED, CLOSED]
    mail = db.scalars(select(Message).where(Message.to == "boss@acme.example")).all()[-1]
    assert the_request(db).token not in mail.body + (mail.html or "")
    assert mail.unsubscribe_url is None


def test_a_second_closing_within_thirty_days_asks_nobody(db: Session, slow: Ticket) -> None:
    close(db, slow)
    other = opened(db, slow.contact)
    close(db, other, 29 * A_DAY)
    assert subjects(db)[-1] == CLOSED
    life.move(db, NOW + 35 * A_DAY, slow, Status.OPEN, life.CUSTOMER)
    close(db, slow, 35 * A_DAY)  # asked on the fifth day, closes again on the fortieth
    assert subjects(db)[-1] == ASKED
    assert len(db.scalars(select(Feedback)).all()) == 2


def test_the_days_are_the_organizations(db: Session, slow: Ticket) -> None:
    db.get_one(Organization, 1).targets = {"feedback_days": 2}
    close(db, slow)
    close(db, opened(db, slow.contact), A_DAY)
    assert subjects(db)[-1] == CLOSED
    close(db, opened(db, slow.contact), 2 * A_DAY)
    assert subjects(db)[-1] == ASKED


def test_another_contact_is_asked_all_the_same(db: Session, slow: Ticket) -> None:
    close(db, slow)
    close(db, opened(db, contact(db, "tom@acme.example")))
    assert subjects(db, "tom@acme.example")[-1] == ASKED


def test_who_wants_no_requests_gets_none(db: Session, slow: Ticket) -> None:
    close(db, slow)
    assert feedback.unsubscribe(db, NOW + 6 * A_DAY, the_request(db).token)
    assert feedback.unsubscribe(db, NOW + 6 * A_DAY, the_request(db).token)
    assert told(db, slow, Kind.NO_FEEDBACK) == ["Ana Roy wants no more requests for feedback"]
    close(db, opened(db, slow.contact), 90 * A_DAY)
    assert subjects(db)[-1] == CLOSED
    assert not feedback.unsubscribe(db, NOW, "no-such-token")


@pytest.mark.parametrize("known", [False, True])
def test_nobody_to_mail_is_nobody_to_ask(db: Session, ana: Contact, known: bool) -> None:
    close(db, opened(db, contact(db, None) if known else None))
    assert db.scalars(select(Feedback)).all() == []


def test_of_a_duplicate_nobody_is_asked(db: Session, slow: Ticket) -> None:
    other = opened(db, contact(db, "tom@acme.example"))
    relations.merge(db, NOW, slow, other, "Bo")
    assert slow.status == Status.CLOSED
    assert db.scalars(select(Feedback)).all() == []
    assert not feedback.due(db, NOW, slow, slow.contact_id)


def test_of_two_tickets_that_close_at_once_one_asks(database: str) -> None:
    with transaction() as db:
        organization(db)
        by = contact(db)
        tickets = [opened(db, by) for _ in range(2)]
        for ticket in tickets:
            conversation.resolve(db, NOW, ticket, "Bo", "test")
        ids = [ticket.id for ticket in tickets]
    barrier = threading.Barrier(2)

    def closes(ticket_id: int) -> None:
        barrier.wait(60)
        with transaction() as db:
            conversation.close(db, NOW + A_DAY, db.get_one(Ticket, ticket_id), life.TIME)

    threads = [threading.Thread(target=closes, args=(one,)) for one in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    with reading() as db:
        assert {*subjects(db)} == {RESOLVED, CLOSED, ASKED}
        the_request(db)


def test_a_closing_cannot_have_two_requests(db: Session, slow: Ticket) -> None:
    close(db, slow)
    with pytest.raises(IntegrityError), db.begin_nested():
        feedback._request(db, NOW, slow, slow.contact_id, Channel.MAIL)


# Answering ----------------------------------------------------------------------------------------


def answer(db: Session, score: int, comment: str = "", after: timedelta = 6 * A_DAY) -> Outcome:
    token = the_request(db).token
    return feedback.answer(db, NOW + after, token, score, comment, Channel.MAIL)


def test_an_answer_stands_on_the_ticket(db: Session, slow: Ticket) -> None:
    close(db, slow)
    assert answer(db, 5, " Merci !\0 ") == Outcome.TAKEN
    assert told(db, slow, Kind.FEEDBACK) == ["The customer gave 5 of 5: Merci !"]
    (given,) = show.ticket(db, slow.number)["feedback"]
    assert given["asked_at"] < given["answered_at"]
    assert (given["contact"], given["score"], given["comment"], given["answered_by"]) == (
        "Ana Roy",
        5,
        "Merci !",
        "mail",
    )
    assert "token" not in given
    assert subjects(db, BO) == []


def test_without_a_comment_the_line_ends_with_the_score(db: Session, slow: Ticket) -> None:
    close(db, slow)
    answer(db, 4)
    assert told(db, slow, Kind.FEEDBACK) == ["The customer gave 4 of 5"]


def test_a_second_answer_changes_the_first_for_a_week(db: Session, slow: Ticket) -> None:
    close(db, slow)
    answer(db, 5)
    assert answer(db, 3, "It came back", 12 * A_DAY) == Outcome.TAKEN
    assert answer(db, 3, "It came back", 12 * A_DAY) == Outcome.TAKEN  # pressed twice
    assert len(told(db, slow, Kind.FEEDBACK)) == 2
    assert answer(db, 1, "Late", 13 * A_DAY + timedelta(seconds=1)) == Outcome.LATE
    assert (the_request(db).score, the_request(db).comment) == (3, "It came back")
    assert len(told(db, slow, Kind.FEEDBACK)) == 2


def test_a_first_answer_is_never_too_late(db: Session, slow: Ticket) -> None:
    close(db, slow)
    assert answer(db, 4, "", 200 * A_DAY) == Outcome.TAKEN


def test_an_unknown_link_answers_nothing(db: Session, slow: Ticket) -> None:
    close(db, slow)
    assert feedback.by_token(db, "no-such-token") is None
    unknown = feedback.answer(db, NOW, "no-such-token", 5, "", Channel.MAIL)
    assert unknown == Outcome.UNKNOWN
    assert feedback.by_token(db, the_request(db).token) is the_request(db)


@pytest.mark.parametrize("score", [-1, 0, 6])
def test_a_score_is_one_to_five(db: Session, slow: Ticket, score: int) -> None:
    close(db, slow)
    with pytest.raises(ValueError, match="from 1 to 5"):
        answer(db, score)
    assert the_request(db).answered_at is None


@pytest.mark.parametrize("score", range(1, 6))
def test_whoever_had_the_ticket_is_told_of_a_bad_score(
    db: Session, slow: Ticket, score: int
) -> None:
    close(db, slow)
    answer(db, score, "I waited for hours")
    unhappy = [f"{score} of 5 from the customer: Slow"] if score <= 2 else []
    assert subjects(db, BO) == unhappy


def test_an_answer_on_the_phone_is_the_one_of_the_closing_that_follows(
    db: Session, slow: Ticket
) -> None:
    conversation.resolve(db, NOW, slow, "Bo", "test")
    assert feedback.due(db, NOW, slow, slow.contact_id)
    feedback.give(db, NOW, slow, 5, Channel.PHONE, contact_id=slow.contact_id)
    assert not feedback.due(db, NOW, slow, slow.contact_id)
    conversation.close(db, NOW + 5 * A_DAY, slow, life.TIME)
    assert subjects(db) == [RESOLVED, CLOSED]
    assert (the_request(db).asked_by, the_request(db).answered_by) == ("phone", "phone")


def test_an_answer_on_the_portal_is_one_to_the_mail(db: Session, slow: Ticket) -> None:
    close(db, slow)
    feedback.give(db, NOW + 6 * A_DAY, slow, 4, Channel.PORTAL, comment="Fine")
    assert (the_request(db).asked_by, the_request(db).answered_by) == ("mail", "portal")


def test_nothing_is_due_while_it_is_not_solved(db: Session, slow: Ticket) -> None:
    assert not feedback.due(db, NOW, slow, slow.contact_id)


# The mail -----------------------------------------------------------------------------------------


def test_the_mail_can_be_unsubscribed_by_one_click_and_no_other_can(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PUBLIC_URL", "https://support-line.a-long-name.example.com")
    settings.cache_clear()
    clock.use(lambda: NOW + 5 * A_DAY)
    with transaction() as db:
        organization(db)
        close(db, opened(db, contact(db)))
        asked, ids = the_request(db), list(db.scalars(select(Message.id)))
        stop = f"https://support-line.a-long-name.example.com/portal/feedback/{asked.token}/stop"
    for one in ids:
        outbox.attend(one, ScriptedCarrier())
    raw = [file.read_bytes() for file in (settings().var_dir / "mail").glob("*.eml")]
    asking = [one for one in raw if b"How did we do?" in one]
    assert len(asking) == 1
    assert f"List-Unsubscribe: <{stop}>\r\n".encode() in asking[0]  # not broken up, not encoded
    letter = message_from_bytes(asking[0], policy=policy.default)
    assert isinstance(letter, EmailMessage)
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert all(b"Unsubscribe" not in one for one in raw if one not in asking)


@pytest.mark.parametrize("language", ["en-CA", "fr-CA"])
def test_every_score_is_named_in_both_languages(language: str) -> None:
    words = [letters.vocabulary.word(language, "score", str(one)) for one in feedback.SCORES]
    assert len(set(words)) == 5
    assert not {*words} & {*"12345"}
