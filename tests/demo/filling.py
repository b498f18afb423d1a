"""A small busy month in a SQLite file of its own, with its recordings and files beside it."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from ivr.database import make_engine
from ivr.demo import live, month
from ivr.settings import settings

UNTIL = datetime(2026, 11, 16, 18, 30, tzinfo=UTC)
"""Two weeks after the clocks have changed in Toronto."""


def fill(folder: Path, template: Path, size: month.Size, *, goes_on: bool = False) -> Path:
    """In `folder`, which is the VAR_DIR of it. `goes_on`: somebody holds, and a page is open."""
    shutil.copy(template, folder / "ivr.db")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VAR_DIR", str(folder))
        settings.cache_clear()
        engine = make_engine(f"sqlite:///{folder / 'ivr.db'}")
        with Session(engine) as db, db.begin():
            world = month.fill(db, UNTIL, size=size)
            if goes_on:
                live.begin(db, UNTIL)
        world.files.write()
        engine.dispose()
    settings.cache_clear()
    return folder
