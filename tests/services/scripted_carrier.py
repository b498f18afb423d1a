"""A carrier that does what its script says, and remembers what it was asked."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from ivr.services.calls.carrier import (
    Balance,
    Forgotten,
    NotNow,
    Outcome,
    Placed,
    PlacedCall,
    Refused,
    Unknown,
)
from ivr.services.calls.lifeline import Roster


class ScriptedCarrier:
    def __init__(self, *outcomes: Outcome) -> None:
        self.outcomes = list(outcomes)
        self.rung: list[str] = []
        self.called_in: list[str] = []
        self.listed: list[PlacedCall] | Unknown = []
        self.statuses: dict[str, str | Unknown] = {}
        self.stopped: list[str] = []
        self.told: list[str] = []
        self.brought: list[tuple[str, int]] = []
        self.texts: list[tuple[str, str]] = []
        self.stray: list[str] | Refused | NotNow | Unknown = []
        self.money: Balance | Refused | NotNow | Unknown = Balance(100.0, "CAD")
        self.asked: list[tuple[str, str]] = []
        """Recordings to be transcribed, each with its key."""
        self.audio: bytes | Refused | NotNow = b"RIFF"

    def ring(self, number: str, key: str, ring_for: int) -> Outcome:
        self.rung.append(number)
        return self.outcomes.pop(0) if self.outcomes else Placed(f"CA{len(self.rung)}{key}")

    def call_in(self, key: str) -> Outcome:
        self.called_in.append(key)
        return self.outcomes.pop(0) if self.outcomes else Placed(f"CA{key}")

    def calls_to(self, number: str, since: datetime) -> list[PlacedCall] | Unknown:
        return self.listed

    def status(self, sid: str) -> str | Unknown:
        return self.statuses.get(sid, Unknown("nothing known"))

    def stop(self, sid: str) -> Outcome:
        self.stopped.append(sid)
        return Placed(sid)

    def tell_taken(self, sid: str, key: str) -> Outcome:
        self.told.append(sid)
        return Placed(sid)

    def bring(self, sid: str, turn: int, language: str) -> Outcome:
        self.brought.append((sid, turn))
        return self.outcomes.pop(0) if self.outcomes else Placed(sid)

    def say(self, number: str, path: str) -> Outcome:
        self.rung.append(number)
        return Placed(f"CA{len(self.rung)}")

    def text(self, number: str, body: str) -> Outcome:
        self.texts.append((number, body))
        return Placed("SM1")

    @contextmanager
    def recording(self, sid: str) -> Iterator[Iterator[bytes] | Refused | NotNow]:
        yield iter([self.audio]) if isinstance(self.audio, bytes) else self.audio

    def forget_recording(self, sid: str) -> Outcome:
        return Placed(sid)

    def transcribe(self, sid: str, key: str) -> Outcome:
        self.asked.append((sid, key))
        return self.outcomes.pop(0) if self.outcomes else Placed(f"job-{len(self.asked)}")

    def forget_number(self, number: str) -> Forgotten | Refused | NotNow | Unknown:
        return Forgotten(0, 0, 0, more=False)

    def astray(self) -> list[str] | Refused | NotNow | Unknown:
        return self.stray

    def balance(self) -> Balance | Refused | NotNow | Unknown:
        return self.money

    def fallback(self, roster: Roster) -> str:
        return f"<Response>{''.join(roster.numbers)}</Response>"
