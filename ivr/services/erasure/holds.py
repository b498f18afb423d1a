"""Legal holds: what must not be deleted, though its time is over or somebody asks for it; placed
and lifted by name, with a reason, and told on the ticket.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, exists, or_, select, update
from sqlalchemy.orm import Session, joinedload

from ivr.database import hurry
from ivr.models import Act, Hold, Recording, Retention, Ticket
from ivr.services import audit
from ivr.services.tickets import timeline
from ivr.services.tickets.timeline import Kind

LASTS = Hold.lifted_at.is_(None)
SHOWN = 200


def keeps(recording: type[Recording] = Recording) -> ColumnElement[bool]:
    """Whether a hold keeps a recording: its own, or its ticket's."""
    mine = or_(Hold.recording_id == recording.id, Hold.ticket_id == recording.ticket_id)
    return exists(select(Hold.id).where(LASTS, mine).correlate(recording))


def on_ticket(db: Session, ticket_id: int) -> Hold | None:
    return db.scalar(select(Hold).where(Hold.ticket_id == ticket_id, LASTS))


def on_recordings(db: Session, ids: Sequence[int]) -> dict[int, Hold]:
    found = db.scalars(select(Hold).where(Hold.recording_id.in_(ids), LASTS))
    return {one.recording_id: one for one in found if one.recording_id}


def of_call(db: Session, sids: Sequence[str]) -> dict[str, Hold]:
    """What keeps each recording, by its SID: a hold of its own, or its ticket's."""
    mine = or_(Hold.recording_id == Recording.id, Hold.ticket_id == Recording.ticket_id)
    rows = select(Recording.sid, Hold).join(Hold, mine).where(LASTS, Recording.sid.in_(sids))
    return dict(iter(db.execute(rows)))


def lasting(db: Session) -> Sequence[Hold]:
    """The newest first."""
    found = select(Hold).options(joinedload(Hold.ticket), joinedload(Hold.recording))
    return db.scalars(found.where(LASTS).order_by(Hold.id.desc()).limit(SHOWN)).all()


def place(db: Session, now: datetime, of: Ticket | Recording, why: str, by: str) -> bool:
    """False when it is held already."""
    held = on_ticket(db, of.id) if isinstance(of, Ticket) else on_recordings(db, [of.id])
    if held:
        return False
    which = {"ticket_id": of.id} if isinstance(of, Ticket) else {"recording_id": of.id}
    made = Hold(why=why, by=by, placed_at=now, **which)
    db.add(made)
    db.flush()
    _tell(db, now, of, Kind.HELD, by, why=why)
    audit.write(db, now, by, Act.DID, _about(of), audit.Kind.HELD, hold=made.id)
    return True


def lift(db: Session, now: datetime, hold: Hold, by: str) -> None:
    """What it has kept for longer than its time is deleted soon."""
    if hold.lifted_at:
        return
    hold.lifted_at, hold.lifted_by = now, by
    of = hold.ticket or hold.recording
    assert of, "a hold is of one of them"
    _tell(db, now, of, Kind.HOLD_LIFTED, by)
    audit.write(db, now, by, Act.DID, _about(of), audit.Kind.HOLD_LIFTED, hold=hold.id)
    db.execute(update(Retention).where(Retention.due_at > now).values(due_at=now))
    hurry(db)


def _about(of: Ticket | Recording) -> str:
    return f"ticket-{of.number}" if isinstance(of, Ticket) else f"recording-{of.sid}"


def _tell(
    db: Session, now: datetime, of: Ticket | Recording, kind: Kind, by: str, **more: Any
) -> None:
    ticket_id = of.id if isinstance(of, Ticket) else of.ticket_id
    call_id = None if isinstance(of, Ticket) else of.call_id
    what = "the whole ticket" if isinstance(of, Ticket) else "a recording"
    held = {"what": what, "of": "ticket" if isinstance(of, Ticket) else "recording"}
    timeline.write(db, kind, now, ticket_id=ticket_id, call_id=call_id, by=by, **held, **more)
