"""The audit is only ever added to, whoever asks the database and however; it is found by an index,
newest first, and looked through for text bit by bit.
"""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from ivr.database import engine, reading, transaction
from ivr.models import Act, AuditLine
from ivr.services import audit, audit_search
from ivr.services.audit import Kind
from ivr.services.audit_search import Search
from tests.services.people import NOW

SECOND = timedelta(seconds=1)
STATEMENTS = {
    "sqlite": (
        "update audit set by = 'nobody'",
        "delete from audit",
        "insert or replace into audit select id, at, 'nobody', act, about, kind, data from audit",
        "insert into audit select * from audit where true on conflict (id) do update set by = 'x'",
    ),
    "postgresql": (
        "update audit set by = 'nobody'",
        "delete from audit",
        "truncate audit",
        "insert into audit select * from audit on conflict (id) do update set by = 'x'",
    ),
}


def lines() -> list[tuple[str, str]]:
    with reading() as db:
        return [(one.by, one.kind) for one in db.scalars(select(AuditLine).order_by(AuditLine.id))]


def test_nothing_changes_the_audit_neither_objects_nor_sql(database: str) -> None:
    with transaction() as db:
        audit.changed(db, NOW, "Bo", "person-1", Kind.PIN_SET)
    for statement in STATEMENTS[engine().dialect.name]:
        with pytest.raises(DBAPIError, match="only ever added"), transaction() as db:
            db.execute(text(statement))
    with pytest.raises(DBAPIError, match="only ever added"), transaction() as db:
        db.scalars(select(AuditLine)).one().by = "nobody"
    with pytest.raises(DBAPIError, match="only ever added"), transaction() as db:
        db.delete(db.scalars(select(AuditLine)).one())
    assert lines() == [("Bo", "pin_set")]


def test_it_is_looked_through_by_whatever_is_known(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_search, "LOOKED", 4)
    with transaction() as db:
        for second in range(12):
            by, told = ("Ada", "Zoé") if second == 1 else ("Bo", f"number {second}")
            at = NOW + second * SECOND
            audit.write(db, at, by, Act.SAW, f"person-{second}", Kind.TOLD, what=told)
    with reading() as db:
        told = lambda leaf: [one.data["what"] for one in leaf.lines]  # noqa: E731
        first = Search(by="Bo").newest(db, None, 8)
        assert told(first) == [f"number {one}" for one in (11, 10, 9, 8, 7, 6, 5, 4)]
        rest = Search(by="Bo").newest(db, first.older, 8)
        assert (told(rest), rest.older) == (["number 3", "number 2", "number 0"], None)
        assert told(Search(about="person-1").newest(db, None)) == ["Zoé"]
        assert told(Search(act=Act.HEARD).newest(db, None)) == []
        span = Search(since=NOW + 3 * SECOND, until=NOW + 5 * SECOND)
        assert told(span.newest(db, None)) == ["number 4", "number 3"]
        assert told(Search(since=NOW + 99 * SECOND).newest(db, None)) == []
        assert told(Search(until=NOW - 999 * SECOND).newest(db, None)) == []
        tries, before, found = 0, None, []
        while tries == 0 or before:
            leaf = Search(text="zoé", kind="told").newest(db, before)
            found, before, tries = [*found, *told(leaf)], leaf.older, tries + 1
            assert leaf.unseen == (before is not None)
        assert (found, tries) == (["Zoé"], 4), "four lines at a time, as long as there are any"
        assert told(Search(text="100%_").newest(db, None)) == [], "no pattern"
        assert len(told(Search(text="x", kinds=["told"]).newest(db, None))) == 4
        assert db.scalar(select(func.count()).select_from(AuditLine)) == 12
