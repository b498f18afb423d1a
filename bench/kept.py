"""The big databases, kept between runs in var/bench: to make one takes minutes. Each has the
schema's revision in its name, so that after a migration a new one is made.

`python -m bench.kept 100000` makes one, prints its URL and serves it until it is stopped.
"""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic.script import ScriptDirectory

from bench import server
from ivr import migrations
from tests.servers import Postgres

FOLDER = Path(__file__).parent.parent / "var" / "bench"
FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "shared_buffers=1GB",
        "max_wal_size=8GB", "autovacuum=off", "jit=off", "work_mem=16MB")  # fmt: skip


@contextmanager
def on_postgresql() -> Iterator[Postgres]:
    FOLDER.mkdir(parents=True, exist_ok=True)
    running = Postgres(FOLDER / "postgresql", *FAST)
    try:
        yield running
    finally:
        running.stop()


def postgresql(running: Postgres, tickets: int) -> str:
    """The URL of the database with so many tickets, made where it is missing."""
    name = f"years_{tickets}_{revision()}"
    with running.connect() as database:
        made = database.execute("select 1 from pg_database where datname = %s", (name,)).fetchone()
    url = running.socket_url(name)
    if not made:
        _make(running, name, tickets)
    return url


def revision() -> str:
    return ScriptDirectory.from_config(migrations.config("")).get_current_head() or ""


def _make(running: Postgres, name: str, tickets: int) -> None:
    draft = name.replace("years", "draft")
    with running.connect() as database:
        database.execute(f"drop database if exists {draft}")
        database.execute(f"create database {draft}")
    _fill(running.socket_url(draft), tickets)
    with running.connect() as database:
        database.execute(f"alter database {draft} rename to {name}")


def sqlite(tickets: int) -> str:
    FOLDER.mkdir(parents=True, exist_ok=True)
    file = FOLDER / f"years-{tickets}-{revision()}.db"
    draft = FOLDER / file.name.replace("years", "draft")
    if not file.exists():
        draft.unlink(missing_ok=True)
        _fill(f"sqlite:///{draft}", tickets)
        draft.rename(file)
    return f"sqlite:///{file}"


def files_of(url: str) -> Path:
    """Where the recordings and attachments of a database are."""
    name = url.partition("?")[0].rpartition("/")[2].removesuffix(".db")
    return FOLDER / f"files{name[len('years') :]}"


def _fill(url: str, tickets: int) -> None:
    settings = server.environment(files_of(url), url, 1, DEMO_DATA="0")
    server.prepare(settings)
    command = [sys.executable, "-m", "bench.years", str(tickets)]
    subprocess.run(command, env=settings, check=True)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())  # PostgreSQL is stopped with us
    with on_postgresql() as serving:
        print(f"DATABASE_URL={postgresql(serving, int(sys.argv[1]))}", flush=True)
        while True:
            time.sleep(60)
