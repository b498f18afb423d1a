"""The line that a turn is taken on: one call's row, locked and read by a plain statement, written
back by one that says what has changed. The ORM would take a fifth more of the turn's time
(docs/performance.md); nothing else touches a call's row before its turn is over.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, bindparam, select, update
from sqlalchemy.orm import Session

from ivr.models import Call

CALLS = cast("Table", Call.__table__)
READ = (
    "id",
    "sid",
    "direction",
    "number",
    "contact_id",
    "ticket_id",
    "known",
    "turn",
    "place",
    "wish",
    "started_at",
)
WRITTEN = ("ticket_id", "known", "turn", "place", "wish")
BY_SID = (
    select(*(CALLS.c[name] for name in READ))
    .where(CALLS.c.sid == bindparam("sid"))
    .with_for_update()
)
"""The call is locked: of two webhooks of one call, the second waits for the first."""
UPDATE = update(CALLS).where(CALLS.c.id == bindparam("this"))


@dataclass
class Line:
    id: int
    sid: str
    direction: str
    number: str
    contact_id: int | None
    ticket_id: int | None
    known: dict[str, Any]
    turn: int
    place: str
    wish: str | None
    started_at: datetime
    as_read: dict[str, Any] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.as_read = {name: getattr(self, name) for name in WRITTEN}


def of(call: Call) -> Line:
    return Line(**{name: getattr(call, name) for name in READ})


def by_sid(db: Session, sid: str) -> Line | None:
    row = db.connection().execute(BY_SID, {"sid": sid}).first()
    return Line(*row) if row else None


def save(db: Session, line: Line) -> None:
    now = {name: getattr(line, name) for name in WRITTEN}
    news = {name: value for name, value in now.items() if value != line.as_read[name]}
    if news:
        db.connection().execute(UPDATE, {"this": line.id, **news})
        line.as_read = now
