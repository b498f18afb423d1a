"""The migrations make what the models say, on both databases; the timeline only grows."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import MetaData, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from ivr import migrations
from ivr.database import engine, make_engine, transaction
from ivr.models import AuditLine, Base, Entry, Message, Passage, Rota
from ivr.services.on_call import hand_over
from ivr.services.paging import policies
from ivr.services.tickets import search
from ivr.services.tickets.ticket_filters import Moment, Wanted
from tests.services.people import NOW


@pytest.mark.usefixtures("database")
def test_the_migrations_make_exactly_the_models() -> None:
    with engine().connect() as connection:
        opts = {"compare_type": True, "include_name": migrations.in_models}
        context = MigrationContext.configure(connection, opts=opts)
        assert compare_metadata(context, Base.metadata) == []


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("statement", ["update entries set kind = 'x'", "delete from entries"])
def test_the_timeline_is_only_ever_added_to(statement: str) -> None:
    with transaction() as db:
        db.add(Entry(kind="note", at=NOW, data={}))
    with pytest.raises(DBAPIError, match="only ever added"), transaction() as db:
        db.execute(text(statement))


# What was there before ----------------------------------------------------------------------------

LEVELS = [
    {"level": 1, "ring": "all", "ring_for": 25, "repeat": 1, "escalate_after": 60},
    {"level": 2, "ring": "in_turn", "ring_for": 25, "repeat": 1, "escalate_after": 120},
    {"level": 3, "mail": "escalation@2n5.example", "repeat_every": 300},
]
OLD: dict[str, list[dict[str, object]]] = {
    "organization": [
        {
            "id": 1,
            "name": "2N5",
            "time_zone": "America/Vancouver",
            "holidays": "CA-BC",
            "languages": ["en-CA"],
            "business_hours": {},
            "targets": {},
        }
    ],
    "technicians": [
        {
            "id": id_,
            "name": name,
            "email": name,
            "role": "senior",
            "language": "fr-CA",
            "phone": phone,
        }
        for id_, name, phone in (
            (1, "Bo", "+15145550201"),
            (2, "Di", None),
            (3, "Cy", "+15145550203"),
        )
    ],
    "policies": [{"id": 1, "levels": LEVELS}],
    "shifts": [
        {"level": 1, "position": 1, "technician_id": 1},
        {"level": 1, "position": 0, "technician_id": 2},
        {"level": 2, "position": 0, "technician_id": 3},
    ],
}


@pytest.fixture(params=["sqlite", "postgresql"])
def old(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database as it was before rotas."""
    url = f"sqlite:///{tmp_path}/old.db"
    if request.param == "postgresql":
        server = request.getfixturevalue("postgres_server")
        name = f"old_{tmp_path.name[:20]}_{tmp_path.parent.name}_{os.getpid()}".replace("-", "_")
        with server.connect() as connection:
            connection.execute(f'create database "{name}"')
        url = server.url(name)
    command.upgrade(migrations.config(url), "0008")
    engine, tables = make_engine(url), MetaData()
    tables.reflect(engine)
    with engine.begin() as connection:
        for name, rows in OLD.items():
            connection.execute(tables.tables[name].insert(), rows)
    engine.dispose()
    return url


def test_what_was_written_before_can_be_found(old: str) -> None:
    command.upgrade(migrations.config(old), "0016")
    engine, tables = make_engine(old), MetaData()
    tables.reflect(engine)
    whole = {"id": 1, "number": "1", "dialled": "1", "title": "Fax", "description": "mute", "level": 1,
             "category": "", "tags": [], "severity": "minor", "status": "new", "opened_at": NOW}  # fmt: skip
    note = {"kind": "note", "at": NOW, "ticket_id": 1}
    with engine.begin() as connection:
        connection.execute(tables.tables["tickets"].insert(), [whole])
        texts = ({"by": "Bo", "text": "The fax\0 sings"}, {"by": "Bo"}, {"text": 7})
        connection.execute(
            tables.tables["entries"].insert(), [note | {"data": one} for one in texts]
        )
    migrations.upgrade(old)
    with Session(engine) as db:
        passages = db.scalars(select(Passage).order_by(Passage.id)).all()
        found = [(one.source, one.source_id, one.ticket_id) for one in passages]
        assert found == [("ticket", 1, 1), ("entry", 1, 1)]
        hits = search.find(db, "fax", Wanted(), Moment(NOW, NOW))
        assert [one.source for one in hits.excerpts] == ["entry", "ticket"]
    engine.dispose()


def test_lists_of_each_level_become_rotas_that_ring_the_same_people(old: str) -> None:
    migrations.upgrade(old)
    engine = make_engine(old)
    with Session(engine) as db:
        levels = policies.default(db)
        people = policies.members(db, NOW, levels)
        assert [[one.name for one in level] for level in people] == [["Di", "Bo"], ["Cy"], []]
        assert [one.phone for one in people[0]] == [None, "+15145550201"]
        assert all(one.active and one.hand_over == "mail" for one in people[0])
        assert [one | {"who": []} for one in levels[:2]] == [
            one | {"who": []} for one in LEVELS[:2]
        ]
        assert levels[2] == LEVELS[2]
        rotas = db.scalars(select(Rota).order_by(Rota.id)).all()
        assert [(one.name, one.time_zone) for one in rotas] == [
            ("Level 1", "America/Vancouver"),
            ("Level 2", "America/Vancouver"),
        ]
        assert all(one.due_at for one in rotas), "they are looked at"
        for one in rotas:
            hand_over.look(db, datetime.now(UTC), one.id)
        assert rotas[0].on_duty == [2, 1]
        assert db.scalar(select(Message.id).where(Message.key.like("rota-%-on-%"))) is None
    engine.dispose()


def test_what_was_changed_moves_into_the_audit_and_back(old: str) -> None:
    config = migrations.config(old)
    command.upgrade(config, "0016")
    engine = make_engine(old)
    row = {"at": "2026-11-24 08:00:00", "about": "person-1", "what": 'said "é", {x}'}
    with engine.begin() as connection:
        insert = text("insert into changes (at, by, about, what) values (:at, 'Bo', :about, :what)")
        connection.execute(insert, row)
    for _ in range(2):
        command.upgrade(config, "head")
        with Session(engine) as db:
            lines = [
                (one.by, one.about, one.kind, one.data) for one in db.scalars(select(AuditLine))
            ]
        assert lines == [("Bo", "person-1", "told", {"what": row["what"]})]
        command.downgrade(config, "0016")
        with engine.connect() as connection:
            assert connection.scalars(text("select what from changes")).all() == [row["what"]]
    engine.dispose()
