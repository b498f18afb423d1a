"""The canary's part in a call: what it does next, seen from where the call's walk stands.

It answers each question once, as a caller and as the technician, and then waits for the next. The
keys and the words go by the carrier; only when to press is seen here and not heard.
"""

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.models import Call, Canary, CanaryState, Direction, Place, Recording, Ticket
from ivr.services.settings import house
from ivr.services.sureness import canary_steps


@dataclass(frozen=True)
class Cue:
    """What the canary does now, and how it knows later that it has done it."""

    does: Literal["wait", "press", "say", "dictate", "leave"]
    what: str = ""
    """Keys, or the name of a prompt."""
    done: str = ""
    language: str = ""


LEAVE = Cue("leave")


def as_caller(db: Session, key: str, done: str) -> Cue:
    """The one who calls: keys the ticket and how bad it is, holds, says a sentence, hangs up."""
    run = db.scalar(select(Canary).where(Canary.key == key, Canary.state == CanaryState.SINGING))
    if run is None or done == "talked":
        return LEAVE
    call = canary_steps.inbound(db, run)
    if call is None:
        return Cue("wait", done=done)
    if call.place == Place.BRIDGED:
        return Cue("say", "canary_talk", "talked", house.ours(db).languages[0])
    ticket = db.get_one(Ticket, run.ticket_id)
    return _answer(call, done, {"customer.ticket": f"{ticket.number}#", "customer.severity": "1"})


def as_technician(db: Session, done: str) -> Cue:
    """The one who is rung: accepts, talks, dictates a note and hangs up."""
    run = db.scalar(select(Canary).where(Canary.state == CanaryState.SINGING))
    if run is None:
        return LEAVE
    call = _own(db, run)
    if call is None:
        return Cue("wait", done=done)
    step = str(call.known["at"])
    if step == "after.note" and done != str(call.turn):
        return Cue("dictate", "canary_note", str(call.turn), house.ours(db).languages[0])
    noted = (Recording.call_id == call.id, Recording.kind == "note")
    if step == "after.menu" and db.scalar(select(Recording.id).where(*noted).limit(1)):
        return LEAVE
    return _answer(call, done, {"technician.answer": "1", "after.menu": "1"})


def _own(db: Session, run: Canary) -> Call | None:
    """Its call as a technician: the line has rung it, and it has picked up."""
    of_its_ticket = (Call.ticket_id == run.ticket_id, Call.direction == Direction.OUTBOUND)
    talking = select(Call).where(*of_its_ticket, Call.ended_at.is_(None))
    return db.scalar(talking.order_by(Call.id.desc()).limit(1))


def _answer(call: Call, done: str, answers: dict[str, str]) -> Cue:
    keys, this = answers.get(str(call.known["at"])), str(call.turn)
    return Cue("press", keys, this) if keys and done != this else Cue("wait", done=done)
