"""The lines of a transcript, each with the second of the recording at which it is said."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from difflib import SequenceMatcher
from typing import Any

LONGEST = 100_000
"""Characters of a transcript; more is cut."""
MOST = 5_000
NEAR, ALIKE = 5, 0.6
"""How far one looks for a line that is like another, and how much."""
LEFT_OUT = " … "
"""What stands for it in an excerpt."""
BEFORE = 1.0
"""Seconds: whoever looks for a word hears what comes just before it."""

Kept = list[dict[str, Any]]
"""As they stand in the row."""


@dataclass(frozen=True)
class Sentence:
    text: str
    at: float | None = None
    """Seconds from the beginning; none where nobody knows."""
    channel: int = 1
    """Whose voice, of a recording that has one channel for each."""


def tidy(given: Iterable[Sentence]) -> list[Sentence]:
    """As they are kept: one a line, in the order in which they are said, none without words."""
    those = [
        Sentence(" ".join(one.text.replace("\0", "").split()), _moment(one.at), one.channel)
        for one in given
    ]
    if all(one.at is not None for one in those):
        those.sort(key=lambda one: one.at or 0.0)
    left, found = LONGEST, list[Sentence]()
    for one in those[:MOST]:
        if one.text and left > 0:
            found.append(replace(one, text=one.text[:left]))
            left -= len(one.text) + 1
    return found


def _moment(at: float | None) -> float | None:
    return round(max(0.0, at), 2) if at is not None and math.isfinite(at) else None


def words(those: Sequence[Sentence]) -> str:
    """The transcript."""
    return "\n".join(one.text for one in those)


def kept(those: Sequence[Sentence]) -> Kept:
    return [asdict(one) for one in those]


def read(row: Kept | None) -> list[Sentence]:
    return [Sentence(**one) for one in row or ()]


def corrected(before: Sequence[Sentence], text: str) -> list[Sentence]:
    """What somebody has made of it, line by line. A line that stays has its time, and so has one
    that stands in the place of another.
    """
    lines = [line for line in (" ".join(one.split()) for one in text.splitlines()) if line]
    found: list[Sentence] = []
    same = SequenceMatcher(None, [one.text for one in before], lines, autojunk=False)
    for _what, begin, end, first, last in same.get_opcodes():
        new, channel = lines[first:last], found[-1].channel if found else 1
        for line, was in zip(new, _each(before[begin:end], new), strict=True):
            channel = was.channel if was else channel
            found.append(Sentence(line, was.at if was else None, channel))
    return found


def _each(old: Sequence[Sentence], new: Sequence[str]) -> list[Sentence | None]:
    """What each new line stands in the place of: of as many, one each; of more or fewer, the first
    of the first, and further on the next one that is like it.
    """
    if len(old) == len(new):
        return list(old)
    left, found = list(old), list[Sentence | None]()
    for line in new:
        alike = (nth for nth, one in enumerate(left[:NEAR]) if _is_like(one.text, line))
        nth = next(alike, None) if found else 0
        found.append(left[nth] if nth is not None and left else None)
        left = left if nth is None else left[nth + 1 :]
    return found


def _is_like(one: str, other: str) -> bool:
    return SequenceMatcher(None, one, other).ratio() > ALIKE


def where(those: Sequence[Sentence], excerpt: str, mark: str, unmark: str) -> float | None:
    """When to begin to listen, of a hit in them: a moment before the sentence of the first word
    that is marked in the excerpt.
    """
    before, marked, after = excerpt.partition(mark)
    if not marked or not those:
        return None
    plain = str.maketrans("", "", mark + unmark)
    before = before.translate(plain).split(LEFT_OUT)[-1]
    after = after.translate(plain).split(LEFT_OUT)[0]
    told = words(those)
    place = told.find(before + after)
    if place < 0:
        return None
    line = told.count("\n", 0, place + len(before))
    at = next((one.at for one in reversed(those[: line + 1]) if one.at is not None), None)
    return None if at is None else max(0.0, round(at - BEFORE, 2))
