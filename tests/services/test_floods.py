"""Very much mail at once: whoever is to be rung does not wait for it."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from ivr.database import reading
from ivr.models import Mail
from ivr.services import due, inbox, spool
from ivr.tasks import app
from ivr.ticker import Ticker
from tests.services.people import NOW

pytestmark = pytest.mark.usefixtures("database")


def mails_come(count: int) -> None:
    for number in range(count):
        spool.receive(f"Message-ID: <{number}@acme.example>\r\n\r\nIt is down.\r\n".encode())


def on_record() -> int:
    with reading() as db:
        return db.scalar(select(func.count()).select_from(Mail)) or 0


def test_mail_is_given_its_rows_a_few_at_a_time() -> None:
    mails_come(inbox.AT_A_TIME + 5)
    assert (inbox.collect(NOW), on_record()) == (inbox.AT_A_TIME, inbox.AT_A_TIME)
    assert inbox.collect(NOW) == 5
    assert (inbox.collect(NOW), on_record()) == (0, inbox.AT_A_TIME + 5)


def test_the_ticker_looks_again_at_once_while_mail_comes_in() -> None:
    handed: list[tuple[str, int]] = []
    ticker = Ticker(lambda: pytest.fail("no carrier is needed"), lambda *row: handed.append(row))
    mails_come(3)
    assert ticker.tick() == timedelta(0)
    assert ticker.tick() > timedelta(0)
    assert [kind for kind, _id in handed] == ["mail"] * 3


def test_a_ring_overtakes_what_waits_for_a_worker() -> None:
    def priority(*args: object) -> int:
        return app.amqp.router.route({}, "ivr.tasks.attend", args, {})["priority"]

    pressing = [priority(kind, 1) for kind in due.TABLES if kind in due.URGENT]
    others = [priority(kind, 1) for kind in due.TABLES if kind not in due.URGENT]
    assert len(pressing) == len(due.URGENT)
    assert max(pressing) < min(others), "the smaller number goes first on redis"
