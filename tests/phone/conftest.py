"""A door with the world of the stories behind it, one behind which the database is gone, and
carriers to be asked: the exchange, and one that a test tells how to fail.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from ivr import clock
from ivr import database as ivr_database
from ivr.database import transaction
from ivr.exchange import Exchange, ManualClock
from ivr.services.imports import importing
from ivr.settings import settings
from tests.phone.door import Door
from tests.phone.scripted_api import Script, scripted_api
from tests.stories.line import NUMBER, WORLD


@pytest.fixture
def door(database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Door:
    monkeypatch.setenv("TWILIO_NUMBER", NUMBER)
    settings.cache_clear()
    file = tmp_path / "world.yaml"
    file.write_text(yaml.safe_dump(WORLD))
    with transaction() as db:
        importing.import_file(db, file, clock.now())
    return Door()


GONE = {
    "sqlite": "sqlite:////nowhere/at/all/ivr.db",
    "postgresql": "postgresql+psycopg://ivr@127.0.0.1:1/ivr",
}


@pytest.fixture(params=list(GONE))
def forlorn_door(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Door]:
    """The database is gone; the roster is what the ticker has left on the disk."""
    monkeypatch.setenv("VAR_DIR", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", GONE[request.param])
    _forget()
    roster = {
        "organization": "2N5",
        "language": "en-CA",
        "numbers": ["+15145550201", "+15145550203"],
    }
    (tmp_path / "roster.json").write_text(json.dumps(roster))
    yield Door()
    _forget()


def _forget() -> None:
    settings.cache_clear()
    ivr_database.engine.cache_clear()


# The carrier's REST API ---------------------------------------------------------------------------

START = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[Script]:
    with scripted_api() as script:
        point_at(monkeypatch, script.url)
        yield script
    settings.cache_clear()


def point_at(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    for name, value in {
        "TWILIO_API_URL": url,
        "TWILIO_ACCOUNT_SID": "AC" + "1" * 32,
        "TWILIO_AUTH_TOKEN": "token",
        "TWILIO_NUMBER": NUMBER,
        "PUBLIC_URL": "https://support.example.com",
    }.items():
        monkeypatch.setenv(name, value)
    settings.cache_clear()


@pytest.fixture
def exchange(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Exchange]:
    made = Exchange(
        account_sid="AC" + "1" * 32,
        auth_token="token",
        number=NUMBER,
        clock=ManualClock(START),
        media_dir=tmp_path,
    )
    point_at(monkeypatch, made.serve(0))
    yield made
    made.close()
    settings.cache_clear()
