"""Files that are taken away: sent in pieces while they are read, and nothing in them calculates."""

import csv
from collections.abc import Iterator
from io import StringIO

from ivr.console import csv_file
from ivr.web import app

FORMULAS = ("=1", "+1", "-1", "@x", "\t=1", " =1", "\N{NO-BREAK SPACE}=1", "\r=1", "\n=1", "＝1")
HARMLESS = ("Acme", "'quoted", "a=1", "deux, trois\nquatre", "")


def test_it_is_streamed_and_no_formula_is_one() -> None:
    read: list[int] = []

    def rows() -> Iterator[list[csv_file.Cell]]:
        yield [*FORMULAS]
        yield [*HARMLESS, 5, -5, 1.5, None, "nu\0ll"]
        for nth in range(10_000):
            read.append(nth)
            yield ["a line like any other", nth]

    with app.test_request_context():
        answer = csv_file.answer("all", ["É", "="], rows())
        assert answer.headers["Content-Disposition"] == 'attachment; filename="all.csv"'
        assert answer.headers["Cache-Control"] == "no-store"
        pieces = iter(answer.response)
        first = next(pieces)
        assert 0 < len(read) < 5_000, "the first piece goes before the last row is read"
        told = "".join(str(one) for one in (first, *pieces))
    assert told.startswith(csv_file.SIGN)
    head, bad, good, *others = csv.reader(StringIO(told[1:], newline=""))
    assert head == ["É", "'="]
    assert bad == [f"'{one}" for one in FORMULAS]
    assert good == [*HARMLESS, "5", "-5", "1.5", "", "null"]
    assert [int(one[1]) for one in others] == read == list(range(10_000))
