"""Calls between two numbers of the account: the app rings itself, and hears what it says."""

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from ivr.exchange import Exchange
from ivr.exchange.phones import Phone
from tests.exchange.conftest import ACCOUNT, NUMBER, TOKEN
from tests.exchange.scripted_app import ScriptedApp

OTHER = "+18005550199"


@pytest.fixture
def client(app: ScriptedApp, exchange: Exchange) -> Client:
    exchange.own(OTHER, f"{app.url}/other")
    client = Client(ACCOUNT, TOKEN, http_client=TwilioHttpClient(timeout=60))
    client.api.base_url = exchange.serve()
    return client


def rings_itself(app: ScriptedApp, client: Client) -> str:
    sid = client.calls.create(
        to=NUMBER,
        from_=OTHER,
        url=f"{app.url}/caller",
        status_callback=f"{app.url}/told",
        status_callback_event=["initiated", "ringing", "answered", "completed"],
    ).sid
    assert sid
    return sid


def test_a_call_to_ones_own_number_comes_in_as_any_other(
    app: ScriptedApp, exchange: Exchange, client: Client
) -> None:
    app.says(
        "/voice", '<Gather numDigits="3" action="/keyed" timeout="9"><Say>Which?</Say></Gather>'
    )
    app.says("/keyed", "<Pause length='5'/><Hangup/>")
    app.says("/caller", '<Play digits="wW42w#W7"/><Pause length="60"/>')
    sid = rings_itself(app, client)
    exchange.advance(1.4)
    assert app.asked("/keyed") == []
    exchange.advance(4)
    came = app.last("/voice")
    assert (came["From"], came["To"], came["Direction"]) == (OTHER, NUMBER, "inbound")
    assert came["CallStatus"] == "ringing"
    assert came["CallSid"] != sid
    assert app.told("/keyed", "Digits") == ["42"]  # the # ended it, and the 7 comes too late
    exchange.advance(60)
    assert app.told("/told", "CallStatus") == ["queued", "ringing", "in-progress", "completed"]
    assert app.told("/status", "CallStatus") == ["completed"]
    assert list(exchange.phones) == []


def test_the_caller_is_answered_when_the_other_document_answers(
    app: ScriptedApp, exchange: Exchange, client: Client
) -> None:
    app.says("/voice", "<Pause length='10'/><Say>Hello</Say><Pause length='60'/>")
    app.says("/caller", "<Pause length='60'/>")
    rings_itself(app, client)
    exchange.advance(9)
    assert app.asked("/caller") == []
    exchange.advance(2)
    assert len(app.asked("/caller")) == 1


def test_what_one_document_says_the_other_records(
    app: ScriptedApp, exchange: Exchange, client: Client
) -> None:
    app.says("/voice", '<Record action="/kept" timeout="3" transcribe="true"'
                       ' transcribeCallback="/words"/>')  # fmt: skip
    app.says("/caller", "<Say>All is well.</Say><Pause length='30'/>")
    rings_itself(app, client)
    exchange.advance(15)
    assert app.told("/words", "TranscriptionText") == ["All is well."]


@pytest.mark.parametrize(
    ("document", "told"),
    [("<Reject reason='busy'/>", "busy"), ("<Reject/>", "no-answer"), ("<Hangup/>", "completed")],
)
def test_the_caller_hears_how_the_other_end_ended_it(
    app: ScriptedApp, exchange: Exchange, client: Client, document: str, told: str
) -> None:
    app.says("/voice", document)
    app.says("/caller", "<Pause length='60'/>")
    rings_itself(app, client)
    exchange.advance(1)
    assert app.told("/told", "CallStatus")[-1] == told
    assert app.told("/status", "CallStatus") == [told]


def test_a_caller_who_is_cancelled_was_never_answered(
    app: ScriptedApp, exchange: Exchange, client: Client
) -> None:
    app.says("/voice", "<Pause length='60'/>")
    sid = rings_itself(app, client)
    exchange.advance(5)
    client.calls(sid).update(status="canceled")
    exchange.advance(1)
    assert app.told("/told", "CallStatus")[-1] == "canceled"
    assert app.told("/status", "CallStatus") == ["no-answer"]


def test_the_number_that_is_dialled_says_what_happens_and_hears_keys_through_a_bridge(
    app: ScriptedApp, exchange: Exchange, client: Client, ana: Phone
) -> None:
    app.says("/voice", f"<Dial>{OTHER}</Dial>")
    app.says("/other", '<Gather numDigits="1" action="/pressed" timeout="20"/>')
    app.says("/pressed", "<Say>Thank you</Say><Pause length='9'/>")
    ana.dial()
    exchange.advance(2)
    ana.press("5")
    exchange.advance(1)
    assert app.told("/pressed", "Digits") == ["5"]
    assert "Thank you" in ana.heard()
    ana.hang_up()
    exchange.advance(1)
    assert all(call.over for call in exchange.calls.values())


def test_a_document_plays_keys_to_a_person(
    app: ScriptedApp, exchange: Exchange, client: Client, ana: Phone
) -> None:
    app.says("/voice", '<Play digits="w1"/><Hangup/>')
    ana.dial()
    exchange.advance(2)
    assert ana.heard() == ["(key 1)"]


def test_a_number_does_not_call_itself_nor_from_one_that_is_not_ours(client: Client) -> None:
    for caller, code in ((NUMBER, 21211), ("+15145550100", 21210)):
        with pytest.raises(TwilioRestException) as refused:
            client.calls.create(to=NUMBER, from_=caller, url="http://127.0.0.1/")
        assert refused.value.code == code


def test_each_number_is_set_up_for_itself(
    app: ScriptedApp, exchange: Exchange, client: Client
) -> None:
    [number] = client.incoming_phone_numbers.list(phone_number=OTHER)
    number.update(voice_url=f"{app.url}/elsewhere")
    told = {one.phone_number: one.voice_url for one in client.incoming_phone_numbers.list()}
    assert told == {NUMBER: f"{app.url}/voice", OTHER: f"{app.url}/elsewhere"}


def test_the_account_tells_its_balance(exchange: Exchange, client: Client) -> None:
    exchange.balance = "12.34"
    told = client.balance.fetch()
    assert (told.balance, told.currency) == ("12.34", "CAD")
