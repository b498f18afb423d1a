"""The turns of a call: every webhook is one transaction and one answer, in time.

What was heard is never lost: when the database is slow, the caller hears "one moment" and is
sent back to the same turn with the keys that were pressed; after three tries, or when a call
cannot even begin, the caller is put through to the last known on-call number.
"""

from collections.abc import Callable
from datetime import datetime

from flask import Response
from sqlalchemy.orm import Session
from twilio.twiml.voice_response import Gather, VoiceResponse

from callflows.turn import Heard, say
from ivr import clock
from ivr.database import transaction
from ivr.phone import lifeline, twiml
from ivr.phone.deadline import TooLateError, in_time
from ivr.phone.door import form, log, phone, xml
from ivr.phone.heard import heard, number, whole
from ivr.phone.urls import url
from ivr.services import calls, legs
from ivr.services.answer import Answer

TRIES = 3
PIN_DIGITS = 6

Work = Callable[[Session, datetime], Answer | None]


def turn(path: str, work: Work) -> Response:
    """One turn: in a transaction of its own, spoken, and in time."""

    def transact() -> Answer | None:
        with transaction() as db:
            return work(db, clock.now())

    try:
        answer = in_time(transact)
    except TooLateError as error:
        log.warning("call %s: %s at %s", form().get("CallSid"), error, path)
        return one_moment(path)
    except Exception:  # noqa: BLE001  a caller is on the line: a fault of ours must not end it
        log.exception("call %s: broken at %s", form().get("CallSid"), path)
        return one_moment(path)
    if answer is None:  # a call we know nothing of: begin with it
        return go_to("voice/inbound")
    return xml(twiml.speak(answer))


def go_to(path: str, **query: str | int) -> Response:
    response = VoiceResponse()
    response.redirect(url(path, **query), method="POST")
    return xml(response)


def language() -> str:
    return form().get("language", "en-CA")


def one_moment(path: str) -> Response:
    """Say so, and come back to the same turn with what was heard."""
    tries = whole(form().get("tries", "")) + 1
    if tries > TRIES:
        return lifeline.begin(language())
    query: dict[str, str | int] = {"tries": tries, "language": language()}
    query |= _kept(heard(form()))
    response = twiml.only(language(), say("one_moment"))
    if form().get("secret"):  # a PIN never goes into a URL: it is asked for again
        again = url(path, secret=1, **query)
        response.append(Gather(num_digits=PIN_DIGITS, finish_on_key="", timeout=10, action=again))
    else:
        response.pause(length=1)
        again = url(path, **query)
    response.redirect(again, method="POST")
    return xml(response)


def _kept(was: Heard) -> dict[str, str | int]:
    kept: dict[str, str | int] = {"left": was.left, "recording": was.recording}
    if not form().get("secret"):
        kept["keys"] = was.keys
    if was.seconds:
        kept["seconds"] = was.seconds
    return {name: value for name, value in kept.items() if value}


def call_sid() -> str:
    return form().get("CallSid", "")


@phone.post("/voice/inbound")
def inbound() -> Response:
    sid, caller = call_sid(), number(form().get("From", ""))
    return turn("voice/inbound", lambda db, now: calls.receive(db, now, sid, caller))


@phone.post("/voice/turns/<int:turn_number>")
def take_turn(turn_number: int) -> Response:
    sid, was = call_sid(), heard(form())
    return turn(
        f"voice/turns/{turn_number}",
        lambda db, now: calls.take_turn(db, now, sid, turn_number, was),
    )


@phone.post("/voice/turns/<int:turn_number>/left")
def leave_hold(turn_number: int) -> Response:
    sid, was = call_sid(), heard(form())
    return turn(
        f"voice/turns/{turn_number}/left",
        lambda db, now: calls.leave_hold(db, now, sid, turn_number, was),
    )


@phone.post("/voice/legs/<key>")
def summon(key: str) -> Response:
    sid = call_sid()
    return turn(f"voice/legs/{key}", lambda db, now: calls.summon(db, now, sid, key))


@phone.post("/voice/legs/<key>/taken")
def taken(key: str) -> Response:
    def who() -> tuple[str, str] | None:
        with transaction() as db:
            return legs.taken_by(db, key)

    try:
        told = in_time(who)
    except TooLateError:
        told = None
    if told is None:
        return xml(twiml.sentence(language(), "page_over"))
    return xml(twiml.sentence(told[0], "page_taken", name=told[1]))


@phone.post("/voice/joined/<key>")
def joined(key: str) -> Response:
    """Said to the waiting caller who leaves the queue for a technician."""
    sid = call_sid()

    def join() -> calls.Joined | None:
        with transaction() as db:
            return calls.joined(db, clock.now(), sid, key)

    try:
        by = in_time(join)
    except TooLateError:
        by = None
    if by is None:
        return xml(VoiceResponse())
    return xml(twiml.sentence(by.language, "connected_notice", name=by.name))


@phone.post("/voice/notice/<notice_language>")
def notice(notice_language: str) -> Response:
    """Said to a customer who is called back, before anything is recorded."""
    name = lifeline.organization()
    return xml(twiml.sentence(notice_language, "callback_notice", organization=name))
