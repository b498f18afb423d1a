"""The narrow door by which lines of the timeline lose their words, and nothing but that."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from ivr.database import reading, transaction
from ivr.models import Entry, Erasing
from ivr.services.erasure import erasing
from tests.services.people import NOW


@pytest.fixture
def line(database: str) -> int:
    with transaction() as db:
        entry = Entry(kind="note", at=NOW, data={"by": "Bo", "text": "Ana is ill"})
        db.add(entry)
        db.add(Entry(kind="note", at=NOW, data={"text": "other"}))
        db.flush()
        return entry.id


def with_the_door_open(change: str) -> None:
    with transaction() as db:
        db.add(Erasing(entry_id=1))
        db.flush()
        later = {"later": NOW + timedelta(1)} if ":later" in change else {}
        db.execute(text(change), later)


def test_the_words_of_a_line_are_taken_away_and_the_door_is_shut_again(line: int) -> None:
    with transaction() as db:
        assert erasing.words(db, [line], lambda _kind, data: data | {"text": "—"}) == 1
    with reading() as db:
        assert db.get_one(Entry, line).data == {"by": "Bo", "text": "—"}
        assert db.scalars(select(Erasing)).all() == []
    with pytest.raises(DBAPIError, match="only ever added"), transaction() as db:
        db.execute(text("update entries set data = '{}'"))


@pytest.mark.parametrize(
    "change",
    [
        "update entries set kind = 'x' where id = 1",
        "update entries set at = :later where id = 1",
        "update entries set call_id = null, ticket_id = null, id = 99 where id = 1",
        "update entries set data = '{}' where id = 2",
        "update entries set data = '{}'",
        "delete from entries where id = 1",
    ],
)
def test_nothing_else_goes_through_it(line: int, change: str) -> None:
    assert line == 1
    with pytest.raises(DBAPIError, match="only ever added"):
        with_the_door_open(change)


def test_it_cannot_be_left_open(line: int) -> None:
    with pytest.raises(IntegrityError), transaction() as db:
        db.add(Erasing(entry_id=line))
    with pytest.raises(IntegrityError), transaction() as db:
        db.add(Erasing(entry_id=line, never=line))
    with reading() as db:
        assert db.scalars(select(Erasing)).all() == []


def test_the_audit_has_no_such_door(line: int) -> None:
    with transaction() as db:
        db.execute(
            text(
                "insert into audit (at, by, act, about, kind, data)"
                " values ('2026-11-24 08:00:00', 'Bo', 'did', 'x', 'told', '{}')"
            )
        )
    for change in ("update audit set data = '{}'", "delete from audit"):
        with pytest.raises(DBAPIError, match="only ever added"):
            with_the_door_open(change)
