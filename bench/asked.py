"""One database, every page of the console that can be read, asked for in this process: what
bench/console.py starts beside itself, once a database. Tells its figures as JSON.
"""

import argparse
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select
from sqlalchemy.orm import Session
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from bench import process
from bench.load import BrokenRunError
from ivr import clock
from ivr.console import guard
from ivr.console.staff import SIGNED_IN
from ivr.database import engine, reading, transaction
from ivr.models import (
    Account,
    Attachment,
    Call,
    Contact,
    Customer,
    Erasure,
    Layer,
    Mail,
    Message,
    Override,
    Page,
    Place,
    Policy,
    Recording,
    Role,
    Rota,
    StaffSignIn,
    Status,
    Team,
    Technician,
    Ticket,
    Webhook,
)
from ivr.services.reports import facts
from ivr.services.staff import sign_ins

DOOR = "console."
STYLES = "console.static"
SLOW = 0.001
"""Seconds: a statement from here on is told."""
Value = Callable[[Session], Any]


def _newest(column: Any, *which: Any) -> Value:
    table = column.class_
    return lambda db: db.scalar(select(column).where(*which).order_by(table.id.desc()).limit(1))


def _oldest(column: Any, *which: Any) -> Value:
    """One whose file is there: bench/years.py copies rows, no files."""
    table = column.class_
    return lambda db: db.scalar(select(column).where(*which).order_by(table.id).limit(1))


NOUNS: dict[str, Value] = {
    "rotas": _newest(Rota.id),
    "people": _newest(Technician.id, Technician.role != Role.ADMIN, Technician.active),
    "policies": _newest(Policy.id),
    "webhooks": _newest(Webhook.id),
    "mails": _newest(Mail.id),
    "messages": _newest(Message.id),
    "recordings": _newest(Recording.sid),
    "calls": _newest(Call.sid, Call.place == Place.GONE),
    "tickets": _newest(Ticket.number, Ticket.status == Status.CLOSED, ~Ticket.canary),
    "attachments": _oldest(Attachment.key),
    "overrides": _newest(Override.id),
    "pages": _newest(Page.id),
}
"""What the parameter after a noun of the address means, whatever it is called."""
NAMED: dict[str, Value] = {
    "layer_id": _newest(Layer.id),
    "number": lambda _db: 1,
    "sid": _newest(Recording.sid),
    "key": _oldest(Attachment.key),
}
"""And of the others, by name."""
THEIR_OWN: dict[str, dict[str, Value]] = {
    "erase_person": {"id_": _newest(Contact.id)},
    "receipt": {"id_": _newest(Erasure.id)},
    "behind_a_figure": {"figure": lambda _db: facts.OPENED},
    "report_file": {"table": lambda _db: "teams"},
    "one_layer": {"id_": _newest(Layer.rota_id), "layer_id": _newest(Layer.id)},
    "one_setting": {"name": lambda _db: "targets"},
    "one_flow": {"name": lambda _db: "customer"},
    "one_mail_template": {"language": lambda _db: "fr-CA", "name": lambda _db: "resolved"},
    "one_prompt": {
        "table": lambda _db: "prompts",
        "language": lambda _db: "fr-CA",
        "key": lambda _db: "goodbye",
    },
    "preview": {"key": _oldest(Attachment.key, Attachment.media_type.startswith("image/"))},
    "read_text": {"key": _oldest(Attachment.key, Attachment.media_type.startswith("text/"))},
    "prompt_sound": {"name": lambda _db: None},
}
"""By view: where neither tells."""


ALSO: dict[str, tuple[str, ...]] = {
    "now": ("part=live",),
    "all_tickets": (
        *("text=trunk", "text=%22no+dial+tone%22+-zzz", "text=zzzyx", "text={phone}"),
        *("text=appel&status=unresolved&severity=critical", "phone={phone}"),
        *("status=unresolved", "status=unresolved&assignee=me", "due=late", "due=unanswered"),
        *("status=closed&severity=critical", "team={team}", "level=2", "customer={customer}"),
        *("customer={customer}&order=due", "assignee={person}&status=closed", "order=due"),
    ),
    "all_calls": (
        *("outcome=left-early", "direction=inbound", "number={phone}", "person={person}"),
        *("outcome=unknown-number", "customer={customer}", "from=2025-03-01&to=2025-03-31"),
        "from=2025-03-01&customer={customer}&outcome=answered",
    ),
    "one_ticket": ("show=calls", "show=mail", "show=system"),
    "reports": (
        *("period=4w", "period=12m", "from=2024-06-01&to=2026-06-30"),
        *("period=12m&customer={customer}", "period=12m&team={team}"),
    ),
    "behind_a_figure": ("period=12m", "period=12m&customer={customer}"),
    "audit": ("text=zzzyx", "act=heard", "text=recording", "since=2025-03-01&until=2025-03-31"),
    "whom": ("customer={customer}&severity=critical",),
}
"""By view: what it is asked for beside the whole of it, with values out of the database."""
FILTERS: dict[str, Value] = {
    "phone": _newest(Contact.phone, Contact.phone.is_not(None)),
    "customer": _newest(Customer.name),
    "person": _oldest(Technician.id),
    "team": _oldest(Team.id),
}


def pages(app: Flask) -> Iterator[Rule]:
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        if "GET" not in (rule.methods or ()) or not rule.endpoint.startswith(DOOR):
            continue
        view = app.view_functions[rule.endpoint]
        if view not in guard.FOR_STRANGERS | guard.BY_LINK and rule.endpoint != STYLES:
            yield rule


def address(app: Flask, db: Session, rule: Rule) -> str | None:
    """With values out of the database; None where there is nothing of the kind."""
    before, values = "", {}
    own = THEIR_OWN.get(rule.endpoint.removeprefix(DOOR), {})
    for part in rule.rule.strip("/").split("/"):
        if part.startswith("<"):
            name = part[1 : part.index(">")].rpartition(":")[2]
            value = own[name](db) if name in own else _value(before, name, db)
            if value is None:
                return None
            values[name] = value
        before = part
    return app.url_map.bind("127.0.0.1").build(rule.endpoint, values)


def _value(noun: str, name: str, db: Session) -> Any:
    if noun in NOUNS:
        return NOUNS[noun](db)
    if name not in NAMED:
        raise BrokenRunError(f"bench/asked.py knows no value for what comes after /{noun}/")
    return NAMED[name](db)


def signed_in() -> str:
    """An admin, who sees everything. Returns what their browser shows."""
    with transaction() as db:
        person = db.scalar(select(Technician).where(Technician.role == Role.ADMIN))
        if person is None:
            person = Technician(name="Bench", email="bench@2n5.example", role=Role.ADMIN)
            db.add(person)
            db.flush()
            db.add(Account(technician_id=person.id, password_hash="-"))
        return sign_ins.begin(db, clock.now(), StaffSignIn, person.id, "bench")


@contextmanager
def statements() -> Iterator[list[tuple[float, str, Any]]]:
    """Each that is sent meanwhile, with the seconds that it took."""
    found: list[tuple[float, str, Any]] = []
    begun = list[float]()

    def before(*_: Any) -> None:
        begun.append(time.perf_counter())

    def after(_c: Any, _cursor: Any, statement: str, given: Any, *_: Any) -> None:
        found.append((time.perf_counter() - begun.pop(), statement, given))

    event.listen(engine(), "before_cursor_execute", before)
    event.listen(engine(), "after_cursor_execute", after)
    try:
        yield found
    finally:
        event.remove(engine(), "before_cursor_execute", before)
        event.remove(engine(), "after_cursor_execute", after)


def measure(app: Flask, times: int) -> Iterator[dict[str, Any]]:
    client = app.test_client()
    client.set_cookie(SIGNED_IN, signed_in())
    with reading() as db:
        known = [(rule, address(app, db, rule)) for rule in pages(app)]
        values = {name: quote(str(value(db))) for name, value in FILTERS.items()}
    for rule, path in known:
        told = {"page": rule.rule, "endpoint": rule.endpoint, "path": path}
        if path is None:
            yield told
            continue
        yield told | _ask(client, path, times)
        for query in ALSO.get(rule.endpoint.removeprefix(DOOR), ()):
            asked = f"{path}?{query.format(**values)}"
            yield told | {"page": f"{rule.rule}?{query}"} | _ask(client, asked, times)


def _ask(client: FlaskClient, path: str, times: int) -> dict[str, Any]:
    took, used = list[float](), _cpu()
    for nth in range(times + 2):
        if nth == 2:  # the first ones are to warm up
            used = _cpu()
        begun = time.perf_counter()
        answer = client.get(path)
        size = _read(answer)
        if nth >= 2:
            took.append(1000 * (time.perf_counter() - begun))
    web, database = (1000 * (now - was) / times for now, was in zip(_cpu(), used, strict=True))
    with statements() as sent:
        _read(client.get(path))
    return {
        "took": took, "web": web, "database": database, "status": answer.status_code,
        "size": size, "statements": len(sent),
        "slow": [(1000 * seconds, told) for seconds, told, _ in sent if seconds > SLOW],
    }  # fmt: skip


def _read(answer: TestResponse) -> int:
    """Bytes of a page; of a file that is made while it is sent, however long, those that come
    first.
    """
    if answer.content_length is not None:
        return len(answer.get_data())
    try:
        return len(next(answer.iter_encoded(), b""))
    finally:
        answer.close()


BACKENDS: set[int] = set()
"""Processes of the database that work for us."""


def _cpu() -> tuple[float, float]:
    """Seconds used by us, and by the database for us: whatever else the machine does."""
    return time.process_time(), process.cpu(*BACKENDS)


def _note_backend(connection: Any, _record: Any) -> None:
    pid = getattr(getattr(connection, "info", None), "backend_pid", None)
    if pid:
        BACKENDS.add(pid)


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--times", type=int, default=10)
    times = asked.parse_args().times
    from ivr.web import make_app

    event.listen(engine(), "connect", _note_backend)
    for one in measure(make_app(), times):
        print(json.dumps(one), flush=True)


if __name__ == "__main__":
    main()
