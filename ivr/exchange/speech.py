"""Saying, playing and pausing: how long they take, and what the person hears."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xml.etree import ElementTree as ET

    from ivr.exchange.script import Script

CHARACTERS_A_SECOND = 14
DIGITS_A_SECOND = 2
SHORTEST = 0.5
FOREVER = 1000
"""Times that loop="0" is taken to be."""
A_SOUND = 6.0
"""Seconds that a played file is taken to last."""


def words(verb: ET.Element) -> str:
    return " ".join("".join(verb.itertext()).split())


def seconds(text: str) -> float:
    """How long it takes to say; single digits are said slowly."""
    digits = len(re.findall(r"\b[0-9]\b", text))
    return max(SHORTEST, digits / DIGITS_A_SECOND + len(text) / CHARACTERS_A_SECOND)


def begin(script: Script, verb: ET.Element) -> float:
    """Let the person hear it. Returns how long it takes, in seconds."""
    times = int(verb.get("loop", "1")) or FOREVER
    if verb.tag == "Say":
        said = words(verb)
        script.call.hears(said, verb.get("language", "en-US"))
        return seconds(said) * times
    if verb.tag == "Play":
        script.exchange.note("played", script.call, url=words(verb))
        return (A_SOUND if not verb.get("digits") else 1.0) * times
    return float(verb.get("length", "1"))


def perform(script: Script, verb: ET.Element) -> None:
    script.wait(begin(script, verb), script.step)
