"""What a page does next, decided from its policy and its rings alone."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.services.paging.escalation import RING_GRACE, Move, Progress, Ring, next_move, of_phones

START = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
BO, DI, CY = 1, 2, 3
LEVEL_1 = {"level": 1, "ring": "all", "ring_for": 25, "repeat": 1, "escalate_after": 60}
LEVEL_2 = {"level": 2, "ring": "in_turn", "ring_for": 25, "repeat": 1, "escalate_after": 120}
LEVEL_3 = {"level": 3, "mail": "escalation@2n5.example", "repeat_every": 300}


def policy(first: list[int], second: list[int]) -> list[dict]:
    return [LEVEL_1 | {"technicians": first}, LEVEL_2 | {"technicians": second}, LEVEL_3]


def after(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def at(level: int = 0, *rings: Ring, round_: int = 0, since: datetime = START) -> Progress:
    return Progress(level, since, round_, 0, rings)


def test_everybody_of_the_level_is_rung_at_once() -> None:
    move = next_move(policy([BO, DI], [CY]), at(), START)
    assert move.ring == (BO, DI)
    assert move.look_again == START + timedelta(seconds=25) + RING_GRACE


def test_in_turn_the_next_person_is_rung_when_the_one_before_is_busy() -> None:
    people = [LEVEL_2 | {"technicians": [BO, DI]}, LEVEL_3]
    assert next_move(people, at(), START).ring == (BO,)
    assert next_move(people, at(0, Ring(BO, 0, None)), after(5)).ring == ()
    assert next_move(people, at(0, Ring(BO, 0, "busy")), after(6)).ring == (DI,)


def test_who_passed_before_the_phones_rang_is_left_out_and_the_others_are_rung() -> None:
    assert next_move(policy([BO, DI], [CY]), at(0, Ring(BO, 0, "passed")), START).ring == (DI,)
    alone = next_move(policy([BO], [CY]), at(0, Ring(BO, 0, "passed")), START)
    assert (alone.level, alone.ring) == (1, (CY,))


def test_a_ring_nobody_picked_up_is_repeated_at_once() -> None:
    move = next_move(policy([BO], [CY]), at(0, Ring(BO, 0, "no-answer")), after(26))
    assert (move.ring, move.round) == ((BO,), 1)


def test_after_the_repeats_the_level_keeps_its_delay() -> None:
    rings = (Ring(BO, 0, "no-answer"), Ring(BO, 1, "no-answer"))
    waiting = next_move(policy([BO], [CY]), at(0, *rings, round_=1), after(52))
    assert waiting.ring == ()
    assert waiting.look_again == after(60)
    over = next_move(policy([BO], [CY]), at(0, *rings, round_=1), after(60))
    assert (over.level, over.ring) == (1, (CY,))


def test_no_level_is_reached_early_while_somebody_may_still_pick_up() -> None:
    move = next_move(
        policy([BO, DI], [CY]), at(0, Ring(BO, 0, "busy"), Ring(DI, 0, None)), after(59)
    )
    assert (move.level, move.ring) == (0, ())


def test_when_the_delay_is_over_the_next_level_rings_whoever_still_rings() -> None:
    move = next_move(policy([BO], [CY]), at(0, Ring(BO, 0, None)), after(60))
    assert (move.level, move.ring, move.since) == (1, (CY,), after(60))


def test_a_level_where_all_are_busy_failed_or_passed_is_left_at_once() -> None:
    for outcome in ("busy", "failed", "passed", "unaccepted"):
        move = next_move(policy([BO], [CY]), at(0, Ring(BO, 0, outcome)), after(3))
        assert (move.level, move.ring) == (1, (CY,)), outcome


def test_who_passed_is_not_rung_again_in_the_repeat() -> None:
    rings = (Ring(BO, 0, "passed"), Ring(DI, 0, "no-answer"))
    assert next_move(policy([BO, DI], [CY]), at(0, *rings), after(26)).ring == (DI,)


def test_a_level_with_nobody_is_passed_at_once_and_said_so() -> None:
    move = next_move(policy([], [CY]), at(), START)
    assert (move.level, move.ring, move.passed) == (1, (CY,), (0,))


def test_with_nobody_at_any_level_management_is_mailed_at_once() -> None:
    move = next_move(policy([], []), at(), START)
    assert (move.mail, move.passed, move.ring) == ("escalation@2n5.example", (0, 1), ())


def test_the_last_level_mails_again_and_again_and_never_early() -> None:
    first = next_move(policy([], []), Progress(2, START, 2, 2, ()), START)
    assert (first.mail, first.look_again) == ("escalation@2n5.example", after(300))
    woken = next_move(policy([], []), Progress(2, START, first.round, 2, ()), after(10))
    assert (woken.mail, woken.look_again) == (None, after(300))
    again = next_move(policy([], []), Progress(2, START, first.round, 2, ()), after(300))
    assert again.mail


OUTCOMES = st.sampled_from([None, "busy", "failed", "passed", "unaccepted", "no-answer"])


@given(st.lists(st.tuples(st.integers(0, 400), OUTCOMES), max_size=60))
def test_whatever_comes_of_the_rings_a_page_always_looks_again_and_never_goes_back(
    steps: list[tuple[int, str | None]],
) -> None:
    """A page is driven with any outcomes, at any pace: it never stalls, skips or returns."""
    levels, now = policy([BO, DI], [CY, BO]), START
    state, rings = Progress(0, START, 0, 0, ()), list[Ring]()
    for wait, outcome in steps:
        move: Move = next_move(levels, state, now)
        assert move.look_again > now
        assert move.level >= state.level
        assert len(set(move.ring)) == len(move.ring)
        assert not {(r.technician, r.round) for r in rings} & {(p, move.round) for p in move.ring}
        if move.level != state.level:
            rings = []
        rings += [Ring(person, move.round, outcome) for person in move.ring]
        state = Progress(move.level, move.since, move.round, move.first_round, tuple(rings))
        now += timedelta(seconds=wait)


# Hand-overs, pauses, several phones, and other pages -----------------------------------------------

HANDED_OVER = LEVEL_1 | {
    "technicians": [BO],
    "hand_overs": [{"at": after(30).isoformat(), "technicians": [DI], "passed": []}],
}


def test_who_is_on_call_at_the_moment_of_ringing_is_rung() -> None:
    levels = [HANDED_OVER, LEVEL_3]
    assert next_move(levels, at(), after(29)).ring == (BO,)
    assert next_move(levels, at(), after(30)).ring == (DI,)
    again = next_move(levels, at(0, Ring(BO, 0, "busy")), after(31))
    assert (again.level, again.ring) == (0, (DI,)), "whoever came on call since is rung as well"


def test_a_hand_over_to_nobody_ends_no_ring() -> None:
    gap = HANDED_OVER | {"hand_overs": [{"at": after(30).isoformat(), "technicians": []}]}
    assert next_move([gap, LEVEL_3], at(0, Ring(BO, 0, None)), after(40)).level == 0


def test_a_round_begins_so_long_after_the_one_before_as_the_level_waits() -> None:
    slow = [LEVEL_1 | {"technicians": [BO], "wait": 20, "escalate_after": 300}, LEVEL_3]
    ended = Ring(BO, 0, "no-answer", ended_at=after(25))
    pause = next_move(slow, at(0, ended), after(26))
    assert (pause.ring, pause.look_again) == ((), after(45))
    assert next_move(slow, at(0, ended), after(45)).ring == (BO,)


def test_whose_phone_rings_for_another_page_is_waited_for_but_holds_up_nobody() -> None:
    people = [LEVEL_2 | {"technicians": [BO, DI]}, LEVEL_3]
    assert next_move(people, at(0, Ring(BO, 0, "waiting")), after(1)).ring == (DI,)
    rings = (Ring(BO, 0, "waiting"), Ring(DI, 0, "busy"))
    assert next_move(people, at(0, *rings), after(2)).level == 0


def test_who_is_on_a_call_with_a_customer_is_no_reason_to_wait() -> None:
    move = next_move(policy([BO], [CY]), at(0, Ring(BO, 0, "engaged")), after(1))
    assert (move.level, move.ring) == (1, (CY,))


def test_a_level_that_only_tells_keeps_its_delay_and_begins_once() -> None:
    chat = LEVEL_1 | {"who": [{"webhook": 1}], "technicians": []}
    begun = next_move([chat, LEVEL_3], at(), START)
    assert (begun.level, begun.begun, begun.look_again) == (0, (0,), after(60))
    later = next_move([chat, LEVEL_3], at(round_=begun.round), after(10))
    assert (later.level, later.begun) == (0, ())
    over = next_move([chat, LEVEL_3], at(round_=begun.round), after(60))
    assert (over.level, over.begun, over.passed) == (1, (1,), ())


@pytest.mark.parametrize(
    ("outcomes", "one"),
    [
        (["no-answer", None], None),
        (["passed", None], "passed"),
        (["busy", "no-answer"], "no-answer"),
        (["failed", "busy"], "busy"),
        (["failed", "waiting"], "waiting"),
        (["failed", "failed"], "failed"),
        (["cancelled", "passed"], "passed"),
    ],
)
def test_several_phones_have_one_outcome(outcomes: list[str | None], one: str | None) -> None:
    assert of_phones(outcomes) == one
    assert of_phones(outcomes[::-1]) == one
