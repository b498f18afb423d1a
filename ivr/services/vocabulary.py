"""Words that mails and pages share, by language: ivr/vocabulary/<language>.toml."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

LANGUAGES = ("en-CA", "fr-CA")
SIGNS = {"fr-CA": str.maketrans({",": "\N{NO-BREAK SPACE}", ".": ","})}
"""What stands in a number of a language in the place of our own signs."""


def known(language: str | None) -> str:
    """The language itself, or the first one when we do not speak it."""
    return language if language in LANGUAGES else LANGUAGES[0]


@cache
def of(language: str) -> dict[str, dict[str, str]]:
    """Every word of a language, by kind and key."""
    file = files("ivr").joinpath("vocabulary", f"{known(language)}.toml")
    return tomllib.loads(file.read_text("utf-8"))


def word(language: str, kind: str, key: str) -> str:
    return of(language)[kind].get(key, key)


def sentence(language: str, kind: str, key: str, /, **values: Any) -> str:
    """With its values in it, and numbers as the language writes them."""
    numbers = {
        name: _Number(language, value)
        for name, value in values.items()
        if isinstance(value, int | float)
    }
    return of(language)[kind][key].format_map(values | numbers)


@dataclass(frozen=True)
class _Number:
    language: str
    value: float

    def __format__(self, how: str) -> str:
        return format(self.value, how).translate(SIGNS.get(self.language, {}))
