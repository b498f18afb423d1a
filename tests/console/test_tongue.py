"""The staff pages speak every language whole: the same words, the same gaps in them, and all that
the pages ask for.
"""

import re
import string
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ivr.console import tongue
from ivr.services import audit, vocabulary
from ivr.web import app
from tests.console.staff import Staff

CONSOLE = Path(tongue.__file__).parent
ASKED_FOR = re.compile(r"""\bsay\(\s*["']([a-z_]+\.[\w-]+)["']\s*[,)]""")


def gaps(told: Any) -> Any:
    if isinstance(told, dict):
        return {form: gaps(one) for form, one in told.items()}
    if isinstance(told, list):
        return len(told)
    return {name for _text, name, _format, _conversion in string.Formatter().parse(told) if name}


def test_every_language_has_the_same_words_with_the_same_gaps() -> None:
    said = [
        {(room, key): gaps(told) for room, keys in tongue.words(language).items() for key, told in keys.items()}
        for language in vocabulary.LANGUAGES
    ]  # fmt: skip
    for other in said[1:]:
        assert set(said[0]) == set(other)
        assert [key for key in other if other[key] != said[0][key]] == []


def asked_for() -> Iterator[tuple[str, str]]:
    for file in [*CONSOLE.glob("*.py"), *CONSOLE.glob("templates/*.html")]:
        for key in ASKED_FOR.findall(file.read_text("utf-8")):
            yield file.name, key


def test_every_word_that_is_asked_for_is_there() -> None:
    unknown = [(file, key) for file, key in asked_for() if not tongue.is_known(key)]
    assert unknown == []


def test_every_kind_of_the_audit_has_a_sentence() -> None:
    assert [kind for kind in audit.Kind if not tongue.is_known(f"audit.{kind}")] == []
    assert [deed for deed in audit.Deed if not tongue.is_known(f"audit.deed_{deed}")] == []


def test_a_count_chooses_the_form(monkeypatch: pytest.MonkeyPatch) -> None:
    forms = {"test": {"pages": {"one": "{count} page", "other": "{count} pages"}}}
    monkeypatch.setattr(tongue, "words", lambda _language: forms)
    for language, told in (("en-CA", "0 pages"), ("fr-CA", "0 page")):
        with app.test_request_context(headers={"Accept-Language": language}):
            assert tongue.say("test.pages", count=0) == told
            assert tongue.say("test.pages", count=1) == "1 page"
            assert tongue.say("test.pages", count=2) == "2 pages"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_language_is_chosen_at_the_head_of_a_page(staff: Staff) -> None:
    assert '<html lang="en-CA">' in staff.get("/tickets").text
    answer = staff.submits("/tickets", "/language", language="fr-CA")
    assert '<html lang="fr-CA">' in answer.text
    assert "Toutes les heures" in staff.reads("/tickets")
    staff.submits("/tickets", "/language", language="klingon")
    assert '<html lang="en-CA">' in staff.get("/tickets").text
