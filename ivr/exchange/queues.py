"""Queues: callers wait in them, hear their wait document again and again, and leave them.

Enqueue's action is asked when the caller is out: bridged and back, left by <Leave>, redirected,
or hung up (twilio.com/docs/voice/twiml/enqueue).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from ivr.exchange.script import Activity, Script
from ivr.exchange.speech import words

if TYPE_CHECKING:
    from datetime import datetime
    from xml.etree import ElementTree as ET

    from ivr.exchange.calls import Call
    from ivr.exchange.clock import Appointment
    from ivr.exchange.dial import Dial

LARGEST = 1000
BETWEEN = 0.2
"""Seconds between the end of a wait document and its next turn."""


@dataclass
class Queue:
    sid: str
    name: str
    created_at: datetime
    members: list[Enqueued] = field(default_factory=list)
    awaited_by: list[Dial] = field(default_factory=list)
    """Dials that wait for somebody to join."""


class Enqueued(Activity):
    """One caller's stay in a queue."""

    def __init__(self, script: Script, verb: ET.Element) -> None:
        self.script, self.call, self.verb = script, script.call, verb
        self.exchange = script.exchange
        self.queue = self.exchange.queue(words(verb))
        self.since = self.exchange.now()
        self.waiting: Script | None = None
        self.again: Appointment | None = None
        self.taken_by: Dial | None = None
        """Whoever dialled the queue and has taken this caller, to a notice or a conversation."""

    @property
    def seconds(self) -> int:
        return int((self.exchange.now() - self.since).total_seconds())

    def begin(self) -> None:
        self.script.busy(self)
        if len(self.queue.members) >= LARGEST:
            self.leave("queue-full")
            return
        self.queue.members.append(self)
        self.exchange.note("enqueued", self.call, queue=self.queue.name)
        if self.queue.awaited_by:
            self.queue.awaited_by.pop(0).take(self)
            return
        self._play_wait_document()

    def _play_wait_document(self) -> None:
        url = self.verb.get("waitUrl", "")
        if not url:
            return
        self.waiting = Waiting(self)
        self.waiting.url = self.script.url
        self.waiting.fetch(url, self._form(), self.verb.get("waitUrlMethod", "POST"))

    def _form(self) -> dict[str, str]:
        members = self.queue.members
        return {
            "QueueSid": self.queue.sid,
            "QueuePosition": str(members.index(self) + 1 if self in members else 1),
            "QueueTime": str(self.seconds),
            "AvgQueueTime": str(self.seconds),
            "CurrentQueueSize": str(len(members)),
            "MaxQueueSize": str(LARGEST),
        }

    def wait_again(self) -> None:
        """The wait document has ended: it is asked for again."""
        self._stop_waiting()
        self.again = self.exchange.agenda.after(BETWEEN, self._play_wait_document)

    def _stop_waiting(self) -> None:
        if self.again:
            self.again.cancel()
        if self.waiting:
            waiting, self.waiting = self.waiting, None
            waiting.stop()

    def _out(self) -> None:
        if self in self.queue.members:
            self.queue.members.remove(self)

    def join(self, dial: Dial) -> None:
        """Somebody takes this caller: out of the queue, waiting ends."""
        self.taken_by = dial
        self._out()
        self._stop_waiting()

    def how_it_ended(self) -> str:
        """What the caller was taken to: was it they who ended it, or another document?"""
        if self.call.over:
            return "hangup"
        return "bridged" if self.script.alive else "redirected-from-bridged"

    def leave(self, result: str) -> None:
        """Out of the queue for good; the app says what comes next."""
        self._out()
        self._stop_waiting()
        form = {"QueueResult": result, "QueueSid": self.queue.sid, "QueueTime": str(self.seconds)}
        action = self.verb.get("action")
        self.exchange.note("left-queue", self.call, result=result)
        if not action:
            self.script.step()
        elif self.call.over or not self.script.alive:
            address = urljoin(self.script.url, action)
            self.exchange.callback(address, self.call.form() | form)
        else:
            self.script.fetch(action, form, self.verb.get("method", "POST"))

    def key(self, key: str) -> bool:
        return self.waiting.key(key) if self.waiting else False

    def speech(self, text: str, wav: bytes | None) -> bool:
        return self.waiting.speech(text, wav) if self.waiting else False

    def cancel(self) -> None:
        if self.taken_by is None:
            self.leave("hangup" if self.call.over else "redirected")
            return
        self._stop_waiting()
        self.taken_by.lost(self)


class Waiting(Script):
    """The wait document of a caller in a queue."""

    def __init__(self, place: Enqueued) -> None:
        super().__init__(place.call, place.wait_again)
        self.place = place


def perform(script: Script, verb: ET.Element) -> None:
    Enqueued(script, verb).begin()


def leave(script: Script, verb: ET.Element) -> None:
    """<Leave>, said in a wait document."""
    del verb
    if isinstance(script, Waiting):
        script.place.leave("leave")
    else:
        script.step()


def member(call: Call) -> Enqueued | None:
    activity = call.script.activity if call.script else None
    return activity if isinstance(activity, Enqueued) else None
