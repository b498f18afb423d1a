"""The whole product, `ivr run` on PostgreSQL: how soon a phone rings, how late a page goes on.

What is measured is seen from outside: by the exchange's log, by the pages themselves, by /proc.
"""

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bench import process
from bench.load import BrokenRunError, percentile
from bench.pages import Pages
from bench.table import Goal, Row
from tests.servers import postgres
from tests.whole.stack import ANA, BO, DIDI, Stack, eventually

FIRST_RING, LATE = Goal(1, at_most=True), Goal(1.05, at_most=True)
IDLE, KILLED, MEMORY = Goal(1, at_most=True), Goal(2, at_most=True), Goal(400, at_most=True)
ENOUGH_TO_SETTLE = 3.0


@dataclass(frozen=True)
class Size:
    calls: int
    few: int
    many: int
    """Open pages that are not due."""
    due: int
    """Pages that fall due one after the other, within so many seconds."""
    seconds: float
    idle: float
    """Seconds over which an idle process's CPU is counted."""


WHOLE = Size(calls=25, few=1_000, many=1_000_000, due=300, seconds=20, idle=30)
QUICK = Size(calls=4, few=1_000, many=50_000, due=60, seconds=5, idle=5)


def measure(size: Size) -> Iterator[Row]:
    with postgres() as server, running(server.url("postgres")) as stack:
        pages = Pages(server)
        yield _first_ring(stack, size)
        yield _memory(stack, server.process.pid)
        for count in (size.few, size.many):
            pages.raise_to(count)
            yield from _idle(stack, server.process.pid, count, size)
            yield _lateness(pages, count, size)
        yield _killed(stack, pages, size)


@contextmanager
def running(database: str) -> Iterator[Stack]:
    with tempfile.TemporaryDirectory(prefix="ivr-bench-") as folder:
        stack = Stack(Path(folder), DATABASE_URL=database)
        stack.start()
        try:
            yield stack
        finally:
            stack.stop()


def _first_ring(stack: Stack, size: Size) -> Row:
    took = [_one_call(stack) for _ in range(size.calls)]
    told = f"{size.calls} calls, p50 {percentile(took, 0.5):.2f} s, longest {max(took):.2f} s"
    p95 = percentile(took, 0.95)
    return Row("Whole product: severity key to first ring, p95", told, p95, " s", FIRST_RING)


def _one_call(stack: Stack) -> float:
    """Seconds from the key to the first ring; then the call is taken and ended."""
    stack.calls_about()
    eventually(lambda: stack.rings(BO))
    key = max(_at(event) for event in stack.events("key") if event["number"] == ANA)
    ring = min(at for event in stack.events("ring") if (at := _at(event)) > key)
    stack.act(BO, "answer")
    eventually(lambda: stack.heard(BO, "To accept, press 1"))
    stack.act(BO, "press", keys="1")
    eventually(lambda: stack.phone(ANA)["bridged_with"])
    for number in (ANA, BO):
        stack.act(number, "hang-up")
    eventually(lambda: all(stack.phone(one)["state"] == "idle" for one in (ANA, BO, DIDI)))
    return ring - key


def _at(event: dict[str, str]) -> float:
    return datetime.fromisoformat(event["at"]).timestamp()


def _memory(stack: Stack, database: int) -> Row:
    assert stack.process
    told = f"PSS of every process of `ivr run`; PostgreSQL has {process.memory(database):.0f} MB"
    used = process.memory(stack.process.pid)
    return Row("Whole product: memory", told, used, " MB", MEMORY)


def _idle(stack: Stack, database: int, count: int, size: Size) -> Iterator[Row]:
    time.sleep(ENOUGH_TO_SETTLE)
    watched = (stack.pid("tick"), stack.pid("web"), database)
    before = [process.cpu(one) for one in watched]
    time.sleep(size.idle)
    used = [process.cpu(one) - was for one, was in zip(watched, before, strict=True)]
    tick, web, rows = (100 * one / size.idle for one in used)
    told = f"ticker {tick:.2f} %, web with its understudies {web:.2f} %, PostgreSQL {rows:.2f} %"
    yield Row(f"{count:,} open pages: idle, of a core", told, tick + web, " %", IDLE)


def _lateness(pages: Pages, count: int, size: Size) -> Row:
    late = _run(pages, size)
    return Row(
        f"{count:,} open pages: lateness, p99", _told(late), percentile(late, 0.99), " s", LATE
    )


def _killed(stack: Stack, pages: Pages, size: Size) -> Row:
    """The ticker dies half way; `ivr run` starts it again."""
    late = _run(pages, size, kill=stack)
    return Row("Ticker killed with -9: longest lateness", _told(late), max(late), " s", KILLED)


def _run(pages: Pages, size: Size, kill: Stack | None = None) -> list[float]:
    """Lateness of every page that falls due, once all have gone on."""
    numbers = pages.fall_due(size.due, begin=2, every=size.seconds / size.due)
    time.sleep(2 + size.seconds / 2)
    if kill:
        kill.kill("tick")
    time.sleep(size.seconds / 2)
    late = eventually(lambda: pages.lateness(numbers))
    if min(late) < 0:
        raise BrokenRunError(f"a page went on {-min(late):.3f} s before it was due")
    return late


def _told(late: list[float]) -> str:
    p50, p99, most = (percentile(late, share) for share in (0.5, 0.99, 1))
    return f"{len(late)} pages, p50/p99/max {p50:.3f}/{p99:.3f}/{most:.3f} s"
