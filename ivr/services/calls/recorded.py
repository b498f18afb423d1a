"""Prompts that were recorded: checked before they are kept, in VAR_DIR/prompts, by their own sum.

They stay as they were given: WAV as PCM, or MP3, which the carrier and every browser play.
"""

import hashlib
import io
import os
import re
import wave
from pathlib import Path

from ivr.services.settings.house_rules import RefusedError
from ivr.settings import settings

LARGEST = 3_000_000
SHORTEST, LONGEST = 0.3, 60.0
"""Seconds."""
RATES = range(8_000, 48_001)
NAME = re.compile(r"r[0-9a-f]{32}\.(wav|mp3)")
ID3_HEAD, FRAME_HEAD = 10, 4
MP3_RATES = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}
"""By the version's bits: MPEG 1, 2 and 2.5."""
KBITS = (
    (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
)
"""Of layer 3: MPEG 2 and 2.5, then MPEG 1."""
FEWEST_FRAMES = 4


def keep(data: bytes) -> str:
    """On the disk; its name. Raises RefusedError, OSError."""
    if len(data) > LARGEST:
        raise RefusedError("sound", "sound_too_large", most=LARGEST)
    if not data:
        raise RefusedError("sound", "no_sound")
    if data[:4] == b"RIFF":
        kind, seconds = "wav", _wav(data)
    else:
        kind, seconds = "mp3", _mp3(data)
    if not SHORTEST <= seconds <= LONGEST:
        raise RefusedError("sound", "sound_long", most=int(LONGEST))
    name = f"r{hashlib.sha256(data).hexdigest()[:32]}.{kind}"
    file = settings().var_dir / "prompts" / name
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        draft = file.with_name(f".{name}.{os.getpid()}")
        draft.write_bytes(data)
        draft.replace(file)
    return name


def file(name: str) -> Path | None:
    """Where it lies; None when it is not there, or is none of these."""
    found = settings().var_dir / "prompts" / name
    return found.resolve() if NAME.fullmatch(name) and found.is_file() else None


def _wav(data: bytes) -> float:
    try:
        with wave.open(io.BytesIO(data)) as sound:
            channels, width, rate, frames = sound.getparams()[:4]
            whole = len(sound.readframes(frames)) == frames * channels * width
    except (wave.Error, EOFError, RuntimeError) as error:
        raise RefusedError("sound", "sound_wrong") from error
    if not whole or channels not in {1, 2} or width not in {1, 2} or rate not in RATES:
        raise RefusedError("sound", "sound_wrong")
    return float(frames / rate)


def _mp3(data: bytes) -> float:
    """Frame by frame, to the end: what is no MP3, or breaks off, is refused."""
    at, end = _tags(data)
    frames, seconds = 0, 0.0
    while at + FRAME_HEAD <= end:
        size, lasts = _frame(data[at : at + FRAME_HEAD])
        if not size:
            break
        at, frames, seconds = at + size, frames + 1, seconds + lasts
    if frames < FEWEST_FRAMES or not at <= end < at + FRAME_HEAD:
        raise RefusedError("sound", "sound_wrong")
    return seconds


def _tags(data: bytes) -> tuple[int, int]:
    """Where the sound begins and ends, between the tags (ID3v2 before it, ID3v1 after)."""
    begin, end = 0, len(data)
    if data[:3] == b"ID3" and len(data) > ID3_HEAD:
        size = 0
        for byte in data[6:10]:
            size = size << 7 | byte & 0x7F
        begin = ID3_HEAD + size
    if data[-128:-125] == b"TAG":
        end -= 128
    return begin, end


def _frame(head: bytes) -> tuple[int, float]:
    """How long a frame of layer 3 is, in bytes and seconds; 0 when it is none."""
    bits = int.from_bytes(head)
    version, layer = bits >> 19 & 3, bits >> 17 & 3
    kbits, rate, padding = bits >> 12 & 15, bits >> 10 & 3, bits >> 9 & 1
    if bits >> 21 != 0x7FF or layer != 1 or version == 1 or rate == 3 or kbits in {0, 15}:  # noqa: PLR2004
        return 0, 0.0
    hertz, first = MP3_RATES[version][rate], version == 3  # noqa: PLR2004  MPEG 1
    samples = 1152 if first else 576
    return samples // 8 * KBITS[first][kbits] * 1000 // hertz + padding, samples / hertz
