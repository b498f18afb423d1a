"""Getting a leg rung, whatever the carrier does: claim, commit, ask, write down.

No network call is made inside a transaction. A crash in between rings twice, never not at all;
an unknown outcome is looked up at the carrier before the next try.
"""

from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session, joinedload

from ivr import clock
from ivr.database import changed, transaction
from ivr.models import Leg, LegState, Page, PageState
from ivr.services.calls.carrier import (
    Carrier,
    NotNow,
    Outcome,
    Placed,
    PlacedCall,
    Refused,
    Unknown,
)
from ivr.services.paging import bundling, changing_hands, legs, limits
from ivr.services.webhooks import events

LEASE = timedelta(seconds=8)
"""Longer than the carrier may take to answer."""
LOOK_UP_AFTER = timedelta(seconds=2)
LONGEST_PAUSE = 10.0


def attend(leg_id: int, carrier: Carrier) -> None:
    """Do what is due on a leg: ring it, find out what came of it, or stop it."""
    with transaction() as db:
        task = _claim(db, clock.now(), leg_id)
    if task == "ring":
        _ring(leg_id, carrier)
    elif task == "look up":
        _look_up(leg_id, carrier)
    elif task == "stop":
        _stop(leg_id, carrier)
    elif task == "bring":
        _bring(leg_id, carrier)


def _claim(db: Session, now: datetime, leg_id: int) -> str | None:
    """Take the leg for as long as its lease; None when it is not due or somebody else has it. Its
    page is locked before it, as whoever accepts does.
    """
    of_leg = select(Page).join(Leg, Leg.page_id == Page.id).where(Leg.id == leg_id)
    of_leg = of_leg.options(joinedload(Page.ticket)).with_for_update(of=Page)
    page = db.scalar(of_leg)  # noqa: F841  kept, so that the leg finds it
    leg = db.get(Leg, leg_id)
    if leg is None or leg.due_at is None or leg.due_at > now:
        return None
    claimed = changed(
        db,
        update(Leg)
        .where(Leg.id == leg_id, Leg.due_at == leg.due_at, Leg.state == leg.state)
        .values(due_at=now + LEASE),
    )
    if not claimed:
        return None
    if leg.state in legs.NOT_RUNG:
        return "ring" if _may_ring(db, now, leg) else None
    if leg.stopping and leg.sid and leg.outcome != "taken":
        return "stop"
    return "bring" if changing_hands.is_to_bring(leg) else "look up"


def _may_ring(db: Session, now: datetime, leg: Leg) -> bool:
    """Unless nobody is needed any more, or their phone must be left alone for now."""
    if leg.stopping or (leg.page.state != PageState.OPEN and not _own(leg)):
        leg.stopping = True
        legs.end(db, now, leg, "cancelled")
        return False
    hindrance = bundling.hindrance(db, now, leg)
    if hindrance:
        _waits(db, now, leg, hindrance)
        return False
    if not _own(leg) and limits.reached(db, now, leg):
        legs.pass_over(db, now, leg, "at their limit")
        legs.end(db, now, leg, "limited")
        return False
    leg.state, leg.tries, leg.placed_at = LegState.PLACING, leg.tries + 1, now
    leg.outcome = None
    if leg.tries == 1:
        told = {"technician": leg.technician.name, "level": leg.level, "outcome": None}
        events.tell(db, now, events.RUNG, leg.page.ticket_id, told)
    return True


def _waits(db: Session, now: datetime, leg: Leg, why: str) -> None:
    """The ring comes when their phone is free; in turn, the next person is rung meanwhile. Who was
    passed over once for this ring stays so until it comes.
    """
    passed = why == bundling.ENGAGED and leg.outcome is None
    news = leg.state != LegState.WAITING or passed
    leg.state, leg.due_at = LegState.WAITING, now + bundling.LOOK_AGAIN
    if not news:
        return
    if passed:
        leg.outcome = bundling.ENGAGED
        legs.pass_over(db, now, leg, "on a call with a customer")
    db.flush()
    legs.look_again(db, now, leg.page_id)


def _own(leg: Leg) -> bool:
    """The ring that puts an acceptor (by text) through to the caller."""
    return leg.page.state == PageState.OWED and leg.page.accepted_by_id == leg.technician_id


def _ring(leg_id: int, carrier: Carrier) -> None:
    with transaction() as db:
        leg = db.get_one(Leg, leg_id, options=[joinedload(Leg.page)])
        number, key, seconds = leg.number, leg.key, legs.ring_for(leg)
    outcome = carrier.ring(number, key, seconds)
    with transaction() as db:
        _write_down(db, clock.now(), leg_id, outcome)


def _write_down(db: Session, now: datetime, leg_id: int, outcome: Outcome) -> None:
    known = select(Leg).where(Leg.id == leg_id).options(joinedload(Leg.page))
    leg = db.scalars(known.with_for_update(of=Leg)).one()
    if isinstance(outcome, Placed):
        leg.sid = leg.sid or outcome.sid
    if leg.state != LegState.PLACING:  # its callbacks were faster, and are the better witness
        return
    if isinstance(outcome, Placed):
        legs.rings(now, leg)
        if leg.stopping:
            leg.due_at = now
    elif isinstance(outcome, Refused):
        legs.end(db, now, leg, "failed", outcome.cause)
    elif isinstance(outcome, NotNow):
        leg.state, leg.cause = LegState.DUE, outcome.cause
        pause = min(LONGEST_PAUSE, outcome.after * 2 ** min(leg.tries - 1, 4))
        leg.due_at = now + timedelta(seconds=pause)
    else:
        leg.cause, leg.due_at = outcome.cause, now + LOOK_UP_AFTER


def _bring(leg_id: int, carrier: Carrier) -> None:
    """Take the caller out of the conversation that is taken over. To ask twice does no harm: they
    leave one hold once.
    """
    with transaction() as db:
        talk = changing_hands.talk(db, db.get_one(Leg, leg_id).page)
    outcome = carrier.bring(talk.sid, talk.turn, talk.language) if talk else None
    again = isinstance(outcome, NotNow | Unknown)
    with transaction() as db:
        leg = db.scalars(select(Leg).where(Leg.id == leg_id).with_for_update()).one()
        if leg.state == LegState.ANSWERED:
            leg.due_at = clock.now() + (LOOK_UP_AFTER if again else timedelta(minutes=2))


def _look_up(leg_id: int, carrier: Carrier) -> None:
    """An outcome is missing: ask the carrier what it knows."""
    with transaction() as db:
        leg = db.get_one(Leg, leg_id)
        sid, number, since = leg.sid, leg.number, leg.placed_at or clock.now()
    if sid is None:
        found = carrier.calls_to(number, since - timedelta(seconds=5))
        with transaction() as db:
            _adopt_or_ring_again(db, clock.now(), leg_id, found)
        return
    status = carrier.status(sid)
    with transaction() as db:
        _believe(db, clock.now(), leg_id, status)


def _adopt_or_ring_again(
    db: Session, now: datetime, leg_id: int, found: list[PlacedCall] | Unknown
) -> None:
    leg = db.scalars(select(Leg).where(Leg.id == leg_id).with_for_update()).one()
    if leg.state != LegState.PLACING:
        return
    sids = [] if isinstance(found, Unknown) else [call.sid for call in found]
    known = set(db.scalars(select(Leg.sid).where(Leg.sid.in_(sids))))
    fresh = [sid for sid in sids if sid not in known]
    if fresh:
        leg.sid = fresh[0]
        legs.rings(now, leg)
        leg.due_at = now + LOOK_UP_AFTER
    elif leg.stopping:
        legs.end(db, now, leg, "cancelled")
    elif leg.page.state == PageState.OPEN:  # a second ring is better than none
        leg.state, leg.due_at = LegState.DUE, now
    else:
        legs.end(db, now, leg, "failed", leg.cause)


def _believe(db: Session, now: datetime, leg_id: int, status: str | Unknown) -> None:
    leg = db.scalars(select(Leg).where(Leg.id == leg_id).with_for_update()).one()
    if leg.state == LegState.ENDED:
        return
    if isinstance(status, Unknown):
        leg.due_at = now + timedelta(seconds=5)
    elif status in legs.OUTCOMES:
        legs.end(db, now, leg, legs.OUTCOMES[status], "found out from the carrier")
    else:
        if status == "in-progress":
            legs.picked_up(now, leg)
        leg.due_at = now + timedelta(seconds=10)


def _stop(leg_id: int, carrier: Carrier) -> None:
    with transaction() as db:
        leg = db.get_one(Leg, leg_id)
        sid, key, answered = leg.sid or "", leg.key, leg.state == LegState.ANSWERED
    outcome = carrier.tell_taken(sid, key) if answered else carrier.stop(sid)
    with transaction() as db:
        leg = db.scalars(select(Leg).where(Leg.id == leg_id).with_for_update()).one()
        if leg.state == LegState.ENDED:
            return
        now = clock.now()
        if isinstance(outcome, NotNow | Unknown):
            leg.due_at = now + timedelta(seconds=2)
        elif answered:  # told who has it; the end of the call will come by callback
            leg.outcome, leg.due_at = "taken", now + timedelta(seconds=30)
        else:
            legs.end(db, now, leg, "cancelled")
