"""What the exchange tells of a call's progress: steps, numbers, disorder, and the last word."""

from urllib.parse import urlsplit

from twilio.request_validator import RequestValidator

from ivr.exchange import Exchange
from ivr.exchange.log import Event
from ivr.exchange.phones import Phone
from tests.exchange.conftest import BO, TOKEN
from tests.exchange.scripted_app import ScriptedApp

EVENTS = "initiated ringing answered completed"


def test_the_number_tells_how_a_call_ended(
    app: ScriptedApp, exchange: Exchange, ana: Phone
) -> None:
    app.says("/voice", "<Pause length='1'/><Say>Hello</Say><Pause length='90'/>")
    sid = ana.dial()
    exchange.advance(62)
    ana.hang_up()
    exchange.settle()
    [told] = app.asked("/status")
    assert (told["CallSid"], told["CallStatus"]) == (sid, "completed")
    assert (told["CallDuration"], told["Duration"]) == ("61", "2")
    assert told["CallbackSource"] == "call-progress-events"
    assert told["Timestamp"] == "Tue, 24 Nov 2026 12:01:02 GMT"


def test_the_steps_of_a_dialled_leg_are_numbered_from_nought(
    app: ScriptedApp, exchange: Exchange, ana: Phone, bo: Phone
) -> None:
    app.says("/voice", _dial(EVENTS))
    parent = ana.dial()
    exchange.settle()
    bo.answer()
    exchange.advance(5)
    bo.hang_up()
    exchange.settle()
    assert app.told("/leg", "SequenceNumber") == ["0", "1", "2", "3"]
    assert app.told("/leg", "CallStatus") == ["queued", "ringing", "in-progress", "completed"]
    assert set(app.told("/leg", "ParentCallSid")) == {parent}
    assert set(app.told("/leg", "Direction")) == {"outbound-dial"}
    assert set(app.told("/leg", "To")) == {BO}
    assert app.last("/leg")["CallDuration"] == "5"


def test_only_the_steps_that_were_asked_for_are_told(
    app: ScriptedApp, exchange: Exchange, ana: Phone, bo: Phone
) -> None:
    app.says("/voice", _dial("ringing"))
    ana.dial()
    exchange.settle()
    bo.reject()
    exchange.settle()
    assert app.told("/leg", "CallStatus") == ["ringing"]


def test_callbacks_can_be_lost(app: ScriptedApp, exchange: Exchange, ana: Phone, bo: Phone) -> None:
    exchange.faults.drop_callbacks = True
    _a_whole_call(app, exchange, ana, bo)
    assert app.asked("/leg") == app.asked("/status") == []
    assert [event.kind for event in exchange.log].count("callback-dropped") == 5


def test_callbacks_can_come_twice(
    app: ScriptedApp, exchange: Exchange, ana: Phone, bo: Phone
) -> None:
    exchange.faults.duplicate_callbacks = True
    _a_whole_call(app, exchange, ana, bo)
    assert app.told("/leg", "SequenceNumber") == ["0", "0", "1", "1", "2", "2", "3", "3"]


def test_callbacks_can_come_in_the_wrong_order(
    app: ScriptedApp, exchange: Exchange, ana: Phone, bo: Phone
) -> None:
    exchange.faults.reorder_callbacks = True
    _a_whole_call(app, exchange, ana, bo)
    numbers = [int(str(one)) for one in app.told("/leg", "SequenceNumber")]
    assert sorted(numbers) == [0, 1, 2, 3]
    assert numbers != sorted(numbers)


def test_the_last_word_on_a_call_comes_before_an_answer_that_is_under_way(
    app: ScriptedApp, exchange: Exchange, ana: Phone
) -> None:
    app.says("/voice", "<Gather numDigits='1' action='/keyed'/>")
    let_go = app.holds("/keyed", "<Say>Too late</Say>")
    ana.dial()
    exchange.settle()
    ana.press("1")
    ana.hang_up()
    app.awaits("/status")
    assert app.told("/status", "CallStatus") == ["completed"]
    assert "/keyed" not in {path_of(event) for event in exchange.log if event.kind == "webhook"}
    let_go()
    exchange.settle()
    assert ana.said == []


def test_a_webhook_can_be_signed_with_another_token(
    app: ScriptedApp, exchange: Exchange, ana: Phone
) -> None:
    exchange.faults.webhook_bad_signature = 1
    app.says("/voice", "<Say>Hello</Say><Hangup/>")
    ana.dial()
    exchange.advance(2)
    validator = RequestValidator(TOKEN)
    fine = [
        validator.validate(app.url + one.target, one.form, one.headers["X-Twilio-Signature"])
        for one in app.requests
    ]
    assert fine == [False, True]


def _dial(events: str) -> str:
    return (
        f"<Dial><Number statusCallback='/leg' statusCallbackEvent='{events}'>{BO}</Number></Dial>"
    )


def _a_whole_call(app: ScriptedApp, exchange: Exchange, ana: Phone, bo: Phone) -> None:
    app.says("/voice", _dial(EVENTS))
    ana.dial()
    exchange.settle()
    bo.answer()
    exchange.settle()
    bo.hang_up()
    exchange.settle()
    assert not ana.in_call


def path_of(event: Event) -> str:
    return urlsplit(event.detail["url"]).path
