"""How we did, asked on paper of a caller who has talked to a technician."""

from dataclasses import replace

import pytest

from callflows.turn import End, Hold, Keys, Rate, ReopenPage, Solved
from tests.callflows.paper_desk import PAGE, TICKET, PaperDesk, Walk

RESOLVED = replace(TICKET, status="resolved")
OPEN = replace(TICKET, status="open")


def talked(own: object = RESOLVED, **desk: object) -> Walk:
    """The technician has hung up."""
    desk = {"summons": PAGE, **desk}
    walk = Walk("customer.welcome", PaperDesk(**desk)).keys("4411", "1").leaves("bridged")  # type: ignore[arg-type]
    walk.desk.own = own  # type: ignore[assignment]
    assert walk.said == ["still_need_help"]
    return walk


def test_who_says_that_it_is_solved_is_asked_how_we_did() -> None:
    walk = talked().keys("2")
    assert walk.wrote(Solved)
    assert walk.said == ["ask_feedback"]
    assert walk.then == Keys(seconds=8)


def test_whose_ticket_is_resolved_by_then_is_asked_and_says_nothing_of_it() -> None:
    walk = talked().silence()
    assert walk.said == ["ask_feedback"]
    assert not walk.wrote(Solved)


@pytest.mark.parametrize("status", ["new", "open", "waiting"])
@pytest.mark.parametrize("key", ["", "2", "9"])
def test_whose_problem_is_not_solved_is_not_asked(status: str, key: str) -> None:
    """Not even on 2: another caller may be rung for, so that it does not count as solved yet."""
    walk = talked(replace(TICKET, status=status)).keys(key)
    assert walk.said == ["goodbye"]
    assert isinstance(walk.then, End)


def test_who_still_needs_help_is_rung_for_and_not_asked() -> None:
    walk = talked().keys("1")
    assert walk.wrote(ReopenPage)
    assert isinstance(walk.then, Hold)
    assert "ask_feedback" not in walk.said


def test_who_was_asked_lately_is_not_asked_again() -> None:
    assert talked(may_be_asked=False).keys("2").said == ["goodbye"]


@pytest.mark.parametrize("key", "345")
def test_a_good_score_is_written_down_and_thanked_for(key: str) -> None:
    walk = talked().keys("2", key)
    assert walk.written[-1] == Rate(int(key))
    assert walk.said == ["feedback_thanks"]
    assert isinstance(walk.then, End)


@pytest.mark.parametrize("key", "12")
def test_after_a_poor_score_nobody_is_hung_up_on(key: str) -> None:
    """A 1 may have been meant for the question before: whether they still need help."""
    walk = talked().keys("2", key)
    assert walk.written[-1] == Rate(int(key))
    assert walk.said == ["feedback_sorry"]
    walk.keys("#", "1")
    assert walk.wrote(ReopenPage)
    assert isinstance(walk.then, Hold)


def test_after_a_poor_score_one_may_just_hang_up() -> None:
    assert talked().keys("2", "1").silence().said == ["goodbye"]


def test_a_late_pound_and_a_wrong_key_are_asked_again_and_then_let_go() -> None:
    walk = talked().keys("2", "#")
    assert walk.said == ["ask_feedback"]
    assert walk.keys("6").said == ["not_understood", "ask_feedback"]
    assert walk.keys("*").said == ["not_understood", "ask_feedback"]
    assert walk.keys("0").said == ["goodbye"]
    assert not walk.wrote(Rate)


def test_who_says_nothing_is_let_go() -> None:
    walk = talked().keys("2").silence()
    assert walk.said == ["goodbye"]
    assert not walk.wrote(Rate)
