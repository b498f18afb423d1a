"""The files of the busy month: a few hundred sounds, shared by many recordings under hard links,
pictures and logs that came with tickets, and the raw mails.
"""

import hashlib
import os
import struct
import wave
import zlib
from collections.abc import Iterable
from datetime import datetime
from email.utils import format_datetime
from io import BytesIO
from math import pi, sin
from pathlib import Path
from random import Random

from ivr.services.calls import recordings
from ivr.services.mail import inbox
from ivr.services.tickets import attachments

RATE = 8000
SHORT, LONG = (4, 6, 8, 10, 12, 15, 18, 22, 26, 30), (60, 90, 120, 180, 240)
OF_SHORT, OF_LONG = 15, 4
"""Different sounds of each length."""
Sound = tuple[str, str]
"""Its file's name, and the checksum."""


class Files:
    def __init__(self, chance: Random) -> None:
        self.chance = Random(chance.random())
        self.links: dict[str, str] = {}
        """Each with the sound that it is."""
        self.whole: dict[Path, bytes] = {}
        self.made: dict[str, str] = {}
        """Checksums of the sounds."""
        self._syllables: list[bytes] = []

    def sound(self, sid: str, seconds: int) -> tuple[int, str, str]:
        """The length, name and checksum of a recording of about so many seconds."""
        lengths = SHORT if seconds <= SHORT[-1] else LONG
        length = min(lengths, key=lambda one: abs(one - seconds))
        variant = self.chance.randrange(OF_SHORT if length in SHORT else OF_LONG)
        source = f"busy-{length}-{variant}.wav"
        if source not in self.made:
            content = self._speech(length)
            self.made[source] = self.checksum(content)
            self.whole[recordings.folder() / source] = content
        self.links[f"{sid}.wav"] = source
        return length, f"{sid}.wav", self.made[source]

    def checksum(self, content: bytes) -> str:
        return hashlib.sha256(content).hexdigest()

    def _speech(self, seconds: int) -> bytes:
        """Syllables and pauses."""
        if not self._syllables:
            self._syllables = [self._syllable() for _ in range(48)]
        samples, wanted = bytearray(), 2 * RATE * seconds
        while len(samples) < wanted:
            samples += self.chance.choice(self._syllables)
            if self.chance.random() < 0.2:
                samples += bytes(2 * self.chance.randrange(800, 4000))
        out = BytesIO()
        with wave.open(out, "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE)
            file.writeframes(bytes(samples[:wanted]))
        return out.getvalue()

    def _syllable(self) -> bytes:
        pitch, count = self.chance.uniform(95, 240), self.chance.randrange(700, 2200)
        formant = self.chance.uniform(3, 9)
        loud = self.chance.uniform(2500, 8000)
        made = []
        for at in range(count):
            wave_ = sin(2 * pi * pitch * at / RATE)
            wave_ += 0.5 * sin(2 * pi * pitch * formant * at / RATE) + self.chance.uniform(
                -0.15, 0.15
            )
            made.append(int(loud * sin(pi * at / count) * wave_))
        return struct.pack(f"<{count}h", *made)

    def picture(self, key: str) -> bytes:
        """A screenshot of something."""
        width, height = 320, 200
        colours = [bytes(self.chance.randrange(60, 250) for _ in range(3)) for _ in range(6)]
        lines = b"".join(b"\0" + colours[y * 6 // height] * width for y in range(height))
        head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
        parts = ((b"IHDR", head), (b"IDAT", zlib.compress(lines, 1)), (b"IEND", b""))
        content = b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*part) for part in parts)
        self.whole[attachments.folder() / key] = content
        return content

    def log(self, key: str, at: datetime) -> bytes:
        said = ("REGISTER sip:trunk 408 Request Timeout", "INVITE 503 Service Unavailable",
                "link up 1000 Mb/s", "link down", "keep-alive lost", "DHCP renewed")  # fmt: skip
        lines = [f"{at:%b %d %H:%M}:{n % 60:02} gw1 {self.chance.choice(said)}" for n in range(120)]
        content = "\n".join(lines).encode()
        self.whole[attachments.folder() / key] = content
        return content

    def mail(self, name: str, at: datetime, words: str, **heads: str) -> None:
        """As a mail program writes it that knows RFC 6532: UTF-8 in its heads as well."""
        lines = [f"{head.replace('_', '-')}: {value}" for head, value in heads.items()]
        lines += [f"Date: {format_datetime(at)}", "MIME-Version: 1.0"]
        lines += ["Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: 8bit"]
        letter = "\r\n".join([*lines, "", *words.splitlines(), ""])
        self.whole[inbox.folder() / name] = letter.encode()

    def forget(self, *sounds: str, paths: Iterable[Path] = ()) -> int:
        """Not to be written after all. Returns how many."""
        gone = [self.links.pop(one) for one in sounds if one in self.links]
        kept = [self.whole.pop(one) for one in paths if one in self.whole]
        return len(gone) + len(kept)

    def write(self) -> None:
        for folder in {file.parent for file in self.whole} | {recordings.folder()}:
            folder.mkdir(parents=True, exist_ok=True)
        for file, content in self.whole.items():
            file.write_bytes(content)
        for name, source in self.links.items():
            target = recordings.folder() / name
            target.unlink(missing_ok=True)
            os.link(recordings.folder() / source, target)


def _chunk(kind: bytes, content: bytes) -> bytes:
    return (
        struct.pack(">I", len(content))
        + kind
        + content
        + struct.pack(">I", zlib.crc32(kind + content))
    )
