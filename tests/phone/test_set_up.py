"""`ivr twilio set-up`: the number's addresses are set at the carrier, or one line says why not."""

import pytest

from ivr.exchange import Exchange
from ivr.phone import set_up
from ivr.settings import settings
from tests.phone.scripted_api import Script

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
