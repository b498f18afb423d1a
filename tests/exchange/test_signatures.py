"""Signatures against the vendor's own validator, and against the examples of its documents.

twilio.com/docs/usage/security; twilio.request_validator.
"""

import pytest
from twilio.request_validator import RequestValidator

from ivr.exchange import Exchange
from ivr.exchange.phones import Phone
from ivr.exchange.signing import signature, signed_address
from tests.exchange.conftest import BO, TOKEN
from tests.exchange.scripted_app import Asked, ScriptedApp

VALIDATOR = RequestValidator(TOKEN)


def test_a_form_is_signed_as_in_the_vendors_example() -> None:
    form = {
        "CallSid": "CA1234567890ABCDE",
        "Caller": "+14158675310",
        "Digits": "1234",
        "From": "+14158675310",
        "To": "+18005551212",
    }
    address = "https://example.com/myapp.php?foo=1&bar=2"
    assert signature(address, form, TOKEN) == "L/OH5YylLD5NRKLltdqwSvS0BnU="


def test_a_body_of_json_is_signed_by_its_hash_in_the_address() -> None:
    body = '{"CallSid":"CA1234567890ABCDE","Caller":"+12349013030"}'
    hashed = "5ccde7145dfb8f56479710896586cb9d5911809d83afbe34627818790db0aec9"
    address = f"https://example.com/myapp?bodySHA256={hashed}"
    signed = signature(address, {}, TOKEN)
    assert signed == "hPXmLwIy3Fgqv1i9KPmH/HhQ6zo="
    assert VALIDATOR.validate(address, body, signed)
    assert not VALIDATOR.validate(address, body + " ", signed)


def test_values_are_signed_as_they_are() -> None:
    form = {"b": "", "B": " two  spaces ", "a": "é+&=\n", "SpeechResult": "ça brûle"}
    address = "http://127.0.0.1:8080/voice?x=%2B1+2"
    assert VALIDATOR.validate(address, form, signature(address, form, TOKEN))


@pytest.mark.parametrize(
    ("asked", "voice", "signed"),
    [
        ("https://example.com:8443/voice?a=1", True, "https://example.com/voice?a=1"),
        ("https://example.com:8443/sms", False, "https://example.com:8443/sms"),
        ("http://example.com:8080/voice", True, "http://example.com:8080/voice"),
        ("https://example.com/voice", True, "https://example.com/voice"),
    ],
)
def test_only_a_calls_https_address_is_signed_without_its_port(
    asked: str, voice: bool, signed: str
) -> None:
    assert signed_address(asked, voice=voice) == signed
    form = {"CallSid": "CA1"}
    assert VALIDATOR.validate(asked, form, signature(signed, form, TOKEN))


def test_every_webhook_of_a_story_is_signed(
    app: ScriptedApp, exchange: Exchange, ana: Phone, bo: Phone
) -> None:
    app.says("/voice", "<Gather numDigits='2' action='/keyed?ticket=4%202#rc=1'/>")
    app.says("/keyed", "<Redirect method='GET'>/got?a=1</Redirect>")
    app.says(
        "/got",
        "<Dial action='/done' record='record-from-answer' recordingStatusCallback='/recorded'>"
        f"<Number url='/whisper' statusCallback='/leg'>{BO}</Number></Dial>",
    )
    app.says("/whisper", "<Say>Ticket 4 2</Say>")
    app.says("/done", "<Hangup/>")
    ana.dial()
    exchange.settle()
    ana.press("12")
    exchange.settle()
    bo.answer()
    exchange.advance(5)
    bo.hang_up()
    exchange.advance(5)
    ana.text("ACCEPT 4411")
    exchange.settle()
    paths = {asked.path for asked in app.requests}
    assert paths == {
        "/voice", "/keyed", "/got", "/whisper", "/leg", "/done", "/recorded", "/status", "/sms",
    }  # fmt: skip
    assert [asked.target for asked in app.requests if not signed_well(app, asked)] == []
    assert app.last("/got").method == "GET"
    assert "#" not in app.last("/keyed").target


def signed_well(app: ScriptedApp, asked: Asked) -> bool:
    form = asked.form if asked.method == "POST" else {}
    given = asked.headers["X-Twilio-Signature"]
    return bool(VALIDATOR.validate(app.url + asked.target, form, given))
