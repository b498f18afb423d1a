"""Tables that are taken away as files: CSV that no spreadsheet takes for formulas.

A cell that a spreadsheet would calculate (OWASP: CSV injection) begins with an apostrophe, which
shows it as the text that it is. Numbers of ours stay numbers.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from flask import Response

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
SIGN = "\N{ZERO WIDTH NO-BREAK SPACE}"
"""At the very beginning it tells a spreadsheet that this is UTF-8."""

Cell = str | int | float | None


def safe(value: Cell) -> Cell:
    """As it may stand in a file."""
    if isinstance(value, str):
        text = value.replace("\0", "")
        return f"'{text}" if text.lstrip(" \N{NO-BREAK SPACE}").startswith(FORMULA) else text
    return value


def lines(head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    """The file, line by line (RFC 4180)."""
    paper = io.StringIO()
    writer = csv.writer(paper)
    paper.write(SIGN)
    for row in chain([head], rows):
        writer.writerow([safe(one) for one in row])
        yield paper.getvalue()
        paper.seek(0)
        paper.truncate()


def answer(name: str, head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Response:
    """A file to be kept, by that name."""
    told = Response(lines(head, rows), mimetype="text/csv")
    told.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return told
