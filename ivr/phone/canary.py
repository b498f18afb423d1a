"""The canary's documents: what its two phones do, at the carrier, in a call to ourselves.

Each is asked for again and again, once a second, and answers what the line asks just then.
"""

from collections.abc import Callable

from flask import Response
from sqlalchemy.orm import Session
from twilio.twiml.voice_response import VoiceResponse

from callflows.turn import say
from ivr.phone import twiml
from ivr.phone.deadline import TooLateError, transact
from ivr.phone.door import form, log, phone, xml
from ivr.phone.urls import url
from ivr.services.sureness import cage, canary_part
from ivr.services.sureness.canary_part import Cue
from ivr.settings import settings

LISTENS = 3
"""Seconds that it listens to a question before it answers."""
PROMPTED = 4
"""Until the tone after which it dictates, about; it says everything twice."""

Part = Callable[[Session, str], Cue]


@phone.post("/voice/canary/caller/<key>")
def canary_calls(key: str) -> Response:
    """Its phone that has called our line, and hears it."""

    def part(db: Session, done: str) -> Cue:
        return canary_part.as_caller(db, key, done)

    return _document(f"voice/canary/caller/{key}", part, VoiceResponse())


@phone.post("/voice/canary/phone")
def canary_answers() -> Response:
    """Its phone that our line rings; it picks up for nobody else."""
    response = VoiceResponse()
    caller = form().get("From")
    if caller != settings().twilio_number or not cage.is_its_number(form().get("To", "")):
        response.reject()
        return xml(response)
    if "done" not in form():  # a pause would not pick up
        response.play(digits="ww")
    return _document("voice/canary/phone", canary_part.as_technician, response)


def _document(path: str, part: Part, response: VoiceResponse) -> Response:
    done = form().get("done", "")
    try:
        cue = transact(lambda db, _now: part(db, done))
    except TooLateError as error:
        log.warning("canary: %s", error)
        cue = Cue("wait", done=done)
    return xml(_act(response, cue, path))


def _act(response: VoiceResponse, cue: Cue, path: str) -> VoiceResponse:
    if cue.does == "leave":
        response.hangup()
        return response
    if cue.does == "press":
        response.pause(length=LISTENS)
        response.play(digits=cue.what)
    elif cue.does == "say":
        _say(response, cue, times=1)
    elif cue.does == "dictate":
        response.pause(length=PROMPTED)
        _say(response, cue, times=2)
        response.play(digits="w#")
    response.pause(length=1)
    response.redirect(url(path, done=cue.done), method="POST")
    return response


def _say(response: VoiceResponse, cue: Cue, times: int) -> None:
    for verb in twiml.only(cue.language, say(cue.what)).verbs:
        verb.attrs["loop"] = times
        response.append(verb)
