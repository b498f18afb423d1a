"""Answers as TwiML. The only place that writes it; the words come from callflows/prompts."""

import re
from functools import singledispatch
from typing import Any

from twilio.twiml.voice_response import Dial as DialVerb
from twilio.twiml.voice_response import Enqueue, Gather, VoiceResponse

from callflows.prompts import spoken
from callflows.turn import Bridge, Dial, End, Hold, Keys, Leave, Pause, Record, Say, Then
from callflows.turn import say as say_key
from ivr.phone.urls import plain, url
from ivr.services.calls import recorded, recordings
from ivr.services.calls.answer import Answer
from ivr.settings import settings

VOICES = {
    "en-CA": {"voice": "Polly.Joanna-Neural", "language": "en-US"},
    "fr-CA": {"voice": "Polly.Gabrielle-Neural", "language": "fr-CA"},
}
LONGEST = 1000
"""Characters of one sentence; the carrier's limit is 3,000."""
FOUR_HOURS = 14_400
NOBODY = "nobody"
"""The queue of a caller who is gone: never joined, so that the dial ends at once."""
FORBIDDEN = re.compile(
    "[^\\t\\n\\r\\x20-\\x7e\\x85\\xa0-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]"
)
"""What XML 1.0 does not allow, or discourages."""


def clean(words: str) -> str:
    """Words that can be spoken whatever they are: no control characters, not endless."""
    return " ".join(FORBIDDEN.sub(" ", words).split())[:LONGEST] or " "


def speak(answer: Answer, *, waiting: bool = False) -> VoiceResponse:
    """The whole document. What a caller waiting in a queue comes back to is marked as such."""
    response = VoiceResponse()
    if not isinstance(answer.then, Keys):  # those interrupt what is said
        _say(response, answer.language, answer.say)
    _then(answer.then, response, answer, _onward(answer, waiting=waiting))
    return response


def only(language: str, *keys: Say) -> VoiceResponse:
    """A document that says something; the caller of this adds what follows."""
    response = VoiceResponse()
    _say(response, language, keys)
    return response


def sentence(language: str, key: str, **values: str | int) -> VoiceResponse:
    return only(language, say_key(key, **values))


def _say(into: Any, language: str, sentences: tuple[Say, ...]) -> None:
    for one in sentences:
        said = spoken(language, one)
        if said.audio and (recorded.file(said.audio) or not recorded.NAME.fullmatch(said.audio)):
            into.play(plain(f"voice/audio/{said.audio}"))
        else:
            into.say(clean(said.text), **VOICES[said.language])


def _onward(answer: Answer, *, waiting: bool) -> str:
    """Where the next turn is taken."""
    then, query = answer.then, dict[str, str | int](language=answer.language)
    if waiting or isinstance(then, Hold):
        query["waiting"] = 1
    if isinstance(then, Keys) and then.secret:
        query["secret"] = 1
    return url(f"voice/turns/{answer.turn + 1}", **query)


@singledispatch
def _then(then: Then, response: VoiceResponse, answer: Answer, onward: str) -> None:
    raise TypeError(then)


@_then.register
def _(then: Keys, response: VoiceResponse, answer: Answer, onward: str) -> None:
    ends: dict[str, Any] = {"finish_on_key": "#"}
    if then.count:  # a late # must not end the next question: it is heard as a key, and let pass
        ends = {"num_digits": then.count, "finish_on_key": ""}
    gather = Gather(timeout=then.seconds, action=onward, method="POST", **ends)
    _say(gather, answer.language, answer.say)
    if then.music:
        gather.play(plain("voice/hold.wav"))
    response.append(gather)
    response.redirect(onward, method="POST")


@_then.register
def _(then: Record, response: VoiceResponse, answer: Answer, onward: str) -> None:
    transcribe: dict[str, Any] = {}
    if recordings.told_by_record(answer.language):
        transcribe = {"transcribe": True, "transcribe_callback": url("voice/transcripts")}
    response.record(
        action=onward,
        method="POST",
        max_length=then.seconds,
        timeout=4,
        play_beep=True,
        trim="do-not-trim",
        recording_status_callback=url(f"voice/recordings/{then.kind}"),
        **transcribe,
    )
    response.redirect(onward, method="POST")


@_then.register
def _(then: Hold, response: VoiceResponse, answer: Answer, onward: str) -> None:
    left = url(f"voice/turns/{answer.turn}/left", language=answer.language)
    enqueue = Enqueue(action=left, method="POST", wait_url=onward, wait_url_method="POST")
    enqueue.value = answer.queue
    response.append(enqueue)


@_then.register
def _(then: Leave, response: VoiceResponse, answer: Answer, onward: str) -> None:
    response.leave()


def _dial(onward: str, **more: Any) -> DialVerb:
    return DialVerb(
        action=onward,
        method="POST",
        time_limit=FOUR_HOURS,
        record="record-from-answer-dual",
        recording_status_callback=url("voice/recordings/conversation"),
        **more,
    )


@_then.register
def _(then: Bridge, response: VoiceResponse, answer: Answer, onward: str) -> None:
    dial = _dial(onward, timeout=15)
    dial.queue(answer.queue or NOBODY, url=url(f"voice/joined/{answer.leg}"), method="POST")
    response.append(dial)


@_then.register
def _(then: Dial, response: VoiceResponse, answer: Answer, onward: str) -> None:
    dial = _dial(onward, timeout=40, answer_on_bridge=True, caller_id=settings().twilio_number)
    dial.number(
        then.number,
        url=url(f"voice/notice/{answer.language}"),
        method="POST",
        status_callback=url(f"voice/legs/{answer.leg}/called"),
        status_callback_method="POST",
        status_callback_event="completed",
    )
    response.append(dial)


@_then.register
def _(then: Pause, response: VoiceResponse, answer: Answer, onward: str) -> None:
    response.pause(length=then.seconds)
    response.redirect(onward, method="POST")


@_then.register
def _(then: End, response: VoiceResponse, answer: Answer, onward: str) -> None:
    response.hangup()
