"""Every sentence that is said on the phone or sent by text, by key and language.

The files beside this one hold the words; they are read once. A key that a language lacks is a
mistake that the checks find; on a live call it is said in English rather than not at all.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from string import Formatter
from typing import Any

from callflows.turn import Say

LANGUAGES = ("en-CA", "fr-CA")


@dataclass(frozen=True)
class Sentence:
    """What is said: words, or a recorded file; in which language."""

    language: str
    text: str
    audio: str | None = None


class _Reader(Formatter):
    """Fills the placeholders: {ticket:digits} one by one, {minutes:minutes} with the unit."""

    def __init__(self, minutes: Mapping[str, str]) -> None:
        self.minutes = minutes

    def get_value(self, key: int | str, _args: Any, kwargs: Mapping[str, Any]) -> Any:
        return kwargs.get(str(key), "")

    def format_field(self, value: Any, spec: str) -> str:
        if spec == "digits":
            return " ".join(str(value))
        if spec == "minutes":
            count = int(value or 0)
            form = "none" if count < 1 else "one" if count == 1 else "many"
            return self.minutes[form].format(count=count)
        return str(value)


def _read(language: str) -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath(f"{language}.toml").read_text("utf-8"))


FILES: dict[str, dict[str, Any]] = {language: _read(language) for language in LANGUAGES}
INSTEAD: dict[str, dict[str, dict[str, str]]] = {}
"""What is said instead of what stands in the files, by table (prompts, texts), and then by language
and key: "fr-CA/goodbye". Whoever runs the flows puts it here.
"""
_READERS = {language: _Reader(FILES[language]["minutes"]) for language in LANGUAGES}


def _known(language: str) -> str:
    return language if language in FILES else LANGUAGES[0]


def entry(language: str, key: str) -> dict[str, str]:
    """A prompt: text or audio, and the language if it is another."""
    instead = INSTEAD.get("prompts", {}).get(f"{language}/{key}")
    return written(language, key) | instead if instead else written(language, key)


def written(language: str, key: str) -> dict[str, str]:
    """A prompt as it stands in the file."""
    found = FILES[language]["prompts"].get(key) or FILES[LANGUAGES[0]]["prompts"].get(key, "")
    return {"text": found} if isinstance(found, str) else found


def spoken(language: str, one: Say) -> Sentence:
    language = _known(language)
    prompt = entry(language, one.key)
    in_language = prompt.get("language", language)
    words = filled(in_language, prompt.get("text", ""), one.values)
    return Sentence(in_language, words, prompt.get("audio"))


def text(language: str, key: str, **values: str | int) -> str:
    """Words that are not spoken by a flow: texts to technicians, parts of sentences."""
    language = _known(language)
    instead = INSTEAD.get("texts", {}).get(f"{language}/{key}", {})
    return filled(language, instead.get("text", FILES[language]["texts"][key]), values)


def filled(language: str, words: str, values: Mapping[str, Any]) -> str:
    """With its values in it."""
    return _READERS[language].vformat(words, (), values)


def placeholders(words: str) -> set[str]:
    """The values a sentence needs, each with how it is read: {"ticket:digits", "name"}."""
    fields = ((name, spec) for _, name, spec, _ in Formatter().parse(words) if name)
    return {f"{name}:{spec}" if spec else name for name, spec in fields}
