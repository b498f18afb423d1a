"""Sounds that the carrier plays: the tone of holding, and recorded prompts."""

import io
import math
import struct
import wave
from functools import cache
from importlib.resources import files

from flask import Response, abort

from ivr.phone.door import phone
from ivr.services.calls import recorded

TYPES = {"wav": "audio/wav", "mp3": "audio/mpeg"}
RATE = 8000
SECONDS = 6
TONES = ((0.0, 440.0), (0.4, 554.4), (0.8, 659.3), (3.0, 659.3), (3.4, 554.4), (3.8, 440.0))
"""When a note begins, in seconds, and its pitch in hertz: quiet, and plainly not a fault."""


def _level(at: float) -> float:
    level = 0.0
    for begins, pitch in TONES:
        age = at - begins
        if 0 <= age < 2:  # noqa: PLR2004  a note fades within two seconds
            level += 0.12 * math.exp(-3 * age) * math.sin(2 * math.pi * pitch * age)
    return level


@cache
def hold_wav() -> bytes:
    samples = [int(32_000 * _level(index / RATE)) for index in range(RATE * SECONDS)]
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(RATE)
        sound.writeframes(struct.pack(f"<{len(samples)}h", *samples))
    return file.getvalue()


@phone.get("/voice/hold.wav")
def hold_tone() -> Response:
    return Response(hold_wav(), mimetype="audio/wav", headers={"Cache-Control": "max-age=86400"})


@phone.get("/voice/audio/<name>.<any(wav, mp3):kind>")
def audio(name: str, kind: str) -> Response:
    """A recorded prompt: of callflows/prompts, or of our own."""
    own = recorded.file(f"{name}.{kind}")
    file = own or files("callflows.prompts").joinpath(f"{name}.{kind}")
    if not name.isidentifier() or not file.is_file():
        abort(404)
    return Response(file.read_bytes(), mimetype=TYPES[kind])
