"""When the database is gone: who to put the caller through to, and a spool of what happened.

The ticker writes the roster to a file every minute; webhooks that could not be written down are
kept in a spool, line by line, and put on record when the database is back.
"""

import json
import os
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from ivr.services import rota, timeline
from ivr.services.outbox import organization_name
from ivr.services.timeline import Kind
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


def write_roster(db: Session) -> None:
    people = [one for level in (1, 2) for one in rota.on_call(db, level) if one.phone]
    numbers = list(dict.fromkeys(one.phone for one in people if one.phone))
    made = Roster(organization_name(db), people[0].language if people else "en-CA", numbers)
    if made == roster():
        return
    draft = _file().with_name(f".roster.{os.getpid()}")
    draft.parent.mkdir(parents=True, exist_ok=True)
    draft.write_text(json.dumps(asdict(made)))
    draft.chmod(0o600)
    draft.replace(_file())


def spool(event: dict[str, Any]) -> None:
    """One line, on the disk before we answer."""
    _spool().parent.mkdir(parents=True, exist_ok=True)
    line = json.dumps(event, ensure_ascii=True) + "\n"
    handle = os.open(_spool(), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(handle, line.encode())
        os.fsync(handle)
    finally:
        os.close(handle)


def replay(db: Session, now: datetime) -> int:
    """Put what was spooled on record; the file goes once that is committed (see forget)."""
    try:
        lines = _spool().read_text().splitlines()
    except FileNotFoundError:
        return 0
    for line in lines:
        try:
            event = json.loads(line)
        except ValueError:
            event = {"broken": line[:200]}
        timeline.write(db, Kind.LIFELINE, now, event=event)
    return len(lines)


def forget_spool(lines: int) -> None:
    """Drop the first lines, which are on record now."""
    kept = _spool().read_text().splitlines(keepends=True)[lines:]
    draft = _spool().with_suffix(".rest")
    draft.write_text("".join(kept))
    draft.replace(_spool())
