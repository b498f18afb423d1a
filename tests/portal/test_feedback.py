"""Feedback on the portal: one press for whoever comes by the mail's link, nothing for a program that
only opens it, and no account needed to be left alone.
"""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from callflows.turn import Severity
from ivr.database import reading, transaction
from ivr.models import Contact, Feedback, Message
from ivr.services.tickets import conversation, life, tickets
from tests.conftest import Wall
from tests.portal.browser import Customer, words


@pytest.fixture
def link(world: dict[str, str], wall: Wall) -> str:
    """The path of the link in the mail that asks Ana; her ticket is closed."""
    with transaction() as db:
        ticket = tickets.find(db, world["ana"])
        assert ticket
        conversation.resolve(db, wall.now, ticket, "Bo", "test")
        conversation.close(db, wall.passes(timedelta(days=5)), ticket, life.TIME)
    with reading() as db:
        body = db.scalars(
            select(Message.body).where(Message.body.like("%/portal/feedback/%"))
        ).one()
    return re.findall(r"/portal/feedback/[\w-]+", body)[0]


def answered() -> list[tuple[int | None, str, str | None]]:
    with reading() as db:
        return [(one.score, one.comment, one.answered_by) for one in db.scalars(select(Feedback))]


def test_a_link_chooses_the_score_and_one_press_gives_it(link: str) -> None:
    ana = Customer()
    page = f"{link}?score=4"
    shown = ana.get(page).get_data(as_text=True)
    assert re.findall(r'value="(\d)" required checked', shown) == ["4"]
    assert answered() == [(None, "", None)], "opening it says nothing"
    done = ana.press(page, link, score="4", comment="Quick at night")
    assert done.location == f"{link}/thanks"
    assert "You said 4 of 5, good." in words(ana.get(done.location))
    assert answered() == [(4, "Quick at night", "mail")]
    ana.press(link, link, score="5", comment="")
    assert answered() == [(5, "", "mail")]


def test_what_is_no_score_is_asked_again(link: str) -> None:
    ana = Customer()
    for score in ("", "0", "6", "five"):
        answer = ana.press(link, link, score=score, comment="Hm")
        assert answer.status_code == 422
        assert "Choose a number from 1 to 5." in words(answer)
        assert "Hm" in words(answer)
    for junk in ("9", "x", "-1"):
        assert "checked" not in ana.get(f"{link}?score={junk}").get_data(as_text=True)
    assert answered() == [(None, "", None)]


def test_after_a_week_an_answer_stays_as_it_is(link: str, wall: Wall) -> None:
    ana = Customer()
    ana.press(link, link, score="2")
    wall.passes(timedelta(days=8))
    answer = ana.press(link, link, score="5")
    assert answer.status_code == 409
    assert "stays as it is" in words(answer)
    assert answered() == [(2, "", "mail")]


def test_a_link_that_was_guessed_is_nothing(world: dict[str, str]) -> None:
    eve = Customer()
    for path in ("", "/thanks", "/stop"):
        assert eve.get(f"/portal/feedback/guess{path}").status_code == 404
    assert eve.send("/portal/feedback/guess/stop", {}).status_code == 404


def test_opening_the_way_out_stops_nothing_and_pressing_it_does(link: str) -> None:
    ana = Customer()
    assert "Stop asking me" in words(ana.get(f"{link}/stop"))
    assert wants_feedback()
    answer = ana.send(f"{link}/stop", {})
    assert "We will not ask again." in words(answer)
    assert not wants_feedback()


def test_a_mail_program_unsubscribes_by_itself(link: str) -> None:
    """RFC 8058, 3.2: a POST without cookies."""
    with reading() as db:
        asked = db.scalars(select(Message).where(Message.unsubscribe_url.is_not(None))).one()
    assert asked.unsubscribe_url
    assert asked.unsubscribe_url.endswith(f"{link}/stop")
    sent = Customer().send(f"{link}/stop", {"List-Unsubscribe": "One-Click"})
    assert sent.status_code == 200
    assert not wants_feedback()


def wants_feedback() -> bool:
    with reading() as db:
        return not db.scalars(select(Contact).where(Contact.name == "Ana Roy")).one().no_feedback


def test_who_is_signed_in_says_it_on_the_ticket(ana: Customer, world: dict[str, str]) -> None:
    path = f"/portal/tickets/{world['tom']}"
    assert f"{path}/feedback" not in ana.get(path).get_data(as_text=True)
    ana.press(path, f"{path}/solved")
    answer = ana.press(path, f"{path}/feedback", score="5", comment="Thanks")
    assert answer.status_code == 303
    assert "Thank you." in words(ana.get(path))
    assert answered() == [(5, "Thanks", "portal")]
    assert ana.press(path, f"{path}/feedback", score="9").status_code == 409


def test_it_is_asked_in_french_of_whoever_reads_french(world: dict[str, str], wall: Wall) -> None:
    with transaction() as db:
        ticket = tickets.find(db, world["luc"])
        assert ticket
        assert ticket.severity == Severity.MINOR
        conversation.resolve(db, wall.now, ticket, "Bo", "test")
        conversation.close(db, wall.passes(timedelta(days=5)), ticket, life.TIME)
    with reading() as db:
        asked = db.scalars(select(Feedback)).one()
    shown = words(Customer("fr-CA").get(f"/portal/feedback/{asked.token}"))
    assert "Comment avons-nous fait ?" in shown
