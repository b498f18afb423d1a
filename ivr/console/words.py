"""How things read on the staff pages: times in the organization's zone, questions and keys."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

MINUTE, HOUR, DAY = 60, 3600, 86400
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
    "technician.start": "Picked up",
    "technician.answer": "Accept, pass or repeat",
    "technician.accepted": "Waiting for the caller",
    "technician.bridged": "Put through",
    "callback.choose": "Call back now?",
    "callback.called": "Called back",
    "after.menu": "Note, resolve or next level",
    "after.note": "Note",
}


def moment(at: datetime | str | None, zone: str) -> str:
    """Tue 24 Nov 2026, 03:00:12."""
    return _local(at, zone).strftime("%a %-d %b %Y, %H:%M:%S") if at else ""


def minute(at: datetime | str | None, zone: str) -> str:
    """Tue 24 Nov, 03:00."""
    return _local(at, zone).strftime("%a %-d %b, %H:%M") if at else ""


def time_of_day(at: datetime | str | None, zone: str) -> str:
    """03:00:12."""
    return _local(at, zone).strftime("%H:%M:%S") if at else ""


def _local(at: datetime | str, zone: str) -> datetime:
    found = datetime.fromisoformat(at) if isinstance(at, str) else at
    return found.replace(tzinfo=found.tzinfo or UTC).astimezone(ZoneInfo(zone))


def age(since: datetime, now: datetime) -> str:
    """How long ago, in the largest unit that fits."""
    seconds = max(0, int((now - since).total_seconds()))
    for unit, size in (("d", DAY), ("h", HOUR), ("min", MINUTE)):
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


def question(step: str) -> str:
    return QUESTIONS.get(step, step.partition(".")[2].capitalize())


def heard(answer: dict[str, Any]) -> str:
    """What came back from the line, in words."""
    if answer.get("keys"):
        return f"pressed {answer['keys']}"
    if answer.get("left"):
        return str(answer["left"])
    if answer.get("recording"):
        return f"spoke for {answer.get('seconds', 0)} s"
    return "nothing"
