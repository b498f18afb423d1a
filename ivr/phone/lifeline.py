"""Without the database: the caller is put through to the last known numbers on call, one by one.

Stateless: everything stands in the URL. Nobody is taken for reached who does not press 1; what
happened is spooled to the disk and put on record later.
"""

from datetime import UTC, datetime

from flask import Response
from twilio.twiml.voice_response import Dial, Gather, VoiceResponse

from callflows.turn import Say, say
from ivr.phone import twiml
from ivr.phone.door import form, log, phone, xml
from ivr.phone.heard import left
from ivr.phone.urls import url
from ivr.services import lifeline as records

RING_FOR = 20
ROUNDS = 5


def organization() -> str:
    return records.roster().organization


def begin(language: str) -> Response:
    """Tell the caller, and ring the first."""
    return _dial(0, language, say("fallback_connecting"))


def _dial(position: int, language: str, *first: Say) -> Response:
    roster = records.roster()
    _spool("dial", position)
    response = twiml.only(language, *first)
    if not roster.numbers or position >= len(roster.numbers) * ROUNDS:
        return _message(response, language)
    onward = url(f"voice/lifeline/{position + 1}", language=language)
    dial = Dial(action=onward, method="POST", timeout=RING_FOR)
    whisper = url(f"voice/lifeline/{position}/whisper")
    dial.number(roster.numbers[position % len(roster.numbers)], url=whisper, method="POST")
    response.append(dial)
    return xml(response)


def _message(response: VoiceResponse, language: str) -> Response:
    said = twiml.only(language, say("lifeline_message"))
    for verb in said.verbs:
        response.append(verb)
    over = url("voice/lifeline/over", language=language)
    response.record(action=over, method="POST", max_length=120, timeout=4,
                    recording_status_callback=url("voice/recordings"))  # fmt: skip
    return xml(response)


def _spool(what: str, position: int | None = None) -> None:
    event = {
        "what": what,
        "at": datetime.now(UTC).isoformat(),
        "call": form().get("CallSid"),
        "number": form().get("From"),
        "keys": None if form().get("secret") else form().get("Digits") or form().get("keys"),
        "recording": form().get("RecordingSid"),
        "position": position,
    }
    try:
        records.spool({name: value for name, value in event.items() if value is not None})
    except OSError as error:  # a full disk must not cost the caller the call
        log.error("call %s could not be spooled: %s", event["call"], error.strerror)


@phone.post("/voice/lifeline/<int:position>")
def next_number(position: int) -> Response:
    if left(form()) == "bridged":
        _spool("talked", position)
        response = twiml.only(form().get("language", "en-CA"), say("goodbye"))
        response.hangup()
        return xml(response)
    return _dial(position, form().get("language", "en-CA"))


@phone.post("/voice/lifeline/<int:position>/whisper")
def whisper(position: int) -> Response:
    """Said to whoever picks up. A voicemail presses nothing, and is hung up on."""
    roster = records.roster()
    asked = twiml.only(roster.language, say("lifeline_summon", organization=roster.organization))
    gather = Gather(num_digits=1, finish_on_key="", timeout=8, method="POST",
                    action=url(f"voice/lifeline/{position}/accept"))  # fmt: skip
    for verb in asked.verbs:
        gather.append(verb)
    response = VoiceResponse()
    response.append(gather)
    response.hangup()
    return xml(response)


@phone.post("/voice/lifeline/<int:position>/accept")
def accept(position: int) -> Response:
    response = VoiceResponse()
    if form().get("Digits") == "1":
        _spool("accepted", position)
    else:
        response.hangup()
    return xml(response)


@phone.post("/voice/lifeline/over")
def over() -> Response:
    _spool("message")
    response = twiml.only(form().get("language", "en-CA"), say("goodbye"))
    response.hangup()
    return xml(response)
