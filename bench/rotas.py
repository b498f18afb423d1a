"""Who is on call, with very many rotas: all of them in one answer, and a month of shifts of one.

Asked in this process, of a database of its own: what is told is the time from an open session to
the answer, statements and all. The calendar's pages are asked of the web process, one by one.
"""

import random
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from bench import load, machine, plans, server, world
from bench.load import Request
from bench.place import version
from bench.table import Goal, Row
from ivr import migrations
from ivr.database import make_engine
from ivr.models import Layer, Override, Rota, Technician
from ivr.services.on_call import rota, shifts
from tests.servers import free_port, postgres

ROTAS, PEOPLE, OVERRIDES = 200, 20, 1_000
NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)
MONTH = timedelta(days=42)
"""As a calendar shows it: six weeks."""
PROMPT, PAGE = Goal(5, at_most=True), Goal(100, at_most=True)
"""Milliseconds."""
PAGES = {
    "the calendar of one, a month": "/rotas/{rota}/calendar?month=2026-12",
    "the calendar of all, a month": "/calendar?month=2026-12",
    "the calendar of a person, a month": "/calendar?person={person}&month=2026-12",
}
NIGHTS = [{"days": [0, 1, 2, 3, 4], "from": "17:00", "until": "09:00"}]


@dataclass(frozen=True)
class Size:
    rounds: int
    answers: int
    """A round."""
    patience: float


WHOLE = Size(rounds=7, answers=300, patience=20)
QUICK = Size(rounds=3, answers=60, patience=1)


def fill(url: str) -> None:
    """Weeks by turns, and at night days by turns; five overrides each, most of them not now."""
    migrations.upgrade(url)
    chance = random.Random(2005)
    with world.session(url) as db:
        people = [{"name": f"P{n}", "email": f"p{n}@2n5.example"} for n in range(ROTAS * PEOPLE)]
        db.execute(insert(Technician), people)
        for number in range(ROTAS):
            ids = range(number * PEOPLE + 1, (number + 1) * PEOPLE + 1)
            row = Rota(name=f"Rota {number}", time_zone="America/Toronto", on_duty=[])
            row.layers = [
                _layer(0, "2026-01-05T09:00", "weeks", list(ids), []),
                _layer(1, "2026-01-05T17:00", "days", list(reversed(ids)), NIGHTS),
            ]
            db.add(row)
            db.flush()
            for _ in range(OVERRIDES // ROTAS):
                db.add(_override(chance, row.id, ids))


def _layer(
    position: int, starts: str, unit: str, ids: list[int], hours: list[dict[str, Any]]
) -> Layer:
    turns = [[one] for one in ids]
    return Layer(
        position=position, name="L", starts=starts, unit=unit, every=1, people=turns, hours=hours
    )


def _override(chance: random.Random, rota_id: int, ids: range) -> Override:
    starts_at = NOW + timedelta(minutes=chance.randrange(-20_000, 60_000))
    return Override(
        rota_id=rota_id,
        technician_id=chance.choice(ids),
        instead_of_id=chance.choice([None, *ids]),
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=chance.randrange(1, 48)),
        asked_at=NOW,
        agreed_at=NOW,
    )


def measure(size: Size) -> Iterator[Row]:
    with postgres() as running:
        yield from _rows(f"PostgreSQL {version(running)}", running.socket_url("postgres"), size)
    with tempfile.TemporaryDirectory(prefix="ivr-bench-") as folder:
        yield from _rows("SQLite", f"sqlite:///{folder}/rotas.db", size)


def _rows(name: str, url: str, size: Size) -> Iterator[Row]:
    fill(url)
    statements = plans.by_index(url, lambda db: rota.on_call(db, NOW))
    what = f"{name}, {ROTAS} rotas of {PEOPLE}, {OVERRIDES:,} overrides"
    yield _row(f"{what}: who is on call in all", url, _everybody, size, f"{statements} statements")
    yield _row(f"{what}: six weeks of one", url, _month, size, "all shifts")
    yield from _pages(what, url, size)


def _everybody(db: Session, number: int) -> None:
    found = rota.on_call(db, NOW + timedelta(minutes=number))
    assert len(found) == ROTAS
    assert all(found.values())


def _month(db: Session, number: int) -> None:
    rota_id, begin = number % ROTAS + 1, NOW
    found = shifts.shifts(rota.plan(db, rota_id, begin, begin + MONTH), begin, begin + MONTH)
    assert len(found) > MONTH.days


def _row(what: str, url: str, ask: Callable[[Session, int], None], size: Size, told: str) -> Row:
    engine = make_engine(url)
    medians, longest, others = [], [], 0.0
    for _ in range(size.rounds):
        others = max(others, machine.wait_until_quiet(size.patience))
        took = [_timed(engine, ask, number) for number in range(size.answers)]
        medians.append(median(took))
        longest.append(quantiles(took, n=100)[-1])
    engine.dispose()
    told = (
        f"p50/p99 {median(medians):.1f}/{median(longest):.1f} ms, {told},"
        f" others at most {others:.0%} of the machine"
    )
    return Row(what, told, median(medians), " ms", PROMPT, others >= machine.QUIET)


def _pages(what: str, url: str, size: Size) -> Iterator[Row]:
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="ivr-bench-") as made:
        settings = server.environment(Path(made), url, port)
        with server.gunicorn(settings):
            for name, path in PAGES.items():
                load.one_by_one(port, _requests(port, path, 20))  # to warm up
                medians, longest, others = [], [], 0.0
                for _ in range(size.rounds):
                    others = max(others, machine.wait_until_quiet(size.patience))
                    measured = load.one_by_one(port, _requests(port, path, size.answers // 5))
                    medians.append(measured.percentile(0.5))
                    longest.append(measured.percentile(0.99))
                told = f"p50/p99 {median(medians):.1f}/{median(longest):.1f} ms"
                told = f"{told}, others at most {others:.0%} of the machine"
                disturbed = others >= machine.QUIET
                yield Row(f"{what}: {name}", told, median(medians), " ms", PAGE, disturbed)


def _requests(port: int, path: str, count: int) -> list[Request]:
    """Each of another rota, or person."""
    head = "GET {} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nConnection: close\r\n\r\n"
    asked = (path.format(rota=n % ROTAS + 1, person=n * PEOPLE % 4000 + 1) for n in range(count))
    return [Request(head.format(one, port).encode(), b"December 2026") for one in asked]


def _timed(engine: Any, ask: Callable[[Session, int], None], number: int) -> float:
    with Session(engine) as db:
        begin = time.perf_counter()
        ask(db, number)
        return 1000 * (time.perf_counter() - begin)
