"""How what a line of the audit keeps reads, in the language of whoever reads it.

Conditions, levels, layers and counts are kept as what they are, with every name in them as it was
then. Earlier versions have written them down as sentences; those stay as they are.
"""

import re
import string
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from ivr.console import call_words, rota_words
from ivr.console.tongue import is_known, language, say, words
from ivr.console.words import short_day
from ivr.services.on_call import ical_import
from ivr.services.paging.policy_words import Level, Names

OF_A_FIELD = ("before", "after")
LOOKED_FOR = {"by": "who"}
"""What is asked for in the address of the audit, where its word is another."""
NUMBER = re.compile(r"\+\d{8,15}")
DAY = re.compile(r"\d{4}-\d\d-\d\d")
CLOCK = re.compile(r"(\d\d):(\d\d)")
MOMENT = re.compile(r"(\d{4}-\d\d-\d\d) (\d\d:\d\d)")
"""By the clock of the place: audit.span."""


def told(data: Mapping[str, Any], name: str) -> str:
    value = data[name]
    if name in OF_A_FIELD and isinstance(value, dict):
        return _policy(value)
    if name in KEPT and not (isinstance(value, str) and name in STRUCTURED):
        return KEPT[name](value)
    if value in (None, "", [], {}):
        return say("audit.nothing")
    word = data["field"] if name in OF_A_FIELD and "field" in data else name
    key = f"audit.{word}_{value}"
    return say(key) if is_known(key) else _as_it_is(str(value))


def _as_it_is(value: str) -> str:
    if NUMBER.fullmatch(value):
        return call_words.phone(value)
    if DAY.fullmatch(value):
        day = date.fromisoformat(value)
        return say("frame.date", **short_day(day), year=day.year)
    if clock := CLOCK.fullmatch(value):
        return say("frame.time", hour=int(clock[1]), minute=int(clock[2]))
    if moment := MOMENT.fullmatch(value):
        return ", ".join(map(_as_it_is, moment.groups()))
    return value


def _names() -> Names:
    """Everything that is kept has its name already."""
    return Names({}, language())


def _policy(kept: Mapping[str, Any]) -> str:
    told = _names().of_conditions(kept["conditions"])
    return f"{say('form.colon', name=kept['name'])} {told}"


def _levels(kept: list[tuple[str, Level]]) -> str:
    return "; ".join(f"{sign} {_names().level(level)}" for sign, level in kept)


def _filter(kept: Mapping[str, str]) -> str:
    called = {name: say(f"audit.{LOOKED_FOR.get(name, name)}") for name in kept}
    return _listed(
        f"{say('form.colon', name=called[name])} {_asked(name, value)}"
        for name, value in kept.items()
    )


def _asked(name: str, value: str) -> str:
    sorts = {"act": word(f"audit.act_{value}", value), "kind": sort(value, words(language()))}
    return sorts.get(name) or _as_it_is(value)


def sort(kind: str, known: Mapping[str, Any]) -> str:
    """A kind of lines: a word of its own, or its sentence with its gaps left open."""
    sentences = known["audit"]
    told = str(sentences.get(f"sort_{kind}", sentences.get(kind, kind)))
    parsed = string.Formatter().parse(told)
    return "".join(text + ("…" if name is not None else "") for text, name, *_ in parsed)


def _filters(kept: list[str]) -> str:
    return _listed(word(f"calls.filter_{one}", one) for one in _parts(kept))


def _scopes(kept: list[str]) -> str:
    return _listed(word(f"tokens.scope_{re.sub('[^a-z]', '_', one)}", one) for one in _parts(kept))


def _parts(kept: str | list[str]) -> list[str]:
    return kept.split(", ") if isinstance(kept, str) else kept


def table(kept: str) -> str:
    return word(f"reports.by_{kept}", "") or word(f"reports.{kept}", kept)


def word(key: str, otherwise: str) -> str:
    return say(key) if is_known(key) else otherwise


def _listed(those: Any) -> str:
    return ", ".join(those) or say("audit.nothing")


STRUCTURED = ("conditions", "levels", "told", "outcome", "filter")
"""A string of these is a sentence of an earlier version."""
KEPT: dict[str, Callable[[Any], str]] = {
    "conditions": lambda kept: _names().of_conditions(kept),
    "levels": _levels,
    "told": rota_words.as_kept,
    "outcome": lambda kept: ical_import.counted(language(), kept),
    "filter": _filter,
    "filters": _filters,
    "scopes": _scopes,
    "table": table,
    "recording": lambda kept: word(f"settings.kept_{kept}", kept),
}
