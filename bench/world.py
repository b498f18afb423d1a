"""Whom the benchmark's line serves: the demo's people, a few hundred tickets, and thousands of
calls that have just been asked for the number of their ticket.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from callflows.turn import Severity
from ivr.database import make_engine
from ivr.models import Call, Customer, TakenTurn
from ivr.services.calls import calls
from ivr.services.tickets import tickets

TICKETS = 500


@contextmanager
def session(url: str) -> Iterator[Session]:
    """Committed at the end, and the connection closed."""
    engine = make_engine(url)
    with Session(engine) as db, db.begin():
        yield db
    engine.dispose()


def callers(url: str, count: int) -> list[tuple[str, str]]:
    """Calls that are about to key their ticket: the SID and the ticket's number of each."""
    now = datetime.now(UTC)
    sids = [f"CA{number:032x}" for number in range(count)]
    with session(url) as db:
        numbers = _tickets(db, now)
        calls.receive(db, now, sids[0], "+15145550100")
        db.flush()
        _copy_first_call(db, sids[1:])
    return [(sid, numbers[at % TICKETS]) for at, sid in enumerate(sids)]


def _tickets(db: Session, now: datetime) -> list[str]:
    customer = db.scalars(select(Customer).order_by(Customer.id)).first()
    return [
        tickets.open_ticket(
            db, now, title="No dial tone", severity=Severity.MINOR, customer=customer
        ).number
        for _ in range(TICKETS)
    ]


def _copy_first_call(db: Session, sids: list[str]) -> None:
    call, turn = db.scalars(select(Call)).one(), db.scalars(select(TakenTurn)).one()
    like_call, like_turn = _values(call), _values(turn)
    db.execute(insert(Call), [like_call | {"sid": sid} for sid in sids])
    others = db.scalars(select(Call.id).where(Call.id != call.id)).all()
    db.execute(insert(TakenTurn), [like_turn | {"call_id": other} for other in others])


def _values(row: Call | TakenTurn) -> dict[str, Any]:
    names = row.__mapper__.column_attrs.keys()
    return {name: getattr(row, name) for name in names if name != "id"}


def turns_taken(url: str) -> int:
    """How many turns are on record."""
    with session(url) as db:
        return db.scalars(select(func.count()).select_from(TakenTurn)).one()
