"""Years of everything: the busy month of ivr/demo over and over, week after week, written by the
database itself. A page finds in it what it would find in use, only very much of it.

Copies go forward in time, so that what is newer has the higher ID, and end now. Only some of them
leave tickets open, and nothing falls due while we measure.
"""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    JSON,
    Connection,
    DateTime,
    Engine,
    Table,
    cast,
    func,
    insert,
    literal,
    select,
    text,
)
from sqlalchemy.orm import Session

from bench import world
from ivr.database import make_engine, table_of
from ivr.demo import live, month
from ivr.models import (
    AuditLine,
    Call,
    Clock,
    Contact,
    Customer,
    Entry,
    Feedback,
    Leg,
    Mail,
    Message,
    Page,
    Pause,
    Recording,
    TakenTurn,
    Ticket,
    Webhook,
)
from ivr.models.base import Base
from ivr.settings import settings

SAMPLE = month.Size(tickets=3_000, calls=9_000)
WEEKS = 156
OPEN_COPIES = 0.3
"""Share of the copies whose open tickets stay open: two of a hundred tickets."""
NEW_CUSTOMERS_EVERY = 10
"""Copies."""
COPIED: tuple[tuple[type[Base], str], ...] = (
    (Customer, ""), (Contact, ""), (Ticket, ""), (Call, ""), (Clock, ""), (Pause, ""), (Page, ""),
    (Leg, ""), (Recording, ""), (Mail, ""), (Feedback, ""),
    (Entry, "kind <> 'mailed' and coalesce(ticket_id, id) % 5 < 3"),
    (TakenTurn, "call_id % 3 = 0"),
    (Message, "ticket_id % 5 = 0"),
)  # fmt: skip
"""Each with which of its rows: ten lines a ticket, all of the steps of a third of the calls."""
PEOPLE = ("customers", "contacts")
UNIQUE = ("sid", "key", "token", "message_id", "form_key", "email", "name")
NEW = {
    "tickets.number": "cast(1000000000 + {id} as text)",
    "tickets.dialled": "cast(1000000000 + {id} as text)",
    "tickets.status": "case when k.n > {open} then status else 'closed' end",
    "tickets.resolved_at": (
        "case when k.n > {open} then {moved} else coalesce({moved}, {opened}) end"
    ),
    "clocks.due_at": "case when k.n > {open} and due_at is not null then {later} end",
    "messages.html": "null",
    "contacts.phone": "{phone}",
    "calls.number": "{phone}",
    "tickets.opened_by_number": "{phone}",
}
"""Columns that are not simply the same, moved in time."""
PHONE = (
    "case when {column} like '+1%' then substr({column}, 1, 5) ||"
    " (200 + (k.n / {every}) % 800) || substr({column}, 9) else {column} end"
)
"""New customers have numbers of their own, and so have those who call."""


@dataclass(frozen=True)
class Copies:
    engine: Engine
    count: int
    until: datetime

    @property
    def on_postgresql(self) -> bool:
        return self.engine.dialect.name == "postgresql"

    @property
    def weeks(self) -> int:
        return max(1, WEEKS * self.count // 333) if self.count < 333 else WEEKS

    def strides(self) -> dict[str, int]:
        with Session(self.engine) as db:
            found = {}
            for model, _ in COPIED:
                table = table_of(model)
                found[table.name] = (db.scalar(select(func.max(table.c.id))) or 0) + 1
        return found

    def statement(self, table: Table, which: str, strides: dict[str, int]) -> str:
        columns = [one.name for one in table.c]
        given = ", ".join(self._expression(table, name, strides) for name in columns)
        copies = "k.n % 10 = 0" if table.name in PEOPLE else "true"
        series = (
            f"generate_series(1, {self.count}) k(n)"
            if self.on_postgresql
            else f"(with recursive c(n) as (select 1 union all select n + 1 from c where"
            f" n < {self.count}) select n from c) k"
        )
        order = "order by k.n" if self.on_postgresql else ""
        named = ", ".join(f'"{one}"' for one in columns)
        return (
            f"insert into {table.name} ({named}) select {given} from {series}, {table.name}"
            f" where {copies} and {which or 'true'} {order}"
        )

    def _expression(self, table: Table, name: str, strides: dict[str, int]) -> str:
        column, plain = table.c[name], f'{table.name}."{name}"'
        changed = NEW.get(f"{table.name}.{name}")
        own = f"{table.name}.id + k.n * {strides[table.name]}"
        if changed:
            return changed.format(
                id=own, open=int(self.count * (1 - OPEN_COPIES)), moved=self._moved(plain),
                opened=self._moved("opened_at"), later=self._later(),
                phone=PHONE.format(column=plain, every=NEW_CUSTOMERS_EVERY),
            )  # fmt: skip
        if name == "id":
            return own
        for key in column.foreign_keys:
            target = key.column.table.name
            if target in PEOPLE:
                return f"{plain} + (k.n / {NEW_CUSTOMERS_EVERY}) * 10 * {strides[target]}"
            if target in strides:
                return f"{plain} + k.n * {strides[target]}"
        if isinstance(column.type, DateTime) or "Utc" in type(column.type).__name__:
            return self._moved(plain)
        if name in UNIQUE and (name != "name" or table.name == "customers"):
            return f"{plain} || '-' || k.n"
        return plain

    def _moved(self, column: str) -> str:
        weeks = f"(k.n * {self.weeks} / {self.count})"
        if self.on_postgresql:
            return f"{column} + {weeks} * interval '7 days'"
        return f"strftime('%Y-%m-%d %H:%M:%f000', {column}, '+' || (7 * {weeks}) || ' days')"

    def _later(self) -> str:
        """Some time in the next weeks."""
        until = f"{self.until:%Y-%m-%d %H:%M:%S}"
        minutes = "(60 + 2 * (clocks.id % 20000))"
        if self.on_postgresql:
            return f"timestamptz '{until}+00' + {minutes} * interval '1 minute'"
        return f"strftime('%Y-%m-%d %H:%M:%f000', '{until}', '+' || {minutes} || ' minutes')"


def fill(url: str, tickets: int, until: datetime, callers: int = 200) -> None:
    """So many tickets, with three calls and ten lines each, into a migrated database."""
    copies = Copies(make_engine(url), max(1, round(tickets / SAMPLE.tickets) - 1), until)
    with world.session(url) as db:
        sample = month.fill(db, until - timedelta(weeks=copies.weeks), size=SAMPLE)
    sample.files.write()
    with copies.engine.connect() as database:
        _copy(copies, database)
    with world.session(url) as db:
        _without_limits(copies, db.connection())
        _audit(db, until)
        live.begin(db, until, callers)
    with copies.engine.connect() as database:
        raw = database.execution_options(isolation_level="AUTOCOMMIT")
        _without_limits(copies, raw)
        raw.exec_driver_sql("vacuum analyze" if copies.on_postgresql else "analyze")
    copies.engine.dispose()


def _without_limits(copies: Copies, database: Connection) -> None:
    if copies.on_postgresql:
        database.exec_driver_sql("set statement_timeout = 0")
        database.exec_driver_sql("set idle_in_transaction_session_timeout = 0")


def _copy(copies: Copies, database: Connection) -> None:
    strides = copies.strides()
    _without_limits(copies, database)
    if copies.on_postgresql:
        database.exec_driver_sql("set session_replication_role = replica")  # no foreign key
        database.exec_driver_sql("set maintenance_work_mem = '256MB'")
    else:
        database.commit()
        database.connection.driver_connection.execute("pragma foreign_keys = off")  # type: ignore[union-attr]
        database.connection.driver_connection.execute("pragma synchronous = off")  # type: ignore[union-attr]
    for model, which in COPIED:
        table = table_of(model)
        with _without_indexes(database, table.name):
            told = copies.statement(table, which, strides)
            database.exec_driver_sql(told.replace("%", "%%") if copies.on_postgresql else told)
        if copies.on_postgresql:
            serial = f"pg_get_serial_sequence('{table.name}', 'id')"
            database.exec_driver_sql(f"select setval({serial}, max(id)) from {table.name}")
        database.commit()
        print(f"{datetime.now(UTC):%H:%M:%S} {table.name}", file=sys.stderr, flush=True)
    if copies.on_postgresql:
        database.exec_driver_sql("set session_replication_role = origin")
        _passages(database)
        database.commit()


def _passages(database: Connection) -> None:
    """What is searched, of the rows that were copied without triggers."""
    with _without_indexes(database, "passages"):
        database.exec_driver_sql("truncate passages")
        database.exec_driver_sql("select fill_passages()")


@contextmanager
def _without_indexes(database: Connection, table: str) -> Iterator[None]:
    """They are made again in the end, which is faster than one row after the other."""
    found: Sequence[Any] = []
    if database.dialect.name == "postgresql":
        asked = (
            "select indexname, indexdef from pg_indexes where indexname like 'ix%' and tablename"
        )
        found = database.execute(text(f"{asked} = :name"), {"name": table}).all()
    for name, _ in found:
        database.exec_driver_sql(f'drop index "{name}"')
    yield
    for _, made in found:
        database.exec_driver_sql(made)


def _audit(db: Session, until: datetime) -> None:
    """Who heard what, a line for each of many recordings; and a webhook, which is off."""
    told = select(
        Recording.made_at, literal("Cy Singh"), literal("heard"),
        literal("recording-").concat(Recording.sid), literal("told"), literal("{}"),
    )  # fmt: skip
    columns = ["at", "by", "act", "about", "kind", "data"]
    table = table_of(AuditLine)
    db.execute(insert(table).from_select(columns, _as_json(db, told).limit(500_000)))
    db.add(Webhook(
        name="Chat", url="https://chat.example/hook", secret="whsec_YmVuY2g=", active=False,
        made_at=until,
    ))  # fmt: skip


def _as_json(db: Session, told: Any) -> Any:
    if db.get_bind().dialect.name != "postgresql":
        return told
    *others, data = told.selected_columns
    return told.with_only_columns(*others, cast(data, JSON))


if __name__ == "__main__":
    fill(settings().database, int(sys.argv[1]), datetime.now(UTC))
