"""What was said into a recording, and when: what a transcriber would make of its sound.

The exchange knows the words of who speaks, and the second at which each phrase began; within a
phrase, its sentences are spread over its length by the number of their words.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

END = re.compile(r"(?<=[.!?…])\s+")


@dataclass(frozen=True)
class Phrase:
    text: str
    at: float
    """Seconds from the recording's beginning."""
    seconds: float
    channel: int = 1


@dataclass
class Transcriptions:
    told: dict[str, str] = field(default_factory=dict)
    """Configurations by which recordings are written down: each with the address that is told."""
    jobs: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By the key that each was asked for with."""


def spread(text: str, seconds: float) -> Iterator[tuple[float, str]]:
    """Sentences of a text that is said in so many seconds, each with when it begins."""
    sentences = [one for one in END.split(text.strip()) if one]
    whole = sum(len(one.split()) for one in sentences) or 1
    before = 0
    for one in sentences:
        yield round(seconds * before / whole, 2), one
        before += len(one.split())


def sentences(said: Sequence[Phrase], length: float) -> list[dict[str, Any]]:
    """As the carrier tells them (twilio.com/docs/configurations/batch-transcription-quickstart).
    Nothing begins after the sound is over.
    """
    found = sorted(
        (min(one.at + at, length), one.channel, text)
        for one in said
        for at, text in spread(one.text, one.seconds)
    )
    return [
        {
            "audioChannelIndex": channel,
            "sentenceIndex": nth,
            "startTimeSeconds": round(at, 2),
            "text": text,
        }
        for nth, (at, channel, text) in enumerate(found)
    ]
