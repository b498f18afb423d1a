"""What the reports do again and again, as rows that fall due: counting, and the weekly mail."""

from collections.abc import Callable, Iterator
from datetime import date, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from ivr import clock
from ivr.database import changed, transaction
from ivr.models import Reckoning
from ivr.services.calls.carrier import Carrier
from ivr.services.reports import reckoning, weekly

LEASE = reckoning.LEASE

DO: dict[str, Callable[[], None]] = {
    reckoning.FIGURES: reckoning.attend,
    weekly.MAIL: weekly.attend,
}


def keep(db: Session, now: datetime) -> None:
    """See to it that each has its row. The first mail waits for its own time."""
    there = set(db.scalars(select(Reckoning.name)))
    first = {reckoning.FIGURES: now, weekly.MAIL: weekly.next_one(db, now)}
    for name in DO.keys() - there:
        db.add(Reckoning(name=name, due_at=first[name], days=[]))
    db.flush()


def afresh(since: date | None = None) -> Iterator[date]:
    """Every day counted again; tells how far it is."""
    with transaction() as db:
        keep(db, clock.now())
    yield from reckoning.rebuild(since)


def attend(id_: int, _carrier: Carrier) -> None:
    with transaction() as db:
        name = _claim(db, clock.now(), id_)
    if name:
        DO[name]()


def _claim(db: Session, now: datetime, id_: int) -> str | None:
    """Take it for as long as its lease; None when it is not due or somebody else has it."""
    row = db.get(Reckoning, id_)
    if row is None or row.due_at is None or row.due_at > now:
        return None
    same = (Reckoning.id == id_, Reckoning.due_at == row.due_at)
    mine = changed(db, update(Reckoning).where(*same).values(due_at=now + LEASE))
    return row.name if mine and row.name in DO else None
