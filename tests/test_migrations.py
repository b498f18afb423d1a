"""The migrations make what the models say, on both databases; the timeline only grows."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from ivr.database import engine, transaction
from ivr.models import Base, Entry
from tests.services.people import NOW

pytestmark = pytest.mark.usefixtures("database")


def test_the_migrations_make_exactly_the_models() -> None:
    with engine().connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


@pytest.mark.parametrize("statement", ["update entries set kind = 'x'", "delete from entries"])
def test_the_timeline_is_only_ever_added_to(statement: str) -> None:
    with transaction() as db:
        db.add(Entry(kind="note", at=NOW, data={}))
    with pytest.raises(DBAPIError, match="only ever added"), transaction() as db:
        db.execute(text(statement))
