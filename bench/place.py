"""A place to measure at: one database with calls in it, the server in front, webhooks to send."""

import itertools
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench import ceiling, load, process, server, world
from bench.load import Request
from bench.webhook import webhook
from tests.servers import Postgres, free_port, postgres, valkey

FULL, NOTHING, CEILING = "full turn", "turn that writes nothing", "ceiling"
VARIETY = 2_000
"""Different webhooks of a kind that may be sent again."""
FIRST_CALLS = 8
"""Enough to reach every worker process for the first time."""


@dataclass
class Place:
    name: str
    database: str
    port: int
    web: int
    """Process of gunicorn's master."""
    backend: int | None
    """Process of the database; SQLite has none."""
    webhooks: dict[str, Iterator[Request]]
    first_call: float
    """Milliseconds that the slowest of the first calls after the start took."""

    def take(self, kind: str, count: int) -> list[Request]:
        return list(itertools.islice(self.webhooks[kind], count))

    def cpu(self) -> tuple[float, float]:
        """Seconds used so far by the web processes, and by those of the database."""
        return process.cpu(self.web), process.cpu(self.backend) if self.backend else 0.0


@contextmanager
def on_postgresql(calls: int) -> Iterator[Place]:
    with postgres() as running:
        url = running.socket_url("postgres")
        with _place(f"PostgreSQL {version(running)}", url, running.process.pid, calls) as place:
            yield place


@contextmanager
def on_sqlite(calls: int) -> Iterator[Place]:
    with (
        tempfile.TemporaryDirectory(prefix="ivr-bench-") as folder,
        _place("SQLite", f"sqlite:///{folder}/ivr.db", None, calls) as place,
    ):
        yield place


def version(running: Postgres) -> str:
    with running.connect() as connection:
        row = connection.execute("show server_version").fetchone()
    return str(row[0]).split()[0] if row else ""


@contextmanager
def _place(name: str, database: str, backend: int | None, calls: int) -> Iterator[Place]:
    with (
        tempfile.TemporaryDirectory(prefix="ivr-bench-") as made,
        valkey(Path(made) / "redis") as broker,
    ):
        port = free_port()
        settings = server.environment(Path(made), database, port, REDIS_URL=broker)
        server.prepare(settings)
        webhooks = _webhooks(world.callers(database, calls))
        with server.gunicorn(settings) as web:
            first = 1000 * max(load.one_by_one(port, _first_calls()).latencies)
            yield Place(name, database, port, web, backend, webhooks, first)


def _first_calls() -> list[Request]:
    sids = (f"CA{'f' * 31}{number}" for number in range(FIRST_CALLS))
    return [webhook("/voice/inbound", "/voice/turns/1?", sid) for sid in sids]


def _webhooks(callers: list[tuple[str, str]]) -> dict[str, Iterator[Request]]:
    turn, notice = "/voice/turns/1?language=en-CA", "/voice/notice/en-CA"
    few = callers[:VARIETY]
    return {
        FULL: iter([webhook(turn, "/voice/turns/2?", sid, Digits=keys) for sid, keys in callers]),
        NOTHING: itertools.cycle([webhook(notice, "<Say", sid) for sid, _ in few]),
        CEILING: itertools.cycle(
            [webhook(ceiling.PATH, "<Gather", sid, Digits=keys) for sid, keys in few]
        ),
    }
