"""An exchange on a clock that the test moves, with a scripted app behind its number."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ivr.exchange import Exchange, ManualClock
from ivr.exchange.phones import Phone
from tests.exchange.scripted_app import ScriptedApp, serving

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
ACCOUNT, TOKEN, NUMBER = "AC" + "1" * 32, "12345", "+18005550100"
ANA, BO, DI = "+15145550100", "+15145550201", "+15145550202"


@pytest.fixture
def app() -> Iterator[ScriptedApp]:
    with serving() as app:
        yield app


@pytest.fixture
def exchange(app: ScriptedApp, tmp_path: Path) -> Iterator[Exchange]:
    exchange = Exchange(
        account_sid=ACCOUNT,
        auth_token=TOKEN,
        number=NUMBER,
        voice_url=f"{app.url}/voice",
        status_url=f"{app.url}/status",
        sms_url=f"{app.url}/sms",
        clock=ManualClock(NOON),
        media_dir=tmp_path / "media",
    )
    yield exchange
    exchange.close()


@pytest.fixture
def ana(exchange: Exchange) -> Phone:
    return exchange.phone(ANA, name="Ana Roy")


@pytest.fixture
def bo(exchange: Exchange) -> Phone:
    return exchange.phone(BO, name="Bo Chan", role="technician")


@pytest.fixture
def di(exchange: Exchange) -> Phone:
    return exchange.phone(DI, name="Di Wu", role="technician")
