"""How what is behind a figure reads: how a fact went, and what the figure was narrowed to."""

from ivr.console.tongue import is_known, language, listing, say
from ivr.services import vocabulary
from ivr.services.reports.behind import Wanted
from ivr.services.reports.facts import ANSWER, CALL, FEEDBACK, PAGE, RESOLUTION, RESPONSE, RING

WORDS = {RESPONSE: "", RESOLUTION: "", ANSWER: "", PAGE: "page_", CALL: "call_"}
"""What the words of each figure's keys begin with."""


def how(figure: str, key: str) -> str:
    """In a word or two; nothing where there is nothing to tell."""
    if not key:
        return ""
    if figure == RING:
        return vocabulary.word(language(), "ring", key)
    if figure == FEEDBACK:
        return say("reports.score", score=key)
    word = f"reports.{WORDS.get(figure, '?')}{key}"
    return say(word) if is_known(word) else ""


def narrowed(wanted: Wanted) -> list[str]:
    found = list[str]()
    if wanted.severity:
        found.append(vocabulary.word(language(), "severity", wanted.severity))
    if wanted.level:
        found.append(say("reports.at_level", level=wanted.level))
    if wanted.no_team:
        found.append(say("reports.no_team"))
    if wanted.hour is not None:
        day = listing("frame.whole_weekdays")[wanted.hour // 24 % 7]
        found.append(say("reports.at_hour", weekday=day, hour=wanted.hour % 24))
    return found
