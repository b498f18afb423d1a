"""Calls: every turn loads the call, runs the step of its flow, does what the step wrote down, and
keeps the answer, all in one transaction. A webhook that comes again gets the kept answer.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from callflows import (  # noqa: F401  enter their steps
    after,
    callback,
    customer,
    feedback,
    holding,
    shifts,
    staff,
    technician,
)
from callflows.steps import SECRET, STEPS
from callflows.turn import MOST_STEPS, Bridge, End, Go, Heard, Hold, Known, Say, Then, Turn, say
from ivr.database import connection, table_of
from ivr.models import Call, Caller, Contact, Direction, Place, TakenTurn
from ivr.services.calls import (
    call_row,
    outcomes,
    staff_writing,  # noqa: F401  enters what the staff line writes
    writing,
)
from ivr.services.calls.answer import Answer
from ivr.services.calls.call_row import CallRow
from ivr.services.calls.desk import CallDesk
from ivr.services.calls.numbers import dialled
from ivr.services.paging import legs, paging
from ivr.services.settings import house, house_settings
from ivr.services.staff import people
from ivr.services.tickets import timeline
from ivr.services.tickets.timeline import Kind
from ivr.settings import settings

MANY_CALLS = 5
AFTER_THE_CONVERSATION = {"talked", "score", "sorry"}
TERMINAL = {"completed", "busy", "failed", "no-answer", "canceled"}


def receive(db: Session, now: datetime, sid: str, number: str) -> Answer:
    """An inbound call: the first turn, or what it was answered with before."""
    before = call_row.by_sid(db, sid)
    if before:
        return _kept(db, before, 0) or _walk(db, now, before, Heard())
    contact = db.scalar(select(Contact).where(Contact.phone == number).limit(1))
    known = _beginning(db, number, contact)
    row = Call(
        sid=sid,
        direction=Direction.INBOUND,
        number=number,
        contact_id=contact.id if contact else None,
        known=known.as_json(),
        status="in-progress",
        started_at=now,
    )
    db.add(row)
    db.flush()
    call = call_row.of(row)
    if _refused(number):
        timeline.write(db, Kind.CALLER_BLOCKED, now, call_id=call.id)
        over = Turn(known.to("customer.over"), End(), (say("blocked"),))
        desk = CallDesk(db, now, call, known.language)
        return _keep(db, now, call, _Taken("customer.welcome", Heard()), over, desk)
    if _calls_lately(db, now, number) > MANY_CALLS:
        timeline.write(db, Kind.MANY_CALLS, now, call_id=call.id)
    return _walk(db, now, call, Heard())


def _beginning(db: Session, number: str, contact: Contact | None) -> Known:
    """A phone of ours begins on the staff line, unless it is a customer's as well."""
    ours = None if contact else people.by_number(db, number)
    if ours:
        return Known("staff.start", ours.language)
    return Known("customer.welcome", _language(db, number, contact))


def _language(db: Session, number: str, contact: Contact | None) -> str:
    caller = db.get(Caller, number)
    if caller:
        return caller.language
    if contact and contact.language:
        return contact.language
    return house.ours(db).languages[0]


def _refused(number: str) -> bool:
    blocked = {one.strip() for one in settings().blocked_numbers.split(",")}
    if number in blocked or house_settings.is_blocked(number):
        return True
    return number == "anonymous" and settings().anonymous_calls == "refuse"


def _calls_lately(db: Session, now: datetime, number: str) -> int:
    lately = Call.started_at > now - timedelta(minutes=1)
    return db.scalar(select(func.count()).where(Call.number == number, lately)) or 0


def take_turn(db: Session, now: datetime, sid: str, turn: int, heard: Heard) -> Answer | None:
    call = call_row.by_sid(db, sid, dialled(heard.keys))
    if call is None:
        return None
    if call.place == Place.HOLDING and call.ticket_id:
        paging.nudge(db, now, call.ticket_id)
    kept = _kept(db, call, turn) if turn < call.turn else None
    if kept:
        return kept
    known = Known.from_json(call.known)
    if call.place == Place.GONE and known.at == "holding.wait":  # a webhook that was under way
        return _walk(db, now, call, Heard(left="hangup"), known.but(at="holding.left"))
    return _walk(db, now, call, heard, known)


def leave_hold(db: Session, now: datetime, sid: str, turn: int, heard: Heard) -> Answer | None:
    """The hold that turn `turn` began is over."""
    call = call_row.by_sid(db, sid)
    if call is None:
        return None
    same = (TakenTurn.call_id == call.id, TakenTurn.leaving == turn)
    before = db.scalar(select(TakenTurn.answer).where(*same))
    if before:
        return Answer.from_json(before)
    if call.place == Place.GONE:  # the carrier told us of the end before
        heard = Heard(left="hangup")
    call.place = Place.GONE if heard.left == "hangup" else Place.TALKING_TO_US
    call_row.save(db, call)
    known = Known.from_json(call.known).but(at="holding.left")
    return _walk(db, now, call, heard, known, leaving=turn)


def summon(db: Session, now: datetime, sid: str, key: str) -> Answer | None:
    """A technician has picked up."""
    summoned = legs.summoned(db, now, key, sid)
    if summoned is None:
        return None
    call = call_row.of(summoned)
    return _kept(db, call, 0) or _walk(db, now, call, Heard())


@dataclass(frozen=True)
class Joined:
    language: str
    name: str


def joined(db: Session, now: datetime, sid: str, key: str) -> Joined | None:
    """The waiting caller leaves the queue for this leg's technician."""
    call, leg = _by_sid(db, sid), legs.by_key(db, key)
    if call is None or leg is None:
        return None
    call.place = Place.BRIDGED
    outcomes.answered(db, call, leg)
    paging.reached(db, now, leg.page, "bridged")
    return Joined(Known.from_json(call.known).language, leg.technician.name)


def ended(db: Session, now: datetime, sid: str, status: str) -> None:
    """The carrier says the caller's call is over. What comes late or backward changes nothing."""
    call = _by_sid(db, sid)
    if call is None or call.ended_at or status not in TERMINAL:
        return
    last = _last_heard_of(call)
    call.status, call.ended_at, call.place = status, now, Place.GONE
    if call.technician_id:
        leg = legs.of_call(db, sid)
        if leg:
            legs.end(db, now, leg, "accepted")
    else:
        about = {"ticket_id": call.ticket_id, "call_id": call.id}
        timeline.write(db, Kind.LEFT, now, **about, where=last)
    outcomes.settle(db, call)


def _last_heard_of(call: Call) -> str:
    """Where the caller was when the line ended, in words for staff."""
    step = str(call.known["at"]).partition(".")[2]
    if call.place == Place.BRIDGED or step in AFTER_THE_CONVERSATION:
        return "after the conversation"
    if call.place in {Place.HOLDING, Place.GONE}:
        return "while holding"
    return "at the end" if step == "over" else f"at the question: {step}"


def where(db: Session, sid: str) -> str | None:
    """The path at which this call goes on, after the carrier could not use an answer of ours:
    what was asked last is asked again, and who held holds again.
    """
    call = _by_sid(db, sid)
    if call is None:
        return None
    held = call.place in {Place.HOLDING, Place.BRIDGED}
    return f"voice/turns/{call.turn}/left" if held else f"voice/turns/{max(0, call.turn - 1)}"


# One turn -----------------------------------------------------------------------------------------


TURNS = table_of(TakenTurn)
KEPT = select(TURNS.c.answer).where(
    TURNS.c.call_id == bindparam("call"), TURNS.c.number == bindparam("turn")
)


def _by_sid(db: Session, sid: str) -> Call | None:
    return db.scalar(select(Call).where(Call.sid == sid).with_for_update())


def _kept(db: Session, call: CallRow, turn: int) -> Answer | None:
    answer = connection(db).scalar(KEPT, {"call": call.id, "turn": turn})
    return Answer.from_json(answer) if answer else None


def _walk(
    db: Session,
    now: datetime,
    call: CallRow,
    heard: Heard,
    known: Known | None = None,
    leaving: int | None = None,
) -> Answer:
    """Step after step, until one waits for the line."""
    known = known or Known.from_json(call.known)
    at, took, said = known.at, heard, list[Say]()
    desk = CallDesk(db, now, call, known.language)
    for _ in range(MOST_STEPS):
        turn = STEPS[known.at](known, took, desk)
        known = writing.carry_out(desk, turn)
        desk.language = known.language
        said += turn.say
        if not isinstance(turn.then, Go):
            whole = Turn(known, turn.then, tuple(said))
            return _keep(db, now, call, _Taken(at, heard, leaving), whole, desk)
        took = Heard()
    raise RuntimeError(f"{at} goes on without ever waiting")


@dataclass(frozen=True)
class _Taken:
    step: str
    heard: Heard
    leaving: int | None = None


def _keep(
    db: Session, now: datetime, call: CallRow, taken: _Taken, turn: Turn, desk: CallDesk
) -> Answer:
    """Write the turn down; from now on this is its answer."""
    answer = Answer(
        turn=call.turn,
        language=turn.known.language,
        say=turn.say,
        then=turn.then,
        queue=_queue(call, turn.then, desk),
        leg=desk.leg.key if desk.leg else None,
    )
    heard = {name: value for name, value in vars(taken.heard).items() if value}
    if taken.step in SECRET and "keys" in heard:
        heard["keys"] = "*" * 6
    number, call.turn = call.turn, call.turn + 1
    call.known = turn.known.as_json()
    if isinstance(turn.then, Hold):
        call.place = Place.HOLDING
    call_row.keep(
        db,
        call,
        number=number,
        leaving=taken.leaving,
        step=taken.step,
        heard=heard,
        answer=answer.as_json(),
        at=now,
    )
    return answer


def _queue(call: CallRow, then: Then, desk: CallDesk) -> str | None:
    """Every held caller has a queue of their own, so that a technician gets that caller."""
    held = desk.waiting_call() if isinstance(then, Bridge) else call
    return f"call-{held.id}" if held and isinstance(then, Hold | Bridge) else None
