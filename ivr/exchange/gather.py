"""Gather: keys or words, while prompts play, until enough came or nobody said anything.

The prompts are interrupted by the first key. A key that comes after the last expected one is
kept for the next Gather, as carriers do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ivr.exchange import speech
from ivr.exchange.script import Activity

if TYPE_CHECKING:
    from xml.etree import ElementTree as ET

    from ivr.exchange.clock import Act, Appointment
    from ivr.exchange.script import Script


class Gather(Activity):
    def __init__(self, script: Script, verb: ET.Element) -> None:
        self.script, self.call, self.verb = script, script.call, verb
        self.most = int(verb.get("numDigits", "0"))
        self.finish = verb.get("finishOnKey", "#")
        self.seconds = float(verb.get("timeout", "5"))
        self.listens = "speech" in verb.get("input", "dtmf")
        self.takes_keys = "dtmf" in verb.get("input", "dtmf")
        self.prompting = True
        self.digits = ""
        self.prompts = list(verb)
        self.timer: Appointment | None = None

    def begin(self) -> None:
        self.script.busy(self)
        self.call.phone.expects = "speech" if self.listens else "keys"
        self._prompt()
        self._take_typed_ahead()

    def _prompt(self) -> None:
        if self.prompts:
            self._at(speech.begin(self.script, self.prompts.pop(0)), self._prompt)
            return
        self.prompting = False
        self._arm()
        self._take_typed_ahead()

    def _take_typed_ahead(self) -> None:
        while self.call.typed_ahead and self.script.activity is self and not self._deaf:
            key, self.call.typed_ahead = self.call.typed_ahead[0], self.call.typed_ahead[1:]
            self.key(key)

    @property
    def _deaf(self) -> bool:
        """The prompt may not be interrupted."""
        return self.prompting and self.verb.get("bargeIn") == "false"

    def _interrupt(self) -> None:
        self.prompts, self.prompting = [], False
        self._arm()

    def _arm(self) -> None:
        self._at(self.seconds, self._finish)

    def _at(self, seconds: float, act: Act) -> None:
        self.cancel()
        self.timer = self.script.exchange.agenda.after(seconds, act)

    def cancel(self) -> None:
        if self.timer:
            self.timer.cancel()

    def key(self, key: str) -> bool:
        if not self.takes_keys:
            return True
        if self._deaf:
            self.call.typed_ahead += key
            return True
        self._interrupt()
        if key == self.finish:
            self._finish()
            return True
        self.digits += key
        if self.most and len(self.digits) >= self.most:
            self._finish()
        return True

    def speech(self, text: str, wav: bytes | None) -> bool:
        del wav
        if not self.listens or self._deaf:
            return False
        self._submit({"SpeechResult": text, "Confidence": "0.9"})
        return True

    def speaking(self) -> None:
        if self.listens and not self._deaf:
            self._interrupt()

    def _finish(self) -> None:
        if self.digits or self.verb.get("actionOnEmptyResult") == "true":
            self._submit({"Digits": self.digits})
            return
        self._over()
        self.script.step()

    def _submit(self, heard: dict[str, str]) -> None:
        self._over()
        action = self.verb.get("action") or self.script.url
        self.script.fetch(action, heard, self.verb.get("method", "POST"))

    def _over(self) -> None:
        self.cancel()
        self.call.phone.expects = None


def perform(script: Script, verb: ET.Element) -> None:
    Gather(script, verb).begin()
