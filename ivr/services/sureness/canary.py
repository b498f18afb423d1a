"""The canary: on a schedule the line rings itself through the real carrier, from the call to "press
1" to the note, so that a fault is found before a customer finds it.

One row stands for the next run. A run that fails is tried again at once; a second failure is the
alarm.
"""

import json
import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from ivr import clock
from ivr.database import changed, hurry, transaction
from ivr.models import (
    Canary,
    CanaryState,
    Check,
    Organization,
    Page,
    PageState,
    Role,
    Status,
    Technician,
    Ticket,
)
from ivr.services import links
from ivr.services.calls import moments
from ivr.services.calls.carrier import Carrier, NotNow, Outcome, Placed, Refused
from ivr.services.mail import letters, outbox
from ivr.services.paging import paging, policies
from ivr.services.settings import house
from ivr.services.sureness import cage, canary_steps, found
from ivr.services.tickets import life
from ivr.settings import settings

LONGEST = timedelta(minutes=3)
"""A run that has not come to its end by then has failed."""
LOOK_EVERY = timedelta(seconds=5)
LEASE = timedelta(seconds=8)
"""Longer than the carrier may take to answer."""
AGAIN_AFTER = timedelta(seconds=20)
"""Until the lines of a run that failed are free."""
LATE = timedelta(minutes=15)
"""After its time; then something is wrong with whoever should have run it."""
FIRST_AFTER = timedelta(minutes=2)
"""The first run of all waits until a service that has just been set up has settled."""


def every() -> timedelta:
    return timedelta(hours=settings().canary_every)


def is_wanted() -> bool:
    return bool(settings().canary and settings().canary_every)


def latest(db: Session) -> Canary | None:
    """The last run that came to an end."""
    ended = select(Canary).where(Canary.ended_at.is_not(None))
    return db.scalar(ended.order_by(Canary.id.desc()).limit(1))


# The schedule -------------------------------------------------------------------------------------


def keep(db: Session, now: datetime) -> None:
    """See to it that the next run stands in the table, as the settings have it."""
    if not is_wanted():
        db.execute(delete(Canary).where(Canary.state == CanaryState.WAITING))
        return
    due_at = _next(db, now)
    waiting = _waiting(db)
    if waiting is None and _singing(db) is None:
        _wait(db, due_at)
    elif waiting and waiting.due_at and waiting.due_at > max(due_at, now + FIRST_AFTER):
        waiting.due_at = due_at


def _next(db: Session, now: datetime) -> datetime:
    before = latest(db)
    if before is None or before.started_at is None:
        return now + FIRST_AFTER
    return max(now, before.started_at + every())


def may_ring(db: Session) -> bool:
    """Not without a number, nor while it is under way."""
    return bool(settings().canary) and _singing(db) is None


def ring_now(db: Session, now: datetime) -> bool:
    """One of us wants to see it at once. False where it may not."""
    if not may_ring(db):
        return False
    waiting = _waiting(db)
    if waiting:
        waiting.due_at, waiting.attempt = now, 1
    else:
        _wait(db, now)
    hurry(db)
    return True


def _waiting(db: Session) -> Canary | None:
    """The next run. Who asks may write one, and nobody else does meanwhile."""
    db.execute(select(Organization.id).where(Organization.id == 1).with_for_update())
    return db.scalar(select(Canary).where(Canary.state == CanaryState.WAITING))


def _singing(db: Session) -> Canary | None:
    return db.scalar(select(Canary).where(Canary.state == CanaryState.SINGING))


def _wait(db: Session, due_at: datetime, attempt: int = 1) -> None:
    db.add(Canary(key=secrets.token_urlsafe(12), due_at=due_at, attempt=attempt))
    db.flush()


# A run --------------------------------------------------------------------------------------------


def attend(canary_id: int, carrier: Carrier) -> None:
    """Do what is due: call, or see how far it has come."""
    with transaction() as db:
        task = _claim(db, clock.now(), canary_id)
    if task == "call":
        with transaction() as db:
            key = db.get_one(Canary, canary_id).key
        outcome = carrier.call_in(key)
        with transaction() as db:
            _write_down(db, clock.now(), canary_id, outcome)
    elif task == "look":
        with transaction() as db:
            lost = _look(db, clock.now(), canary_id)
        if lost:
            _ask_why(canary_id, lost, carrier)


def _claim(db: Session, now: datetime, canary_id: int) -> str | None:
    """Take the run for as long as its lease; None when it is not due or somebody else has it."""
    run = db.get(Canary, canary_id)
    if run is None or run.due_at is None or run.due_at > now:
        return None
    same = (Canary.id == canary_id, Canary.due_at == run.due_at, Canary.state == run.state)
    if not changed(db, update(Canary).where(*same).values(due_at=now + LEASE)):
        return None
    if run.state == CanaryState.WAITING:
        _tidy(db, now)
        run.state, run.started_at = CanaryState.SINGING, now
        run.ticket_id = cage.new_ticket(db, now).id
    return "look" if run.placed_at or _is_late(run, now) else "call"


def _is_late(run: Canary, now: datetime) -> bool:
    return run.started_at is not None and now - run.started_at >= LONGEST


def _write_down(db: Session, now: datetime, canary_id: int, outcome: Outcome) -> None:
    run = db.scalars(select(Canary).where(Canary.id == canary_id).with_for_update()).one()
    if run.state != CanaryState.SINGING:
        return
    run.cause = None if isinstance(outcome, Placed) else _kept("canary-cause", cause=outcome.cause)
    if isinstance(outcome, Refused):
        run.cause = _kept("canary-refused", cause=outcome.cause)
        _fail(db, now, run)
    elif isinstance(outcome, NotNow):
        run.due_at = now + timedelta(seconds=max(outcome.after, LOOK_EVERY.total_seconds()))
    else:  # what may have been placed is waited for
        run.sid = outcome.sid if isinstance(outcome, Placed) else None
        run.placed_at, run.due_at = now, now + LOOK_EVERY


def _look(db: Session, now: datetime, canary_id: int) -> str | None:
    """Passed, failed, or to be looked at again. Returns the SID of a call that led to nothing."""
    run = db.scalars(select(Canary).where(Canary.id == canary_id).with_for_update()).one()
    if run.state != CanaryState.SINGING:
        return None
    run.steps = canary_steps.reached(db, now, run) | run.steps  # what was seen first, stays
    if canary_steps.missing(run.steps) is None:
        _end(db, now, run, CanaryState.PASSED)
        _wait(db, (run.started_at or now) + every())
    elif _is_late(run, now):
        _fail(db, now, run)
        return run.sid
    else:
        run.due_at = now + LOOK_EVERY
    return None


def _fail(db: Session, now: datetime, run: Canary) -> None:
    run.missing = canary_steps.missing(run.steps)
    _end(db, now, run, CanaryState.FAILED)
    if run.attempt == 1:
        _wait(db, now + AGAIN_AFTER, attempt=2)
        return
    _wait(db, (run.started_at or now) + every())
    _alarm(db, now, run)


def _end(db: Session, now: datetime, run: Canary, state: CanaryState) -> None:
    run.state, run.ended_at, run.due_at = state, now, None
    _tidy(db, now)
    db.execute(update(Check).where(Check.name == "canary").values(due_at=now))


def _tidy(db: Session, now: datetime) -> None:
    """Whatever became of it: its tickets are closed, and nothing rings for them any more."""
    open_ones = select(Ticket).where(Ticket.canary, Ticket.status != Status.CLOSED)
    live = select(Page.ticket_id).where(Page.state.in_([PageState.OPEN, PageState.OWED]))
    paged = select(Ticket).where(Ticket.canary, Ticket.id.in_(live))
    for ticket in {*db.scalars(open_ones), *db.scalars(paged)}:
        paging.close(db, now, ticket.id)
        life.move(db, now, ticket, Status.CLOSED, life.STAFF, by="the canary")


def _ask_why(canary_id: int, sid: str, carrier: Carrier) -> None:
    """What the carrier knows of a call that led to nothing, which is ended in any case."""
    status = carrier.status(sid)
    carrier.stop(sid)
    if isinstance(status, str):
        with transaction() as db:
            run = db.get_one(Canary, canary_id)
            run.cause = run.cause or _kept("canary-status", status=status)


def _kept(key: str, /, **values: str) -> str:
    return json.dumps([(key, values)])


def why(run: Canary) -> list[found.Said]:
    """What the carrier said of a failure; earlier versions have kept it as a text."""
    if run.cause and not run.cause.startswith("["):
        return [("canary-cause", {"cause": run.cause})]
    return found.read(run.cause or "")


# The alarm ----------------------------------------------------------------------------------------


def _alarm(db: Session, now: datetime, run: Canary) -> None:
    """By mail, to the last level and to the admins: by then nothing may ring any more."""
    ours = house.ours(db)
    admins = select(Technician.email, Technician.language).where(
        Technician.role == Role.ADMIN, Technician.active
    )
    readers = {policies.escalation_list(db): ours.languages[0]}
    readers |= dict(iter(db.execute(admins)))
    for to, language in readers.items():
        letter = letters.write(
            "canary",
            language,
            organization=ours.name,
            missing=run.missing,
            cause=found.told(language, why(run)),
            steps=sorted(run.steps.items(), key=lambda step: step[1]),
            at=moments.Moment(now, ours.time_zone),
            url=links.readiness(),
        )
        outbox.mail(db, now, key=f"canary-{run.id}-{to}", to=to, letter=letter)


def seconds(db: Session) -> float | None:
    """How long the last run took that passed."""
    passed = select(func.max(Canary.id)).where(Canary.state == CanaryState.PASSED)
    run = db.get(Canary, found) if (found := db.scalar(passed)) else None
    return max(run.steps.values()) if run and run.steps else None
