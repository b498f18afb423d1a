"""The canary: a test call through all that a caller's call goes through, and nobody is woken."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from ivr import clock
from ivr.database import reading, transaction
from ivr.models import Canary, CanaryState, Delivery, Message, Ticket
from ivr.services.staff import people
from ivr.services.sureness import cage, canary, found
from ivr.services.sureness.canary_steps import Step
from ivr.services.tickets import board, show
from ivr.services.webhooks import events, webhooks
from ivr.services.webhooks.webhooks import Wish
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


def comes_to_an_end(line: Line) -> Canary:
    for _ in range(40):
        line.passes(5)
        if last().state != CanaryState.SINGING:
            return last()
    raise AssertionError("it sings on")


def runs() -> list[Canary]:
    with reading() as db:
        return list(db.scalars(select(Canary).order_by(Canary.id)))


def last() -> Canary:
    return [one for one in runs() if one.started_at][-1]


def story() -> dict[str, Any]:
    with reading() as db:
        return story_of(db.get_one(Ticket, last().ticket_id).number)


def story_of(number: str) -> dict[str, Any]:
    with reading() as db:
        return show.ticket(db, number)


def test_the_line_rings_itself_and_every_part_of_it_is_used(caged: Line) -> None:
    with transaction() as db:
        everything = Wish("All", "http://127.0.0.1:1/", "event", list(events.CHOICES))
        webhooks.add(db, clock.now(), everything)
    sings(caged)
    run = comes_to_an_end(caged)
    assert (run.state, run.missing) == (CanaryState.PASSED, None), run.steps
    in_time = sorted(run.steps, key=run.steps.__getitem__)
    hung_up_before_the_note = [Step.LEFT, Step.NOTED, Step.FETCHED]
    assert in_time == [
        *(one for one in Step if one not in hung_up_before_the_note),
        *hung_up_before_the_note,
    ]
    assert max(run.steps.values()) < 120
    caged.passes(10)
    conversation, note = sorted(story()["recordings"], key=lambda one: one["kind"])
    assert (conversation["kind"], note["kind"]) == ("conversation", "note")
    assert note["transcript"] == "This is a test note of the line to itself."
    assert run.started_at
    assert [one.due_at for one in runs() if one.due_at] == [run.started_at + timedelta(hours=6)]
    _nobody_has_heard_of_it(caged)


def _nobody_has_heard_of_it(line: Line) -> None:
    assert line.rings() == []
    assert not line.exchange.phones
    assert (story()["status"], story()["clocks"]) == ("closed", {})
    assert all(call.over for call in line.exchange.calls.values())
    with reading() as db:
        assert db.scalars(select(Message)).all() == []
        assert db.scalars(select(Delivery)).all() == []
        assert board.live(db) == []
        assert "Canary" not in [one.name for one in board.choices(db).people]
        assert people.by_number(db, settings().canary) is None


def test_one_failure_is_tried_again_and_a_second_one_is_mailed(caged: Line) -> None:
    caged.exchange.line.voice_url = f"{settings().own_url}/healthz"
    caged.exchange.line.fallback_url = ""
    sings(caged)
    run = comes_to_an_end(caged)
    assert (run.state, run.missing, run.attempt) == (CanaryState.FAILED, Step.CAME_IN, 1)
    told = found.told("en-CA", canary.why(run))
    assert told == "What the carrier says of the call: it is over."
    with reading() as db:
        assert db.scalars(select(Message)).all() == []
    caged.passes(20)
    run = comes_to_an_end(caged)
    assert (run.attempt, run.missing) == (2, Step.CAME_IN)
    with reading() as db:
        [mail] = db.scalars(select(Message)).all()
    assert (mail.to, mail.state) == ("escalation@2n5.example", "kept")
    assert "Not reached: the call came in" in mail.body
    assert caged.rings() == []
    assert all(call.over for call in caged.exchange.calls.values())


def test_keys_that_are_lost_on_the_way_wake_nobody(
    caged: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What would open a ticket for anybody else, and ring whoever is on call."""
    monkeypatch.setattr("ivr.exchange.numbers.Wire.tone", lambda _wire, _key: None)
    sings(caged)
    run = comes_to_an_end(caged)
    assert (run.state, run.missing) == (CanaryState.FAILED, Step.KEYED)
    assert caged.rings() == []
    assert caged.numbers() == ["4411", "42", story()["number"]]
    caged.passes(10)
    assert all(call.over for call in caged.exchange.calls.values())


def test_a_stranger_gets_neither_at_its_ticket_nor_at_its_phone(caged: Line) -> None:
    with transaction() as db:
        number = cage.new_ticket(db, clock.now()).number
    ana = caged.customer()
    ana.dial()
    caged.work()
    ana.press(f"{number}#")
    caged.work()
    ana.hang_up()
    caged.work()
    ana.dial(settings().canary)
    caged.work()
    assert not ana.in_call
    caged.mail("And now?", subject=f"[#{number}] Hello")
    assert not story_of(number)["calls"]
    assert [one["kind"] for one in story_of(number)["entries"]] == ["opened"]


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
