"""Webhooks as the carrier sends them: statuses, budget, retries, fallback, extras, anonymous."""

import time
from collections.abc import Callable
from typing import Any

import pytest
import urllib3.util.connection

from ivr.exchange import Exchange
from ivr.exchange.phones import Phone
from ivr.exchange.webhooks import overrides, post
from tests.exchange.conftest import ACCOUNT, ANA, NUMBER, TOKEN
from tests.exchange.scripted_app import Answer, ScriptedApp

SORRY = "We are sorry, an application error has occurred. Goodbye."


def test_a_call_rings_at_its_first_fetch_and_is_in_progress_from_then_on(
    app: ScriptedApp, exchange: Exchange, ana: Phone
) -> None:
    app.says("/voice", "<Say>Hello</Say><Redirect>/next</Redirect>")
    app.says("/next", "<Pause length='60'/>")
    ana.dial()
    exchange.advance(5)
    assert app.told("/voice", "CallStatus") == ["ringing"]
    assert app.told("/next", "CallStatus") == ["in-progress"]


@pytest.mark.parametrize("quiet", ["<Pause length='3'/>", "<Say> </Say>"])
def test_a_call_rings_on_while_its_first_verb_makes_no_sound(
    app: ScriptedApp, exchange: Exchange, ana: Phone, quiet: str
) -> None:
    app.says("/voice", f"{quiet}<Say>Hello</Say><Pause length='60'/>")
    ana.dial()
    exchange.settle()
    assert ana.state == "dialling"
    exchange.advance(4)
    assert ana.state == "in-call"
    assert [words for words in ana.heard() if words] == ["Hello"]


@pytest.mark.parametrize(("reason", "status"), [("busy", "busy"), ("rejected", "no-answer")])
def test_a_rejected_call_was_never_answered(
    app: ScriptedApp, exchange: Exchange, ana: Phone, reason: str, status: str
) -> None:
    app.says("/voice", f"<Reject reason='{reason}'/>")
    ana.dial()
    exchange.settle()
    assert app.told("/status", "CallStatus") == [status]
    assert app.told("/status", "CallDuration") == ["0"]


def test_who_hangs_up_before_the_answer_ends_as_no_answer(
    app: ScriptedApp, exchange: Exchange, ana: Phone
) -> None:
    let_go = app.holds("/voice", "<Say>Hello</Say>")
    ana.dial()
    ana.hang_up()
    let_go()
    exchange.settle()
    assert app.told("/status", "CallStatus") == ["no-answer"]
    assert ana.said == []


def test_an_anonymous_caller_is_anonymous_in_every_webhook(
    app: ScriptedApp, exchange: Exchange
) -> None:
    app.says("/voice", "<Hangup/>")
    exchange.phone("anonymous").dial()
    exchange.settle()
    for path in ("/voice", "/status"):
        assert app.told(path, "From") == app.told(path, "Caller") == ["anonymous"]


def test_a_webhook_has_the_standard_parameters_and_more_that_nobody_announced(
    app: ScriptedApp, exchange: Exchange, ana: Phone
) -> None:
    app.says("/voice", "<Hangup/>")
    sid = ana.dial()
    exchange.settle()
    form = app.last("/voice").form
    expected = {
        "CallSid": sid,
        "AccountSid": ACCOUNT,
        "From": ANA,
        "To": NUMBER,
        "Caller": ANA,
        "Called": NUMBER,
        "Direction": "inbound",
        "ApiVersion": "2010-04-01",
    }
    assert expected.items() <= form.items()
    assert {"FromCity", "CalledCountry", "CallToken", "StirVerstat", "SomethingNew"} <= form.keys()


def test_a_relative_address_stands_beside_its_document(
    app: ScriptedApp, exchange: Exchange, ana: Phone
) -> None:
    exchange.line.voice_url = f"{app.url}/flows/start?lang=fr"
    app.says("/flows/start", "<Redirect>next?step=2</Redirect>")
    app.says("/flows/next", "<Redirect method='GET'>/end</Redirect>")
    ana.dial()
    exchange.settle()
    assert app.last("/flows/start").target == "/flows/start?lang=fr"
    assert app.last("/flows/next").target == "/flows/next?step=2"
    assert app.last("/end").method == "GET"
    assert app.last("/end")["From"] == ANA


# The budget ---------------------------------------------------------------------------------------


@pytest.fixture
def refused(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], list[Any]]:
    """A network that refuses so many connections; returns the list of all that were tried."""
    connect = urllib3.util.connection.create_connection

    def refuse(times: int) -> list[Any]:
        tried: list[Any] = []

        def create_connection(address: Any, *args: Any, **more: Any) -> Any:
            tried.append(address)
            if len(tried) <= times:
                raise ConnectionRefusedError
            return connect(address, *args, **more)

        monkeypatch.setattr(urllib3.util.connection, "create_connection", create_connection)
        return tried

    return refuse


def test_a_failure_to_connect_is_tried_again_once(
    app: ScriptedApp, refused: Callable[[int], list[Any]]
) -> None:
    tried = refused(1)
    assert post(f"{app.url}/voice", {}, TOKEN).status == 204
    assert len(tried) == 2


def test_a_second_failure_to_connect_is_the_end(
    app: ScriptedApp, refused: Callable[[int], list[Any]]
) -> None:
    tried = refused(9)
    assert post(f"{app.url}/voice", {}, TOKEN).error == 11205
    assert len(tried) == 2


def test_retries_have_the_same_idempotency_token_and_other_requests_another(
    app: ScriptedApp,
) -> None:
    app.gives("/voice", Answer(status=503))
    post(f"{app.url}/voice#rc=1&rp=5xx", {}, TOKEN)
    post(f"{app.url}/voice", {}, TOKEN)
    first, again, other = [one.headers["I-Twilio-Idempotency-Token"] for one in app.requests]
    assert first == again != other


@pytest.mark.parametrize(
    ("status", "fragment", "times"),
    [
        (503, "", 1),
        (503, "#rc=2&rp=5xx,ct,rt", 3),
        (503, "#rc=2", 1),
        (404, "#rc=2&rp=5xx", 1),
        (404, "#rc=1&rp=4xx", 2),
        (404, "#rc=9&rp=all", 6),
        (204, "#rc=3&rp=all", 1),
    ],
)
def test_what_the_app_answers_is_tried_again_only_as_its_address_asks(
    app: ScriptedApp, status: int, fragment: str, times: int
) -> None:
    app.gives("/voice", Answer(status=status))
    reply = post(f"{app.url}/voice{fragment}", {"a": "b"}, TOKEN)
    assert (reply.status, len(app.requests)) == (status, times)
    assert {one.target for one in app.requests} == {"/voice"}


def test_an_answer_that_comes_too_late_is_not_asked_for_again(app: ScriptedApp) -> None:
    let_go = app.holds("/voice")
    assert post(f"{app.url}/voice#rt=100", {}, TOKEN).error == 11200
    assert len(app.requests) == 1
    let_go()


def test_all_tries_together_stay_within_the_budget(app: ScriptedApp) -> None:
    let_go = app.holds("/voice")
    began = time.monotonic()
    assert post(f"{app.url}/voice#rc=5&rp=rt&rt=600&tt=1000", {}, TOKEN).error == 11200
    assert len(app.requests) == 2
    assert time.monotonic() - began < 10
    let_go()


def test_without_a_word_in_the_address_the_budget_is_fifteen_seconds() -> None:
    usual = overrides("")
    assert (usual.connect, usual.read, usual.total, usual.retries) == (5, 15, 15, 1)
    assert usual.policies == {"ct"}
    assert overrides("rt=99000&rc=9&ct=x").read == 15
    assert overrides("rt=99000&rc=9&ct=x").retries == 5
    assert overrides("rt=99000&rc=9&ct=x").connect == 5


# When the app fails -------------------------------------------------------------------------------

FAILURES = [
    (Answer(status=500), 11200),
    (Answer(status=404), 11200),
    (Answer(status=302), 11200),
    (Answer("<Response><Say>Hello</Response>"), 12100),
    (Answer("<Answer/>"), 12100),
    (Answer("<Response/>", kind="application/json"), 12300),
    (Answer("<Response/>", kind=""), 12300),
    (Answer(f"<Response><Say>{'a' * 66_000}</Say></Response>"), 11750),
]


@pytest.mark.parametrize(("answer", "code"), FAILURES)
def test_a_failure_goes_to_the_fallback_with_its_code_and_address(
    app: ScriptedApp, exchange: Exchange, ana: Phone, answer: Answer, code: int
) -> None:
    exchange.line.fallback_url = f"{app.url}/fallback"
    app.gives("/voice", answer)
    app.says("/fallback", "<Say>One moment please</Say>")
    sid = ana.dial()
    exchange.settle()
    asked = app.last("/fallback")
    assert (asked["CallSid"], asked["ErrorCode"]) == (sid, str(code))
    assert asked["ErrorUrl"] == exchange.line.voice_url
    assert ana.heard() == ["One moment please"]


def test_who_cannot_be_reached_is_a_failure_too(
    app: ScriptedApp, exchange: Exchange, ana: Phone
) -> None:
    exchange.line.voice_url = "http://127.0.0.1:1/voice"
    exchange.line.fallback_url = f"{app.url}/fallback"
    ana.dial()
    exchange.settle()
    assert app.last("/fallback")["ErrorCode"] == "11205"


def test_without_a_fallback_the_caller_hears_an_error_and_the_call_ends(
    app: ScriptedApp, exchange: Exchange, ana: Phone
) -> None:
    app.gives("/voice", Answer(status=500))
    ana.dial()
    exchange.settle()
    assert ana.heard() == [SORRY]
    exchange.advance(10)
    assert not ana.in_call
    assert app.told("/status", "CallStatus") == ["completed"]


def test_a_fallback_that_fails_is_not_asked_again(
    app: ScriptedApp, exchange: Exchange, ana: Phone
) -> None:
    exchange.line.fallback_url = f"{app.url}/fallback"
    for path in ("/voice", "/fallback"):
        app.gives(path, Answer(status=500))
    ana.dial()
    exchange.advance(10)
    assert len(app.asked("/fallback")) == 1
    assert ana.heard() == [SORRY]
    assert not ana.in_call


def test_an_answer_without_words_ends_the_call(
    app: ScriptedApp, exchange: Exchange, ana: Phone
) -> None:
    app.says("/voice", "<Say>Hello</Say><Redirect>/nothing</Redirect>")
    ana.dial()
    exchange.advance(2)
    assert not ana.in_call
    assert exchange.warnings == []


def test_a_slow_answer_to_one_caller_keeps_no_other_waiting(
    app: ScriptedApp, exchange: Exchange, ana: Phone, bo: Phone
) -> None:
    app.says("/voice", "<Redirect>/slow</Redirect>", "<Say>Hello</Say><Pause length='60'/>")
    let_go = app.holds("/slow", "<Say>At last</Say>")
    ana.dial()
    app.awaits("/slow")
    bo.dial()
    with pytest.raises(TimeoutError):
        exchange.settle(limit=0.3)
    assert bo.heard() == ["Hello"]
    assert ana.said == []
    let_go()
    exchange.settle()
    assert ana.heard() == ["At last"]
