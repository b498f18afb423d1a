"""The database's limits: in production every wait is shorter than a turn, and each is kept."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, OperationalError

from ivr import database
from ivr.database import engine
from tests.patience import OURS, TURN_WITHIN

LONG, SOON = 60, 0.2


def test_every_wait_ends_before_a_turn_does() -> None:
    assert max(OURS.values()) < TURN_WITHIN


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_statement_that_takes_long_is_cut_off(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit(monkeypatch, STATEMENT_WITHIN=SOON)
    with engine().connect() as line, pytest.raises(OperationalError, match="statement timeout"):
        line.execute(text(f"select pg_sleep({LONG})"))


def test_whoever_is_locked_out_is_told_soon(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    limit(monkeypatch, LOCK_WITHIN=SOON, FILE_WITHIN=SOON)
    writes = text("update organization set name = name")
    lock = "lock table organization" if engine().dialect.name == "postgresql" else "select 1"
    with engine().connect() as first, engine().connect() as second:
        first.execute(text(lock))
        with pytest.raises(OperationalError, match="lock"):
            second.execute(writes)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_transaction_in_which_nothing_is_asked_does_not_stay_open(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit(monkeypatch, IDLE_WITHIN=SOON)
    idle = text("select count(*) from pg_stat_activity where state = 'idle in transaction'")
    line, other = (
        engine().connect(),
        engine().connect().execution_options(isolation_level="AUTOCOMMIT"),
    )
    line.execute(select(1))
    while other.scalar(idle):
        pass
    with pytest.raises(DBAPIError, match="idle-in-transaction"):
        line.execute(select(1))
    line.invalidate()
    line.close()
    other.close()


def limit(monkeypatch: pytest.MonkeyPatch, **seconds: float) -> None:
    for name, value in seconds.items():
        monkeypatch.setattr(database, name, value)
    engine.cache_clear()
