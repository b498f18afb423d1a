"""Record: what the person says after the tone, until a key, silence, the limit or hanging up."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from ivr.exchange import recordings, speech
from ivr.exchange.said import Phrase
from ivr.exchange.script import Activity

if TYPE_CHECKING:
    from xml.etree import ElementTree as ET

    from ivr.exchange.clock import Appointment
    from ivr.exchange.script import Script


class Record(Activity):
    def __init__(self, script: Script, verb: ET.Element) -> None:
        self.script, self.call, self.verb = script, script.call, verb
        self.finish = verb.get("finishOnKey", "1234567890*#")
        self.silence = float(verb.get("timeout", "5"))
        usual = "120" if verb.get("transcribe") == "true" else "3600"
        self.longest = float(verb.get("maxLength", usual))
        self.said: list[Phrase] = []
        self.spoken = 0.0
        self.wav: bytes | None = None
        self.timer: Appointment | None = None

    def begin(self) -> None:
        self.script.busy(self)
        self.ends_at = self.script.exchange.now() + timedelta(seconds=self.longest)
        self.call.phone.expects = "speech"
        self.call.phone.line("event", "(tone)")
        self._arm()

    def _arm(self) -> None:
        """It ends with silence (a timeout of 0: never), or at the limit."""
        if self.timer:
            self.timer.cancel()
        exchange = self.script.exchange
        left = (self.ends_at - exchange.now()).total_seconds()
        left = max(0.0, min(left, self.longest - self.spoken))
        wait = min(self.silence or left, left)
        self.timer = exchange.agenda.after(wait, lambda: self._finish(""))

    def speech(self, text: str, wav: bytes | None) -> bool:
        took = recordings.length(wav) if wav else max(1.0, speech.seconds(text))
        self.said.append(Phrase(text, self.spoken, took))
        self.spoken = min(self.longest, self.spoken + took)
        self.wav = wav or self.wav
        self._arm()
        return True

    def speaking(self) -> None:
        self._arm()

    def key(self, key: str) -> bool:
        if key in self.finish:
            self._finish(key)
        return True

    def cancel(self) -> None:
        """The line is gone, or taken over: what was said is kept all the same."""
        if self.timer:
            self.timer.cancel()
        self.call.phone.expects = None
        if self.said and self.call.over:
            made = self._made()
            form = self._form(made, "hangup")
            action = urljoin(self.script.url, self.verb.get("action") or self.script.url)
            self.script.exchange.callback(action, self.call.form() | form)

    def _finish(self, key: str) -> None:
        if self.timer:
            self.timer.cancel()
        self.call.phone.expects = None
        if not self.said:  # nothing was recorded: on to the next verb
            self.script.step()
            return
        made = self._made()
        action = self.verb.get("action") or self.script.url
        self.script.fetch(action, self._form(made, key), self.verb.get("method", "POST"))

    def _made(self) -> recordings.Recording:
        seconds = max(1, round(self.spoken))
        text = " ".join(one.text for one in self.said if one.text)
        said = self.said if text else None
        made = recordings.make(self.call, seconds, "RecordVerb", self.wav, said=said)
        told = self.verb.get("recordingStatusCallback")
        if told:
            recordings.tell(self.call, made, urljoin(self.script.url, told))
        transcript = self.verb.get("transcribeCallback")
        if self.verb.get("transcribe") == "true" and transcript:
            url = urljoin(self.script.url, transcript)
            recordings.tell_transcript(self.call, made, text, url)
        return made

    def _form(self, made: recordings.Recording, key: str) -> dict[str, str]:
        return {
            "RecordingUrl": recordings.address(self.call, made),
            "RecordingSid": made.sid,
            "RecordingDuration": str(made.seconds),
            "Digits": key,
        }


def perform(script: Script, verb: ET.Element) -> None:
    Record(script, verb).begin()
