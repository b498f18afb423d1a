"""A call: one person's line to the exchange, its status, and the TwiML that runs on it."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from email.utils import format_datetime
from typing import TYPE_CHECKING

from ivr.exchange.script import Script

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from ivr.exchange.bridge import Bridge
    from ivr.exchange.engine import Exchange
    from ivr.exchange.phones import Phone

FINAL = {"completed", "busy", "failed", "no-answer", "canceled"}
EVENT_OF = {"ringing": "ringing", "in-progress": "answered"}


def new_sid(kind: str) -> str:
    return kind + secrets.token_hex(16)


@dataclass
class Callbacks:
    """Where a call's progress is told, and which steps of it."""

    url: str = ""
    events: frozenset[str] = frozenset({"completed"})
    sequence: int = 0


@dataclass
class Call:
    exchange: Exchange
    direction: str
    caller: str
    called: str
    phone: Phone
    """The phone of the person on this line."""
    parent: Call | None = None
    sid: str = field(default_factory=lambda: new_sid("CA"))
    status: str = "queued"
    callbacks: Callbacks = field(default_factory=Callbacks)
    url: str = ""
    fallback_url: str = ""
    fallback_method: str = "POST"
    created_at: datetime = field(init=False)
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    script: Script | None = None
    bridge: Bridge | None = None
    typed_ahead: str = ""

    def __post_init__(self) -> None:
        self.created_at = self.exchange.now()
        self.exchange.calls[self.sid] = self

    @property
    def over(self) -> bool:
        return self.status in FINAL

    @property
    def seconds(self) -> int:
        """Since it was answered."""
        if self.answered_at is None:
            return 0
        return int(((self.ended_at or self.exchange.now()) - self.answered_at).total_seconds())

    # Status -------------------------------------------------------------------------------------

    def becomes(self, status: str) -> None:
        if self.over or status == self.status:
            return
        never_placed = (self.status, status) == ("queued", "canceled")
        self.status = status
        if status == "in-progress":
            self.answered_at = self.exchange.now()
            self.phone.connected()
        if status in FINAL:
            self.ended_at = self.exchange.now()
        self.exchange.note("status", self, status=status)
        if not never_placed:
            self._tell("completed" if status in FINAL else EVENT_OF.get(status, ""))

    def begins(self) -> None:
        """It is placed: the network looks for the phone."""
        self._tell("initiated")

    def _tell(self, event: str) -> None:
        if not self.callbacks.url or event not in self.callbacks.events:
            return
        form = self.form() | {
            "SequenceNumber": str(self.callbacks.sequence),
            "CallbackSource": "call-progress-events",
            "Timestamp": format_datetime(self.exchange.now(), usegmt=True),
        }
        self.callbacks.sequence += 1
        if self.over:
            form |= {"CallDuration": str(self.seconds), "Duration": str(-(-self.seconds // 60))}
        self.exchange.callback(self.callbacks.url, form)

    def form(self) -> dict[str, str]:
        """The parameters of every webhook about this call."""
        values = {
            "CallSid": self.sid,
            "AccountSid": self.exchange.account_sid,
            "From": self.caller,
            "To": self.called,
            "Caller": self.caller,
            "Called": self.called,
            "CallStatus": self.status,
            "ApiVersion": "2010-04-01",
            "Direction": self.direction,
            "StirVerstat": "TN-Validation-Passed-A",
            "SomethingNew": "parameters are added without notice",
        }
        for side in ("From", "To", "Caller", "Called"):
            values |= {f"{side}City": "", f"{side}State": "QC", f"{side}Zip": ""}
            values[f"{side}Country"] = "CA"
        if self.direction == "inbound":
            values["CallToken"] = "e30="
        if self.parent:
            values["ParentCallSid"] = self.parent.sid
        return values

    # What runs on it ----------------------------------------------------------------------------

    def run(self, url: str, method: str = "POST") -> None:
        """Fetch a document and execute it; when it ends, the call ends."""
        self._new_script().fetch(url, {}, method)

    def run_inline(self, twiml: str) -> None:
        self._new_script().read(twiml)

    def _new_script(self) -> Script:
        self.stop_script()
        self.script = Script(self, self.hang_up)
        return self.script

    def stop_script(self) -> None:
        if self.script:
            script, self.script = self.script, None
            script.stop()

    def answer(self) -> None:
        """The person, or for an inbound call the exchange, picks up."""
        self.becomes("in-progress")

    def hang_up(self) -> None:
        """End it from the exchange's side."""
        self.end("completed" if self.answered_at else "no-answer")

    def end(self, status: str) -> None:
        if self.over:
            return
        self.becomes(status)
        bridge, self.bridge = self.bridge, None
        self.stop_script()
        if bridge:
            bridge.end(self)
        self.phone.released(self)
        self.exchange.ended(self)

    def redirect(self, run: Callable[[], None]) -> None:
        """A document from outside takes over (a live update by REST)."""
        bridge, self.bridge = self.bridge, None
        self.stop_script()
        if bridge:
            bridge.end(self)
        if not self.over:
            run()

    # The person ---------------------------------------------------------------------------------

    def hears(self, text: str, language: str = "") -> None:
        self.phone.line("heard", text, language)
        self.exchange.note("heard", self, text=text, language=language)

    def keys(self, key: str) -> None:
        self.exchange.note("key", self, key=key)
        if self.script and self.script.key(key):
            return
        if self.bridge:
            self.bridge.key(self, key)
            return
        self.typed_ahead += key

    def speaks(self, text: str, wav: bytes | None = None) -> None:
        self.exchange.note("spoke", self, text=text)
        if self.script and self.script.speech(text, wav):
            return
        if self.bridge:
            self.bridge.speech(self, text)
