"""The rows of a month before they are in the database: gathered as they come about, numbered in the
order of their time as if each had been written then, and put in at once.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Table, func, insert, select, text
from sqlalchemy.orm import Session

from ivr.database import table_of
from ivr.models import (
    ApiToken,
    Attachment,
    AuditLine,
    Call,
    Caller,
    Canary,
    Clock,
    Correction,
    Delivery,
    Entry,
    Feedback,
    Hold,
    Leg,
    Link,
    Mail,
    Message,
    Page,
    Pause,
    Recording,
    TakenTurn,
    Ticket,
    Watcher,
    Webhook,
    WrongPin,
)
from ivr.models.base import Base

ORDER: tuple[tuple[type[Base], str | None], ...] = (
    (Ticket, None), (Call, "started_at"), (Caller, None), (TakenTurn, "at"), (Entry, "at"),
    (Clock, None), (Pause, "began_at"), (Page, "opened_at"), (Leg, None), (Recording, "made_at"),
    (Mail, "received_at"), (Message, "written_at"), (Attachment, "at"), (Feedback, "asked_at"),
    (Watcher, None), (Link, None), (AuditLine, "at"), (WrongPin, "at"), (Canary, "started_at"),
    (Correction, "at"), (Hold, "placed_at"), (ApiToken, "made_at"), (Webhook, "made_at"),
    (Delivery, "made_at"),
)  # fmt: skip
"""As foreign keys want them; each with the moment that numbers its rows, none: as they came."""
AT_ONCE = 2_000


class Row(dict[str, Any]):
    """One row to be. Another row may be a value of it: its number is put in its place."""


class Rows:
    def __init__(self) -> None:
        self.of: dict[type[Base], list[Row]] = {model: [] for model, _ in ORDER}

    def add(self, model: type[Base], **values: Any) -> Row:
        made = Row(values)
        self.of[model].append(made)
        return made

    def counted(self) -> Iterator[tuple[str, list[Row]]]:
        return ((table_of(model).name, self.of[model]) for model, _ in ORDER if self.of[model])

    def write(self, db: Session) -> None:
        for model, moment in ORDER:
            if moment:
                self.of[model].sort(key=lambda row, by=moment: row[by])  # type: ignore[misc]
            self._number(db, table_of(model), self.of[model])
        for model, _ in ORDER:
            table = table_of(model)
            columns = [_Column(one) for one in table.c]
            for some in _by_the(self.of[model]):
                whole = [{one.name: one.of(row) for one in columns} for row in some]
                db.execute(insert(table), whole)
            _go_on_from_here(db, table)

    def _number(self, db: Session, table: Table, rows: list[Row]) -> None:
        if "id" in table.c:
            last = db.scalar(select(func.max(table.c.id))) or 0
            for number, row in enumerate(rows, last + 1):
                row["id"] = number


def _by_the(rows: list[Row]) -> Iterator[list[Row]]:
    for at in range(0, len(rows), AT_ONCE):
        yield rows[at : at + AT_ONCE]


class _Column:
    """With what the model says where it is not given."""

    def __init__(self, column: Any) -> None:
        self.name: str = column.name
        self.settled = _settled if isinstance(column.type, JSON) else _plain
        self.default = column.default

    def of(self, row: Row) -> Any:
        if self.name in row:
            return self.settled(row[self.name])
        if self.default is None:
            return None
        return self.default.arg if self.default.is_scalar else self.default.arg(None)


def _plain(value: Any) -> Any:
    if isinstance(value, Row):
        return value["id"]
    if isinstance(value, tuple):  # a word with rows' numbers in it
        return "".join(str(_plain(part)) for part in value)
    return value


def _settled(value: Any) -> Any:
    """Within JSON."""
    if isinstance(value, dict) and not isinstance(value, Row):
        return {name: _settled(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_settled(one) for one in value]
    if isinstance(value, datetime):
        return value.isoformat()
    return _plain(value)


def _go_on_from_here(db: Session, table: Table) -> None:
    """The next row that is written gets the next number."""
    if db.get_bind().dialect.name == "postgresql" and "id" in table.c:
        told = f"select setval(pg_get_serial_sequence('{table.name}', 'id'), max(id)) from {table.name}"  # noqa: S608, E501
        db.execute(text(told))
