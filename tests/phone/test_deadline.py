"""What takes too long is cut off, in the midst of a statement, and leaves the next one alone."""

import time
from types import SimpleNamespace

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError, OperationalError

from ivr.database import engine
from ivr.phone import deadline
from ivr.phone.deadline import TooLateError, transact

pytestmark = pytest.mark.usefixtures("database")

ENDLESS = {
    "postgresql": "select pg_sleep(30)",
    "sqlite": "with recursive n(i) as (select 1 union all select i + 1 from n) select max(i) from n",
}


def test_an_endless_statement_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deadline, "SECONDS", 0.2)
    dialect = engine().dialect.name
    for _ in range(2):
        with pytest.raises(TooLateError) as told:
            transact(lambda db, _now: db.execute(text(ENDLESS[dialect])))
        error = told.value.__cause__
        assert isinstance(error, OperationalError)
        assert error.connection_invalidated == (dialect == "postgresql"), "before its own limit"
    assert transact(lambda db, _now: db.scalar(select(1))) == 1


def test_no_second_try_is_begun_when_no_time_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deadline, "SECONDS", 0.5)
    tried = []

    def work(_db: object, _now: object) -> None:
        tried.append(1)
        now = time.monotonic()
        monkeypatch.setattr(deadline, "time", SimpleNamespace(monotonic=lambda: now + 1))
        raise IntegrityError("", {}, Exception())

    with pytest.raises(TooLateError):
        transact(work)
    assert len(tried) == 1
