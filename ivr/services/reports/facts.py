"""The facts of a day, from its timeline: what the reports count, word by word.

Each is computed from what is on record, whenever that is done, so a day that is counted again
comes out the same.
"""

from datetime import date

from sqlalchemy.orm import Session

from ivr.services.reports import call_facts, page_facts, ticket_facts
from ivr.services.reports.counted import Counted, Day

OPENED, RESPONSE, RESOLUTION, PAUSED = "opened", "response", "resolution", "paused"
FEEDBACK, REPEAT = "feedback", "repeat"
ANSWER, PAGE, RING, NIGHT = "answer", "page", "ring", "night"
CALL = "call"
HOUR = "hour"
"""No fact of its own: the figures of calls by the hour of the week."""

KEYS: dict[str, tuple[str, ...]] = {
    OPENED: ("",),
    RESPONSE: ("met", "missed"),
    RESOLUTION: ("met", "missed"),
    PAUSED: ("",),
    ANSWER: ("answered", "unanswered"),
    PAGE: ("answered", "closed", "open"),
    RING: (
        *("accepted", "passed", "no-answer", "unaccepted", "busy", "failed", "cancelled", "taken"),
        *("placing", "ringing", "answered"),
    ),
    NIGHT: ("",),
    CALL: ("answered", "callback", "message", "abandoned", "served", "left", "blocked", "live"),
    FEEDBACK: ("5", "4", "3", "2", "1"),
    REPEAT: ("",),
}
"""How each of them can go. The fact of a repeat has the ticket that it repeats as its key."""


def of_day(db: Session, day: date) -> list[Counted]:
    found = Day(db, day)
    return [
        *ticket_facts.of(found),
        *page_facts.of(found),
        *call_facts.of(found),
    ]
