"""The canary: a test call through all that a caller's call goes through, and nobody is woken."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from ivr import clock
from ivr.console.routes import console  # noqa: F401
from ivr.database import reading, transaction
from ivr.models import Canary, CanaryState, Message, Technician, Ticket
from ivr.services import board, canary, show
from ivr.services.canary_steps import Step
from ivr.settings import settings
from tests.stories.line import Line


@pytest.fixture
def caged(line: Line) -> Line:
    """With the canary's number at the exchange, set to us."""
    line.exchange.own(settings().canary, f"{settings().own_url}/voice/canary/phone")
    return line


def sings(line: Line) -> None:
    with transaction() as db:
        assert canary.ring_now(db, clock.now())
    line.work()


def runs() -> list[Canary]:
    with reading() as db:
        return list(db.scalars(select(Canary).order_by(Canary.id)))


def last() -> Canary:
    return [one for one in runs() if one.started_at][-1]


def over() -> bool:
    return last().state != CanaryState.SINGING


def story() -> dict[str, Any]:
    with reading() as db:
        number = db.get_one(Ticket, last().ticket_id).number
        return show.ticket(db, number)


def test_the_line_rings_itself_and_every_part_of_it_is_used(caged: Line) -> None:
    sings(caged)
    caged.until(over)
    run = last()
    assert run.state == CanaryState.PASSED, (run.steps, run.missing)
    assert set(run.steps) == set(Step)
    assert sorted(run.steps, key=run.steps.__getitem__) == [
        *(one for one in Step if one not in {Step.NOTED, Step.LEFT, Step.FETCHED}),
        Step.LEFT, Step.NOTED, Step.FETCHED,
    ]  # fmt: skip
    assert max(run.steps.values()) < 120
    [conversation, note] = sorted(story()["recordings"], key=lambda one: one["kind"])
    assert (conversation["kind"], note["kind"]) == ("conversation", "note")
    assert note["transcript"] == "This is a test note of the line to itself."
    assert note["state"] == "stored"


def test_nobody_hears_of_it(caged: Line) -> None:
    sings(caged)
    caged.until(over)
    caged.passes(3 * 3600)
    assert caged.rings() == []
    assert not caged.exchange.phones
    with reading() as db:
        assert db.scalar(select(func.count()).select_from(Message)) == 0
        assert [one.number for one in board.newest(db)[0]] == ["42", "4411"]
        assert board.live(db) == []
    assert all(call.over for call in caged.exchange.calls.values())
    assert (story()["status"], story()["clocks"]) == ("closed", {})


def test_the_next_run_comes_when_the_hours_are_over(caged: Line) -> None:
    sings(caged)
    caged.until(over)
    began = last().started_at
    assert began
    assert [one.due_at for one in runs() if one.due_at] == [began + timedelta(hours=6)]
    caged.passes(6 * 3600 + 120)
    assert [one.state for one in runs()] == ["passed", "passed", "waiting"]


def deaf(line: Line) -> None:
    """The number's Voice URL is somebody else's."""
    line.exchange.line.voice_url = f"{settings().own_url}/healthz"


def silent(line: Line) -> None:
    """Its own phone no longer presses 1: nobody answers there."""
    line.exchange.numbers[settings().canary].voice_url = f"{settings().own_url}/healthz"


@pytest.mark.parametrize(("broken", "missing"), [(deaf, Step.CAME_IN), (silent, Step.ACCEPTED)])
def test_one_failure_is_tried_again_and_a_second_one_is_mailed(
    caged: Line, broken: Callable[[Line], None], missing: Step
) -> None:
    broken(caged)
    sings(caged)
    caged.until(over, within=200)
    run = last()
    assert (run.state, run.missing, run.attempt) == (CanaryState.FAILED, missing, 1)
    caged.passes(15)
    with reading() as db:
        assert db.scalars(select(Message)).all() == []
    caged.passes(10)
    caged.until(over, within=200)
    assert (last().attempt, last().missing) == (2, missing)
    caged.work()
    with reading() as db:
        [mail] = db.scalars(select(Message)).all()
    assert mail.to == "escalation@2n5.example"
    assert mail.state == "kept"
    caged.passes(60)
    assert caged.rings() == []
    assert all(call.over for call in caged.exchange.calls.values())
    caged.exchange.warnings.clear()


def test_keys_that_are_lost_on_the_way_wake_nobody(caged: Line, monkeypatch: Any) -> None:
    monkeypatch.setattr("ivr.exchange.numbers.Wire.tone", lambda _wire, _key: None)
    sings(caged)
    caged.until(over, within=200)
    assert (last().state, last().missing) == (CanaryState.FAILED, Step.KEYED)
    assert caged.rings() == []
    assert caged.numbers()[:2] == ["4411", "42"]
    assert len(caged.numbers()) == 3  # the canary's own, and none that its call has opened


def test_a_stranger_cannot_get_at_its_ticket(caged: Line) -> None:
    sings(caged)
    caged.until(over)
    ana = caged.customer()
    ana.dial()
    caged.work()
    ana.press(f"{story()['number']}#")
    caged.work()
    assert any("That is no ticket" in one or "not" in one for one in ana.heard()[-3:])
    assert len(story()["calls"]) == 2


def test_whoever_calls_its_phone_is_turned_away(caged: Line) -> None:
    ana = caged.customer()
    ana.dial(settings().canary)
    caged.work()
    assert not ana.in_call


def test_without_a_second_number_there_is_no_canary(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TWILIO_API_URL", settings().carrier_url)
    settings.cache_clear()
    with transaction() as db:
        canary.keep(db, clock.now())
        assert not canary.ring_now(db, clock.now())
    assert runs() == []


def test_the_schedule_is_kept_by_the_ticker_and_follows_the_settings(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    def kept() -> list[timedelta]:
        with transaction() as db:
            canary.keep(db, clock.now())
        return [one.due_at - clock.now() for one in runs() if one.due_at]

    assert kept() == kept() == [timedelta(minutes=2)]
    monkeypatch.setenv("CANARY_EVERY", "0")
    settings.cache_clear()
    assert kept() == []


def test_it_is_no_technician_of_ours(caged: Line) -> None:
    sings(caged)
    caged.until(over)
    with reading() as db:
        people = [one.name for one in board.choices(db).people]
        assert "Canary" not in people
        assert db.scalar(select(func.count()).select_from(Technician)) == 4
