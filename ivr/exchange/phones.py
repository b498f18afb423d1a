"""Phones: what a person does with one, and what they hear."""

from __future__ import annotations

import itertools
import re
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from ivr.exchange import conference, recordings, texts
from ivr.exchange.calls import Call

if TYPE_CHECKING:
    from collections.abc import Callable

    from ivr.exchange.engine import Exchange

E164 = re.compile(r"\+[1-9][0-9]{6,14}")
ANONYMOUS = "anonymous"
HABITS = {"manual", "busy", "no-answer", "invalid", "voicemail", "answers"}


class NotPossibleError(Exception):
    """One clear line: what cannot be done with this phone now."""


@dataclass(frozen=True)
class Line:
    """A line of a call's transcript."""

    id: int
    kind: str
    text: str
    language: str
    at: str


class Phone:
    def __init__(
        self, exchange: Exchange, number: str, name: str, role: str, language: str
    ) -> None:
        self.exchange, self.number = exchange, number
        self.name, self.role, self.language = name, role, language
        self.habit = "manual"
        self.call: Call | None = None
        self.ringing_call: Call | None = None
        self.expects: str | None = None
        self.lines: list[Line] = []
        self.said: list[str] = []
        self.received: list[dict[str, Any]] = []
        self._pick_up: Callable[[], None] | None = None
        self._ids = itertools.count(1)
        self._listened = 0

    # What the person does -----------------------------------------------------------------------

    def dial(self, number: str | None = None) -> str:
        with self.exchange.acting():
            if self.call or self.ringing_call:
                raise NotPossibleError("this phone is in use")
            number = number or self.exchange.number
            call = Call(self.exchange, "inbound", self.number, number, self)
            self._take(call)
            self.exchange.note("dialled", call, to=number)
            self.exchange.incoming(call)
            return call.sid

    def answer(self) -> None:
        with self.exchange.acting():
            if not self.ringing_call:
                raise NotPossibleError("this phone does not ring")
            self.pick_up()

    def pick_up(self) -> None:
        """Answer if it rings; called with the exchange's lock held."""
        call, pick_up = self.ringing_call, self._pick_up
        if call is None or pick_up is None:
            return
        self._take(call)
        self.exchange.note("answered", call)
        pick_up()

    def _take(self, call: Call) -> None:
        self.ringing_call, self._pick_up = None, None
        self.call, self.lines, self.expects = call, [], None

    def reject(self) -> None:
        with self.exchange.acting():
            if not self.ringing_call:
                raise NotPossibleError("this phone does not ring")
            self.ringing_call.end("busy")

    def hang_up(self) -> None:
        with self.exchange.acting():
            if self.ringing_call:
                self.ringing_call.end("busy")
            elif self.call:
                self.exchange.note("hung-up", self.call)
                self.call.hang_up()
            else:
                raise NotPossibleError("this phone is not in a call")

    def press(self, keys: str) -> None:
        with self.exchange.acting():
            call = self._in_call()
            self.line("pressed", keys)
            for key in keys:
                call.keys(key)

    def speak(self, text: str, wav: bytes | None = None) -> None:
        with self.exchange.acting():
            call = self._in_call()
            if wav and not recordings.length(wav):
                raise NotPossibleError("that is not a WAV file")
            self.line("spoke", text or "(recorded by microphone)")
            call.speaks(text, wav)

    def speaking(self) -> None:
        """They type, or the microphone is on: the words will follow."""
        with self.exchange.acting():
            script = self._in_call().script
            if script and script.activity:
                script.activity.speaking()

    def text(self, body: str) -> str:
        with self.exchange.acting():
            return texts.receive(self.exchange, self.number, body)

    def _in_call(self) -> Call:
        if not self.call:
            raise NotPossibleError("this phone is not in a call")
        return self.call

    # What happens to it -------------------------------------------------------------------------

    def rings(self, call: Call, pick_up: Callable[[], None]) -> None:
        self.ringing_call, self._pick_up = call, pick_up
        self.exchange.note("ring", call, **{"from": call.caller})

    def connected(self) -> None:
        """Its call has been answered."""

    def tone(self, key: str) -> None:
        """A key that the other side presses, or a document plays."""
        self.line("heard", f"(key {key})")

    def released(self, call: Call) -> None:
        """The call is over on this side."""
        if self.ringing_call is call:
            self.ringing_call, self._pick_up = None, None
        if self.call is call:
            self.call, self.expects = None, None
            self.line("event", "The call has ended")

    def line(self, kind: str, text: str, language: str = "") -> None:
        at = self.exchange.now().isoformat()
        self.lines.append(Line(next(self._ids), kind, text, language or self.language, at))
        if kind == "heard":
            self.said.append(text)

    # What can be seen of it ---------------------------------------------------------------------

    @property
    def ringing(self) -> bool:
        return self.ringing_call is not None

    @property
    def in_call(self) -> bool:
        return self.call is not None

    @property
    def texts(self) -> list[str]:
        return [str(one["body"]) for one in self.received]

    def heard(self) -> list[str]:
        """What was said since this was last asked."""
        fresh = self.said[self._listened :]
        self._listened = len(self.said)
        return fresh

    @property
    def talking_to(self) -> list[str]:
        if self.call is None:
            return []
        if self.call.bridge:
            return [self.call.bridge.other(self.call).phone.name]
        return [call.phone.name for call in conference.others(self.call)]

    @property
    def state(self) -> str:
        if self.ringing_call:
            return "ringing"
        if self.call is None:
            return "idle"
        return "in-call" if self.call.answered_at else "dialling"

    def as_json(self) -> dict[str, Any]:
        call = self.call or self.ringing_call
        began = call.answered_at if call else None
        return {
            "number": self.number,
            "name": self.name,
            "role": self.role,
            "language": self.language,
            "state": self.state,
            "with": self._other_side(call) if call else None,
            "bridged_with": self.talking_to,
            "since": began.isoformat() if began else None,
            "expects": self.expects,
            "lines": [asdict(line) for line in self.lines],
            "texts": self.received,
        }

    def _other_side(self, call: Call) -> str:
        number = call.called if call.direction == "inbound" else call.caller
        return "Support line" if number == self.exchange.number else number
