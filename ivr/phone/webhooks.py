"""The turns of a call: every webhook is one transaction and one answer, in time.

What was heard is never lost: when the database is slow, the caller hears "one moment" and is
sent back to the same turn with the keys that were pressed; when that does not help, the caller
is put through to the last known on-call number.
"""

from collections.abc import Callable
from datetime import datetime

from flask import Response, request
from sqlalchemy.orm import Session
from twilio.twiml.voice_response import Gather, VoiceResponse

from callflows.customer import PIN_DIGITS
from callflows.turn import Heard, say
from ivr.phone import lifeline, twiml
from ivr.phone.deadline import Result, TooLateError, transact
from ivr.phone.door import call_sid, form, language, log, phone, xml
from ivr.phone.heard import heard, number, whole
from ivr.phone.urls import url
from ivr.services.calls import calls
from ivr.services.calls.answer import Answer
from ivr.services.paging import legs, phones

TRIES = 3
FIRST_TRIES = 1
"""A call that cannot even begin has nothing to lose: it does not wait for the database."""

Work = Callable[[Session, datetime], Answer | None]


def turn(path: str, work: Work, tries: int = TRIES) -> Response:
    """One turn: in a transaction of its own, spoken, and in time."""
    try:
        answer = transact(work)
    except TooLateError as error:
        log.warning("call %s: %s at %s", call_sid(), error, path)
        return one_moment(path, tries)
    except Exception:  # noqa: BLE001  a caller is on the line: a fault of ours must not end it
        log.exception("call %s: broken at %s", call_sid(), path)
        return one_moment(path, tries)
    if answer is None:
        return stranger()
    return xml(twiml.speak(answer, waiting="waiting" in form()))


def stranger() -> Response:
    """A call that we know nothing of: a caller begins anew, a summons is over."""
    if lifeline.is_our_ring():
        return over()
    return go_to("voice/inbound")


def over() -> Response:
    response = twiml.sentence(language(), "page_over")
    response.hangup()
    return xml(response)


def go_to(path: str, **query: str | int) -> Response:
    response = VoiceResponse()
    response.redirect(url(path, **query), method="POST")
    return xml(response)


def one_moment(path: str, most: int) -> Response:
    """Say so, and come back to the same turn with what was heard."""
    tries = whole(form().get("tries", "")) + 1
    if tries > most:
        return lifeline.begin()
    again = url(path, language=language(), tries=tries, **_kept(heard(form())))
    response = twiml.sentence(language(), "one_moment")
    if "secret" in form():  # a PIN never goes into a URL: it is asked for again
        gather = Gather(num_digits=PIN_DIGITS, finish_on_key="", timeout=10, action=again)
        for verb in twiml.only(language(), say("ask_pin")).verbs:
            gather.append(verb)
        response.append(gather)
    else:
        response.pause(length=2)
    response.redirect(again, method="POST")
    return xml(response)


def _kept(was: Heard) -> dict[str, str | int]:
    secret, waiting = "secret" in form(), "waiting" in form()
    kept: dict[str, str | int] = {
        "keys": "" if secret else was.keys,
        "left": was.left,
        "recording": was.recording,
        "seconds": was.seconds,
        "secret": int(secret),
        "waiting": int(waiting),
    }
    return {name: value for name, value in kept.items() if value}


@phone.post("/voice/inbound")
def inbound() -> Response:
    sid, caller = call_sid(), number(form().get("From", ""))
    return turn("voice/inbound", lambda db, now: calls.receive(db, now, sid, caller), FIRST_TRIES)


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


# Said beside the turns. On a bad day they are left out: nobody is kept from talking by them.


@phone.post("/voice/legs/<key>/taken")
def taken(key: str) -> Response:
    """To a technician who has picked up when another one has accepted."""
    told = _if_possible(lambda db, _now: legs.taken_by(db, key))
    if told is None:
        return over()
    response = twiml.sentence(told[0], "page_taken", name=told[1])
    response.hangup()
    return xml(response)


@phone.post("/voice/joined/<key>")
def joined(key: str) -> Response:
    """To the waiting caller who leaves the queue for a technician."""
    sid = call_sid()
    by = _if_possible(lambda db, now: calls.joined(db, now, sid, key))
    if by is None:
        return xml(VoiceResponse())
    return xml(twiml.sentence(by.language, "connected_notice", name=by.name))


@phone.post("/voice/notice/<notice_language>")
def notice(notice_language: str) -> Response:
    """To a customer who is called back, before anything is recorded."""
    name = lifeline.organization()
    return xml(twiml.sentence(notice_language, "callback_notice", organization=name))


@phone.post("/voice/codes/<int:check>")
def code(check: int) -> Response:
    """To one of us who proves that a phone is theirs."""
    told = _if_possible(lambda db, now: phones.said(db, now, check))
    if told is None:
        response = VoiceResponse()
        response.hangup()
        return xml(response)
    language, digits = told
    name = lifeline.organization()
    response = twiml.only(language, say("phone_code", organization=name, code=digits))
    response.hangup()
    return xml(response)


def _if_possible(work: Callable[[Session, datetime], Result | None]) -> Result | None:
    try:
        return transact(work)
    except Exception as error:  # noqa: BLE001
        log.warning("call %s: %s at %s", call_sid(), type(error).__name__, request.endpoint)
        return None
