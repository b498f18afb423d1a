"""The fallback document: puts a caller through without us, from the rota as it is now. It lies on
other infrastructure, for the day when no server of ours answers (docs/decisions/14).

So it can ask nobody to press 1: whoever picks up is put through. A caller who has reached a
voicemail presses the star and is put through to the next one.
"""

from collections.abc import Iterator

from twilio.twiml import TwiML
from twilio.twiml.voice_response import Dial, VoiceResponse

from callflows.prompts import LANGUAGES
from callflows.turn import say
from ivr.phone import twiml
from ivr.services.calls.lifeline import Roster
from ivr.settings import settings

RING_FOR = 15
"""Seconds, and the carrier adds five: most voicemails pick up later."""
ROUNDS = 2
LARGEST = 4000
"""Characters that the carrier keeps of a document itself (error 32018)."""
AT = {"en-CA": " at ", "fr-CA": " arobase "}


def document(roster: Roster) -> str:
    """Everybody twice, where that is not too much; never so much that the carrier refuses it."""
    for numbers in (*_rounds(roster.numbers), *_fewer(roster.numbers)):
        made = _document(roster, numbers)
        if len(made) <= LARGEST:
            return made
    return _document(roster, [])


def _rounds(numbers: list[str]) -> Iterator[list[str]]:
    yield from (numbers * rounds for rounds in range(ROUNDS, 0, -1))


def _fewer(numbers: list[str]) -> Iterator[list[str]]:
    yield from (numbers[:most] for most in range(len(numbers) - 1, 0, -1))


def _document(roster: Roster, numbers: list[str]) -> str:
    response = VoiceResponse()
    _say(response, roster, "static_connecting" if numbers else "static_nobody")
    for number in numbers:
        dial = Dial(timeout=RING_FOR, hangup_on_star=True, caller_id=settings().twilio_number)
        dial.number(number)
        response.append(dial)
    if numbers:
        _say(response, roster, "static_nobody")
    return str(response)


def _say(into: TwiML, roster: Roster, key: str) -> None:
    """In every language, since nobody has chosen one; the first technician's comes first."""
    for language in sorted(LANGUAGES, key=lambda one: one != roster.language):
        address = settings().support_email.replace("@", AT[language])
        words = say(key, organization=roster.organization, address=address)
        for verb in twiml.only(language, words).verbs:
            into.append(verb)
