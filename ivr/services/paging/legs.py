"""Legs: the rings of one page, one technician, one round, one phone; and what the carrier says of
them.

A leg's row is written before the carrier is asked, and every URL the carrier is given names its
key, so nothing that comes back is lost even when we die between asking and writing the SID.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import and_, or_, select, update
from sqlalchemy.orm import Session

from ivr.database import hurry
from ivr.models import Call, Direction, Leg, LegState, Page, PageState, Place, Technician
from ivr.services.calls import outcomes
from ivr.services.mail import outbox
from ivr.services.paging import bundling, paging, wishes
from ivr.services.paging.progress import Waiting
from ivr.services.tickets import timeline
from ivr.services.tickets.timeline import Kind

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
DIALLED_IN = "dialled in"
NOT_RUNG = (LegState.DUE, LegState.WAITING)
LIVE = (*NOT_RUNG, *bundling.ON_THE_PHONE)


def ring(
    db: Session,
    now: datetime,
    page: Page,
    those: Sequence[Technician],
    round_: int,
    waiting: Waiting | None = None,
    *,
    only: str | None = None,
) -> list[Leg]:
    """The rings of each one's phones, when they wish, and the text that goes before or beside; or
    of only this phone, now.
    """
    text = round_ == page.first_round  # one a level, however often it rings
    level, made = page.policy[page.level]["level"], list[Leg]()
    for one in those:
        left = not one.active and not page.ticket.canary  # the canary's own is in no list
        rung = [] if left else [(only, 0)] if only else wishes.planned(one, text=text)
        if not rung:  # the phone was taken away, or they left, since the page was opened
            made.append(_unreachable(now, page, one))
            look_again(db, now, page.id)
        for number, after in rung:
            leg = (waiting or {}).get((one.id, number)) or _new(page, one, number)
            leg.outcome, leg.due_at = None, now + timedelta(seconds=after)
            made.append(leg)
    for leg in made:
        leg.level, leg.round = level, round_
    db.add_all(made)
    db.flush()
    hurry(db)
    if text:
        for one in those:
            outbox.text_page(db, now, page, one)
    return made


def _new(page: Page, technician: Technician, number: str) -> Leg:
    return Leg(
        key=secrets.token_urlsafe(12),
        page_id=page.id,
        technician_id=technician.id,
        number=number,
    )


def _unreachable(now: datetime, page: Page, technician: Technician) -> Leg:
    leg = _new(page, technician, "")
    leg.state, leg.outcome, leg.ended_at = LegState.ENDED, "failed", now
    leg.cause = "no phone" if technician.active else "has left"
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
    elif leg.state in {*NOT_RUNG, LegState.PLACING}:
        rings(now, leg)


def rings(now: datetime, leg: Leg) -> None:
    seconds = ring_for(leg) + 15
    leg.state, leg.placed_at = LegState.RINGING, leg.placed_at or now
    if not leg.stopping:
        leg.due_at = now + timedelta(seconds=seconds)


def picked_up(now: datetime, leg: Leg) -> None:
    if leg.state == LegState.ANSWERED:
        return
    leg.state, leg.answered_at = LegState.ANSWERED, now
    if not leg.stopping:
        leg.due_at = now + timedelta(minutes=2)


def ring_for(leg: Leg) -> int:
    for level in leg.page.policy:
        if level["level"] == leg.level:
            return int(level.get("ring_for", 25))
    return 25


def end(db: Session, now: datetime, leg: Leg, outcome: str, cause: str | None = None) -> None:
    """The ring is over. The page looks at once at what that means."""
    if leg.state == LegState.ENDED:
        return
    leg.state, leg.due_at, leg.ended_at = LegState.ENDED, None, now
    if leg.outcome in {None, bundling.ENGAGED}:
        leg.outcome = "cancelled" if leg.stopping else outcome
    leg.cause = leg.cause or cause
    _hung_up(db, now, leg)
    was_rung = leg.placed_at or leg.sid
    if was_rung and leg.cause != DIALLED_IN:  # nobody need know of a ring that never was
        told = {name: getattr(leg, name) for name in ("level", "outcome", "cause")}
        told["technician"] = leg.technician.name
        timeline.write(db, Kind.RANG, now, ticket_id=leg.page.ticket_id, **told)
    _other_phones(db, now, leg)
    look_again(db, now, leg.page_id)
    bundling.release(db, now, leg.technician_id)


def pass_over(db: Session, now: datetime, leg: Leg, why: str) -> None:
    """Not rung, or not now; the ticket says so."""
    passed = [{"name": leg.technician.name, "why": why}]
    about = leg.page.ticket_id
    timeline.write(db, Kind.PASSED_OVER, now, ticket_id=about, level=leg.level, passed=passed)


def look_again(db: Session, now: datetime, page_id: int) -> None:
    """The page decides at once what it means."""
    db.execute(
        update(Page)
        .where(Page.id == page_id, Page.state == PageState.OPEN, Page.due_at > now)
        .values(due_at=now)
    )
    hurry(db)


def _other_phones(db: Session, now: datetime, leg: Leg) -> None:
    """Who passes on one phone passes on all; when one cannot be rung, the next one is."""
    if leg.outcome not in {"passed", *wishes.OUT_OF_REACH} or leg.stopping:
        return
    numbers = [one.number for one in leg.technician.phones]
    if numbers in ([leg.number], []):
        return
    same = (Leg.page_id == leg.page_id, Leg.technician_id == leg.technician_id)
    others = db.scalars(select(Leg).where(*same, Leg.round == leg.round, Leg.id != leg.id)).all()
    if leg.outcome == "passed":
        for one in others:
            if one.state != LegState.ENDED:
                one.stopping, one.due_at = True, now
        return
    rung = {one.number: one for one in others}
    following = next((one for one in wishes.after(numbers, leg.number)
                      if one not in rung or rung[one].state == LegState.DUE), None)  # fmt: skip
    if following in rung:
        rung[following].due_at = now
    elif following:
        made = _new(leg.page, leg.technician, following)
        made.level, made.round, made.due_at = leg.level, leg.round, now
        db.add(made)
    db.flush()


def _hung_up(db: Session, now: datetime, leg: Leg) -> None:
    """The technician's own call is over; an acceptor who never met the caller owes them a call.
    A second phone that is stopped is no hanging up.
    """
    if leg.sid:
        call = db.scalar(select(Call).where(Call.sid == leg.sid))
        if call and call.ended_at is None:
            call.ended_at, call.place, call.status = now, Place.GONE, "completed"
            outcomes.settle(db, call)
    page = db.get_one(Page, leg.page_id, populate_existing=True)
    mine = page.accepted_by_id == leg.technician_id and not leg.stopping
    if page.state == PageState.OWED and mine:
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


def stop_others(
    db: Session, now: datetime, page_id: int, technician_id: int | None, leg_id: int | None = None
) -> None:
    """Every other ringing phone stops; whoever has picked up hears who has the page. Of the
    technician's own phones only the one in their hand goes on, once it is known. Other pages that
    wait for them need not wait.
    """
    of_page = and_(Leg.page_id == page_id, Leg.ended_at.is_(None))
    theirs = and_(
        Leg.technician_id == technician_id,
        Leg.ended_at.is_(None),
        Leg.state == LegState.WAITING,
        Leg.outcome.is_(None),
    )
    for leg in db.scalars(select(Leg).where(or_(of_page, theirs)).with_for_update()):
        if leg.page_id != page_id:
            leg.due_at = now
        elif leg.id == leg_id or (leg_id is None and leg.technician_id == technician_id):
            continue
        elif leg.state in NOT_RUNG:
            leg.stopping = True
            end(db, now, leg, "cancelled")
        else:
            leg.stopping, leg.due_at = True, now
    hurry(db)


def of_call(db: Session, sid: str) -> Leg | None:
    return db.scalar(select(Leg).where(Leg.sid == sid).with_for_update())


def summoned(db: Session, now: datetime, key: str, sid: str) -> Call | None:
    """The technician has picked up: their call begins its walk."""
    leg = by_key(db, key)
    if leg is None:
        return None
    leg.sid = leg.sid or sid
    if leg.state != LegState.ENDED:
        picked_up(now, leg)
    if leg.page.state == PageState.OWED and leg.page.accepted_by_id == leg.technician_id:
        stop_others(db, now, leg.page_id, leg.technician_id, leg.id)  # accepted by text
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
