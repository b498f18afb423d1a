"""Time and the log: the same story twice is the same; on the wall clock it goes on by itself."""

import json
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from ivr.exchange import Exchange, WallClock
from ivr.exchange.phones import Phone
from tests.exchange.conftest import ACCOUNT, BO, NOON, TOKEN
from tests.exchange.scripted_app import ScriptedApp


def test_nothing_happens_until_the_clock_is_moved(
    app: ScriptedApp, exchange: Exchange, ana: Phone
) -> None:
    app.says("/voice", "<Say>One</Say><Pause length='30'/><Say>Two</Say>")
    ana.dial()
    exchange.settle()
    assert ana.heard() == ["One"]
    assert exchange.next_event_at() == NOON + timedelta(seconds=0.5)
    exchange.advance(30.4)
    assert ana.heard() == []
    exchange.advance(0.1)
    assert ana.heard() == ["Two"]


def test_what_falls_due_on_the_way_happens_at_its_own_time(
    app: ScriptedApp, exchange: Exchange, ana: Phone
) -> None:
    app.says("/voice", "<Pause length='10'/><Redirect>/a</Redirect>")
    app.says("/a", "<Pause length='10'/><Redirect>/b</Redirect>")
    app.says("/b", "<Hangup/>")
    ana.dial()
    exchange.advance(100)
    asked = [(event.at - NOON).seconds for event in exchange.log if event.kind == "webhook"]
    assert asked == [0, 10, 20]
    assert exchange.now() == NOON + timedelta(seconds=100)


def test_a_sound_without_end_plays_on(app: ScriptedApp, exchange: Exchange, ana: Phone) -> None:
    app.says("/voice", "<Play loop='0'>/music.wav</Play><Say>Over</Say>")
    ana.dial()
    exchange.advance(1800)
    assert (ana.in_call, ana.heard()) == (True, [])


def test_only_a_clock_that_stands_still_can_be_moved(tmp_path: Path) -> None:
    exchange = Exchange(account_sid=ACCOUNT, auth_token=TOKEN, media_dir=tmp_path)
    with pytest.raises(TypeError):
        exchange.advance(1)
    exchange.close()


def test_settling_has_a_limit(app: ScriptedApp, exchange: Exchange, ana: Phone) -> None:
    let_go = app.holds("/voice")
    ana.dial()
    with pytest.raises(TimeoutError):
        exchange.settle(limit=0.1)
    let_go()
    exchange.settle()


def test_the_same_story_has_the_same_log(
    app: ScriptedApp, exchange: Exchange, ana: Phone, bo: Phone
) -> None:
    def story() -> list[Any]:
        began, first = exchange.now(), len(exchange.log)
        app.says("/voice", f"<Gather numDigits='1' action='/d'/><Dial>{BO}</Dial>")
        app.says("/d", f"<Dial><Number statusCallback='/leg'>{BO}</Number></Dial>")
        ana.dial()
        exchange.advance(3)
        ana.press("1")
        exchange.advance(5)
        bo.answer()
        exchange.advance(30)
        ana.hang_up()
        exchange.advance(60)
        return [(event.at - began, event.kind, event.number) for event in exchange.log[first:]]

    once = story()
    assert len(once) > 10
    assert story() == once


def test_the_log_is_also_a_file_of_lines(app: ScriptedApp, tmp_path: Path) -> None:
    file = tmp_path / "log.jsonl"
    exchange = Exchange(
        account_sid=ACCOUNT,
        auth_token=TOKEN,
        voice_url=f"{app.url}/voice",
        media_dir=tmp_path,
        log_file=file,
    )
    exchange.phone(BO).dial()
    exchange.close()
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert [line["kind"] for line in lines][:2] == ["dialled", "status"]
    assert {"at", "kind", "call_sid", "number", "detail"} <= lines[0].keys()


# The wall clock -----------------------------------------------------------------------------------


def until(true: Any) -> None:
    deadline = time.monotonic() + 60
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_on_the_wall_clock_time_passes_by_itself_whatever_goes_wrong(
    app: ScriptedApp, tmp_path: Path
) -> None:
    exchange = Exchange(
        account_sid=ACCOUNT,
        auth_token=TOKEN,
        voice_url=f"{app.url}/voice",
        status_url=f"{app.url}/status",
        clock=WallClock(),
        media_dir=tmp_path,
    )
    exchange.faults.reorder_callbacks = True
    app.says("/voice", "<Say>Hi</Say><Say>Bye</Say>")  # half a second each
    with exchange.acting():
        exchange.agenda.after(0, lambda: 1 // 0)
    ana = exchange.phone("+15145550100")
    ana.dial()
    until(lambda: app.asked("/status"))
    assert ana.heard() == ["Hi", "Bye"]
    assert exchange.warnings == ["ZeroDivisionError('integer division or modulo by zero')"]
    exchange.close()
