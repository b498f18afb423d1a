"""Years of tickets, written straight into the tables: nearly all are closed, the newest are open.

The same rows for both databases: by COPY on PostgreSQL, by executemany on SQLite.
"""

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy.engine import make_url

from ivr.services.calls.numbers import FIRST, check_digit

Row = tuple[Any, ...]
BELOW = 1_000
"""The rows of the demo have smaller IDs than ours."""
CUSTOMERS, CONTACTS = 100, 30
"""One for so many tickets."""
CALLS, PAGES = 10, 50
"""Every so many tickets there was one."""
YEARS = timedelta(days=3 * 365)
OPEN = ("new", "open", "open", "waiting")
TITLES = (
    ("minor", "New extension for reception"),
    ("minor", "Télécopieur muet depuis hier"),
    ("major", "Calls drop after two seconds"),
    ("minor", "Caller ID shows the wrong number"),
    ("major", "Messagerie vocale inaccessible"),
    ("minor", "Invoice lists a line that we gave back"),
    ("minor", "Hold music is too loud"),
    ("critical", "SIP trunk down"),
)
DESCRIPTION = (
    "It began this morning after the power came back. Nobody here has changed anything. " * 4
)
POLICY = json.dumps([{"level": 1, "ring": "all", "ring_for": 25, "technicians": [1, 2]}])

COLUMNS = {
    "customers": "id, name, targets",
    "contacts": "id, customer_id, name, phone, email, language",
    "tickets": """id, number, dialled, customer_id, contact_id, assignee_id, title, description,
        category, tags, severity, status, level, opened_at, resolved_at""",
    "clocks": "ticket_id, kind, started_at, ends_at, due_at, met_at",
    "entries": "ticket_id, kind, at, data",
    "messages": """key, channel, ticket_id, "to", subject, body, message_id, "references", by_hand,
        state, tries, written_at, sent_at""",
    "calls": """id, sid, direction, number, contact_id, ticket_id, known, turn, place, status,
        started_at, ended_at""",
    "turns": "call_id, number, step, heard, answer, at",
    "pages": """id, ticket_id, policy, state, version, level, level_since, round, first_round,
        opened_at, accepted_by_id, accepted_at""",
    "legs": """key, page_id, technician_id, number, level, round, state, outcome, tries, stopping,
        sequence, placed_at, ended_at""",
}


@dataclass(frozen=True)
class Archive:
    count: int
    now: datetime

    @property
    def ids(self) -> range:
        return range(BELOW, BELOW + self.count)

    def tables(self) -> Iterator[tuple[str, str, Iterator[Row]]]:
        """Each with its columns."""
        for table, columns in COLUMNS.items():
            yield table, columns, getattr(self, f"_{table}")()

    def _opened(self, id_: int) -> datetime:
        return self.now - YEARS * ((BELOW + self.count - id_) / self.count)

    def _is_open(self, id_: int) -> bool:
        return id_ >= BELOW + self.count * 0.98

    def _contact(self, id_: int) -> int:
        return BELOW + (id_ * 7) % (self.count // CONTACTS)

    def _customers(self) -> Iterator[Row]:
        for id_ in range(BELOW, BELOW + self.count // CUSTOMERS):
            yield id_, f"Company {id_}", "{}"

    def _contacts(self) -> Iterator[Row]:
        for id_ in range(BELOW, BELOW + self.count // CONTACTS):
            company = BELOW + id_ % (self.count // CUSTOMERS)
            language = "fr-CA" if id_ % 4 == 0 else "en-CA"
            phone, email = f"+1613{id_:07}", f"person-{id_}@company-{company}.example"
            yield id_, company, f"Person {id_}", phone, email, language

    def _tickets(self) -> Iterator[Row]:
        for id_ in self.ids:
            counter, opened = str(FIRST + id_ - 1), self._opened(id_)
            number = counter + check_digit(counter)
            severity, title = TITLES[id_ % len(TITLES)]
            status = OPEN[id_ % len(OPEN)] if self._is_open(id_) else "closed"
            resolved = None if self._is_open(id_) else str(opened + timedelta(hours=5))
            contact = self._contact(id_)
            customer = BELOW + contact % (self.count // CUSTOMERS)
            yield (id_, number, number, customer, contact, 1 + id_ % 3, title, DESCRIPTION, "",
                   "[]", severity, status, 1, str(opened), resolved)  # fmt: skip

    def _clocks(self) -> Iterator[Row]:
        """Nothing is due while we measure."""
        far = str(self.now + timedelta(days=30))
        for id_ in self.ids:
            opened = self._opened(id_)
            began, answered = str(opened), str(opened + timedelta(minutes=20))
            if self._is_open(id_):
                yield id_, "response", began, far, far, None
                yield id_, "resolution", began, far, far, None
            else:
                yield id_, "response", began, str(opened + timedelta(days=1)), None, answered
                yield id_, "resolution", began, str(opened + timedelta(days=3)), None, answered

    def _entries(self) -> Iterator[Row]:
        reply = json.dumps({"by": "Bo Chan", "text": "We have reset the gateway. Is it well now?"})
        resolved = json.dumps({"by": "Bo Chan", "how": "by hand"})
        for id_ in self.ids:
            at = str(self._opened(id_))
            yield id_, "opened", at, '{"severity":"minor"}'
            yield id_, "reply", at, reply
            yield id_, "resolved", at, resolved

    def _messages(self) -> Iterator[Row]:
        for id_ in self.ids[::CALLS]:
            at, to = str(self._opened(id_)), f"person-{self._contact(id_)}@company.example"
            yield (f"archived-{id_}", "mail", id_, to, "We have your ticket", DESCRIPTION,
                   f"<{id_}@2n5.example>", "[]", False, "sent", 1, at, at)  # fmt: skip

    def _calls(self) -> Iterator[Row]:
        known = '{"at":"customer.menu","language":"fr-CA"}'
        for id_ in self.ids[::CALLS]:
            at, contact = str(self._opened(id_)), self._contact(id_)
            yield (id_, f"CA{id_:032x}", "inbound", f"+1613{contact:07}", contact, id_, known, 3,
                   "gone", "completed", at, at)  # fmt: skip

    def _turns(self) -> Iterator[Row]:
        for id_ in self.ids[::CALLS]:
            for number, step in enumerate(("customer.welcome", "customer.ticket")):
                yield id_, number, step, "{}", '{"say":[["ticket",{}]]}', str(self._opened(id_))

    def _pages(self) -> Iterator[Row]:
        for id_ in self.ids[::PAGES]:
            at = str(self._opened(id_))
            yield id_, id_, POLICY, "accepted", 1, 0, at, 0, 0, at, 1 + id_ % 3, at

    def _legs(self) -> Iterator[Row]:
        for id_ in self.ids[::PAGES]:
            at = str(self._opened(id_))
            yield (f"archived-{id_}", id_, 1 + id_ % 3, "+15145550201", 1, 0, "ended", "accepted",
                   1, False, 3, at, at)  # fmt: skip


def fill(url: str, count: int) -> Archive:
    """So many tickets, and what comes with them, into a migrated database."""
    archive = Archive(count, datetime.now(UTC).replace(tzinfo=None))
    if make_url(url).get_backend_name() == "sqlite":
        _fill_sqlite(str(make_url(url).database), archive)
    else:
        _fill_postgresql(url.replace("+psycopg", ""), archive)
    return archive


def _fill_sqlite(file: str, archive: Archive) -> None:
    with sqlite3.connect(file, isolation_level=None) as database:
        database.execute("pragma synchronous = off")
        database.execute("begin immediate")
        for table, columns, rows in archive.tables():
            values = ", ".join("?" for _ in columns.split(","))
            database.executemany(f"insert into {table} ({columns}) values ({values})", rows)
        database.execute("commit")
    database.close()


def _fill_postgresql(url: str, archive: Archive) -> None:
    with psycopg.connect(url, autocommit=True) as database:
        database.execute("set timezone = utc")
        database.execute("set session_replication_role = replica")  # no foreign key is checked
        for table, columns, rows in archive.tables():
            told = f"copy {table} ({columns}) from stdin"
            with database.cursor().copy(sql.SQL(told)) as copy:
                for row in rows:
                    copy.write_row(row)
            if columns.startswith("id,"):
                told = f"select setval('{table}_id_seq', (select max(id) from {table}))"
                database.execute(sql.SQL(told))
        database.execute("select fill_passages()")  # no trigger was there to do it
        database.execute("vacuum analyze")
