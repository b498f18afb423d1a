"""How long recordings are kept, by their kind; and the deletion of those whose time is over: our
file, the transcript and the carrier's copy, said on the ticket. What a hold keeps stays.

Each kind has a row that is due when the next one may have to go. It marks those whose time is over,
and each of them is then due by itself until it is gone everywhere.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import BindParameter, bindparam, select, update
from sqlalchemy.orm import Session

from ivr import clock
from ivr.database import changed, hurry, transaction
from ivr.models import Act, Recording, RecordingState, Retention
from ivr.services import audit
from ivr.services.calls.carrier import Carrier
from ivr.services.erasure import holds

DEFAULTS: dict[str, int] = {"conversation": 365, "message": 730, "note": 730, "description": 730}
"""Days, by kind; the one place that says so."""
LONGEST = 36_500
LEASE = timedelta(minutes=2)
AT_A_TIME = 200
AGAIN_AFTER = timedelta(days=1)
GOING: BindParameter[list[str]] = bindparam(
    "going",
    [RecordingState.DELETING.value, RecordingState.DELETED.value],
    expanding=True,
    literal_execute=True,
)
KEPT = Recording.state.not_in(GOING)
"""Spelled out, so that SQLite uses the index on it."""


class WrongDaysError(ValueError):
    """Not a whole number of days from 1 to LONGEST."""


def days(db: Session) -> dict[str, int]:
    """By kind, for all kinds."""
    found = {one.kind: one.days for one in db.scalars(select(Retention))}
    return {kind: found.get(kind, given) for kind, given in DEFAULTS.items()}


def put(db: Session, now: datetime, given: Mapping[str, int], by: str) -> None:
    """Change what is given; those whose time is over by that are deleted soon."""
    keep(db, now)
    for row in db.scalars(select(Retention).where(Retention.kind.in_(given))):
        wanted, was = given[row.kind], row.days
        if not 0 < wanted <= LONGEST:
            raise WrongDaysError(row.kind)
        if wanted != was:
            row.days, row.due_at = wanted, now
            told = {"recording": row.kind, "days": wanted, "was": was}
            audit.write(db, now, by, Act.CHANGED, "retention", audit.Kind.RETENTION, **told)
    hurry(db)


def keep(db: Session, now: datetime) -> None:
    """See to it that every kind has its row."""
    there = set(db.scalars(select(Retention.kind)))
    for kind in DEFAULTS.keys() - there:
        db.add(Retention(kind=kind, days=DEFAULTS[kind], due_at=now))
    db.flush()


def attend(retention_id: int, _carrier: Carrier) -> None:
    """Mark the recordings of a kind whose time is over."""
    with transaction() as db:
        now = clock.now()
        row = db.get(Retention, retention_id, with_for_update=True)
        if row is None or row.due_at is None or row.due_at > now:
            return
        over = now - timedelta(days=row.days)
        of_kind = (Recording.kind == row.kind, KEPT)
        oldest = select(Recording.id).where(*of_kind, ~holds.keeps())
        oldest = oldest.order_by(Recording.made_at)
        ids = db.scalars(oldest.where(Recording.made_at <= over).limit(AT_A_TIME)).all()
        if ids:
            these = update(Recording).where(Recording.id.in_(ids))
            db.execute(these.values(state=RecordingState.DELETING, due_at=now, tries=0))
            hurry(db)
        row.due_at = now if len(ids) == AT_A_TIME else _next(db, now, row)


def _next(db: Session, now: datetime, row: Retention) -> datetime:
    """When the next one's time is over, but no later than in a day."""
    over = now - timedelta(days=row.days)
    young = select(Recording.made_at).where(Recording.kind == row.kind, KEPT)
    next_one = db.scalar(young.where(Recording.made_at > over).order_by(Recording.made_at).limit(1))
    latest = now + AGAIN_AFTER
    return min(latest, next_one + timedelta(days=row.days)) if next_one else latest


def claim(db: Session, now: datetime, recording: Recording) -> bool:
    claimed = update(Recording).where(
        Recording.id == recording.id, Recording.due_at == recording.due_at
    )
    return changed(db, claimed.values(due_at=now + LEASE, tries=Recording.tries + 1))
