"""What docs/webhooks.md says is so: its programs run, its bodies are the ones that are posted."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from ivr import clock
from ivr.database import transaction
from ivr.models import Delivery, Webhook
from ivr.services.webhooks import bodies, events
from tests.servers import _await_port, free_port
from tests.services import hooks, people

TEXT = (Path(__file__).parent.parent / "docs" / "webhooks.md").read_text("utf-8")
VERIFY, RECEIVER = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
BODIES = [json.loads(one) for one in re.findall(r"```json\n(.*?)```", TEXT, re.DOTALL)]
EVENTS = {one["type"]: one for one in BODIES if "sequence" in one}
SLACK, TEAMS = [one for one in BODIES if "sequence" not in one]


def test_every_event_has_its_body(db: Session) -> None:
    assert set(EVENTS) == {*events.CHOICES, events.SUMMONED, events.TEST}
    base = set(events._about(db, people.ticket(db)))
    for body in EVENTS.values():
        assert base <= set(body["data"]) <= base | set(events.TOLD)
    changes = TEXT.partition("`ticket.changed` |")[2].partition("|")[0]
    assert set(events.CHANGES) == set(re.findall("`([a-z-]+)`", changes)) - {"change", "clock"}


@pytest.mark.parametrize(("form", "body"), [("slack", SLACK), ("teams", TEAMS)])
def test_a_chat_gets_what_is_shown(form: str, body: Any) -> None:
    told = EVENTS["page.exhausted"]
    made_at = datetime.fromisoformat(told["timestamp"])
    row = Delivery(event=told["type"], made_at=made_at, sequence=9, data=told["data"])
    assert json.loads(bodies.body(form, "en-CA", row)) == body
    assert json.loads(bodies.body("event", "en-CA", row)) == told


@contextmanager
def running(program: str, port: int) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-c", program],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        _await_port(port)
        try:
            yield process
        finally:
            process.terminate()


def test_the_receiver_takes_what_is_from_us_and_nothing_else(database: str) -> None:
    clock.use(lambda: datetime.now(UTC))
    port = free_port()
    hook = hooks.webhook(f"http://localhost:{port}/")
    mine = RECEIVER.replace("9000", str(port))
    program = VERIFY + re.sub(r'"whsec_\w+"', repr(hook.secret), mine)
    with running(program, port) as process:
        number = hooks.ticket()
        hooks.work()
        assert [one.code for one in hooks.deliveries()] == [204]
        with transaction() as db:
            db.get_one(Webhook, hook.id).secret = "whsec_c29tZWJvZHkgZWxzZSBhbHRvZ2V0aGVy"
        hooks.note(number)
        hooks.work()
        assert [one.code for one in hooks.deliveries()] == [204, 401]
        process.terminate()
        assert process.stdout
        assert process.stdout.read() == f"1 ticket.changed {number}\n"
