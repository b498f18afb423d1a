"""Saying, playing and pausing: how long they take, and what the person hears."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from ivr.exchange.script import Activity

if TYPE_CHECKING:
    from xml.etree import ElementTree as ET

    from ivr.exchange.clock import Appointment
    from ivr.exchange.script import Script

CHARACTERS_A_SECOND = 14
DIGITS_A_SECOND = 2
SHORTEST = 0.5
FOREVER = 1000
"""Times that loop="0" is taken to be."""
A_SOUND = 6.0
"""Seconds that a played file is taken to last."""
A_TONE = 0.25
WAITS = {"w": 0.5, "W": 1.0}
"""In seconds, among the keys that are played."""


def words(verb: ET.Element) -> str:
    return " ".join("".join(verb.itertext()).split())


def seconds(text: str) -> float:
    """How long it takes to say; single digits are said slowly."""
    digits = len(re.findall(r"\b[0-9]\b", text))
    return max(SHORTEST, digits / DIGITS_A_SECOND + len(text) / CHARACTERS_A_SECOND)


def _times(verb: ET.Element) -> int:
    return int(verb.get("loop", "1")) or FOREVER


def begin(script: Script, verb: ET.Element) -> float:
    """Let the person hear it. Returns how long it takes, in seconds."""
    times = _times(verb)
    if verb.tag == "Say":
        said = words(verb)
        script.call.hears(said, verb.get("language", "en-US"))
        return seconds(said) * times
    if verb.tag == "Play":
        script.exchange.note("played", script.call, url=words(verb))
        return A_SOUND * times
    return float(verb.get("length", "1"))


class Tones(Activity):
    """The keys that a document presses, each at its time; w and W only wait."""

    def __init__(self, script: Script, keys: str) -> None:
        self.appointments: list[Appointment] = []
        at = 0.0
        for key in keys:
            if key not in WAITS:
                press = partial(script.call.phone.tone, key)
                self.appointments.append(script.exchange.agenda.after(at, press))
            at += WAITS.get(key, A_TONE)
        self.appointments.append(script.exchange.agenda.after(at, script.step))

    def cancel(self) -> None:
        for one in self.appointments:
            one.cancel()


def perform(script: Script, verb: ET.Element) -> None:
    if verb.get("digits"):
        script.exchange.note("tones", script.call, keys=verb.get("digits"))
        script.busy(Tones(script, verb.get("digits", "") * _times(verb)))
        return
    script.wait(begin(script, verb), script.step)
