"""Words that mails and pages share, by language: ivr/vocabulary/<language>.toml."""

import tomllib
from functools import cache
from importlib.resources import files

LANGUAGES = ("en-CA", "fr-CA")


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
