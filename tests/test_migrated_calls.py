"""Calls that were there before the log of calls get their outcome, on both databases."""

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import MetaData, text

from ivr import migrations
from ivr.database import make_engine
from tests.services.people import NOW

TURNS: dict[str, list[tuple[str, dict[str, Any], list[str]]]] = {
    "answered": [("customer.ticket", {"keys": "4411"}, ["ask_severity"]),
                 ("holding.left", {"left": "bridged"}, ["still_need_help"])],
    "left-holding": [("holding.wait", {}, ["hold_ringing_now"])],
    "unknown-number": [("customer.ticket", {"keys": "9"}, ["ticket_not_found"])],
    "status": [("customer.pin", {"keys": "******"}, ["status_open"])],
    "opened": [("customer.severity", {"keys": "3"}, ["ticket_opened"])],
    "blocked": [("customer.welcome", {}, ["blocked"])],
    "left-early": [("customer.welcome", {}, ["welcome"])],
}  # fmt: skip


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database of the time before."""
    url = f"sqlite:///{tmp_path}/old.db"
    if request.param == "postgresql":
        server = request.getfixturevalue("postgres_server")
        name = f"calls_{tmp_path.parent.name}_{os.getpid()}".replace("-", "_")
        with server.connect() as connection:
            connection.execute(f'create database "{name}"')
        url = server.url(name)
    command.upgrade(migrations.config(url), "0016")
    return url


def test_old_calls_get_their_outcome(url: str) -> None:
    engine, tables = make_engine(url), MetaData()
    tables.reflect(engine)
    calls, turns = tables.tables["calls"], tables.tables["turns"]
    row = {"direction": "inbound", "number": "+15145550100", "known": {"at": "customer.over"},
           "turn": 1, "place": "gone", "status": "completed", "started_at": NOW,
           "ended_at": NOW + timedelta(seconds=30)}  # fmt: skip
    with engine.begin() as connection:
        for id_, (wanted, taken) in enumerate(TURNS.items(), 1):
            connection.execute(calls.insert(), row | {"id": id_, "sid": wanted})
            for number, (step, heard, said) in enumerate(taken):
                answer = {"say": [[one, {}] for one in said], "then": ["End", {}]}
                connection.execute(
                    turns.insert(),
                    {"call_id": id_, "number": number, "step": step, "heard": heard,
                     "answer": answer, "at": NOW},
                )  # fmt: skip
        connection.execute(calls.insert(), row | {"id": 99, "sid": "on the line", "ended_at": None})
    migrations.upgrade(url)
    with engine.connect() as connection:
        found = dict(iter(connection.execute(text("select sid, outcome from calls"))))
    engine.dispose()
    assert found == {wanted: wanted for wanted in TURNS} | {"on the line": None}
