"""Lists taken away as files: CSV (RFC 4180) that no spreadsheet takes for formulas."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from flask import Response, stream_with_context

BYTE_ORDER_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"
"""By which spreadsheets know that it is UTF-8."""
FORMULAS = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for a formula when a cell begins with it (OWASP, CSV injection)."""


def answer(name: str, head: Sequence[str], rows: Iterable[Sequence[object]]) -> Response:
    """Sent as it is read, however long it is."""
    given = Response(stream_with_context(_lines(head, rows)), mimetype="text/csv")
    given.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    given.headers["Cache-Control"] = "no-store"
    return given


def _lines(head: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    yield BYTE_ORDER_MARK + line(head)
    yield from map(line, rows)


def line(cells: Sequence[object]) -> str:
    written = io.StringIO()
    csv.writer(written).writerow([_safe(one) for one in cells])
    return written.getvalue()


def _safe(cell: object) -> str:
    told = "" if cell is None else str(cell)
    return f"'{told}" if told.lstrip(" ").startswith(FORMULAS) else told
