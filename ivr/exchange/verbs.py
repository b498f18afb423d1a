"""Which verb is performed where; and the verbs that only change the way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ivr.exchange import dial, gather, queues, record, speech
from ivr.exchange.speech import words

if TYPE_CHECKING:
    from collections.abc import Callable
    from xml.etree import ElementTree as ET

    from ivr.exchange.script import Script


def redirect(script: Script, verb: ET.Element) -> None:
    script.verbs = []
    script.fetch(words(verb), {}, verb.get("method", "POST"))


def hang_up(script: Script, verb: ET.Element) -> None:
    del verb
    script.call.answer()
    script.call.hang_up()


def reject(script: Script, verb: ET.Element) -> None:
    script.call.end("busy" if verb.get("reason") == "busy" else "no-answer")


PERFORM: dict[str, Callable[[Script, ET.Element], None]] = {
    "Say": speech.perform,
    "Play": speech.perform,
    "Pause": speech.perform,
    "Gather": gather.perform,
    "Record": record.perform,
    "Dial": dial.perform,
    "Enqueue": queues.perform,
    "Leave": queues.leave,
    "Redirect": redirect,
    "Hangup": hang_up,
    "Reject": reject,
}
