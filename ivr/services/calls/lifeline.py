"""When the database is gone: who to put the caller through to, and a spool of what happened.

The ticker writes the roster to a file every minute; webhooks that could not be written down are
kept in a spool, line by line, and put on record when the database is back.
"""

import fcntl
import json
import os
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from ivr.database import transaction
from ivr.services.paging import policies
from ivr.services.settings import house
from ivr.services.tickets import timeline
from ivr.services.tickets.timeline import Kind
from ivr.settings import settings


@dataclass(frozen=True)
class Roster:
    """The last known numbers on call, in the order to be rung."""

    organization: str
    language: str
    numbers: list[str]


def _file() -> Path:
    return settings().var_dir / "roster.json"


def _spool() -> Path:
    return settings().var_dir / "spool.jsonl"


def roster() -> Roster:
    try:
        return Roster(**json.loads(_file().read_text()))
    except (OSError, ValueError, TypeError):
        return Roster("Support", "en-CA", [])


def on_call(db: Session, now: datetime) -> Roster:
    """As it is now; the next levels come after the first one."""
    people = [one for one in policies.everybody(db, now) if one.phone]
    numbers = list(dict.fromkeys(one.phone for one in people if one.phone))
    return Roster(house.ours(db).name, people[0].language if people else "en-CA", numbers)


def write_roster(db: Session, now: datetime) -> None:
    made = on_call(db, now)
    if made == roster():
        return
    draft = _file().with_name(f".roster.{os.getpid()}")
    draft.parent.mkdir(parents=True, exist_ok=True)
    draft.write_text(json.dumps(asdict(made)))
    draft.chmod(0o600)
    draft.replace(_file())


def spool(event: dict[str, Any]) -> None:
    """One line, on the disk before we answer."""
    line = (json.dumps(event, ensure_ascii=True) + "\n").encode()
    _spool().parent.mkdir(parents=True, exist_ok=True)
    while not _appended(line):
        pass  # the file was put on record in that very moment: the next one is new


def _appended(line: bytes) -> bool:
    handle = os.open(_spool(), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        if os.fstat(handle).st_nlink == 0:
            return False
        os.write(handle, line)
        os.fsync(handle)
    finally:
        os.close(handle)
    return True


def replay(now: datetime) -> None:
    """Put what was spooled on record. What the database does not take stays for the next time."""
    with suppress(FileNotFoundError):
        _spool().rename(_spool().with_name(f"spool-{time.time_ns()}.jsonl"))
    for aside in sorted(_spool().parent.glob("spool-*.jsonl")):
        with suppress(FileNotFoundError), aside.open() as lines:
            if _is_ours(lines.fileno()):
                with transaction() as db:
                    _put_on_record(db, now, lines)
                aside.unlink()


def _is_ours(handle: int) -> bool:
    """Of two tickers one has it; a writer that is just in it is waited for till next time."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return os.fstat(handle).st_nlink > 0


def _put_on_record(db: Session, now: datetime, lines: Iterable[str]) -> None:
    for line in lines:
        try:
            event = json.loads(line)
        except ValueError:
            event = {"broken": line[:200]}
        timeline.write(db, Kind.LIFELINE, now, event=event)
