"""A recording as a picture: how loud it is along its time, as an SVG that lies beside it.

It is drawn when the recording is fetched, or when it is first looked at. Of a file that is not what
we understand, or is broken, there is an empty picture, and the player stays plain.
"""

import os
import sys
import wave
from array import array
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

BARS = 200
A_BAR, HEIGHT = 3, 48
"""Units of the picture."""
LOOKED_AT = 2000
"""Samples of each bar, so that an hour takes no longer than a minute."""
BYTES = {1: "B", 2: "h"}
"""What an array calls samples of so many bytes."""
MIDDLE_OF_A_BYTE = 128
QUIET = 0.02
"""Of the loudest that there can be: below it, nothing but noise is made larger."""


def beside(recording: Path) -> Path:
    return recording.with_suffix(".svg")


def draw(recording: Path) -> Path | None:
    """The picture of a recording; None when there is none to be had. Never called within a
    transaction: a disk may be slow.
    """
    picture = beside(recording)
    if not picture.is_file():
        draft = picture.with_suffix(f".{os.getpid()}.part")
        try:
            draft.write_text(svg(peaks(recording)), "utf-8")
            draft.rename(picture)
        except OSError:
            with suppress(OSError):
                draft.unlink()
            return None
    return picture if picture.stat().st_size else None


def is_plain(recording: Path) -> bool:
    """Whether we know already that there is no picture of it."""
    try:
        return beside(recording).stat().st_size == 0
    except OSError:
        return False


def peaks(recording: Path) -> list[float]:
    """How loud each bar is, from 0 to 1; none of a file that cannot be understood."""
    try:
        with wave.open(str(recording), "rb") as sound:
            return _peaks(sound)
    except (wave.Error, EOFError, OSError, ValueError):
        return []


def _peaks(sound: wave.Wave_read) -> list[float]:
    width, frames = sound.getsampwidth(), sound.getnframes()
    if width not in BYTES or not frames:
        return []
    loudest = 2 ** (8 * width - 1)
    edges = [frames * at // BARS for at in range(BARS + 1)]
    found = []
    for begin, end in pairwise(edges):
        found.append(_loudest(sound.readframes(end - begin), width) / loudest)
    top = max(*found, QUIET)
    return [min(1.0, one / top) for one in found]


def _loudest(frames: bytes, width: int) -> int:
    """Of all channels together; of many samples, some of them."""
    whole = len(frames) - len(frames) % width
    samples = array(BYTES[width], frames[:whole])
    if sys.byteorder == "big" and width > 1:
        samples.byteswap()
    some = samples[:: max(1, len(samples) // LOOKED_AT)]
    if not some:
        return 0
    middle = MIDDLE_OF_A_BYTE if width == 1 else 0
    return max(max(some) - middle, middle - min(some))


def svg(those: list[float]) -> str:
    """Bars around the middle, in a grey that can be seen by light and in the dark."""
    if not those:
        return ""
    bars = "".join(
        f"M{A_BAR * at + 1.5:g} {HEIGHT / 2 - half:.1f}v{2 * half:.1f}"
        for at, half in enumerate(max(0.6, one * (HEIGHT / 2 - 1)) for one in those)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {A_BAR * BARS} {HEIGHT}"'
        f' width="{A_BAR * BARS}" height="{HEIGHT}"'
        ' preserveAspectRatio="none"><path fill="none" stroke="#6f8a84" stroke-width="2"'
        f' stroke-linecap="round" d="{bars}"/></svg>'
    )
