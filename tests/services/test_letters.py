"""Every mail is whole in every language, as text and as HTML."""

import re
from importlib.resources import files

import pytest

from ivr.services import vocabulary
from ivr.services.mail import letters

FOLDER = files("ivr") / "mails"
NAMES = sorted({one.name.partition(".")[0] for one in FOLDER.iterdir()} - {"frame", "foot", "own"})
HOSTILE = 'A & <script>alert("x")</script>\r\nBcc: evil@example.com'


class Anything(dict):
    """Stands in for every value that a letter may tell."""

    def __getattr__(self, name: str) -> object:
        return {"number": "4411", "level": 2, "severity": "major"}.get(name, HOSTILE)


def letter(name: str, language: str) -> letters.Letter:
    return letters.write(
        name,
        language,
        ticket=Anything(),
        organization="2N5",
        customer=HOSTILE,
        staff_url="http://127.0.0.1/tickets/4411",
        kind="response",
        ends_at="2026-11-24 03:30",
        rung=[{"level": 1, "name": HOSTILE, "outcome": "no-answer"}],
        minutes=3,
        phone="+1 800-555-0100",
        portal_url="https://support.example/portal/tickets/4411",
        url="https://support.example/portal/sign-in/4411",
        respond_by="2026-11-24 03:30",
        closes_on="2026-11-24 03:30",
        reopen_by="2026-11-24 03:30",
        paged=True,
        by=HOSTILE,
        text=HOSTILE,
        assignee=HOSTILE,
        person=HOSTILE,
        score=1,
        scores=[("1", "http://127.0.0.1/portal/feedback/t?score=1")],
        stop_url="http://127.0.0.1/portal/feedback/t/stop",
        left=[HOSTILE],
        step=2,
        what="person",
        sentence=f"4411 {HOSTILE} {language}",
        number=4411,
        headline=f"4411 {HOSTILE}",
        open=[("pages", [Anything()])],
        rota=f"4411 {HOSTILE}",
        sentences=[HOSTILE] * 3,
        most=2,
        days=14,
        at="2026-11-24 03:30",
        refused=False,
        missing="rang",
        cause=HOSTILE,
        steps=[("placed", 0.4), ("came-in", 1.2)],
        week="2026-11-16",
        until="2026-11-22",
        opened=4411,
        promises=[("response", 9, 10), ("resolution", 0, 0)],
        calls=7,
        abandoned=1,
        answered=5,
        unanswered=1,
        median=30,
        ninety=60,
        night=2,
        repeated=3,
        answers=2,
    )


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("language", vocabulary.LANGUAGES)
def test_every_letter_is_written_in_every_language(name: str, language: str) -> None:
    made = letter(name, language)
    if name != "wrong-pin":  # which is about no number
        assert "4411" in made.subject or name in {"sign-in", "invited", "canary"}
        assert "4411" in made.text
        assert "4411" in made.html
    assert f'<html lang="{language}">' in made.html
    assert not re.search(r"\{[{%]|Undefined|None", made.text + made.html + made.subject)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("language", vocabulary.LANGUAGES)
def test_what_others_wrote_adds_neither_markup_nor_headers(name: str, language: str) -> None:
    made = letter(name, language)
    assert "<script>" not in made.html
    assert "\n" not in made.subject
    assert "\r" not in made.subject


def test_the_languages_say_different_things() -> None:
    for name in NAMES:
        english, french = (letter(name, language) for language in vocabulary.LANGUAGES)
        assert english.text != french.text


def test_the_vocabulary_is_complete_in_every_language() -> None:
    english, french = (vocabulary.of(language) for language in vocabulary.LANGUAGES)
    assert {kind: set(words) for kind, words in english.items()} == {
        kind: set(words) for kind, words in french.items()
    }
