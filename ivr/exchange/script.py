"""A script: one document running on a call, verb after verb, from fetching to its end."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from ivr.exchange import grammar

if TYPE_CHECKING:
    from xml.etree import ElementTree as ET

    from ivr.exchange.calls import Call
    from ivr.exchange.clock import Appointment
    from ivr.exchange.webhooks import Reply

QUIET = {"Reject", "Pause"}
"""Verbs that do not answer a call that still rings."""
DOCUMENTS = {"text/xml", "application/xml", "text/html"}
SORRY = "We are sorry, an application error has occurred. Goodbye."

Act = Callable[[], None]


class Activity:
    """What a verb is doing. Keys and speech go to it first."""

    def key(self, key: str) -> bool:
        del key
        return False

    def speech(self, text: str, wav: bytes | None) -> bool:
        del text, wav
        return False

    def speaking(self) -> None:
        """The person is at it, though nothing has come yet: this is no silence."""

    def cancel(self) -> None:
        """Stop it; nothing of it happens any more."""


class Timed(Activity):
    """Something that takes its time and then goes on."""

    def __init__(self, appointment: Appointment) -> None:
        self.appointment = appointment

    def cancel(self) -> None:
        self.appointment.cancel()


class Script:
    def __init__(self, call: Call, at_end: Act) -> None:
        self.call, self.exchange, self.at_end = call, call.exchange, at_end
        self.url, self.alive = "", True
        self.verbs: list[ET.Element] = []
        self.activity: Activity | None = None

    # Fetching -----------------------------------------------------------------------------------

    def fetch(self, url: str, extra: dict[str, str], method: str = "POST") -> None:
        """Ask the app what to do next; relative addresses stand beside the present document."""
        address = urljoin(self.url, url) if self.url else url
        self.busy(None)
        form = self.call.form() | extra

        def then(reply: Reply) -> None:
            if self.alive and not self.call.over:
                self._take(address, reply)

        self.exchange.fetch(address, form, then, method, self.call)

    def _take(self, address: str, reply: Reply) -> None:
        if reply.error:
            self._fail(address, reply.error)
            return
        self.url = address
        if reply.text.strip() and reply.content_type.partition(";")[0] not in DOCUMENTS:
            self._fail(address, 12300)
            return
        self.read(reply.text)

    def read(self, twiml: str) -> None:
        """Execute a document; what is wrong with it is a warning, or fatal."""
        if not twiml.strip():
            self.run([])
            return
        for problem in grammar.problems(twiml):
            self.exchange.warn(problem, self.call)
        try:
            self.run(grammar.verbs(twiml))
        except grammar.FatalError as error:
            self._fail(self.url, error.code)

    def _fail(self, address: str, error: int) -> None:
        self.exchange.note("error", self.call, code=error, url=address)
        fallback = self.call.fallback_url
        if fallback and address.partition("#")[0] != fallback.partition("#")[0]:
            why = {"ErrorCode": str(error), "ErrorUrl": address}
            self.fetch(fallback, why, self.call.fallback_method)
            return
        self.call.answer()
        self.call.hears(SORRY, "en-US")
        self.wait(3, self.call.hang_up)

    # Running ------------------------------------------------------------------------------------

    def run(self, verbs: list[ET.Element]) -> None:
        self.verbs = verbs
        self.step()

    def step(self) -> None:
        """The next verb, or the end."""
        from ivr.exchange.verbs import PERFORM

        self.activity = None
        if not self.alive or self.call.over:
            return
        if not self.verbs:
            self.at_end()
            return
        verb = self.verbs.pop(0)
        if _answers(verb):
            self.call.answer()
        PERFORM[verb.tag](self, verb)

    def busy(self, activity: Activity | None) -> None:
        self.activity = activity

    def wait(self, seconds: float, then: Act) -> None:
        self.busy(Timed(self.exchange.agenda.after(seconds, then)))

    def stop(self) -> None:
        self.alive = False
        if self.activity:
            activity, self.activity = self.activity, None
            activity.cancel()

    def key(self, key: str) -> bool:
        return self.activity.key(key) if self.activity else False

    def speech(self, text: str, wav: bytes | None) -> bool:
        return self.activity.speech(text, wav) if self.activity else False


def _answers(verb: ET.Element) -> bool:
    """Whether it picks up a call that still rings."""
    if verb.tag == "Say":
        return bool("".join(verb.itertext()).strip())
    return verb.tag not in QUIET and verb.get("answerOnBridge") != "true"
