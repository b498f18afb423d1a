"""The index over the texts that are searched: its words are gone once it is cleaned up."""

from sqlalchemy import text

from ivr.database import driver, engine, transaction

PAGES = 500
"""Written at a time: between two of them others write."""
MERGE = text("insert into passages_fts (passages_fts, rank) values ('merge', :pages)")
NOTHING_DONE = 2
"""SQLite's own measure: fewer changes than this."""


def clean_up() -> None:
    """On SQLite the words of a text that is gone stay in the index, as words of none, until all
    its pieces are merged into one. On PostgreSQL they go by `reindex`, which is up to whoever runs
    it (docs/decisions/18).
    """
    if engine().dialect.name != "sqlite":
        return
    pages, done = -PAGES, NOTHING_DONE  # below zero: begin with all of them
    while done >= NOTHING_DONE:
        with transaction() as db:
            before = driver(db).total_changes
            db.execute(MERGE, {"pages": pages})
            done = driver(db).total_changes - before
        pages = PAGES
