"""Lists and tables taken away as files: CSV (RFC 4180), sent while it is read, that no spreadsheet
takes for formulas (OWASP, CSV injection). Numbers of ours stay numbers.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from itertools import chain

from flask import Response, stream_with_context

SIGN = "\N{ZERO WIDTH NO-BREAK SPACE}"
"""At the very beginning it tells a spreadsheet that this is UTF-8."""
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
PIECE = 32_768
"""Characters sent at a time."""

Cell = str | int | float | None


def answer(name: str, head: Iterable[Cell], rows: Iterable[Iterable[Cell]]) -> Response:
    """A file to be kept, by that name."""
    given = Response(stream_with_context(_pieces(head, rows)), mimetype="text/csv")
    given.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    given.headers["Cache-Control"] = "no-store"
    return given


def _pieces(head: Iterable[Cell], rows: Iterable[Iterable[Cell]]) -> Iterator[str]:
    paper = io.StringIO()
    writer = csv.writer(paper)
    paper.write(SIGN)
    for row in chain([head], rows):
        writer.writerow([safe(one) for one in row])
        if paper.tell() > PIECE:
            yield paper.getvalue()
            paper.seek(0)
            paper.truncate()
    yield paper.getvalue()


def safe(value: Cell) -> Cell:
    """What a spreadsheet would calculate begins with an apostrophe, which shows it as text."""
    if isinstance(value, str):
        told = value.replace("\0", "")
        return f"'{told}" if told.lstrip(" \N{NO-BREAK SPACE}").startswith(FORMULA) else told
    return value
