"""Every word of the portal, by language: the files of the folder beside this one."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from callflows.turn import Severity
from ivr.models import ClockKind
from ivr.services import vocabulary
from ivr.services.settings import house
from ivr.services.tickets import targets
from ivr.services.tickets.own_tickets import Line
from ivr.services.tickets.targets import Targets

UNITS = ((1_000_000, "MB"), (1_000, "kB"))
TONGUES = {"en-CA": {"MB": "MB", "kB": "kB", "B": "B"}, "fr-CA": {"MB": "Mo", "kB": "ko", "B": "o"}}


@cache
def of(language: str) -> dict[str, dict[str, str]]:
    file = files(__package__).joinpath("words", f"{vocabulary.known(language)}.toml")
    return tomllib.loads(file.read_text("utf-8"))


def say(language: str, key: str, /, kind: str = "pages", **values: Any) -> str:
    return of(language)[kind][key].format_map(values)


class _Told(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "?"


def line(language: str, told: Line, organization: str) -> str:
    """What happened, as the customer reads it. What somebody wrote stands apart from it."""
    data = _Told(told.data)
    if "by" in data:
        data["by"] = house.signs(data["by"], organization)
    for name in ("severity", "was"):
        if name in data:
            data[name] = vocabulary.word(language, "severity", data[name])
    return of(language)["timeline"][told.kind].format_map(data)


def promise(language: str, kind: ClockKind, severity: Severity, *promises: Targets) -> str:
    """Within 15 minutes, within 1 business day."""
    unit, count = targets.in_units(kind, severity, *promises)
    form = unit if count != 1 else unit.removesuffix("s")
    return say(language, form, "within", count=count)


def size(language: str, count: int) -> str:
    """2.4 MB, or 2,4 Mo."""
    names = TONGUES[vocabulary.known(language)]
    for least, unit in UNITS:
        if count >= least:
            told = f"{count / least:.1f}".removesuffix(".0")
            return f"{told.replace('.', ',' if language == 'fr-CA' else '.')} {names[unit]}"
    return f"{count} {names['B']}"
