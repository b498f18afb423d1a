"""Every mail of the corpus is read for what it says, and none makes the reader fail."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.services.mail import mail_parts, mail_reading, quoting
from tests.mail.corpus import CORPUS, FRENCH_REPLY, OUTLOOK_FRENCH, OUTLOOK_REPLY, Sample, mail

LONGEST_READING = 10.0
"""Seconds of a processor, on a slow machine: what is made to take hours takes none."""


def test_the_corpus_is_large_and_half_of_it_nasty_and_french_is_in_it() -> None:
    assert len(CORPUS) >= 40
    assert sum(one.nasty for one in CORPUS) >= len(CORPUS) / 2
    assert sum("é".encode() in one.raw or "French" in one.name for one in CORPUS) >= 5


@pytest.mark.parametrize("sample", CORPUS, ids=lambda sample: sample.name)
def test_a_mail_is_read_for_what_it_says(sample: Sample) -> None:
    began = time.process_time()
    read = mail_reading.read(sample.raw)
    assert time.process_time() - began < LONGEST_READING
    for name, expected in sample.read.items():
        found = getattr(read, name)
        if name == "files" and expected:
            found = [(file.name, file.media_type, file.content) for file in found]
        assert found == expected, name
    assert len(read.text) <= mail_parts.LONGEST_TEXT
    assert len(read.files) <= mail_parts.MOST_FILES
    for told in (read.subject, read.name, read.sender, read.title):
        assert not set(told) & set("\r\n\x00")
        told.encode()
    read.text.encode()
    if read.message_id:
        assert mail_reading.message_id(sample.raw) == read.message_id


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=2000), st.integers(0, 400), st.integers(0, 60))
def test_a_mail_that_was_damaged_on_its_way_is_read_as_well(
    noise: bytes, at: int, length: int
) -> None:
    raw = mail()
    mail_reading.read(raw[:at] + noise + raw[at + length :])


@pytest.mark.parametrize(
    ("text", "own"),
    [
        (FRENCH_REPLY, "Oui, ça marche de nouveau. Merci !"),
        (OUTLOOK_REPLY, "All phones are mute."),
        (OUTLOOK_FRENCH, "Tous les appareils."),
        (
            "Yes.\n\nOn Tue, Nov 24, 2026 at 9:12 AM 2N5 support\n<support@2n5.example> wrote:\n\n> Well?\n",
            "Yes.",
        ),
        ("Oui.\n\n-----Message d'origine-----\nDe : Bo\nBien ?", "Oui."),
        ("Yes.\n\n-----Original Message-----\nWell?", "Yes."),
        ("Yes.\n> Well?\n>> And?\n", "Yes."),
        ("2026-11-24 09:12 GMT-05:00 Bo <bo@2n5.example> wrote:\n> Well?", None),
        ("Yes.\n\n2026-11-24 09:12, Bo <bo@2n5.example> a écrit :\n> Bien ?", "Yes."),
        ("On Monday we changed the switch.\nNow it is down.", None),
        ("Le 24, tout est tombé.\nDepuis, rien.", None),
        ("From: the switch\nIt says nothing.", None),
        ("> Which phone?\nAll of them.\n> And the fax?\nIt too.", None),
        (
            "On Tue, Nov 24, 2026 Bo wrote:\n> Which phone?\nAll of them.\n> And the fax?\nIt too.",
            None,
        ),
        (
            "Here:\nOn Tue, Nov 24, 2026 Bo wrote:\n> Which phone?\nAll.\n> And the fax?\n> Bo",
            None,
        ),
        ("> Only what was quoted", None),
        ("", None),
    ],
)
def test_what_is_quoted_is_folded_and_nobodys_own_words_are(text: str, own: str | None) -> None:
    found, quoted = quoting.split(text)
    if own is None:
        assert (found, quoted) == (text, "")
    else:
        assert found == own
        assert quoted
        assert found in text
        assert quoted.strip() in text


@settings(max_examples=200, deadline=None)
@given(st.text("ab\n> :Onwroteécit", max_size=300))
def test_no_word_is_lost_between_own_and_quoted(text: str) -> None:
    own, quoted = quoting.split(text)
    assert "".join((own + quoted).split()) == "".join(text.split())
