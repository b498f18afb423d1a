"""What a program or a chat is told of a critical call, while it happens."""

from collections.abc import Iterator
from typing import Any

import pytest

from ivr.database import transaction
from ivr.services.tickets import conversation, tickets
from tests.receiver import Receiver, receiver
from tests.services import hooks
from tests.stories.line import Line
from tests.stories.test_reaching_a_technician import hold

PAGE = ("page.opened", "page.rung", "page.accepted", "page.escalated", "page.exhausted")


@pytest.fixture
def other() -> Iterator[Receiver]:
    with receiver() as one:
        yield one


def told(other: Receiver, *names: str) -> list[tuple[Any, ...]]:
    return [
        (one.body["type"].partition(".")[2], *(one.body["data"].get(name) for name in names))
        for one in other.posted
    ]


def test_a_critical_call_that_nobody_answers(line: Line, other: Receiver) -> None:
    secret = hooks.webhook(other.url, *PAGE).secret
    line.world(on_call={"level_1": ["bo@2n5.example"], "level_2": ["cy@2n5.example"]})
    for name in ("Bo Chan", "Cy Roy"):
        line.technician(name).habit = "busy"
    ana = line.customer()
    ana.dial()
    line.passes(3)
    ana.press("4411#")
    line.passes(2)
    ana.press("1")
    line.passes(30)
    assert told(other, "level", "technician", "outcome", "page") == [
        ("opened", 1, None, None, "open"),
        ("rung", 1, "Bo Chan", None, "open"),
        ("rung", 1, "Bo Chan", "busy", "open"),
        ("escalated", 2, None, None, "open"),
        ("rung", 2, "Cy Roy", None, "open"),
        ("rung", 2, "Cy Roy", "busy", "open"),
        ("escalated", 3, None, None, "open"),
        ("exhausted", 3, None, None, "open"),
    ]
    assert hooks.sequences(other) == [("4411", number) for number in range(1, 9)]
    assert all(hooks.signed_by(one, secret) for one in other.posted)
    assert len({one.headers["webhook-id"] for one in other.posted}) == 8
    assert "Nobody has accepted at any level" in str(line.ticket()["entries"])
    line.passes(301)
    assert line.mails().count("escalation@2n5.example") == 2
    assert len(other.posted) == 8, "exhausted is told once, however often it is mailed"


def test_a_call_that_is_answered_and_what_becomes_of_the_ticket(
    line: Line, other: Receiver
) -> None:
    hooks.webhook(other.url, "page.accepted", "ticket.changed")
    hold(line)
    bo = line.technician("Bo Chan")
    bo.answer()
    line.passes(2)
    bo.press("1")
    line.until(lambda: bo.talking_to)
    line.passes(30)
    bo.hang_up()
    line.passes(5)
    with transaction() as db:
        found = tickets.find(db, "4411")
        assert found
        conversation.resolve(db, hooks.clock.now(), found, "Bo Chan", "console")
    line.passes(1)
    assert told(other, "change", "severity", "status", "page", "technician") == [
        ("changed", "severity", "critical", "new", None, None),
        ("accepted", None, "critical", "open", "owed", "Bo Chan"),
        ("changed", "joined", "critical", "open", "accepted", "Bo Chan"),
        ("changed", "resolved", "critical", "resolved", "accepted", "Bo Chan"),
    ]


def test_nothing_that_somebody_wrote_and_no_number_leaves_the_house(
    line: Line, other: Receiver
) -> None:
    for form in ("event", "slack", "teams"):
        hooks.webhook(other.url, name=form, form=form)
    line.mail("My PIN is 482913, call +1 514 555 0177.", subject="Phones mute")
    number = line.numbers()[-1]
    line.mail("The same again, secret word.", subject=f"[#{number}] Phones mute")
    hooks.note(number)
    hold(line)
    line.passes(400)
    assert len(other.posted) > 30
    assert {one.body["type"] for one in other.posted if "sequence" in one.body} > {"page.rung"}
    for one in other.posted:
        for word in (b"482913", b"555", b"secret word", b"door code", b"@2n5", b"acme.example"):
            assert word not in one.raw, one.raw
