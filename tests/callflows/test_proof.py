"""The proof holds, and finds what is wrong when something is; the drawings are current."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callflows import check, draw, holding, prompts, staff, walk
from callflows.desk import Desk
from callflows.staff_desk import OpenCard
from callflows.staff_words import StaffIn
from callflows.steps import SECRET, STEPS, Step
from callflows.turn import (
    MOST_STEPS,
    Declare,
    End,
    Go,
    Heard,
    Keys,
    Known,
    Rate,
    Record,
    Resolve,
    Severity,
    Turn,
    say,
)
from tests.callflows.paper_desk import PAGE, TICKET, PaperDesk

DRAWINGS = Path(__file__).parents[2] / "docs" / "flows"


def test_the_flows_hold_and_the_drawings_of_them_are_current(tmp_path: Path) -> None:
    """Both from one walk, which takes its time."""
    assert check.problems() == []
    *drawn, data = draw.write(tmp_path, tmp_path / "drawn.json")
    assert data.read_text("utf-8") == draw.DRAWN.read_text("utf-8"), "run `ivr draw`"
    assert {file.name for file in DRAWINGS.glob("*.md")} == {file.name for file in drawn}
    for file in drawn:
        assert file.read_text("utf-8") == (DRAWINGS / file.name).read_text("utf-8"), (
            "run `ivr draw`"
        )


# The proof can fail ------------------------------------------------------------------------------


@pytest.fixture
def short_walk(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The same flows with a short patience, walked afresh before and after."""
    monkeypatch.setattr(holding, "LONGEST", 3)
    monkeypatch.setattr(staff, "LONGEST", 2)
    monkeypatch.setattr(staff, "MENUS", 2)
    monkeypatch.setattr(walk, "MOST_NODES", 4_000)
    walk.walked.cache_clear()
    yield
    walk.walked.cache_clear()


def silent_severity(known: Known, heard: Heard, desk: Desk) -> Turn:
    return Turn(known.to("customer.over"), End())


def unpaged(known: Known, heard: Heard, desk: Desk) -> Turn:
    known = known.to("holding.start", severity=Severity.CRITICAL)
    return Turn(known, Go(), write=(Declare(Severity.CRITICAL),))


def for_ever(known: Known, heard: Heard, desk: Desk) -> Turn:
    return Turn(known, Keys(), (say("menu"),))


def busy(known: Known, heard: Heard, desk: Desk) -> Turn:
    if known.rounds > MOST_STEPS:
        return Turn(known.to("customer.over"), End())
    return Turn(known.but(rounds=known.rounds + 1), Go())


def counting(known: Known, heard: Heard, desk: Desk) -> Turn:
    return Turn(known.but(rounds=known.rounds + 1), Keys())


def recording_at_once(known: Known, heard: Heard, desk: Desk) -> Turn:
    return Turn(known.to("customer.message"), Record("message"), (say("leave_message"),))


def resolving(known: Known, heard: Heard, desk: Desk) -> Turn:
    return Turn(known.to("customer.over"), End(), write=(Resolve(),))


def rating(known: Known, heard: Heard, desk: Desk) -> Turn:
    return Turn(known.to("technician.over"), End(), write=(Rate(5),))


def asking_everybody(known: Known, heard: Heard, desk: Desk) -> Turn:
    desk.own_ticket()
    return Turn(known.to("feedback.score"), Keys(seconds=8), (say("ask_feedback"),))


def unsaid(known: Known, heard: Heard, desk: Desk) -> Turn:
    return Turn(known.to("customer.over"), End(), (say("nowhere_to_be_found"),))


def unfilled(known: Known, heard: Heard, desk: Desk) -> Turn:
    return Turn(known.to("customer.over"), End(), (say("expect_answer"),))


def unproven(known: Known, heard: Heard, desk: Desk) -> Turn:
    return Turn(known.to("staff.greet"), Go(), write=(StaffIn(),))


def as_one_of_us(known: Known, heard: Heard, desk: Desk) -> Turn:
    return Turn(known.to("customer.welcome"), Go())


def unmarked_secret(known: Known, heard: Heard, desk: Desk) -> Turn:
    return Turn(known.to("customer.menu"), Keys(count=6, secret=True), (say("ask_pin"),))


@pytest.mark.parametrize(
    ("at", "wrong", "problem"),
    [
        ("customer.severity", silent_severity, "hung up on before a ticket stands"),
        ("customer.severity", silent_severity, "customer.offer is never reached"),
        ("customer.severity", unpaged, "with a critical ticket and no page"),
        ("customer.menu", for_ever, "customer.menu can go on for ever"),
        ("customer.menu", counting, "customer.menu never comes to an end"),
        ("customer.offer", busy, "goes on without ever waiting"),
        ("customer.welcome", recording_at_once, "records a caller before the notice"),
        ("customer.message", resolving, "customer.message may not Resolve"),
        ("technician.answer", rating, "technician.answer may not Rate"),
        ("feedback.offer", asking_everybody, "asks how we did before it is solved"),
        ("customer.message", unsaid, "en-CA lacks nowhere_to_be_found"),
        ("customer.message", unfilled, "expect_answer is said without due"),
        ("customer.offer", unmarked_secret, "not marked as secret"),
        ("staff.pin", unproven, "staff.pin goes on to staff.greet without the PIN"),
        ("staff.menu", as_one_of_us, "goes on to customer.welcome as one of us"),
    ],
)
def test_the_proof_finds(
    short_walk: None, monkeypatch: pytest.MonkeyPatch, at: str, wrong: Step, problem: str
) -> None:
    monkeypatch.setitem(STEPS, at, wrong)
    assert any(problem in line for line in check.problems())


def test_the_proof_finds_a_sentence_that_one_language_says_otherwise(
    short_walk: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(prompts.FILES["fr-CA"]["prompts"], "expect_answer", "Bientôt.")
    assert "expect_answer has different placeholders" in check.problems()


# No sequence of keys breaks a call ---------------------------------------------------------------

HEARD = st.builds(
    Heard,
    keys=st.text("0123456789*#", max_size=20),
    left=st.sampled_from(["", "bridged", "missed", "leave", "hangup", "error", "over"]),
    recording=st.sampled_from(["", "RE1"]),
    seconds=st.integers(0, 120),
)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(walk.STARTS), st.lists(HEARD, min_size=1, max_size=60))
def test_no_sequence_of_keys_breaks_a_call(start: str, answers: list[Heard]) -> None:
    desk = PaperDesk(own=TICKET, summons=PAGE)
    desk.staff.tickets = [OpenCard("4411", "Acme", Severity.CRITICAL, "open")]
    known = Known(start)
    for heard in answers:
        for _ in range(MOST_STEPS):
            turn = STEPS[known.at](known, heard, desk)
            known = Known.from_json(turn.known.as_json())
            said = [prompts.spoken(known.language, one).text for one in turn.say]
            assert all(said), turn.say
            assert "{" not in "".join(said)
            if not isinstance(turn.then, Go):
                break
            heard = Heard()  # noqa: PLW2901  the next step hears nothing yet
        else:
            pytest.fail(f"{known.at} goes on without waiting")
    assert {"customer.pin", "staff.pin"} == SECRET
