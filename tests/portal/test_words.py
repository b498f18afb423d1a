"""Every word of the portal is there in both languages, with the same gaps to fill."""

import re
from importlib.resources import files
from string import Formatter

import pytest

from ivr.models import Status
from ivr.portal import words
from ivr.services import vocabulary
from ivr.services.tickets import own_tickets


def gaps(told: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(told) if name}


def test_both_languages_say_the_same_things() -> None:
    english, french = (words.of(language) for language in vocabulary.LANGUAGES)
    assert {kind: set(of) for kind, of in english.items()} == {
        kind: set(of) for kind, of in french.items()
    }
    for kind, of in english.items():
        for key, told in of.items():
            assert gaps(told) == gaps(french[kind][key]), key
            assert told.strip()
    same = [
        key
        for kind, of in english.items()
        for key, told in of.items()
        if told == french[kind][key] and gaps(told) == set()
    ]
    assert same == [], "not translated"


@pytest.mark.parametrize("language", vocabulary.LANGUAGES)
def test_everything_that_happens_and_is_shown_has_words(language: str) -> None:
    assert {str(kind) for kind in own_tickets.SHOWN} == set(words.of(language)["timeline"])
    assert set(Status) == set(words.of(language)["status"])


def test_every_word_is_used_and_no_page_speaks_for_itself() -> None:
    folder = files("ivr.portal") / "templates" / "portal"
    pages = {one.name: one.read_text("utf-8") for one in folder.iterdir()}
    for name, page in pages.items():
        bare = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}|<[^>]*>", " ", page, flags=re.DOTALL)
        assert not re.search(r"[A-Za-z]{2,}", bare), (name, bare.split())
    code = "".join(
        one.read_text("utf-8") for one in files("ivr.portal").iterdir() if one.name.endswith(".py")
    )
    used = "".join(pages.values()) + code
    for key in [*words.of("en-CA")["pages"], *words.of("en-CA")["wrong"]]:
        stem = key.removesuffix("_meaning")
        assert f"'{key}'" in used or f'"{key}"' in used or stem in {"critical", "major", "minor"}, (
            key
        )


@pytest.mark.parametrize(
    ("language", "count", "told"),
    [
        ("en-CA", 12, "12 B"),
        ("en-CA", 2_400_000, "2.4 MB"),
        ("fr-CA", 2_400_000, "2,4 Mo"),
        ("fr-CA", 15_000, "15 ko"),
    ],
)
def test_sizes_are_told_as_people_say_them(language: str, count: int, told: str) -> None:
    assert words.size(language, count) == told
