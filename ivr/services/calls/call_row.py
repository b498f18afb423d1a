"""A call's row while a turn is taken: locked and read by a plain statement, written back by one
that says what has changed. The ORM would take a quarter more of the turn's time.
"""

from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, insert, or_, select, update
from sqlalchemy.orm import Session

from ivr.database import append, connection, table_of
from ivr.models import Call, TakenTurn
from ivr.services.tickets import ticket_row
from ivr.services.tickets.ticket_row import TICKETS, TicketRow

CALLS, TURNS = map(table_of, (Call, TakenTurn))
WRITTEN = ("technician_id", "ticket_id", "known", "turn", "place", "wish")


@dataclass
class CallRow:
    id: int
    sid: str
    direction: str
    number: str
    contact_id: int | None
    technician_id: int | None
    ticket_id: int | None
    known: dict[str, Any]
    turn: int
    place: str
    wish: str | None
    started_at: datetime
    ticket: TicketRow | None = None
    """The ticket at hand when the turn began."""
    as_read: dict[str, Any] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.as_read = self._as_is()

    def _as_is(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in WRITTEN}

    def news(self) -> dict[str, Any]:
        """What has changed since it was read, or since this was asked last."""
        before, self.as_read = self.as_read, self._as_is()
        return {name: now for name, now in self.as_read.items() if now != before[name]}


READ = [one.name for one in fields(CallRow) if one.name in CALLS.c]
KEYED = and_(CALLS.c.ticket_id.is_(None), TICKETS.c.dialled == bindparam("keyed"))
BY_SID = (
    select(*(CALLS.c[name] for name in READ), *ticket_row.COLUMNS)
    .select_from(CALLS.outerjoin(ticket_row.TICKET, or_(TICKETS.c.id == CALLS.c.ticket_id, KEYED)))
    .where(CALLS.c.sid == bindparam("sid"))
    .with_for_update(of=CALLS)
)
"""The call is locked: of two webhooks of one call, the second waits for the first. With it comes
the ticket it is about or, before there is one, the ticket whose number was just keyed.
"""
UPDATE = update(CALLS).where(CALLS.c.id == bindparam("this"))
TAKEN: dict[str, Any] = {
    one.name: bindparam(f"turn_{one.name}") for one in TURNS.c if not one.primary_key
}
BOTH = UPDATE.add_cte(insert(TURNS).values(TAKEN).cte("taken"))


def of(call: Call) -> CallRow:
    return CallRow(**{name: getattr(call, name) for name in READ})


def by_sid(db: Session, sid: str, keyed: str | None = None) -> CallRow | None:
    """`keyed` is a ticket's number as it was dialled (see numbers.dialled)."""
    row = connection(db).execute(BY_SID, {"sid": sid, "keyed": keyed}).first()
    if row is None:
        return None
    call, ticket = CallRow(*row[: len(READ)]), TicketRow(*row[len(READ) :])
    call.ticket = ticket if ticket.id else None
    return call


def save(db: Session, call: CallRow) -> None:
    news = call.news()
    if news:
        connection(db).execute(UPDATE, {"this": call.id, **news})


def keep(db: Session, call: CallRow, **turn: Any) -> None:
    """Save the call with the turn that changed it: PostgreSQL takes both as one statement."""
    if connection(db).dialect.name == "sqlite":
        append(db, TakenTurn, call_id=call.id, **turn)
        save(db, call)
        return
    taken = {f"turn_{name}": value for name, value in turn.items()}
    both = {"this": call.id, "turn_call_id": call.id, **taken, **call.news()}
    connection(db).execute(BOTH, both)
