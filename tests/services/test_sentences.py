"""Lines of a transcript keep their times, and a hit leads to where it is said."""

import pytest

from ivr.services.calls import sentences
from ivr.services.calls.sentences import Sentence
from ivr.services.tickets.search import MARK, UNMARK

HEARD = [
    Sentence("Hello, this is Ana.", 0.0),
    Sentence("The facts is mute.", 2.5),
    Sentence("Since nine.", 5.25, 2),
    Sentence("Goodbye.", 7.0),
]


@pytest.mark.parametrize(
    ("text", "times"),
    [
        ("Hello, this is Ana.\nThe fax is mute.\nSince nine.\nGoodbye.", [0.0, 2.5, 5.25, 7.0]),
        ("Hello, this is Ana.\nSince nine.\nGoodbye.", [0.0, 5.25, 7.0]),
        ("Hello, this is Ana.\nUm.\nThe facts is mute.\nSince nine.\nGoodbye.",
         [0.0, None, 2.5, 5.25, 7.0]),
        ("Hello, this is Ana.\nThe fax\nis mute.\n\n  Since nine.\nGoodbye.",
         [0.0, 2.5, None, 5.25, 7.0]),
        ("All of it is wrong", [0.0]),
        ("", []),
    ],
)  # fmt: skip
def test_a_line_that_stays_keeps_its_time(text: str, times: list[float | None]) -> None:
    found = sentences.corrected(HEARD, text)
    assert [one.at for one in found] == times
    assert sentences.words(found).split() == text.split()


def test_what_comes_in_is_put_in_order_and_bounded() -> None:
    odd = [
        Sentence(" two\n\0 words ", 3.456),
        Sentence("first", -1.0, 2),
        Sentence("  ", 1.0),
        Sentence("x" * 200_000, 9.0),
        Sentence("too much", 10.0),
    ]
    found = sentences.tidy(odd)
    assert [(one.text[:9], one.at, one.channel) for one in found] == [
        ("first", 0.0, 2),
        ("two words", 3.46, 1),
        ("xxxxxxxxx", 9.0, 1),
    ]
    assert len(sentences.words(found)) == sentences.LONGEST
    nowhere = sentences.tidy([Sentence("a", float("nan")), Sentence("b", 1.0)])
    assert [(one.text, one.at) for one in nowhere] == [("a", None), ("b", 1.0)], "as they came"
    assert sentences.read(sentences.kept(found)) == found


@pytest.mark.parametrize(
    ("excerpt", "at"),
    [
        ("Hello, this is *Ana*.\nThe facts is mute.\nSince nine.\nGoodbye.", 0.0),
        ("Hello, this is Ana.\nThe *facts* is *mute*.\nSince nine.\nGoodbye.", 1.5),
        (" … mute.\nSince *nine*.\nGood … ", 4.25),
        ("*Goodbye*.", 6.0),
        ("nothing is marked", None),
        ("*Words* that nobody said", None),
    ],
)
def test_a_hit_begins_one_second_before_its_sentence(excerpt: str, at: float | None) -> None:
    marked = excerpt.replace("*", MARK, 1).replace("*", UNMARK, 1)
    marked = marked.replace("*", MARK, 1).replace("*", UNMARK, 1)
    assert sentences.where(HEARD, marked, MARK, UNMARK) == at
    assert sentences.where([], marked, MARK, UNMARK) is None
