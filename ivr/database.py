"""The database: one engine, plain sessions, on SQLite or PostgreSQL.

SQLite opens every transaction with BEGIN IMMEDIATE: the driver's own default loses contended
updates. Every wait on PostgreSQL has a limit below a turn's 2.5 seconds.
"""

import os
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import cache
from typing import Any, cast

import msgspec
from sqlalchemy import (
    Connection,
    CursorResult,
    DateTime,
    Dialect,
    Engine,
    Insert,
    Table,
    Update,
    create_engine,
    event,
    insert,
)
from sqlalchemy.engine import make_url
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

from ivr.settings import settings

STATEMENT_WITHIN, LOCK_WITHIN, CONNECT_WITHIN = 2.2, 1.5, 2.2
POOL_WITHIN, FILE_WITHIN = 1.0, 2.0
IDLE_WITHIN = 10.0
"""In a transaction, with nothing asked."""


class Utc(TypeDecorator[datetime]):
    """A moment, always in UTC. Refuses a time without a zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone is not a moment")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


def _as_json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


GIVEN = {
    "json_serializer": _as_json,
    "json_deserializer": msgspec.json.decode,
    "hide_parameters": True,  # an error in the log tells no number and no address
}


def make_engine(url: str) -> Engine:
    if make_url(url).get_backend_name() == "sqlite":
        return _sqlite(url)
    engine = create_engine(
        url,
        **GIVEN,
        pool_size=5,
        max_overflow=5,
        pool_timeout=POOL_WITHIN,
        pool_pre_ping=False,
        pool_recycle=1800,
        connect_args={
            "connect_timeout": int(CONNECT_WITHIN),
            "options": _options(),
            "tcp_user_timeout": 5000,
        },
    )

    @event.listens_for(engine, "do_connect")
    def _connect(dialect: Dialect, _record: Any, args: Any, settings: dict[str, Any]) -> Any:
        return _in_time(dialect, lambda: dialect.connect(*args, **settings))

    return engine


def _options() -> str:
    wanted = {
        "timezone": "utc",
        "statement_timeout": f"{STATEMENT_WITHIN * 1000:.0f}",
        "lock_timeout": f"{LOCK_WITHIN * 1000:.0f}",
        "idle_in_transaction_session_timeout": f"{IDLE_WITHIN * 1000:.0f}",
    }
    return " ".join(f"-c {name}={value}" for name, value in wanted.items())


def _in_time(dialect: Dialect, connect: Callable[[], Any]) -> Any:
    """The driver's own limit leaves out the look-up of the server's name."""
    connecting: Future[Any] = Future()

    def run() -> None:
        try:
            connecting.set_result(connect())
        except Exception as error:  # noqa: BLE001  it is raised where it is waited for
            connecting.set_exception(error)

    threading.Thread(target=run, name="connecting", daemon=True).start()
    try:
        return connecting.result(CONNECT_WITHIN)
    except TimeoutError as error:
        connecting.add_done_callback(_close_late)
        raise dialect.loaded_dbapi.OperationalError("no connection in time") from error


def _close_late(connecting: Future[Any]) -> None:
    """Nobody waits for it any more."""
    if connecting.exception() is None:
        connecting.result().close()


def _sqlite(url: str) -> Engine:
    engine = create_engine(url, **GIVEN, connect_args={"timeout": FILE_WITHIN})

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute("PRAGMA secure_delete=ON")  # what is erased is not left in the file

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        reading = connection.get_execution_options().get("reading")
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")

    return engine


def rid_of_old_pages() -> bool:
    """SQLite's log still holds pages as they were: put all on the file and empty it. False while a
    reader needs it. PostgreSQL sees to that itself (autovacuum, and its log is recycled).
    """
    if engine().dialect.name != "sqlite":
        return True
    with engine().connect() as connection:
        raw = connection.connection.driver_connection
        assert raw
        (busy, *_pages) = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return not busy


@cache
def engine() -> Engine:
    return make_engine(settings().database)


_when_hurried: Callable[[], None] | None = None


def when_hurried(act: Callable[[], None] | None) -> None:
    """What to do after a commit that made something due at once: wake a worker."""
    global _when_hurried  # noqa: PLW0603  one broker for the whole process
    _when_hurried = act


def hurry(db: Session) -> None:
    """This transaction makes a row due now; whoever can is woken once it is committed."""
    db.info["hurry"] = True


@contextmanager
def transaction() -> Iterator[Session]:
    """A session whose work is committed at the end, or rolled back whole."""
    with Session(engine(), expire_on_commit=False) as db:
        with db.begin():
            yield db
        if _when_hurried and db.info.get("hurry"):
            _when_hurried()


def connection(db: Session) -> Connection:
    """The session's own, for plain statements: the session takes its time to find it each time."""
    found: Connection | None = db.info.get("connection")
    if found is None or found.closed:
        found = db.info["connection"] = db.connection()
    return found


def driver(db: Session) -> Any:
    """The driver's connection below the session's."""
    return connection(db).connection.driver_connection


def cut(connection: Any) -> None:
    """Break off, from another thread, whatever a driver's connection waits for: it fails there."""
    with suppress(Exception):  # it is closed already
        if engine().dialect.name == "sqlite":
            connection.interrupt()
            return
        with socket.socket(fileno=os.dup(connection.fileno())) as line:
            line.shutdown(socket.SHUT_RDWR)


def append(db: Session, table: type[DeclarativeBase], **row: Any) -> None:
    """Write a row that is only ever added, never changed: a plain INSERT, beside the session."""
    connection(db).execute(_insert_into(table), row)


def table_of(model: type[DeclarativeBase]) -> Table:
    return cast("Table", model.__table__)


@cache
def _insert_into(table: type[DeclarativeBase]) -> Insert:
    return insert(table_of(table)).inline()  # its new id is not asked for


def changed(db: Session, statement: Update) -> bool:
    """Carry out a conditional UPDATE; False when somebody else was first."""
    return cast("CursorResult[Any]", db.execute(statement)).rowcount > 0


@contextmanager
def reading() -> Iterator[Session]:
    """A session that writes nothing and so never waits for a writer."""
    with Session(engine().execution_options(reading=True)) as db:
        yield db
