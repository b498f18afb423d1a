"""The words of the staff pages, in the language of whoever reads them.

They lie in words/<language>/<room>.toml, one file for each room of the console. What is asked for
by `frame.skip` is the key `skip` of the room `frame`. A word that depends on a count has the forms
`one` and `other`.
"""

import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from typing import Any

from flask import g, has_request_context, request
from markupsafe import Markup, escape
from werkzeug.wrappers import Response as Answer

from ivr.services import vocabulary
from ivr.services.refusal import RefusedError

COOKIE = "language"
A_YEAR = 365 * 24 * 3600
SINGULAR = {"en-CA": {1}, "fr-CA": {0, 1}}
"""The whole numbers that go with the form `one` (Unicode CLDR, language plural rules)."""


def language() -> str:
    """What was chosen on the page, else what the person speaks, else the browser."""
    if not has_request_context():
        return vocabulary.LANGUAGES[0]
    if "language" not in g:
        g.language = _language()
    found: str = g.language
    return found


def _language() -> str:
    chosen = request.cookies.get(COOKIE)
    if chosen in vocabulary.LANGUAGES:
        return chosen
    staff = g.get("staff")
    if staff and staff.person:
        return vocabulary.known(staff.person.language)
    return vocabulary.known(request.accept_languages.best_match(vocabulary.LANGUAGES))


def remember(answer: Answer, chosen: str) -> Answer:
    """The browser keeps the language that was chosen."""
    answer.set_cookie(COOKIE, vocabulary.known(chosen), max_age=A_YEAR, samesite="Lax")
    return answer


@contextmanager
def speaking(chosen: str) -> Iterator[None]:
    """In another language than the reader's: what is kept is read by others."""
    before, g.language = language(), chosen
    try:
        yield
    finally:
        g.language = before


@cache
def words(language: str) -> dict[str, dict[str, Any]]:
    """Every word of a language, by room and key."""
    folder = files(__package__).joinpath("words", language)
    return {
        file.name.removesuffix(".toml"): tomllib.loads(file.read_text("utf-8"))
        for file in folder.iterdir()
        if file.name.endswith(".toml")
    }


def say(key: str, /, **values: Any) -> str:
    """A word or a sentence with its values in it; those that are Markup stay so, and nothing else
    is taken for it.
    """
    return _filled(_form(_found(language(), key), values), values)


def listing(key: str) -> list[str]:
    """Words that stand in an order, such as the days of the week."""
    found: list[str] = _found(language(), key)
    return found


def is_known(key: str) -> bool:
    room, _, name = key.partition(".")
    return name in words(language()).get(room, {})


def _found(language: str, key: str) -> Any:
    room, _, name = key.partition(".")
    return words(language)[room][name]


def _form(found: Any, values: dict[str, Any]) -> str:
    if isinstance(found, str):
        return found
    form = "one" if values["count"] in SINGULAR[language()] else "other"
    told: str = found[form]
    return told


def _filled(told: str, values: dict[str, Any]) -> str:
    if any(hasattr(value, "__html__") for value in values.values()):
        return Markup(escape(told)).format(**values)  # noqa: S704  it is escaped
    return told.format_map(values)


def bdi(name: object) -> Markup:
    """A name in a sentence, whichever way it is written."""
    return Markup("<bdi>{}</bdi>").format(name)


def told(error: Exception) -> str:
    """Why something is refused; what the pages themselves refuse is in these words already."""
    return error.told(language()) if isinstance(error, RefusedError) else str(error)


def cause(given: str | None) -> str:
    """Why something failed: in words where they are ours; what others have told stays as it is."""
    return vocabulary.word(language(), "cause", given) if given else ""


def severity(one: str) -> str:
    return vocabulary.word(language(), "severity", one)


def number(count: float) -> str:
    """12,345 or 12 345: with the separator of the language, and its decimal sign."""
    told = f"{count:,}"
    if language() == "fr-CA":
        return told.replace(",", "\N{NO-BREAK SPACE}").replace(".", ",")
    return told
