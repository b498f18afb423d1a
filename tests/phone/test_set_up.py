"""`ivr twilio set-up`: the number's addresses are set at the carrier, or one line says why not."""

import pytest

from ivr.exchange import Exchange
from ivr.phone import set_up
from ivr.phone.client import Carrier
from ivr.services.calls.carrier import NOBODY, Balance, Refused, Unknown
from ivr.settings import settings
from tests.phone.scripted_api import Script

CANARY = "+18005550199"
RETRIES = "#rc=2&rp=5xx,ct,rt&ct=2000&rt=5000"


def test_the_number_learns_our_addresses(
    exchange: Exchange,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert set_up.main() == 0
    assert exchange.line.voice_url == f"https://support.example.com/voice/inbound{RETRIES}"
    assert exchange.line.fallback_url == f"https://support.example.com/voice/fallback{RETRIES}"
    assert exchange.line.status_url == f"https://support.example.com/voice/status{RETRIES}"
    assert exchange.line.sms_url == f"https://support.example.com/sms/inbound{RETRIES}"
    assert "voice_url: https://support.example.com/voice/inbound" in capsys.readouterr().out


def test_a_number_of_somebody_else_is_said_so(
    exchange: Exchange,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("TWILIO_NUMBER", "+18005550999")
    settings.cache_clear()
    assert set_up.main() == 1
    assert "does not own +18005550999" in capsys.readouterr().err


def test_the_canary_and_a_fallback_elsewhere_are_set_up_too(
    exchange: Exchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    exchange.own(CANARY)
    monkeypatch.setenv("CANARY_NUMBER", CANARY)
    monkeypatch.setenv("FALLBACK_URL", "https://elsewhere.example/fallback.xml")
    settings.cache_clear()
    assert Carrier().astray() == [
        "the line: voice_url",
        "the line: voice_fallback_url",
        "the line: status_callback",
        "the line: sms_url",
        "the canary's number: voice_url",
    ]
    assert set_up.main() == 0
    assert Carrier().astray() == []
    line, canary = exchange.numbers.values()
    assert (line.fallback_url, line.fallback_method) == (settings().fallback_url, "GET")
    assert canary.voice_url == f"https://support.example.com/voice/canary/phone{RETRIES}"
    del exchange.numbers[CANARY]
    assert Carrier().astray() == ["the canary's number: not the account's"]


def test_the_balance_is_told_or_why_not(exchange: Exchange, api: Script) -> None:
    api.body = b'{"account_sid": "AC1", "balance": "-12.50", "currency": "CAD"}'
    assert Carrier().balance() == Balance(-12.5, "CAD")
    api.status, api.body = 401, b'{"code": 20003, "message": "Authenticate", "status": 401}'
    assert Carrier().balance() == Refused(NOBODY)
    api.status, api.body = 200, b"<html>oops"
    assert isinstance(Carrier().balance(), Unknown)


def test_without_an_address_of_our_own_nothing_is_set(
    exchange: Exchange,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.delenv("PUBLIC_URL")
    settings.cache_clear()
    assert set_up.main() == 1
    assert "PUBLIC_URL" in capsys.readouterr().err
    assert exchange.line.voice_url == ""


def test_a_carrier_that_refuses_is_said_so(
    api: Script,
    capsys: pytest.CaptureFixture[str],
) -> None:
    api.status, api.body = 401, b'{"code": 20003, "message": "Authenticate", "status": 401}'
    assert set_up.main() == 1
    assert "Authenticate" in capsys.readouterr().err
