"""Holding, walked on paper."""

from dataclasses import replace

import pytest

from callflows.desk import CallerCard
from callflows.holding import LONGEST, TRIES
from callflows.turn import End, HandOver, Hold, Keys, Leave, OpenPage, Record, ReopenPage, Wish
from tests.callflows.paper_desk import PAGE, PaperDesk, Walk


def held(**desk: object) -> Walk:
    walk = Walk("customer.welcome", PaperDesk(summons=PAGE, **desk)).keys("4411", "1")  # type: ignore[arg-type]
    assert isinstance(walk.then, Hold)
    return walk


def test_the_caller_hears_who_is_before_them_and_what_is_done() -> None:
    assert held(before=2).silence().said == ["hold_position", "hold_ringing_now", "hold_choices"]


@pytest.mark.parametrize(
    ("page", "told"),
    [
        (replace(PAGE, ringing=2), "hold_ringing_more"),
        (replace(PAGE, level=2, ringing=3), "hold_ringing_senior"),
        (replace(PAGE, level=3, ringing=3), "hold_management"),
        (replace(PAGE, state="owed", holder="Bo"), "hold_accepted"),
    ],
)
def test_what_is_being_done_is_said_as_it_changes(page: object, told: str) -> None:
    walk = held().silence()
    walk.desk.summons = page  # type: ignore[assignment]
    assert walk.silence().said == [told]


def test_waiting_has_an_end_and_it_is_a_message_not_a_hang_up() -> None:
    walk = held()
    for _ in range(LONGEST + 2):
        walk.silence()
        if isinstance(walk.then, Leave):
            break
    assert isinstance(walk.leaves("leave").then, Record)


def test_two_promises_a_call_back_and_the_ringing_goes_on() -> None:
    walk = held().keys("2")
    assert isinstance(walk.then, Leave)
    walk.leaves("leave")
    assert walk.said == ["callback_promised", "goodbye"]
    assert Wish("callback") in walk.written


def test_a_caller_without_a_number_is_asked_for_a_message_instead_of_promised_a_call() -> None:
    walk = held(caller_card=CallerCard("holding", None, None)).keys("2").leaves("leave")
    assert walk.said == ["callback_number_unknown", "leave_message_ringing"]


def test_after_a_message_one_goes_on_holding() -> None:
    walk = held().keys("3").leaves("leave").says()
    assert Wish("message") in walk.written
    assert isinstance(walk.keys("1").then, Hold)


def test_a_page_that_was_ended_while_somebody_holds_is_opened_again() -> None:
    walk = held()
    walk.desk.summons = replace(PAGE, state="closed")
    walk.silence()
    assert walk.wrote(ReopenPage)


def test_who_still_needs_help_after_the_conversation_is_rung_for_again() -> None:
    walk = held().leaves("bridged")
    assert walk.then == Keys(seconds=8)
    walk.keys("#", "1")
    assert walk.wrote(ReopenPage)
    assert isinstance(walk.then, Hold)


def test_who_is_done_after_the_conversation_just_hangs_up() -> None:
    walk = held().leaves("bridged").silence()
    assert isinstance(walk.then, End)
    assert not walk.wrote(ReopenPage)


def test_an_error_of_the_queue_puts_the_caller_back_and_then_asks_for_a_message() -> None:
    walk = held()
    for _ in range(TRIES):
        assert isinstance(walk.leaves("error").then, Hold)
    assert isinstance(walk.leaves("error").then, Record)


def test_no_key_of_a_holding_caller_ends_the_page() -> None:
    for key in "0123456789*#":
        written = held().keys(key).written
        assert {type(write) for write in written} <= {type(w) for w in held().written}, key
    assert held().wrote(OpenPage)


def test_who_is_taken_over_waits_for_that_one_and_is_rung_for_when_they_are_lost() -> None:
    for way in ("over", "bridged"):  # or the one they talked to hangs up just then
        walk = held()
        walk.desk.summons = replace(PAGE, state="owed", holder="Cy", takes_over=True)
        walk.leaves(way)
        assert walk.said == ["handed_over"]
        assert walk.wrote(HandOver)
        assert isinstance(walk.then, Hold)
    walk = held()
    walk.desk.summons = replace(PAGE, state="closed")
    walk.leaves("over")
    assert (walk.wrote(ReopenPage), walk.wrote(HandOver)) == (True, False)
    assert isinstance(walk.then, Hold)
