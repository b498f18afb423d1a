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


@dataclass(frozen=True)
class Asked:
    """Every page of one database, and of one with a tenth of it, by what is asked."""

    many: dict[str, dict[str, Any]]
    few: dict[str, dict[str, Any]]
    disturbed: bool

    def told(self, page: str) -> str:
        one, tenth = self.many[page], self.few.get(page, {})
        p50, p95 = (percentile(one["took"], share) for share in (0.5, 0.95))
        beside = f"{median(tenth['took']):.1f}" if tenth.get("path") else "none"
        return f"{p50:.1f}/{p95:.1f}, CPU {one['web'] + one['database']:.1f}, a tenth {beside}"


def measure(size: Size) -> Iterator[Row]:
    with kept.on_postgresql() as running:
        urls = [kept.postgresql(running, count) for count in (size.tickets, size.tickets // 10)]
        name, whole = f"PostgreSQL {version(running)}", _both(urls, size.times)
    lite = _both([kept.sqlite(count) for count in (size.sqlite, size.sqlite // 10)], size.times)
    yield Row(
        f"{name} with {size.tickets:,} tickets, SQLite with {size.sqlite:,}: pages",
        "p50/p95 in ms, CPU of the page and of the database, p50 with a tenth of the tickets",
    )
    for page in whole.many:
        yield _row(page, whole, lite)


def _row(page: str, whole: Asked, lite: Asked) -> Row:
    one = whole.many[page]
    what = re.sub(r"<[^<>]*:(\w+)>", r"<\1>", f"`{page}`")
    if one["path"] is None:
        return Row(what, "nothing of the kind is there")
    if one["status"] not in FINE:
        raise BrokenRunError(f"{one['path']} is answered with {one['status']}")
    told = f"{whole.told(page)}; SQLite {lite.told(page)}; {one['size'] / 1000:,.0f} kB"
    goal = FIRST_PAGE if one["endpoint"] == HOME else PROMPT
    slower = max(median(of.many[page]["took"]) for of in (whole, lite))
    return Row(what, told, slower, " ms", goal, whole.disturbed or lite.disturbed)


def _both(urls: list[str], times: int) -> Asked:
    others = machine.wait_until_quiet(PATIENCE)
    many, few = (_asked(url, times) for url in urls)
    return Asked(many, few, others >= machine.QUIET)


def _asked(url: str, times: int) -> dict[str, dict[str, Any]]:
    """By the page, as it stands in the URL map, and what it is asked for."""
    settings = server.environment(kept.files_of(url), url, 9790)
    command = [sys.executable, "-m", "bench.asked", "--times", str(times)]
    done = subprocess.run(command, env=settings, check=True, stdout=subprocess.PIPE, text=True)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return {line["page"]: line for line in lines}
