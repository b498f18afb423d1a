"""Conference: a room of several people; each hears what the others say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ivr.exchange.script import Activity
from ivr.exchange.speech import words

if TYPE_CHECKING:
    from xml.etree import ElementTree as ET

    from ivr.exchange.calls import Call
    from ivr.exchange.script import Script


class Seat(Activity):
    """One person's place in a room."""

    def __init__(self, script: Script, dial: ET.Element, noun: ET.Element) -> None:
        self.script, self.call, self.dial, self.noun = script, script.call, dial, noun
        self.room = script.exchange.rooms.setdefault(words(noun), [])

    def sit(self) -> None:
        self.script.busy(self)
        for seat in self.room:
            seat.call.phone.line("event", f"{self.call.phone.name} has joined")
        self.room.append(self)
        self.script.exchange.note("joined-conference", self.call, room=words(self.noun))

    def speech(self, text: str, wav: bytes | None) -> bool:
        del wav
        for seat in self.room:
            if seat is not self:
                seat.call.phone.line("heard", text, self.call.phone.language)
        return True

    def cancel(self) -> None:
        if self not in self.room:
            return
        self.room.remove(self)
        if self.noun.get("endConferenceOnExit") == "true":
            for seat in list(self.room):
                self.room.remove(seat)
                seat.leave()

    def leave(self) -> None:
        """The room was closed: the app is asked what next."""
        action = self.dial.get("action")
        if not action:
            self.script.step()
            return
        self.script.fetch(action, {"DialCallStatus": "answered"})


def join(script: Script, dial: ET.Element, noun: ET.Element) -> None:
    Seat(script, dial, noun).sit()


def others(call: Call) -> list[Call]:
    activity = call.script.activity if call.script else None
    if not isinstance(activity, Seat):
        return []
    return [seat.call for seat in activity.room if seat is not activity]
