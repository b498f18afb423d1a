"""The staff line and the shift by keypad, walked on paper."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from callflows.staff_desk import AskedCard, Choice, DutyCard, OpenCard
from callflows.staff_words import (
    AnswerShift,
    GiveShift,
    StaffIn,
    StaffOut,
    TakeShift,
    TakeUp,
    WrongPin,
)
from callflows.turn import Accept, Bridge, Decline, End, Resolve, Severity
from tests.callflows.paper_desk import PAGE, PaperDesk, PaperStaffDesk, Walk

PIN = "620517"
CRITICAL = OpenCard("4411", "Acme", Severity.CRITICAL, "open", minutes=3)
MINE = OpenCard("42", "Acme", Severity.MINOR, "mine")
MANY = tuple(Choice(number, f"Colleague {number}") for number in range(1, 11))


def call(**staff: object) -> Walk:
    return Walk("staff.start", PaperDesk(staff=PaperStaffDesk(**staff)))  # type: ignore[arg-type]


def inside(**staff: object) -> Walk:
    return call(**staff).keys(PIN)


def test_nothing_of_us_is_said_before_the_pin() -> None:
    walk = call()
    assert walk.said == ["staff_welcome", "staff_ask_pin"]
    assert walk.keys(PIN).said == [
        "staff_waiting_many", "staff_have_one", "staff_on_call", "staff_menu",
    ]  # fmt: skip
    assert walk.written == [StaffIn()]


@pytest.mark.parametrize("keys", [("0",), ("111111", "", "#"), ("", "", "")])
def test_whoever_does_not_prove_it_is_served_as_a_customer(keys: tuple[str, ...]) -> None:
    walk = call().keys(*keys)
    assert walk.known.at == "customer.ticket"
    assert not walk.wrote(StaffIn)
    assert [one for one in walk.written if isinstance(one, WrongPin)] == [
        WrongPin(last=False) for one in keys if one == "111111"
    ]


def test_the_third_wrong_pin_is_told() -> None:
    walk = call().keys("111111", "222222", "333333")
    assert walk.written == [WrongPin(last=False), WrongPin(last=False), WrongPin(last=True)]


@pytest.mark.parametrize("state", ["none", "refused"])
def test_where_no_pin_is_taken_one_is_told_so_and_served(state: str) -> None:
    walk = call(state=state)
    assert walk.said[0] in {"staff_pin_missing", "staff_pin_refused"}
    assert walk.known.at == "customer.ticket"


def test_0_reports_an_outage_and_takes_nothing_along() -> None:
    walk = inside(tickets=[CRITICAL]).keys("1", "5", "0")
    assert walk.known.at == "customer.ticket"
    assert walk.written[-1] == StaffOut()
    assert (walk.known.ticket, walk.known.trail, walk.known.proven) == (None, (), False)


def test_what_is_open_is_told_one_by_one_and_then_the_menu() -> None:
    walk = inside(tickets=[CRITICAL, MINE]).keys("1")
    assert walk.said == ["staff_open_critical", "staff_choices_open"]
    assert walk.keys("5").said == ["staff_yours_minor", "staff_choices_mine"]
    assert walk.keys("5").said == ["staff_no_more", "staff_menu"]
    assert walk.written[1:] == [TakeUp("4411"), TakeUp("42")]


def test_1_goes_through_to_the_caller() -> None:
    walk = inside(tickets=[CRITICAL]).keys("1")
    walk.desk.summons = replace(PAGE, state="owed", mine=True, holder="Bo")
    walk.desk.staff.at_hand = one_by_one(CRITICAL, replace(CRITICAL, state="owed"))  # type: ignore[method-assign]
    walk.keys("1")
    assert walk.written[-1] == Accept()
    assert isinstance(walk.then, Bridge)


def one_by_one(*cards: OpenCard) -> Callable[[], OpenCard]:
    left = list(cards)
    return lambda: left.pop(0)


def test_who_is_second_hears_who_has_it_and_the_next_one() -> None:
    walk = inside(tickets=[CRITICAL, MINE]).keys("1")
    taken = replace(CRITICAL, state="taken", holder="Cy Roy")
    walk.desk.staff.at_hand = one_by_one(CRITICAL, taken)  # type: ignore[method-assign]
    assert walk.keys("1").said == ["staff_taken", "staff_yours_minor", "staff_choices_mine"]


def test_2_passes_3_repeats_and_4_resolves_when_confirmed() -> None:
    walk = inside(tickets=[CRITICAL]).keys("1", "3")
    assert walk.said == ["staff_open_critical", "staff_choices_open"]
    walk.keys("2")
    assert walk.written[-1] == Decline("passed")
    walk.keys("1", "4", "2")
    assert walk.said[0] == "staff_not_resolved"
    walk.keys("1", "4", "1")
    assert walk.written[-1] == Resolve()


def test_the_shift_is_taken_for_hours_or_until_the_hand_over() -> None:
    walk = inside().keys("2")
    assert walk.said == ["shift_to_hand_over", "shift_hours"]
    walk.desk.staff.card = DutyCard(0, 0, "until tomorrow")
    assert walk.keys("1").said == ["staff_on_call", "staff_menu"]
    assert walk.written[-1] == TakeShift(1, 0, None)
    assert inside(next=None).keys("2", "1").said == ["shift_hours"], "there is no hand-over"
    assert inside(others=MANY).keys("2", "9", "2", "3").written[-1] == TakeShift(1, 4, 10)


def test_the_shift_is_given_to_a_colleague_chosen_by_name() -> None:
    walk = inside().keys("3")
    assert walk.said == ["shift_to_whom", "shift_choice", "shift_choice"]
    walk.keys("2")
    assert walk.written[-1] == GiveShift(1, 8)
    assert walk.said == ["shift_asked", "staff_menu"]
    assert inside(mine=()).keys("3").said == ["staff_off_call", "staff_menu"]


@pytest.mark.parametrize(("key", "agreed"), [("1", True), ("2", False)])
def test_who_is_asked_for_a_shift_answers_first(key: str, agreed: bool) -> None:
    walk = inside(asks=AskedCard(12, "Cy Roy", "Voice", "until tomorrow"))
    assert walk.said[-1] == "shift_asks"
    assert walk.keys(key).written[-1] == AnswerShift(12, agreed)
    assert walk.said[-1] == "staff_menu"


def test_silence_ends_it() -> None:
    assert isinstance(inside().silence(3).then, End)
