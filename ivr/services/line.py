"""The line that a turn is taken on: one call's row, locked and read by a plain statement, written
back by one that says what has changed. The ORM would take a fifth more of the turn's time
(docs/performance.md); nothing else touches a call's row before its turn is over.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, and_, bindparam, or_, select, update
from sqlalchemy.orm import Session

from ivr.models import Call
from ivr.services import facts
from ivr.services.facts import TICKETS, Facts

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
KEYED = and_(CALLS.c.ticket_id.is_(None), TICKETS.c.dialled == bindparam("keyed"))
BY_SID = (
    select(*(CALLS.c[name] for name in READ), *facts.COLUMNS)
    .select_from(CALLS.outerjoin(facts.TICKET, or_(TICKETS.c.id == CALLS.c.ticket_id, KEYED)))
    .where(CALLS.c.sid == bindparam("sid"))
    .with_for_update(of=CALLS)
)
"""The call is locked: of two webhooks of one call, the second waits for the first. With it comes
the ticket it is about or, before there is one, the ticket whose number was just keyed.
"""
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
    ticket: Facts | None = None
    """The ticket at hand when the turn began."""
    as_read: dict[str, Any] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.as_read = {name: getattr(self, name) for name in WRITTEN}


def of(call: Call) -> Line:
    return Line(**{name: getattr(call, name) for name in READ})


def by_sid(db: Session, sid: str, keyed: str | None = None) -> Line | None:
    """`keyed` is a ticket's number as it was dialled (see numbers.dialled)."""
    row = db.connection().execute(BY_SID, {"sid": sid, "keyed": keyed}).first()
    if row is None:
        return None
    line, ticket = Line(*row[: len(READ)]), Facts(*row[len(READ) :])
    line.ticket = ticket if ticket.id else None
    return line


def save(db: Session, line: Line) -> None:
    now = {name: getattr(line, name) for name in WRITTEN}
    news = {name: value for name, value in now.items() if value != line.as_read[name]}
    if news:
        db.connection().execute(UPDATE, {"this": line.id, **news})
        line.as_read = now
