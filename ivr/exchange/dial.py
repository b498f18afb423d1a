"""Dial: rings numbers, or takes a caller out of a queue, and bridges; then asks the app what next.

A number with a `url` is screened first: whoever hangs up there counts as "completed" with
DialBridged=false, which is the carrier's own trap (twilio.com/docs/voice/twiml/dial).
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from ivr.exchange import conference, placing, recordings
from ivr.exchange.bridge import Bridge
from ivr.exchange.calls import Call, Callbacks
from ivr.exchange.script import Activity, Script
from ivr.exchange.speech import words

if TYPE_CHECKING:
    from xml.etree import ElementTree as ET

    from ivr.exchange.clock import Appointment
    from ivr.exchange.queues import Enqueued

BUFFER = 5
"""Seconds that the carrier adds to a Dial's timeout."""


class Dial(Activity):
    def __init__(self, script: Script, verb: ET.Element) -> None:
        self.script, self.call, self.verb = script, script.call, verb
        self.exchange = script.exchange
        self.children: list[Call] = []
        self.waiting: list[ET.Element] = []
        """Numbers still to be rung, one after the other."""
        self.last: Call | None = None
        self.bridge: Bridge | None = None
        self.place: Enqueued | None = None
        self.queue = ""
        self.timer: Appointment | None = None
        self.status, self.bridged, self.seconds = "no-answer", False, 0

    def begin(self) -> None:
        self.script.busy(self)
        nouns = list(self.verb)
        queue = next((noun for noun in nouns if noun.tag == "Queue"), None)
        room = next((noun for noun in nouns if noun.tag == "Conference"), None)
        if queue is not None:
            self._dial_queue(queue)
        elif room is not None:
            conference.join(self.script, self.verb, room)
        else:
            self._dial_numbers(nouns or [self.verb])

    # Numbers ------------------------------------------------------------------------------------

    def _dial_numbers(self, nouns: list[ET.Element]) -> None:
        if self.verb.get("sequential") == "true":
            self.waiting = nouns[1:]
            nouns = nouns[:1]
        for noun in nouns:
            self._ring(noun)

    def _ring(self, noun: ET.Element) -> None:
        number = (noun.text or "").strip()
        child = Call(
            self.exchange,
            "outbound-dial",
            self.verb.get("callerId") or self.call.caller,
            number,
            self.exchange.at(number),
            parent=self.call,
        )
        events = frozenset(noun.get("statusCallbackEvent", "completed").split())
        told = noun.get("statusCallback", "")
        child.callbacks = Callbacks(urljoin(self.script.url, told) if told else "", events)
        self.children.append(child)
        self.last = child
        placing.ring(
            child,
            float(self.verb.get("timeout", "30")) + BUFFER,
            answered=partial(self._answered, child, noun),
            failed=partial(self._failed, child),
        )

    def _answered(self, child: Call, noun: ET.Element) -> None:
        """The first to pick up wins; the others stop ringing."""
        for other in [one for one in self.children if one is not child]:
            self.children.remove(other)
            other.end("canceled" if not other.answered_at else "completed")
        child.answer()
        self.status, self.last = "completed", child
        url = noun.get("url")
        if not url:
            self._connect(child)
            return
        child.script = Script(child, partial(self._screened, child))
        child.script.url = self.script.url
        child.script.fetch(url, {}, noun.get("method", "POST"))

    def _failed(self, child: Call, status: str) -> None:
        """Busy, no answer, invalid, or hung up while it was screened."""
        if child not in self.children:
            return
        self.children.remove(child)
        self.last = child
        if child.answered_at is None:
            self.status = status
        if self.waiting:
            self._ring(self.waiting.pop(0))
        elif not self.children:
            self._over()

    def _screened(self, child: Call) -> None:
        """The screening document came to its end without hanging up: that is a yes."""
        if child.script:
            child.script.alive, child.script = False, None
        self._connect(child)

    def _connect(self, other: Call) -> None:
        self.call.answer()  # with answerOnBridge it has been ringing until now
        self.bridged, self.status = True, "completed"
        star = self.verb.get("hangupOnStar") == "true"
        self.bridge = Bridge(self.call, other, self._hung_up, star=star)
        longest = float(self.verb.get("timeLimit", "14400"))
        self.timer = self.exchange.agenda.after(longest, lambda: self._end_bridge(self.call))

    def _end_bridge(self, by: Call) -> None:
        if self.bridge and by.bridge is self.bridge:
            self.bridge.end(by)

    def _hung_up(self, by: Call) -> None:
        """The conversation is over."""
        if self.bridge:
            self.seconds = self.bridge.seconds
        if self.timer:
            self.timer.cancel()
        recorded = self._recording()
        place, self.place = self.place, None
        children, self.children = self.children, []
        for child in children:
            child.end("completed")
        if place:
            place.leave(place.how_it_ended())
        if not self.call.over and self.script.alive:
            self._ask(recorded)
        del by

    def _recording(self) -> recordings.Recording | None:
        how = self.verb.get("record", "do-not-record")
        if how in {"do-not-record", "false"}:
            return None
        channels = 2 if how.endswith("-dual") else 1
        said = self.bridge.said if self.bridge else ()
        made = recordings.make(self.call, max(1, self.seconds), "DialVerb", None, channels, said)
        told = self.verb.get("recordingStatusCallback")
        if told:
            recordings.tell(self.call, made, urljoin(self.script.url, told))
        return made

    # A queue ------------------------------------------------------------------------------------

    def _dial_queue(self, noun: ET.Element) -> None:
        self.queue = words(noun)
        queue = self.exchange.queues.get(self.queue)
        if queue is None:
            self.status = "failed"
            self._over()
        elif queue.members:
            self.take(queue.members[0])
        else:
            queue.awaited_by.append(self)
            limit = float(self.verb.get("timeout", "30"))
            self.timer = self.exchange.agenda.after(limit, self._nobody_came)

    def _nobody_came(self) -> None:
        queue = self.exchange.queues[self.queue]
        if self in queue.awaited_by:
            queue.awaited_by.remove(self)
            self._over()

    def take(self, place: Enqueued) -> None:
        """Take this caller; first they hear the document of <Queue url>, if there is one."""
        if self.timer:
            self.timer.cancel()
        self.place = place
        place.join(self)
        noun = next(noun for noun in self.verb if noun.tag == "Queue")
        url = noun.get("url")
        if not url:
            self._bridge_queue(place)
            return
        notice = Script(place.call, partial(self._bridge_queue, place))
        notice.url = self.script.url
        place.waiting = notice
        form = {
            "QueueSid": place.queue.sid,
            "QueueTime": str(place.seconds),
            "DequeingCallSid": self.call.sid,
        }
        notice.fetch(url, form, noun.get("method", "POST"))

    def _bridge_queue(self, place: Enqueued) -> None:
        if place.waiting:
            place.waiting.alive, place.waiting = False, None
        if self.call.over or not self.script.alive:
            place.leave("bridging-in-process")
            return
        self._connect(place.call)

    def lost(self, place: Enqueued) -> None:
        """The caller hung up before the two were put together."""
        if self.place is place and self.bridge is None:
            self.place = None
            place.leave(place.how_it_ended())
            self._over()

    # The end ------------------------------------------------------------------------------------

    def _over(self) -> None:
        if self.script.alive and not self.call.over:
            self._ask(None)

    def _ask(self, recorded: recordings.Recording | None) -> None:
        action = self.verb.get("action")
        if not action:
            self.script.step()
            return
        self.script.fetch(action, self._form(recorded), self.verb.get("method", "POST"))

    def _form(self, recorded: recordings.Recording | None) -> dict[str, str]:
        form = {
            "DialCallStatus": self.status,
            "DialCallDuration": str(self.seconds),
            "DialBridged": str(self.bridged).lower(),
        }
        if self.last:
            form["DialCallSid"] = self.last.sid
        if recorded:
            form["RecordingUrl"] = recordings.address(self.call, recorded)
        return form

    def cancel(self) -> None:
        """The dialling side is gone, or taken over by another document."""
        if self.timer:
            self.timer.cancel()
        queue = self.exchange.queues.get(self.queue)
        if queue and self in queue.awaited_by:
            queue.awaited_by.remove(self)
        children, self.children = self.children, []
        for child in children:
            child.end("canceled" if child.answered_at is None else "completed")
        if self.place and self.bridge is None:  # the caller hears the notice; nobody is there
            place, self.place = self.place, None
            place.leave("error")
        action = self.verb.get("action")
        if action and not self.call.over:  # taken over: the action is asked, its answer ignored
            address = urljoin(self.script.url, action)
            self.exchange.callback(address, self.call.form() | self._form(None))


def perform(script: Script, verb: ET.Element) -> None:
    Dial(script, verb).begin()
