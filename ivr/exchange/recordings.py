"""Recordings: a real WAV always exists, kept in the exchange's folder, told of by callback."""

from __future__ import annotations

import io
import struct
import wave
from dataclasses import dataclass
from email.utils import format_datetime
from math import pi, sin
from typing import TYPE_CHECKING

from ivr.exchange.calls import new_sid

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from ivr.exchange.calls import Call
    from ivr.exchange.said import Phrase

RATE = 8000
CALLBACK_AFTER = 1.0
TRANSCRIPT_AFTER = 3.0
LONGEST_TRANSCRIBED = 120


@dataclass(frozen=True)
class Recording:
    sid: str
    call_sid: str
    seconds: int
    made_at: datetime
    file: Path
    source: str
    channels: int
    said: tuple[Phrase, ...] | None
    """None: a sound of which nobody here knows the words."""


def make(
    call: Call,
    seconds: int,
    source: str,
    wav: bytes | None,
    channels: int = 1,
    said: Sequence[Phrase] | None = (),
) -> Recording:
    exchange = call.exchange
    sid = new_sid("RE")
    file = exchange.media_dir / f"{sid}.wav"
    exchange.media_dir.mkdir(parents=True, exist_ok=True)
    if wav:
        file.write_bytes(wav)
    else:
        _synthesize(file, seconds, channels)
    known = None if said is None else tuple(said)
    made = Recording(sid, call.sid, seconds, exchange.now(), file, source, channels, known)
    exchange.recordings[sid] = made
    exchange.note("recorded", call, sid=sid, seconds=seconds, source=source)
    return made


def length(wav: bytes) -> float:
    """In seconds; 0 for what is not a WAV file."""
    try:
        with wave.open(io.BytesIO(wav)) as sound:
            return float(sound.getnframes() / sound.getframerate())
    except (wave.Error, EOFError, ZeroDivisionError):
        return 0.0


def _synthesize(file: Path, seconds: int, channels: int) -> None:
    """A soft tone of the right length: nothing was heard, but something can be played."""
    second = [int(1500 * sin(2 * pi * 300 * at / RATE)) for at in range(RATE)]
    frames = struct.pack(f"<{RATE * channels}h", *(one for one in second for _ in range(channels)))
    with wave.open(str(file), "wb") as sound:
        sound.setnchannels(channels)
        sound.setsampwidth(2)
        sound.setframerate(RATE)
        for _ in range(max(1, min(seconds, 600))):
            sound.writeframes(frames)


def address(call: Call, made: Recording) -> str:
    base = call.exchange.base_url
    return f"{base}/2010-04-01/Accounts/{call.exchange.account_sid}/Recordings/{made.sid}"


def tell(call: Call, made: Recording, url: str) -> None:
    """The recording status callback, a moment after the recording's end."""
    form = {
        "AccountSid": call.exchange.account_sid,
        "CallSid": call.sid,
        "RecordingSid": made.sid,
        "RecordingUrl": address(call, made),
        "RecordingStatus": "completed",
        "RecordingDuration": str(made.seconds),
        "RecordingChannels": str(made.channels),
        "RecordingStartTime": format_datetime(made.made_at, usegmt=True),
        "RecordingSource": made.source,
        "RecordingTrack": "both",
    }
    call.exchange.agenda.after(CALLBACK_AFTER, lambda: call.exchange.callback(url, form))


def tell_transcript(call: Call, made: Recording, text: str, url: str) -> None:
    """Typed words are the transcript; without words, or too long, it fails."""
    fine = bool(text) and made.seconds <= LONGEST_TRANSCRIBED
    form = call.form() | {
        "TranscriptionSid": new_sid("TR"),
        "TranscriptionStatus": "completed" if fine else "failed",
        "TranscriptionText": text if fine else "",
        "RecordingSid": made.sid,
        "RecordingUrl": address(call, made),
    }
    call.exchange.agenda.after(TRANSCRIPT_AFTER, lambda: call.exchange.callback(url, form))
