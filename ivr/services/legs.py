"""Legs: the rings of one page, one technician, one round; and what the carrier says of them.

A leg's row is written before the carrier is asked, and every URL the carrier is given names its
key, so nothing that comes back is lost even when we die between asking and writing the SID.
"""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from ivr.database import hurry
from ivr.models import Call, Direction, Leg, LegState, Page, PageState, Place, Technician
from ivr.services import events, outbox, paging, timeline
from ivr.services.timeline import Kind

RANK = {"queued": 0, "initiated": 0, "ringing": 1, "in-progress": 2}
OUTCOMES = {
    "busy": "busy",
    "no-answer": "no-answer",
    "failed": "failed",
    "canceled": "no-answer",
    "completed": "unaccepted",
}
CONVERSATION = 6
"""Seconds; a shorter call back ended while the customer was told who calls."""
LIVE = (LegState.DUE, LegState.PLACING, LegState.RINGING, LegState.ANSWERED)


def new(
    db: Session, now: datetime, page: Page, technician: Technician, level: int, round_: int
) -> Leg:
    """A ring that is due at once, and the text that goes beside it."""
    leg = Leg(
        key=secrets.token_urlsafe(12),
        page_id=page.id,
        technician_id=technician.id,
        number=technician.phone or "",
        level=level,
        round=round_,
        due_at=now,
    )
    db.add(leg)
    db.flush()
    hurry(db)
    told = {"technician": technician.name, "level": level, "outcome": None}
    events.tell(db, now, events.RUNG, page.ticket_id, told)
    if round_ == page.first_round:  # one text a level, however often it rings
        outbox.text_page(db, now, page, technician)
    return leg


def by_key(db: Session, key: str) -> Leg | None:
    return db.scalar(select(Leg).where(Leg.key == key).with_for_update())


def heard_from(
    db: Session,
    now: datetime,
    key: str,
    sid: str,
    status: str,
    sequence: int,
    cause: str | None = None,
) -> None:
    """The carrier's status callback. What comes late, twice or backward changes nothing."""
    leg = by_key(db, key)
    if leg is None or leg.state == LegState.ENDED:
        return
    leg.sid = leg.sid or sid
    leg.sequence = max(leg.sequence, sequence)
    if status in OUTCOMES:
        end(db, now, leg, OUTCOMES[status], cause)
    elif RANK.get(status, -1) == RANK["in-progress"]:
        picked_up(now, leg)
    elif leg.state in {LegState.DUE, LegState.PLACING}:
        rings(now, leg)


def rings(now: datetime, leg: Leg) -> None:
    leg.state, leg.placed_at = LegState.RINGING, leg.placed_at or now
    if not leg.stopping:
        leg.due_at = now + timedelta(seconds=_ring_for(leg) + 15)


def picked_up(now: datetime, leg: Leg) -> None:
    if leg.state == LegState.ANSWERED:
        return
    leg.state, leg.answered_at = LegState.ANSWERED, now
    if not leg.stopping:
        leg.due_at = now + timedelta(minutes=2)


def _ring_for(leg: Leg) -> int:
    for level in leg.page.policy:
        if level["level"] == leg.level:
            return int(level.get("ring_for", 25))
    return 25


def ring_for(db: Session, leg_id: int) -> int:
    return _ring_for(db.get_one(Leg, leg_id))


def end(db: Session, now: datetime, leg: Leg, outcome: str, cause: str | None = None) -> None:
    """The ring is over. The page looks at once at what that means."""
    if leg.state == LegState.ENDED:
        return
    leg.state, leg.due_at, leg.ended_at = LegState.ENDED, None, now
    if leg.outcome is None:
        leg.outcome = "cancelled" if leg.stopping else outcome
    leg.cause = leg.cause or cause
    _hung_up(db, now, leg)
    timeline.write(
        db,
        Kind.RANG,
        now,
        ticket_id=leg.page.ticket_id,
        technician=leg.technician.name,
        level=leg.level,
        outcome=leg.outcome,
        cause=leg.cause,
    )
    db.execute(
        update(Page)
        .where(Page.id == leg.page_id, Page.state == PageState.OPEN, Page.due_at > now)
        .values(due_at=now)
    )
    hurry(db)


def _hung_up(db: Session, now: datetime, leg: Leg) -> None:
    """The technician's own call is over; an acceptor who never met the caller owes them a call."""
    if leg.sid:
        call = db.scalar(select(Call).where(Call.sid == leg.sid))
        if call and call.ended_at is None:
            call.ended_at, call.place, call.status = now, Place.GONE, "completed"
    page = db.get_one(Page, leg.page_id, populate_existing=True)
    if page.state == PageState.OWED and page.accepted_by_id == leg.technician_id:
        paging.missed(db, now, page, "technician hung up")


def called_back(db: Session, now: datetime, key: str, status: str, seconds: int) -> None:
    """The customer's side of a call back is over. All that is heard of it when the technician
    hangs up first, because a dial is only reported to a line that is still there.
    """
    leg = by_key(db, key)
    if leg is None or status != "completed" or seconds < CONVERSATION:
        return
    if leg.page.accepted_by_id == leg.technician_id:
        paging.reached(db, now, leg.page, "called-back")


def stop_others(db: Session, now: datetime, page_id: int, technician_id: int | None) -> None:
    """Every other ringing phone stops; whoever has picked up hears who has the page."""
    live = select(Leg).where(Leg.page_id == page_id, Leg.state.in_(LIVE))
    for leg in db.scalars(live.with_for_update()):
        if leg.technician_id == technician_id:
            continue
        if leg.state == LegState.DUE:
            leg.stopping = True
            end(db, now, leg, "cancelled")
        else:
            leg.stopping, leg.due_at = True, now
    hurry(db)


def summoned(db: Session, now: datetime, key: str, sid: str) -> Call | None:
    """The technician has picked up: their call begins its walk."""
    leg = by_key(db, key)
    if leg is None:
        return None
    leg.sid = leg.sid or sid
    if leg.state != LegState.ENDED:
        picked_up(now, leg)
    call = db.scalar(select(Call).where(Call.sid == sid).with_for_update())
    if call is None:
        call = Call(
            sid=sid,
            direction=Direction.OUTBOUND,
            number=leg.number,
            ticket_id=leg.page.ticket_id,
            known={"at": "technician.start", "language": leg.technician.language},
            status="in-progress",
            started_at=now,
        )
        db.add(call)
        db.flush()
    return call


def taken_by(db: Session, key: str) -> tuple[str, str] | None:
    """Language of the leg's technician, and the name of who has the page."""
    leg = by_key(db, key)
    if leg is None or leg.page.accepted_by is None:
        return None
    return leg.technician.language, leg.page.accepted_by.name
