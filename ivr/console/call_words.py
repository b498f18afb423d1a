"""How calls read in their log: what came of one, how long it was, who it was with."""

from typing import Any

from ivr.console.tongue import say
from ivr.console.words import span
from ivr.models import Outcome
from ivr.services.calls.numbers import readable

ALARMING = {Outcome.LEFT_HOLDING, Outcome.UNACCEPTED}
GOOD = {Outcome.ANSWERED, Outcome.ACCEPTED, Outcome.STATUS, Outcome.OPENED, Outcome.NOTED}


def outcome_word(outcome: str) -> str:
    """What came of a call, without figures."""
    return say(f"calls.{outcome.replace('-', '_')}")


def came_of(call: Any) -> str:
    """The same with figures: answered after 14 s."""
    if call.ended_at is None:
        return say(f"calls.now_{call.place}")
    if call.outcome is None:
        return ""
    if call.outcome_seconds is not None:
        key = {Outcome.ANSWERED: "answered_after", Outcome.LEFT_HOLDING: "left_holding_after"}
        told = key.get(Outcome(call.outcome))
        if told:
            return say(f"calls.{told}", span=span(call.outcome_seconds))
    return outcome_word(call.outcome)


def tone_of(call: Any) -> str:
    if call.ended_at is None:
        return "going"
    return "bad" if call.outcome in ALARMING else "good" if call.outcome in GOOD else "quiet"


def length_of(call: Any) -> str:
    return span((call.ended_at - call.started_at).total_seconds()) if call.ended_at else ""


def phone(number: str) -> str:
    """A number as people read it; what is none, such as anonymous, by its word."""
    if number.startswith("+"):
        try:
            return readable(number)
        except Exception:  # noqa: BLE001  whatever the library has against it: as it came
            return number
    return say("calls.anonymous") if number in {"", "anonymous"} else number


FILTERS = {
    "came_of": came_of,
    "tone_of": tone_of,
    "length_of": length_of,
    "phone": phone,
    "outcome": outcome_word,
}
