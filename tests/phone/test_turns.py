"""Turns over HTTP: a call goes its way, a repeated webhook changes nothing, nothing is given away."""

import json
import logging
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import func, select

from ivr import clock
from ivr.database import reading, transaction
from ivr.models import Call, Leg, Page, TakenTurn, Ticket
from ivr.services.paging import paging
from tests.phone.door import ANA, Door, hold


def count(table: type) -> int:
    with reading() as db:
        return db.scalar(select(func.count()).select_from(table)) or 0


def rung(door: Door) -> str:
    """The key of Bo's ring for the page that Ana's call opened."""
    with transaction() as db:
        page = db.scalars(select(Page)).one()
        page.due_at = clock.now()
        paging.advance(db, clock.now(), page.id)
        return db.scalars(select(Leg.key).where(Leg.number == "+15145550201")).one()


def test_a_caller_keys_a_ticket_and_its_severity_and_holds(door: Door) -> None:
    welcome = door.ask("/voice/inbound", CallStatus="ringing")
    assert "Calls are recorded" in welcome.said
    assert welcome.path("Gather", "action") == "/voice/turns/1?language=en-CA"
    severity = door.ask("/voice/turns/1?language=en-CA", Digits="4411")
    assert "press 1" in severity.said
    document = door.ask(severity.path("Gather", "action"), Digits="1")
    assert "Enqueue" in document.verbs
    waiting = door.ask(document.path("Enqueue", "waitUrl"), QueuePosition="1")
    assert set(waiting.verbs) <= {"Say", "Play", "Pause", "Gather", "Redirect", "Leave", "Hangup"}
    assert "waiting=1" in waiting.path("Gather", "action")


def test_a_repeated_webhook_gets_the_same_answer_and_has_no_second_effect(door: Door) -> None:
    first = door.ask("/voice/inbound")
    assert door.ask("/voice/inbound").xml == first.xml
    second = door.ask("/voice/turns/1", Digits="4411")
    assert door.ask("/voice/turns/1", Digits="4411").xml == second.xml
    assert door.ask("/voice/turns/1", Digits="999").xml == second.xml
    third = door.ask("/voice/turns/2", Digits="1")
    assert door.ask("/voice/turns/2", Digits="3").xml == third.xml
    assert (count(Call), count(TakenTurn), count(Page)) == (1, 3, 1)


@pytest.mark.parametrize("path", ["/voice/inbound", "/voice/turns/1"])
def test_the_same_webhook_four_times_at_once_is_one_turn(door: Door, path: str) -> None:
    if path != "/voice/inbound":
        door.ask("/voice/inbound")
    turns, together = count(TakenTurn), Barrier(4)

    def ask(_number: int) -> str:
        together.wait(60)
        return Door().ask(path, Digits="4411").xml

    with ThreadPoolExecutor(4) as pool:
        answers = set(pool.map(ask, range(4)))
    assert len(answers) == 1
    assert (count(Call), count(TakenTurn)) == (1, turns + 1)


def test_leaving_the_queue_twice_is_leaving_it_once(door: Door) -> None:
    held = hold(door)
    door.ask(held.path("Enqueue", "waitUrl"))
    left = held.path("Enqueue", "action")
    first = door.ask(left, QueueResult="bridged")
    turns = count(TakenTurn)
    assert door.ask(left, QueueResult="bridged").xml == first.xml
    assert count(TakenTurn) == turns


def test_a_turn_of_a_call_we_do_not_know_begins_the_call(door: Door) -> None:
    for path in ("/voice/turns/7", "/voice/turns/7/left"):
        document = door.ask(path, "CA404", Digits="1")
        assert document.verbs == ["Redirect"]
        assert document.path("Redirect") == "/voice/inbound"
    assert count(Call) == 0


def test_a_technician_hears_who_and_accepts(door: Door) -> None:
    hold(door)
    key = rung(door)
    summons = door.ask(f"/voice/legs/{key}", "CB1", Direction="outbound-api", To="+15145550201")
    assert "4 4 1 1" in summons.said
    bridge = door.ask(summons.path("Gather", "action"), "CB1", Digits="1", Direction="outbound-api")
    assert bridge.find("Queue").text is not None
    joined = door.ask(bridge.path("Queue", "url"))
    assert "Bo Chan" in joined.said
    assert joined.verbs == ["Say"]


def test_a_summons_that_we_do_not_know_is_over(door: Door) -> None:
    for path in ("/voice/legs/nobody", "/voice/turns/3"):
        document = door.ask(path, "CB1", Direction="outbound-api")
        assert document.verbs == ["Say", "Hangup"]
        assert "over" in document.said


def test_who_was_too_late_hears_who_has_it(door: Door) -> None:
    hold(door)
    key = rung(door)
    summons = door.ask(f"/voice/legs/{key}", "CB1", Direction="outbound-api")
    door.ask(summons.path("Gather", "action"), "CB1", Digits="1", Direction="outbound-api")
    with reading() as db:
        late = db.scalars(select(Leg.key).where(Leg.key != key)).one()
    document = door.ask(f"/voice/legs/{late}/taken", "CD1", Direction="outbound-api")
    assert "Bo Chan" in document.said
    assert document.verbs == ["Say", "Hangup"]
    assert "over" in door.ask("/voice/legs/nobody/taken", "CD1", Direction="outbound-api").said


def test_nobody_is_announced_who_does_not_exist(door: Door) -> None:
    assert door.ask("/voice/joined/nobody").verbs == []


def test_a_customer_who_is_called_back_hears_it_is_recorded(door: Door) -> None:
    document = door.ask("/voice/notice/fr-CA", "CC1", Direction="outbound-dial")
    assert "enregistré" in document.said
    assert document.verbs == ["Say"]


@pytest.mark.parametrize("caller", ["anonymous", "+266696687", "client:bo", "", "<script>"])
def test_callers_without_a_number_are_served(door: Door, caller: str) -> None:
    assert door.ask("/voice/inbound", From=caller).verbs == ["Gather", "Redirect"]
    with reading() as db:
        assert db.scalars(select(Call.number)).one() == "anonymous"


def ask_for_the_status(door: Door) -> str:
    """Up to the question for the PIN; returns where it is sent."""
    door.ask("/voice/inbound")
    door.ask("/voice/turns/1", Digits="4411")
    document = door.ask("/voice/turns/2", Digits="3")
    while "PIN" not in document.said:
        document = door.ask(document.path("Gather", "action"), Digits="1")
    return document.path("Gather", "action")


def test_a_pin_is_written_nowhere(door: Door, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    where = ask_for_the_status(door)
    assert "secret=1" in where
    document = door.ask(where, Digits="482913")
    assert "level 1" in document.said or "new" in document.said
    with reading() as db:
        kept = [json.dumps([turn.heard, turn.answer]) for turn in db.scalars(select(TakenTurn))]
    assert not any("482913" in one for one in kept)
    assert "482913" not in caplog.text


def test_logs_name_the_call_but_no_number_and_no_key(
    door: Door, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    hold(door)
    door.post("/voice/fallback", ErrorCode="11200", ErrorUrl="https://x/voice/turns/2?keys=4411")
    assert "CA1" in caplog.text
    for secret in (ANA, ANA[1:], "4411", door.token):
        assert secret not in caplog.text


def test_a_fault_of_ours_does_not_end_the_call(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    door.ask("/voice/inbound")
    from callflows.steps import STEPS

    monkeypatch.delitem(STEPS, "customer.ticket")
    document = door.ask("/voice/turns/1", Digits="4411")
    assert "moment" in document.said
    assert "keys=4411" in document.path("Redirect")


def test_a_ticket_that_a_call_opened_is_not_doubled_by_a_repeated_webhook(door: Door) -> None:
    door.ask("/voice/inbound")
    door.ask("/voice/turns/1", Digits="0")
    before = count(Ticket)
    for _ in range(3):
        door.ask("/voice/turns/2", Digits="1")
    assert count(Ticket) == before + 1
