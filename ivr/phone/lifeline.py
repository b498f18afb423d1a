"""Without the database: the caller is put through to the last known numbers on call, one by one.

Stateless: everything stands in the URL. Nobody is taken for reached who does not press 1; what
happened is spooled to the disk and put on record later.
"""

from datetime import UTC, datetime

from flask import Response
from twilio.twiml.voice_response import Dial, Gather, VoiceResponse

from callflows.turn import Say, say
from ivr.phone import twiml
from ivr.phone.door import form, language, log, phone, xml
from ivr.phone.heard import recording
from ivr.phone.urls import url
from ivr.services.calls import lifeline as records
from ivr.services.sureness import cage

RING_FOR = 20
ROUNDS = 5


def organization() -> str:
    return records.roster().organization


def is_our_ring() -> bool:
    """Whether this is a technician whom we have rung, rather than a caller."""
    return form().get("Direction", "").startswith("outbound")


def begin() -> Response:
    """Tell the caller, and ring the first; whoever waits in a queue must leave it for that."""
    if is_our_ring():  # an idle phone can be rung again, for the caller
        response = twiml.sentence(language(), "page_unreadable")
        response.hangup()
        return xml(response)
    if cage.is_its_number(form().get("From", "")):  # nobody is woken for a test call
        response = VoiceResponse()
        response.hangup()
        return xml(response)
    if "waiting" in form():
        response = VoiceResponse()
        response.leave()
        return xml(response)
    return _dial(0, say("fallback_connecting"))


def _dial(position: int, *first: Say) -> Response:
    roster = records.roster()
    spool("dial", position)
    if position >= len(roster.numbers) * ROUNDS:
        return _message()
    response = twiml.only(language(), *first)
    onward = url(f"voice/lifeline/{position + 1}", language=language())
    dial = Dial(action=onward, method="POST", timeout=RING_FOR)
    whisper = url(f"voice/lifeline/{position}/whisper")
    dial.number(roster.numbers[position % len(roster.numbers)], url=whisper, method="POST")
    response.append(dial)
    return xml(response)


def _message() -> Response:
    response = twiml.sentence(language(), "lifeline_message")
    over = url("voice/lifeline/over", language=language())
    response.record(action=over, method="POST", max_length=120, timeout=4,
                    recording_status_callback=url("voice/recordings/message"))  # fmt: skip
    return xml(response)


def spool(what: str, position: int | None = None) -> None:
    """Keep on disk what the database cannot take now."""
    event = {
        "what": what,
        "at": datetime.now(UTC).isoformat(),
        "call": form().get("CallSid"),
        "number": form().get("From"),
        "status": form().get("CallStatus"),
        "keys": None if "secret" in form() else form().get("Digits") or form().get("keys"),
        "recording": recording(form()),
        "text": form().get("Body") or form().get("TranscriptionText"),
        "position": position,
    }
    try:
        records.spool({name: value for name, value in event.items() if value not in {None, ""}})
    except OSError as error:  # a full disk must not cost the caller the call
        log.error("call %s could not be spooled: %s", event["call"], error.strerror)


@phone.post("/voice/lifeline/<int:position>")
def next_number(position: int) -> Response:
    """Whoever picked up and did not press 1 was hung up on: the next one."""
    if form().get("DialBridged") != "true":
        return _dial(position)
    return _goodbye("talked", position)


@phone.post("/voice/lifeline/<int:position>/whisper")
def whisper(position: int) -> Response:
    """Said to whoever picks up. A voicemail presses nothing, and is hung up on."""
    roster = records.roster()
    gather = Gather(num_digits=1, finish_on_key="", timeout=8, method="POST",
                    action=url(f"voice/lifeline/{position}/accept"))  # fmt: skip
    asked = say("lifeline_summon", organization=roster.organization)
    for verb in twiml.only(roster.language, asked).verbs:
        gather.append(verb)
    response = VoiceResponse()
    response.append(gather)
    response.hangup()
    return xml(response)


@phone.post("/voice/lifeline/<int:position>/accept")
def accept(position: int) -> Response:
    response = VoiceResponse()
    if form().get("Digits") == "1":
        spool("accepted", position)
    else:
        response.hangup()
    return xml(response)


@phone.post("/voice/lifeline/over")
def over() -> Response:
    return _goodbye("message")


def _goodbye(what: str, position: int | None = None) -> Response:
    spool(what, position)
    response = twiml.sentence(language(), "goodbye")
    response.hangup()
    return xml(response)
