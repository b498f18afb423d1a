"""The account's own numbers, and what happens when one of them is called from within the account:
the call comes in at that number as any other, and the two ends are joined by a wire.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ivr.exchange.calls import Call
from ivr.exchange.phones import Phone

if TYPE_CHECKING:
    from collections.abc import Callable

    from ivr.exchange.engine import Exchange


@dataclass
class OwnNumber:
    """A number of the account, and where its calls and texts are told."""

    sid: str
    number: str
    voice_url: str = ""
    fallback_url: str = ""
    status_url: str = ""
    sms_url: str = ""
    fallback_method: str = "POST"


class Wire(Phone):
    """One end of a call between two numbers of the exchange: what the document at this end plays or
    says is heard by the document at the other. Nobody holds it in their hand.
    """

    def __init__(self, exchange: Exchange, number: str) -> None:
        super().__init__(exchange, number, number, "number", "en-CA")
        self.other: Call | None = None

    def rings(self, call: Call, pick_up: Callable[[], None]) -> None:
        """The number's own addresses say what happens; it is picked up when they answer."""
        here = Wire(self.exchange, call.caller)
        self.other = Call(self.exchange, "inbound", call.caller, call.called, here)
        here.other, here._pick_up = call, pick_up
        self.exchange.incoming(self.other)

    def connected(self) -> None:
        if self._pick_up:
            self._pick_up()

    def tone(self, key: str) -> None:
        if self.other and not self.other.over:
            self.other.keys(key)

    def line(self, kind: str, text: str, language: str = "") -> None:
        del language
        if kind == "heard" and self.other and not self.other.over:
            self.other.speaks(text)

    def released(self, call: Call) -> None:
        """One end is over, and so is the other; a caller who gives up was not answered there."""
        if self.other:
            self.other.end("no-answer" if call.status == "canceled" else call.status)
