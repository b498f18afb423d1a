"""Lists taken away as CSV: sent while they are read, and safe to open in a spreadsheet, which would
take a value that begins like a formula for one (OWASP, CSV injection).
"""

import csv
import io
from collections.abc import Iterable, Iterator
from itertools import chain

from flask import Response

FORMULA = ("=", "+", "-", "@", "\t", "\r")
MARK = "\N{BYTE ORDER MARK}"
"""By which a spreadsheet knows UTF-8."""
PIECE = 32_768
"""Characters sent at a time."""


def safe(value: object) -> str:
    told = "" if value is None else str(value)
    return f"'{told}" if told.startswith(FORMULA) else told


def streamed(name: str, head: Iterable[str], rows: Iterable[Iterable[object]]) -> Response:
    answer = Response(_lines(head, rows), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer


def _lines(head: Iterable[str], rows: Iterable[Iterable[object]]) -> Iterator[str]:
    out = io.StringIO()
    writer = csv.writer(out)
    yield MARK
    for row in chain([head], rows):
        writer.writerow([safe(one) for one in row])
        if out.tell() > PIECE:
            yield out.getvalue()
            out.seek(0)
            out.truncate()
    yield out.getvalue()
