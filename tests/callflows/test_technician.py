"""The technician's side, calling back, and after the call, walked on paper."""

from dataclasses import replace

import pytest

from callflows.desk import CallerCard
from callflows.technician import PATIENCE
from callflows.turn import (
    Accept,
    Bridge,
    Decline,
    Dial,
    End,
    Keep,
    Keys,
    Missed,
    NextLevel,
    Pause,
    Reached,
    Record,
    Resolve,
    TakeOver,
)
from tests.callflows.paper_desk import CALLER, PAGE, TICKET, PaperDesk, Walk

MINE = replace(PAGE, state="owed", mine=True, holder="Bo")
GONE = replace(CALLER, place="gone")


def rung(**desk: object) -> Walk:
    return Walk("technician.start", PaperDesk(**{"summons": PAGE, "own": TICKET, **desk}))  # type: ignore[arg-type]


def accepted(**desk: object) -> Walk:
    walk = rung(**desk)
    walk.desk.summons = MINE
    return walk.keys("1")


def test_a_technician_hears_what_it_is_before_what_to_press() -> None:
    assert rung().said == ["page_major", "page_choices"]


def test_one_accepts_and_puts_them_through() -> None:
    walk = accepted()
    assert walk.written == [Accept()]
    assert isinstance(walk.then, Bridge)
    assert walk.said == ["connecting"]


def test_a_voicemail_accepts_nothing() -> None:
    walk = rung().silence(3)
    assert walk.written == [Decline("unaccepted")]
    assert isinstance(walk.then, End)


def test_two_passes_and_three_repeats_three_times() -> None:
    assert rung().keys("2").written == [Decline("passed")]
    walk = rung().keys("3", "3", "3")
    assert walk.said == ["page_major", "page_choices"]
    assert walk.keys("3", "3", "3").written == [Decline("unaccepted")]


def test_who_picks_up_too_late_hears_who_has_taken_it() -> None:
    taken = replace(PAGE, state="accepted", holder="Cy")
    walk = rung(summons=taken)
    assert walk.said == ["page_taken"]
    assert isinstance(walk.then, End)


def test_who_presses_one_second_is_told_who_was_first() -> None:
    walk = rung()
    walk.desk.summons = replace(PAGE, state="owed", holder="Cy")
    walk.keys("1")
    assert walk.said == ["page_taken"]


def test_who_accepted_by_text_or_at_the_console_is_put_through_by_1_and_a_voicemail_is_not() -> (
    None
):
    assert isinstance(rung(summons=MINE).keys("#").keys("1").then, Bridge)
    voicemail = rung(summons=MINE).silence().silence().silence()
    assert (voicemail.said, voicemail.written) == (["page_unmet"], [Missed("1 was not pressed")])
    gone = rung(summons=MINE, caller_card=GONE)
    assert gone.said == ["page_yours", "callback_choices"]
    assert gone.keys("1").then == Dial("+15145550100")
    alone = rung(summons=replace(MINE, alone=True), caller_card=GONE)
    assert alone.silence().silence().said == ["callback_left"]


@pytest.mark.parametrize("page", [None, replace(PAGE, state="closed")])
def test_a_page_that_is_over_is_said_to_be_over(page: object) -> None:
    assert rung(summons=page).said == ["page_over"]


def test_a_caller_who_still_speaks_is_waited_for_and_then_called_back() -> None:
    walk = accepted(caller_card=replace(CALLER, place="coming"))
    assert walk.said == ["caller_is_coming"]
    for _ in range(PATIENCE - 1):
        assert isinstance(walk.then, Pause)
        walk.silence()
    walk.silence()
    assert walk.said == ["caller_has_left", "callback_choices"]


def test_a_caller_who_has_left_is_called_back_with_one() -> None:
    walk = accepted(caller_card=GONE).keys("1")
    assert walk.then == Dial("+15145550100")
    walk.leaves("bridged")
    assert Reached("called-back") in walk.written
    assert walk.said == ["after_choices"]


def test_a_call_back_without_an_answer_is_tried_three_times_and_then_owed() -> None:
    walk = accepted(caller_card=GONE)
    for _ in range(2):
        assert walk.keys("1").leaves("missed").said == ["callback_no_answer", "callback_choices"]
    walk.keys("1").leaves("missed")
    assert walk.written[-1] == Missed("call back owed")
    assert isinstance(walk.then, End)


@pytest.mark.parametrize("keys", [("2",), ("", ""), ("#", "", "")])
def test_a_call_back_put_off_is_owed(keys: tuple[str, ...]) -> None:
    assert accepted(caller_card=GONE).keys(*keys).written[-1] == Missed("call back owed")


def test_without_a_caller_the_technician_is_asked_for_a_note() -> None:
    walk = accepted(caller_card=CallerCard("none", None, None))
    assert walk.said == ["no_caller", "after_choices"]


def test_a_bridge_that_missed_is_tried_again_once_while_the_caller_holds() -> None:
    walk = accepted().leaves("missed")
    assert isinstance(walk.then, Bridge)
    walk.desk.caller_card = GONE
    assert walk.leaves("missed").said == ["caller_has_left", "callback_choices"]


def test_a_bridge_that_missed_somebody_unknown_rings_again() -> None:
    walk = accepted()
    walk.desk.caller_card = CallerCard("gone", None, None)
    assert walk.leaves("missed").written[-1] == Missed("bridge failed")


def test_after_the_call_a_note_is_dictated_and_the_ticket_resolved() -> None:
    walk = accepted().leaves("bridged")
    assert Reached("bridged") in walk.written
    assert isinstance(walk.keys("1").then, Record)
    walk.says()
    assert Keep("note", "RE1", 7) in walk.written
    assert walk.then == Keys(seconds=8)
    walk.keys("2")
    assert walk.written[-1] == Resolve()
    assert isinstance(walk.then, End)


def test_three_hands_to_the_next_level_and_silence_is_done() -> None:
    assert accepted().leaves("bridged").keys("3").written[-1] == NextLevel()
    walk = accepted().leaves("bridged").keys("#").silence()
    assert walk.said == ["after_done"]
    assert not walk.wrote(Resolve)


def test_five_notes_are_enough() -> None:
    walk = accepted().leaves("bridged")
    for _ in range(4):
        walk.keys("1").says()
    assert walk.keys("1").silence().said == ["note_empty", "after_done"]


# Taking over -------------------------------------------------------------------------------------

TALKING = CallerCard("talking", "Ana Roy", "+15145550100", "Bo")
CYS = replace(MINE, holder="Cy", alone=True)


def test_who_takes_over_hears_whose_conversation_it_is_and_presses_1() -> None:
    walk = rung(summons=CYS, caller_card=TALKING)
    assert walk.said == ["take_over", "take_over_choices"]
    walk.keys("1")
    assert (walk.said, walk.written) == (["taking_over", "connecting"], [TakeOver()])
    assert isinstance(walk.then, Bridge)
    failed = walk.leaves("missed")
    assert failed.said == ["take_over_failed"]
    assert failed.written[-1] == Missed("bridge failed")
    assert rung(summons=CYS, caller_card=TALKING).silence(3).said == ["page_unmet"]


def test_who_was_taken_over_from_is_let_go_and_closes_nothing() -> None:
    walk = accepted()
    walk.desk.taken_by = "Cy"
    walk.leaves("bridged")
    assert walk.said == ["page_taken_over"]
    assert walk.written == [Accept()]
    assert isinstance(walk.then, End)


def test_who_is_there_when_it_rings_again_for_everybody_takes_it() -> None:
    walk = rung(summons=CYS, caller_card=TALKING)
    walk.desk.summons = PAGE
    walk.desk.caller_card = CALLER
    assert walk.keys("1").wrote(Accept)
