"""How the database finds what a page asks for: by index, or the run is broken."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event, func, select
from sqlalchemy.orm import Session

from bench.load import BrokenRunError
from ivr.database import make_engine
from ivr.models.base import Base

MANY = 10_000
"""Rows; a table with fewer may be read whole."""
PARTIAL = {
    index.name
    for table in Base.metadata.tables.values()
    for index in table.indexes
    if index.dialect_options["postgresql"]["where"] is not None
}
"""Indexes of a few rows, such as what is due: these may be gone through."""
Statement = tuple[str, Any]


def by_index(url: str, ask: Callable[[Session], object]) -> int:
    """How many statements `ask` sends. None of them may go through a table of many rows."""
    engine = make_engine(url)
    with _sent(engine) as sent, Session(engine) as db:
        ask(db)
    with Session(engine) as db:
        many = {name for name, table in Base.metadata.tables.items() if _is_large(db, table)}
        for statement, parameters in sent:
            read = _read_whole(db, statement, parameters) & many
            if read:
                raise BrokenRunError(f"reads all of {', '.join(sorted(read))}: {statement}")
    engine.dispose()
    return len(sent)


@contextmanager
def _sent(engine: Engine) -> Iterator[list[Statement]]:
    found: list[Statement] = []

    def note(_connection: Any, _cursor: Any, statement: str, given: Any, *_rest: Any) -> None:
        found.append((statement, given))

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(engine, "before_cursor_execute", note)


def _is_large(db: Session, table: Any) -> bool:
    some = select(table.primary_key.columns).limit(MANY).subquery()
    return db.scalar(select(func.count()).select_from(some)) == MANY


def _read_whole(db: Session, statement: str, parameters: Any) -> set[str]:
    """The tables that the database would go through from end to end."""
    asked = db.connection()
    if asked.dialect.name == "postgresql":
        found = asked.exec_driver_sql(f"explain (format json) {statement}", parameters).scalar_one()
        return set(_on_postgresql(found[0]["Plan"]))
    lines = asked.exec_driver_sql(f"explain query plan {statement}", parameters).all()
    return set(_on_sqlite(statement, [line.detail for line in lines]))


def _on_postgresql(plan: dict[str, Any], *, stops: bool = False) -> Iterator[str]:
    """Of this part of a plan. `stops`: what asks for its rows takes them as they come, and only a
    few.
    """
    kind = plan["Node Type"]
    along = kind in {"Index Scan", "Index Only Scan"} and "Index Cond" not in plan
    if kind == "Seq Scan" or (along and not stops and plan["Index Name"] not in PARTIAL):
        yield plan["Relation Name"]
    stops = kind == "Limit" or (stops and kind in {"Nested Loop", "Memoize"})
    for below in plan.get("Plans", []):
        yield from _on_postgresql(below, stops=stops)


def _on_sqlite(statement: str, plan: list[str]) -> Iterator[str]:
    stops = "LIMIT" in statement and not any("TEMP B-TREE" in line for line in plan)
    for line in plan:
        match = re.match(r"SCAN (\w+?)(?:_\d+)?(?: USING (?:COVERING )?INDEX (\w+))?$", line)
        if match and not stops and match[2] not in PARTIAL:
            yield match[1]
