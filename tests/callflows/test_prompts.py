"""What is said: both languages, numbers digit by digit, and never nothing."""

import pytest

from callflows.prompts import FILES, LANGUAGES, entry, placeholders, spoken, text
from callflows.turn import say


def test_ticket_numbers_are_read_digit_by_digit() -> None:
    assert spoken("en-CA", say("ticket_found", ticket="4411")).text == "Ticket 4 4 1 1."
    assert spoken("fr-CA", say("ticket_found", ticket="4411")).text == "Billet 4 4 1 1."


@pytest.mark.parametrize(
    ("language", "minutes", "words"),
    [
        ("en-CA", 0, "less than a minute"),
        ("en-CA", 1, "1 minute"),
        ("en-CA", 12, "12 minutes"),
        ("fr-CA", 0, "moins d'une minute"),
        ("fr-CA", 1, "1 minute"),
        ("fr-CA", 12, "12 minutes"),
    ],
)
def test_minutes_come_with_their_unit(language: str, minutes: int, words: str) -> None:
    values = {"organization": "2N5", "ticket": "4411", "minutes": minutes}
    assert words in text(language, "page", **values)


def test_the_offer_of_the_other_language_is_made_in_that_language() -> None:
    assert spoken("en-CA", say("other_language_fr-CA")).language == "fr-CA"
    assert spoken("fr-CA", say("other_language_en-CA")).language == "en-CA"


def test_an_unknown_language_is_answered_in_english_rather_than_not_at_all() -> None:
    assert spoken("de-DE", say("goodbye")) == spoken("en-CA", say("goodbye"))


def test_a_key_that_only_english_has_is_said_in_english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(FILES["fr-CA"]["prompts"], "goodbye")
    assert spoken("fr-CA", say("goodbye")).text == "Thank you for calling. Goodbye."


def test_a_missing_value_is_left_out_rather_than_ending_the_call() -> None:
    assert spoken("en-CA", say("status_assignee")).text == "It is with ."


def test_a_recorded_file_is_played_instead(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(FILES["en-CA"]["prompts"], "goodbye", {"audio": "goodbye.wav"})
    assert spoken("en-CA", say("goodbye")).audio == "goodbye.wav"


@pytest.mark.parametrize("language", LANGUAGES)
def test_prompts_are_short_enough_for_a_bad_line(language: str) -> None:
    for key in FILES[language]["prompts"]:
        assert len(entry(language, key)["text"]) <= 200, key


def test_a_recorded_prompt_has_no_placeholder() -> None:
    for language in LANGUAGES:
        for key in FILES[language]["prompts"]:
            prompt = entry(language, key)
            assert "audio" not in prompt or not placeholders(prompt.get("text", "")), key
