"""What the rules need of a telephone carrier, and what can come of asking it.

`ivr.phone.client` is the one that talks to Twilio; the rules only know these words. An outcome
is a value because the caller must act on it: a permanent refusal means the next technician at
once, a temporary one a retry, an unknown one a look at what became of it before any retry.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from ivr.services.calls.lifeline import Roster


@dataclass(frozen=True)
class Placed:
    """The carrier has it, under this SID."""

    sid: str


@dataclass(frozen=True)
class Refused:
    """Not done, and never will be: a bad number, no permission, wrong credentials."""

    cause: str


@dataclass(frozen=True)
class NotNow:
    """Not done, for certain; worth another try."""

    cause: str
    after: float = 1.0
    """Seconds to wait."""


@dataclass(frozen=True)
class Unknown:
    """Perhaps done, perhaps not: no answer, a server error, garbage."""

    cause: str


Outcome = Placed | Refused | NotNow | Unknown


@dataclass(frozen=True)
class Balance:
    amount: float
    currency: str


@dataclass(frozen=True)
class Forgotten:
    """How much of a number the carrier has deleted; `more`: there is more of it."""

    calls: int
    texts: int
    recordings: int
    more: bool


NOBODY = "20003"
"""The carrier's code for credentials that are wrong."""


@dataclass(frozen=True)
class PlacedCall:
    """A call as the carrier lists it."""

    sid: str
    status: str


class Carrier(Protocol):
    def ring(self, number: str, key: str, ring_for: int) -> Outcome:
        """Ring a technician; `key` names the leg in every URL that the carrier is given."""

    def call_in(self, key: str) -> Outcome:
        """Let the canary call our own line; `key` names the run in the URL of its document."""

    def calls_to(self, number: str, since: datetime) -> list[PlacedCall] | Unknown:
        """Calls that were placed to a number since then, newest first."""

    def status(self, sid: str) -> str | Unknown:
        """The carrier's word for a call: queued, ringing, in-progress, completed, busy …"""

    def stop(self, sid: str) -> Outcome:
        """End a call that rings or talks. One that is over already counts as done."""

    def tell_taken(self, sid: str, key: str) -> Outcome:
        """Let a technician who has picked up hear that somebody else has the page."""

    def bring(self, sid: str, turn: int, language: str) -> Outcome:
        """Take a caller out of the conversation that they left the hold of that turn for: they go
        on where it ends. One who has hung up counts as done.
        """

    def say(self, number: str, path: str) -> Outcome:
        """Call a number and let it hear the document at a path of ours."""

    def text(self, number: str, body: str) -> Outcome: ...

    def recording(self, sid: str) -> AbstractContextManager[Iterator[bytes] | Refused | NotNow]:
        """The audio as WAV, in pieces; its address is built from the SID."""

    def forget_recording(self, sid: str) -> Outcome: ...

    def transcribe(self, sid: str, key: str) -> Outcome:
        """Have a recording written down; what comes of it is told by a callback. Done once for a
        key, however often it is asked for.
        """

    def forget_number(self, number: str) -> Forgotten | Refused | NotNow | Unknown:
        """Delete the carrier's records of calls from and to a number, with their recordings, and of
        texts; some of them at a time.
        """

    def astray(self) -> list[str] | Refused | NotNow | Unknown:
        """What of our numbers' addresses is not set to us, in a few words each."""

    def balance(self) -> Balance | Refused | NotNow | Unknown:
        """How much money is left. Refused by a carrier that does not tell, or takes us for nobody:
        the cause is NOBODY then.
        """

    def fallback(self, roster: "Roster") -> str:
        """The document that puts a caller through without us, for other infrastructure."""
