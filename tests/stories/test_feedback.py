"""Feedback: scenario 35."""

from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from sqlalchemy import select

from ivr import clock
from ivr.database import reading, transaction
from ivr.models import Channel, Feedback, Ticket
from ivr.services.tickets import conversation, feedback, tickets
from ivr.services.tickets.feedback import Outcome
from ivr.settings import settings
from tests.stories.line import Line
from tests.stories.test_reaching_a_technician import hold

A_DAY = 86_400
ANA = "ana@acme.example"
CLOSED, ASKED = "[#4411] Closed: SIP trunk down", "[#4411] Closed. How did we do? SIP trunk down"


def subjects(line: Line, number: str = "4411") -> list[str]:
    messages = line.ticket(number)["messages"]
    return [one["subject"] for one in messages if one["to"] == ANA]


def given(line: Line, number: str = "4411") -> list[tuple[int | None, str | None]]:
    """Every request about the ticket: the score, and by which channel it came."""
    return [(one["score"], one["answered_by"]) for one in line.ticket(number)["feedback"]]


def resolve(line: Line, number: str = "4411") -> None:
    with transaction() as db:
        ticket = tickets.find(db, number)
        assert ticket
        conversation.resolve(db, clock.now(), ticket, "Bo Chan", "test")


def talk(line: Line) -> tuple[Any, Any]:
    """Ana has called about 4411 and is talking to Bo."""
    ana, bo = hold(line), line.technician("Bo Chan")
    bo.answer()
    line.passes(3)
    bo.press("1")
    line.passes(60)
    assert ana.talking_to
    ana.heard()
    return ana, bo


def left_by_the_technician(line: Line) -> Any:
    ana, bo = talk(line)
    bo.hang_up()
    line.passes(6)
    assert ana.in_call
    assert "still need help" in " ".join(ana.heard())
    return ana


def answer(line: Line, score: int, comment: str = "") -> Outcome:
    """By the link in the mail that lies in the outbox, as its page does when the button is
    pressed.
    """
    letter = mail()
    body = letter.get_body(("plain",))
    assert body
    link = next(one for one in body.get_content().split() if one.endswith(f"?score={score}"))
    token = link.removeprefix(f"{settings().own_url}/portal/feedback/").partition("?")[0]
    with transaction() as db:
        return feedback.answer(db, clock.now(), token, score, comment, Channel.MAIL)


def mail() -> EmailMessage:
    """The one mail that asks."""
    raw = [file.read_bytes() for file in (settings().var_dir / "mail").glob("*.eml")]
    letters = [message_from_bytes(one, policy=policy.default) for one in raw]
    (asking,) = [one for one in letters if "How did we do?" in one["Subject"]]
    assert isinstance(asking, EmailMessage)
    return asking


# By mail ------------------------------------------------------------------------------------------


def test_a_closed_ticket_is_followed_by_one_request_that_is_answered_by_mail(line: Line) -> None:
    ana, bo = talk(line)
    ana.hang_up()
    line.passes(6)
    bo.press("2")
    line.passes(60)
    assert given(line) == []  # resolved, and not closed yet
    line.passes(5 * A_DAY)
    assert line.ticket()["status"] == "closed"
    assert subjects(line)[-1] == ASKED
    assert given(line) == [(None, None)]
    assert mail()["To"] == ANA
    assert mail()["List-Unsubscribe"].endswith("/stop>")
    assert answer(line, 2, "It took an hour") == Outcome.TAKEN
    line.passes(60)
    assert given(line) == [(2, "mail")]
    assert line.ticket()["entries"][-2]["sentence"] == "The customer gave 2 of 5: It took an hour"
    assert line.mails()[-1] == "bo@2n5.example"
    line.passes(40 * A_DAY)
    assert subjects(line).count(ASKED) == 1
    assert given(line) == [(2, "mail")]


def test_a_second_closing_within_thirty_days_asks_nobody(line: Line) -> None:
    resolve(line)
    line.passes(6 * A_DAY)
    assert subjects(line)[-1] == ASKED
    ana = left_by_the_technician(line)
    ana.press("2")
    line.passes(6)
    assert not any("how we did" in one for one in ana.heard())
    line.passes(30)
    assert not ana.in_call
    line.passes(6 * A_DAY)
    assert line.ticket()["status"] == "closed"
    assert subjects(line)[-1] == CLOSED
    assert given(line) == [(None, None)]


def test_who_unsubscribes_is_asked_neither_by_mail_nor_on_the_phone(line: Line) -> None:
    resolve(line)
    line.passes(6 * A_DAY)
    with transaction() as db:
        token = db.scalars(select(Feedback.token)).one()
        assert feedback.unsubscribe(db, clock.now(), token)
    line.passes(60 * A_DAY)
    ana = left_by_the_technician(line)
    ana.press("2")
    line.passes(40)
    assert not any("how we did" in one for one in ana.heard())
    line.passes(6 * A_DAY)
    assert subjects(line)[-1] == CLOSED
    assert len(given(line)) == 1


# By keypad ----------------------------------------------------------------------------------------


def test_a_caller_who_says_that_it_is_solved_answers_by_keypad_and_no_mail_asks(
    line: Line,
) -> None:
    ana = left_by_the_technician(line)
    ana.press("2")
    line.passes(6)
    assert "how we did" in " ".join(ana.heard())
    ana.press("5")
    line.passes(12)
    assert not ana.in_call
    assert "Thank you" in " ".join(ana.heard())
    assert line.ticket()["status"] == "resolved"
    assert given(line) == [(5, "phone")]
    assert subjects(line)[-1].startswith("[#4411] Resolved")  # nobody has proved who they are
    entry = next(one for one in line.ticket()["entries"] if one["kind"] == "feedback")
    assert (entry["sentence"], entry["language"]) == ("The customer gave 5 of 5", "en-CA")
    line.passes(6 * A_DAY)
    assert line.ticket()["status"] == "closed"
    assert subjects(line)[-1] == CLOSED
    assert given(line) == [(5, "phone")]


def test_a_caller_whose_ticket_is_resolved_meanwhile_is_asked(line: Line) -> None:
    ana, bo = talk(line)
    bo.text("RESOLVE 4411")
    line.passes(2)
    bo.hang_up()
    line.until(lambda: any("how we did" in one for one in ana.said), within=30)
    ana.press("4")
    line.passes(12)
    assert given(line) == [(4, "phone")]


def test_who_was_asked_on_the_phone_and_hung_up_is_asked_by_mail(line: Line) -> None:
    ana = left_by_the_technician(line)
    ana.press("2")
    line.passes(3)
    ana.hang_up()
    line.passes(6)
    assert given(line) == []
    left = [one for one in line.ticket()["entries"] if one["kind"] == "left"]
    assert left[-1]["data"]["where"] == "after the conversation"
    line.passes(6 * A_DAY)
    assert subjects(line)[-1] == ASKED
    assert given(line) == [(None, None)]


def test_whose_problem_is_not_solved_is_not_asked(line: Line) -> None:
    ana = left_by_the_technician(line)
    line.passes(40)
    assert not ana.in_call
    assert not any("how we did" in one for one in ana.heard())
    assert line.ticket()["status"] == "open"


def test_an_unhappy_caller_who_still_needs_help_is_rung_for_again(line: Line) -> None:
    ana = left_by_the_technician(line)
    ana.press("2")
    line.passes(6)
    ana.press("1")
    line.passes(6)
    assert "sorry" in " ".join(ana.heard())
    ana.press("1")
    line.passes(6)
    assert line.technician("Di Wu").ringing
    assert line.ticket()["status"] == "open"
    assert given(line) == [(1, "phone")]
    line.until(lambda: "bo@2n5.example" in line.mails(), within=5)


def test_a_ticket_that_somebody_else_holds_for_is_not_solved_by_this_caller(line: Line) -> None:
    ana, bo = talk(line)
    tom = line.customer("+15145550199", "Tom")
    tom.dial()
    line.passes(3)
    tom.press("4411#")
    line.passes(2)
    tom.press("1")
    line.passes(4)
    bo.hang_up()
    line.passes(6)
    ana.press("2")
    line.passes(20)
    assert not ana.in_call
    assert line.ticket()["status"] == "open"
    assert given(line) == []
    assert line.technician("Di Wu").ringing
    assert tom.in_call


@pytest.mark.parametrize("digits", ["4411#", "0#"])
def test_it_is_asked_in_french_of_who_speaks_it_and_of_who_is_not_known(
    line: Line, digits: str
) -> None:
    tom = line.customer("+15145550199", "Tom")
    tom.dial()
    line.passes(3)
    tom.press("*#")
    line.passes(3)
    tom.press(digits)
    line.passes(3)
    tom.press("1")
    line.passes(8)
    if digits == "0#":
        tom.press("#")  # nothing to describe
        line.passes(6)
    bo = line.technician("Bo Chan")
    bo.answer()
    line.passes(3)
    bo.press("1")
    line.passes(60)
    assert tom.talking_to
    bo.hang_up()
    line.passes(8)
    tom.press("2")
    line.passes(6)
    assert any("comment c'était" in one for one in tom.heard())
    tom.press("3")
    line.passes(10)
    number = "4411" if digits == "4411#" else line.opened_by_phone()
    assert given(line, number) == [(3, "phone")]
    with reading() as db:
        assert db.scalars(select(Ticket.status).where(Ticket.number == number)).one() == "resolved"
