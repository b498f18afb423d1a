"""Every page of the staff that can be read, with very much of everything in the database, beside
the same with a tenth of it.

The pages are those of the URL map, so a new one is measured by itself; what its parameters mean
says bench/asked.py, which asks for each in the process that answers. What is told is the time in
the server: from the app's door to the last byte of the answer; of a file that is made while it is
sent, to its first bytes. The databases are bench/kept.py's.
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median
from typing import Any

from bench import kept, machine, server
from bench.load import BrokenRunError, percentile
from bench.place import version
from bench.table import Goal, Row

PROMPT, FIRST_PAGE = Goal(50, at_most=True), Goal(100, at_most=True)
"""Milliseconds; the first page has two hundred live calls on it."""
HOME = "console.now"
FINE = range(200, 400)
PATIENCE = 20.0


@dataclass(frozen=True)
class Size:
    tickets: int
    sqlite: int
    times: int


WHOLE = Size(tickets=1_000_000, sqlite=100_000, times=15)
QUICK = Size(tickets=30_000, sqlite=30_000, times=5)


def measure(size: Size) -> Iterator[Row]:
    with kept.on_postgresql() as running:
        urls = [kept.postgresql(running, count) for count in (size.tickets, size.tickets // 10)]
        yield from _rows(f"PostgreSQL {version(running)}", size.tickets, urls, size.times)
    urls = [kept.sqlite(count) for count in (size.sqlite, size.sqlite // 10)]
    yield from _rows("SQLite", size.sqlite, urls, size.times)


def _rows(name: str, tickets: int, urls: list[str], times: int) -> Iterator[Row]:
    others = machine.wait_until_quiet(PATIENCE)
    many, few = (_asked(url, times) for url in urls)
    disturbed = others >= machine.QUIET
    for asked, one in many.items():
        page = re.sub(r"<[^<>]*:(\w+)>", r"<\1>", asked)
        what = f"{name}, {tickets:,} tickets: `{page}`"
        if one["path"] is None:
            yield Row(what, "nothing of the kind is there")
            continue
        if one["status"] not in FINE:
            raise BrokenRunError(f"{one['path']} is answered with {one['status']}")
        told = f"{_told(one)}, {one['size'] / 1000:,.0f} kB, {one['statements']} statements"
        if asked in few and few[asked]["path"]:
            told += f"; with a tenth {_told(few[asked])}"
        goal = FIRST_PAGE if one["endpoint"] == HOME else PROMPT
        yield Row(what, told, median(one["took"]), " ms", goal, disturbed)


def _told(one: dict[str, Any]) -> str:
    p50, p95 = (percentile(one["took"], share) for share in (0.5, 0.95))
    cpu = f"CPU {one['web']:.1f} ms + database {one['database']:.1f} ms"
    return f"p50/p95 {p50:.1f}/{p95:.1f} ms, {cpu}"


def _asked(url: str, times: int) -> dict[str, dict[str, Any]]:
    """By the page, as it stands in the URL map, and what it is asked for."""
    settings = server.environment(kept.files_of(url), url, 9790)
    command = [sys.executable, "-m", "bench.asked", "--times", str(times)]
    done = subprocess.run(command, env=settings, check=True, stdout=subprocess.PIPE, text=True)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return {line["page"]: line for line in lines}
