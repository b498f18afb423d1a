"""A bridge: two people talk. When one hangs up, the other goes on with what comes next."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ivr.exchange import speech
from ivr.exchange.said import Phrase

if TYPE_CHECKING:
    from ivr.exchange.calls import Call

Ended = Callable[["Call"], None]


class Bridge:
    def __init__(self, one: Call, other: Call, at_end: Ended, *, star: bool = False) -> None:
        """`at_end` is called with the side that ended it; `star`: `*` of the first side does so."""
        self.sides, self.at_end, self.star = (one, other), at_end, star
        self.began, self.over = one.exchange.now(), False
        self.said: list[Phrase] = []
        """What each of them has said; the first side is the first channel."""
        one.bridge = other.bridge = self
        for call in self.sides:
            call.phone.expects = None
            call.phone.line("event", f"You are talking to {self.other(call).phone.name}")
        one.exchange.note("bridged", one, other=other.sid)

    @property
    def seconds(self) -> int:
        return int(self._now)

    @property
    def _now(self) -> float:
        return (self.sides[0].exchange.now() - self.began).total_seconds()

    def other(self, call: Call) -> Call:
        return self.sides[1] if call is self.sides[0] else self.sides[0]

    def key(self, call: Call, key: str) -> None:
        self.other(call).phone.tone(key)
        if self.star and key == "*" and call is self.sides[0]:
            self.end(call)

    def speech(self, call: Call, text: str) -> None:
        channel = 1 if call is self.sides[0] else 2
        self.said.append(Phrase(text, self._now, speech.seconds(text), channel))
        self.other(call).phone.line("heard", text, call.phone.language)

    def end(self, by: Call) -> None:
        """Once: the end of one side brings about the end of the other."""
        if self.over:
            return
        self.over = True
        for call in self.sides:
            call.bridge = None
        self.at_end(by)
