"""How things read on the staff pages: times in the organization's zone, spans, keys, outcomes."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from ivr.console.tongue import language, listing, number, say
from ivr.services import vocabulary

THOUSAND = 1000
UNITS = (("d", 86400), ("h", 3600), ("min", 60), ("s", 1))
QUESTIONS = {
    "customer.welcome": "The call comes in",
    "customer.ticket": "Ticket number",
    "customer.severity": "Severity",
    "customer.described": "What is wrong",
    "customer.menu": "Status or message",
    "customer.message": "Message",
    "customer.pin": "PIN",
    "holding.wait": "Holding",
    "holding.left": "Left the queue",
    "holding.talked": "Still need help?",
    "holding.message": "Message",
    "holding.stay": "Go on waiting?",
    "feedback.score": "How did we do?",
    "feedback.sorry": "Still need help?",
    "technician.start": "Picked up",
    "technician.answer": "Accept, pass or repeat",
    "technician.accepted": "Waiting for the caller",
    "technician.bridged": "Put through",
    "staff.start": "Called the staff line",
    "staff.pin": "Staff PIN",
    "staff.menu": "Menu of the staff line",
    "staff.item": "Accept, pass, repeat, resolve or next",
    "staff.resolve": "Is it resolved?",
    "shifts.take_where": "In which rota?",
    "shifts.take_from": "In whose place?",
    "shifts.take_for": "For how long?",
    "shifts.give_where": "In which rota?",
    "shifts.give_to": "To whom?",
    "shifts.answer": "Takes the shift?",
    "callback.choose": "Call back now?",
    "callback.called": "Called back",
    "after.menu": "Note, resolve or next level",
    "after.note": "Note",
}
NO_QUESTION = {"customer.welcome", "technician.start", "staff.start"}
LEFT = {
    "bridged": "talked",
    "missed": "did not meet",
    "leave": "chose something else",
    "hangup": "hung up",
}
PLACES = {"flow": "answering our questions", "holding": "holding", "bridged": "talking"}
SPOKEN = {"en-CA": "English", "fr-CA": "French"}
MESSAGES = {
    "due": "waiting to be sent",
    "sent": "sent",
    "kept": "kept here, no mail server is set",
    "dead": "not sent",
    "dismissed": "not sent, and need not be",
}


def local(at: datetime | str, zone: str) -> datetime:
    found = datetime.fromisoformat(at) if isinstance(at, str) else at
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(ZoneInfo(zone))


def minute(at: datetime | str | None, zone: str) -> str:
    """Tue 24 Nov, 03:00."""
    if not at:
        return ""
    there = local(at, zone)
    return say("frame.minute", time=say("frame.time", hour=there.hour, minute=there.minute),
               **short_day(there))  # fmt: skip


def day(at: date) -> str:
    """Tuesday 24 November 2026."""
    return say("frame.date", **short_day(at, "whole_"), year=at.year)


def short_day(there: date, how: str = "") -> dict[str, Any]:
    """The names of the frame's words: weekdays and months, or whole_weekdays and whole_months."""
    return {
        "weekday": listing(f"frame.{how}weekdays")[there.weekday()],
        "day": there.day if there.day > 1 else say("frame.first"),
        "month": listing(f"frame.{how}months")[there.month - 1],
    }


def time_of_day(at: datetime | str | None, zone: str) -> str:
    """03:00:12."""
    return local(at, zone).strftime("%H:%M:%S") if at else ""


def span(seconds: float) -> str:
    """1 min 32 s: the two largest units that fit."""
    left, told = max(0, int(seconds)), list[str]()
    for unit, size in UNITS:
        if left >= size or (unit == "s" and not told):
            told.append(say(f"frame.{unit}", count=left // size))
        left %= size
    return " ".join(told[:2])


def size(count: int) -> str:
    """12 kB: in the largest unit that fits."""
    if count < THOUSAND:
        return say("frame.bytes", size=count)
    if count < THOUSAND**2:
        return say("frame.kB", size=round(count / THOUSAND))
    megabytes = round(count / THOUSAND**2, 1)
    return say("frame.MB", size=number(int(megabytes) if megabytes.is_integer() else megabytes))


def age(since: datetime | str, now: datetime) -> str:
    return span((now - local(since, "UTC")).total_seconds())


def zone_name(zone: str) -> str:
    return zone.replace("_", " ")


def listed(those: Iterable[str]) -> str:
    """Bo, Cy and Didi."""
    *first, last = [*those] or [""]
    return f" {say('frame.and')} ".join(filter(None, [", ".join(first), last]))


def question(step: str) -> str:
    return QUESTIONS.get(step, step.partition(".")[2].capitalize())


def heard(turn: dict[str, Any]) -> str:
    """What came back from the line."""
    answer = turn["heard"]
    if answer.get("keys"):
        return f"pressed {answer['keys']}"
    if answer.get("left"):
        return LEFT.get(answer["left"], str(answer["left"]))
    if answer.get("recording"):
        return f"spoke for {span(answer.get('seconds', 0))}"
    return "" if turn["step"] in NO_QUESTION else "pressed nothing"


def turns(call: dict[str, Any]) -> list[dict[str, Any]]:
    """The turns of a call; what came again and again, such as holding, is one line."""
    told = []
    for (asked, came), those in groupby(
        call["turns"], lambda one: (question(one["step"]), heard(one))
    ):
        rows = list(those)
        row = {"at": rows[0]["at"], "question": asked, "heard": came, "times": len(rows)}
        told.append(row | {"until": rows[-1]["at"]})
    return told


def ring(leg: dict[str, Any]) -> str:
    """What came of a ring, or where it stands."""
    told = vocabulary.word("en-CA", "ring", leg["outcome"] or leg["state"])
    return f"{told} ({leg['cause']})" if leg["cause"] else told


def place(call: dict[str, Any]) -> str:
    """Where the person is, or how long the call was."""
    if call["ended_at"] is None:
        return f"{PLACES.get(call['place'], call['status'])} now"
    return span((local(call["ended_at"], "UTC") - local(call["started_at"], "UTC")).total_seconds())


def message(row: dict[str, Any]) -> str:
    told = MESSAGES.get(row["state"], row["state"])
    return f"{told}: {row['cause']}" if row["cause"] and row["state"] != "sent" else str(told)


def spoken(language: str | None) -> str:
    return SPOKEN.get(language or "", "English")


def tongue(spoken: str | None) -> str | None:
    """The lang attribute of words that are not in the language of the page."""
    return spoken.partition("-")[0] if spoken and spoken != language() else None
