"""Which settings hold, of those that are asked for at every sentence or call: kept in this process.

Whether there is a newer version is asked every few seconds, beside whoever asks: the newest
number, of a small table, and how many people were erased, as that takes names and numbers out of
versions that are there. A database that does not answer holds nobody up, and changes nothing: what
was known before holds on; with nothing known, what is in the files.
"""

import logging
import threading
import time
from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from callflows import prompts
from ivr.database import reading
from ivr.models import Erasure, SettingVersion

EVERY = 2.0
WAITED_FOR = 0.3
"""Seconds that whoever asks waits for an answer; the first turn of a call has 2.5."""
NAMES = ("blocked-numbers", "prompts/", "texts/", "mail/")
"""Those that are kept, or what they begin with."""
THREAD = "settings in force"
TABLES = ("prompts", "texts")
NEWEST = select(
    func.coalesce(func.max(SettingVersion.id), 0),
    func.count(SettingVersion.id),
    select(func.count(Erasure.database_at)).scalar_subquery(),
)
"""Two that are written at once may be seen in either order: then there is one more."""
UNKNOWN = (0, 0, 0)
log = logging.getLogger(__name__)

_kept: Mapping[str, Any] = {}
_version: tuple[int, ...] = UNKNOWN
_looked_at = float("-inf")
_looking = threading.Lock()


def value(name: str) -> Any:
    return _kept.get(name)


def look() -> None:
    """Before something is said, written or answered, outside of any transaction."""
    if time.monotonic() - _looked_at < EVERY or not _looking.acquire(blocking=False):
        return
    looking = threading.Thread(target=_look, name=THREAD, daemon=True)
    looking.start()
    looking.join(WAITED_FOR)


def look_again() -> None:
    """This process has changed one: it looks before it says the next thing."""
    global _looked_at  # noqa: PLW0603  one for the whole process
    _looked_at = float("-inf")


def forget() -> None:
    """Another database."""
    global _version  # noqa: PLW0603  one for the whole process
    _version = UNKNOWN
    _keep({})
    look_again()


def _look() -> None:
    global _version, _looked_at  # noqa: PLW0603  one for the whole process
    began = time.monotonic()
    try:
        with reading() as db:
            newest = tuple(db.execute(NEWEST).one())
            found = None if newest == _version else _all(db)
        if found is not None:
            _version = newest
            _keep(found)
    except SQLAlchemyError as error:
        log.warning("settings: the database does not answer (%s)", type(error).__name__)
    finally:
        _looked_at = began
        _looking.release()


def _keep(found: Mapping[str, Any]) -> None:
    global _kept  # noqa: PLW0603  one for the whole process
    _kept = found
    for table in TABLES:
        prompts.INSTEAD[table] = {
            name.removeprefix(f"{table}/"): entry
            for name, entry in found.items()
            if name.startswith(f"{table}/")
        }


def _all(db: Any) -> dict[str, Any]:
    ids = select(func.max(SettingVersion.id)).group_by(SettingVersion.name)
    rows = select(SettingVersion.name, SettingVersion.after).where(SettingVersion.id.in_(ids))
    return {
        name: after
        for name, after in db.execute(rows)
        if after is not None and name.startswith(NAMES)
    }
