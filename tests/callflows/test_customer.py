"""The customer's line, walked on paper."""

from dataclasses import replace

import pytest

from callflows.turn import (
    ChooseLanguage,
    Declare,
    End,
    Hold,
    Keep,
    Keys,
    OpenPage,
    Record,
    Severity,
    Take,
)
from tests.callflows.paper_desk import TICKET, PaperDesk, Walk


def call(**desk: object) -> Walk:
    return Walk("customer.welcome", PaperDesk(**desk))  # type: ignore[arg-type]


def test_a_critical_call_on_a_ticket_is_held_and_paged() -> None:
    walk = call().keys("4411", "1")
    assert isinstance(walk.then, Hold)
    assert walk.written == [Take("4411"), Declare(Severity.CRITICAL), OpenPage()]


def test_the_recording_notice_is_the_first_thing_said() -> None:
    assert call().said[0] == "welcome"


@pytest.mark.parametrize("keys", [("", "", ""), ("99", "99", "99"), ("*1", "", "7")])
def test_three_misses_open_a_new_ticket_and_silence_is_critical(keys: tuple[str, ...]) -> None:
    walk = call().keys(*keys)
    assert walk.known.at == "customer.severity"
    assert walk.known.opening
    walk.silence()
    assert walk.written == [Declare(Severity.CRITICAL), OpenPage()]
    assert isinstance(walk.then, Record)


def test_two_misses_do_not_cost_the_third_try() -> None:
    walk = call().keys("99", "", "4411")
    assert walk.known.ticket == "4411"


def test_a_late_pound_does_not_answer_the_severity() -> None:
    walk = call().keys("4411", "#")
    assert walk.known.at == "customer.severity"
    assert walk.known.misses == 0
    walk.keys("2")
    assert Declare(Severity.MAJOR) in walk.written
    assert not walk.wrote(OpenPage)


@pytest.mark.parametrize("wrong", ["0", "7", "*"])
def test_three_wrong_keys_at_the_severity_are_critical(wrong: str) -> None:
    walk = call().keys("4411", wrong, wrong)
    assert not walk.written[1:]
    assert "not_understood" in walk.said
    walk.keys(wrong)
    assert isinstance(walk.then, Hold)
    assert walk.wrote(OpenPage)


def test_star_changes_the_language_once_and_it_is_remembered() -> None:
    walk = call().keys("*")
    assert walk.known.language == "fr-CA"
    assert walk.written == [ChooseLanguage("fr-CA")]
    assert walk.said[-1] == "other_language_en-CA"
    walk.keys("*")
    assert walk.known.language == "fr-CA"


def test_who_has_no_ticket_says_what_is_wrong_while_the_phones_ring_already() -> None:
    walk = call().keys("0")
    walk.desk.own = replace(TICKET, number="100017")
    walk.keys("1")
    assert walk.wrote(OpenPage)
    assert isinstance(walk.then, Record)
    assert walk.said == ["ticket_opened", "describe"]
    walk.says()
    assert Keep("description", "RE1", 7) in walk.written
    assert isinstance(walk.then, Hold)


@pytest.mark.parametrize("key", ["2", "3"])
def test_what_is_not_critical_wakes_nobody_and_is_told_kindly(key: str) -> None:
    walk = call(own=TICKET).keys("4411", key)
    assert walk.said == ["phone_is_for_critical", "expect_answer", "menu"]
    assert not walk.wrote(OpenPage)


def test_a_message_is_kept_with_the_ticket() -> None:
    walk = call(own=TICKET).keys("4411", "3", "2").says()
    assert Keep("message", "RE1", 7) in walk.written
    assert isinstance(walk.then, End)


def test_an_empty_message_ends_kindly_and_keeps_nothing() -> None:
    walk = call(own=TICKET).keys("4411", "3", "2").silence()
    assert not walk.wrote(Keep)
    assert walk.said == ["goodbye"]


def test_the_menu_leads_back_to_critical_with_nine() -> None:
    walk = call(own=TICKET).keys("4411", "3", "9")
    assert walk.wrote(OpenPage)
    assert isinstance(walk.then, Hold)


def test_nothing_is_told_before_the_pin() -> None:
    walk = call(own=TICKET).keys("4411", "3", "1")
    assert walk.then == Keys(count=6, seconds=10, secret=True)
    walk.keys("000000")
    assert walk.said == ["pin_wrong", "ask_pin"]
    walk.keys("482913")
    assert walk.said == ["status_new", "menu"]
    walk.keys("1")
    assert walk.said == ["status_new", "menu"], "the PIN was asked for twice"


def test_three_wrong_pins_tell_nothing_and_leave_the_menu_open() -> None:
    walk = call(own=TICKET).keys("4411", "3", "1", "1", "", "482912")
    assert walk.said == ["pin_given_up", "menu"]


def test_a_ticket_without_a_pin_tells_nothing() -> None:
    walk = call(own=replace(TICKET, has_pin=False)).keys("4411", "3", "1")
    assert walk.said == ["status_needs_pin", "menu"]


@pytest.mark.parametrize("status", ["new", "open", "waiting", "resolved", "closed"])
def test_every_status_has_its_sentence(status: str) -> None:
    own = replace(TICKET, status=status, assignee="Bo Chan")
    walk = call(own=own).keys("4411", "3", "1", "482913")
    assert walk.said == [f"status_{status}", "status_assignee", "menu"]
