"""Scenario: the database is slow, and then down, with a real PostgreSQL that is stopped."""

import signal
from collections.abc import Iterator
from contextlib import suppress

import psutil
import pytest

from tests.servers import Postgres, postgres
from tests.whole.conftest import Start
from tests.whole.stack import ANA, BO, eventually

pytestmark = [pytest.mark.whole, pytest.mark.timeout(600)]


@pytest.fixture
def server() -> Iterator[Postgres]:
    with postgres() as server:
        with server.connect() as connection:
            connection.execute("create database line")
        yield server


def signalled(server: Postgres, number: signal.Signals) -> None:
    """To every process of the server."""
    family = psutil.Process(server.process.pid).children(recursive=True)
    server.process.send_signal(number)
    for child in family:
        with suppress(psutil.NoSuchProcess):
            child.send_signal(number)


def test_a_slow_database_costs_one_moment_and_no_key(server: Postgres, start: Start) -> None:
    stack = start(levels=None, DATABASE_URL=server.url("line"))
    stack.act(ANA, "dial")
    eventually(lambda: stack.heard(ANA, "Enter your ticket number"))
    signalled(server, signal.SIGSTOP)
    stack.act(ANA, "press", keys="4411#")
    eventually(lambda: stack.heard(ANA, "One moment"))
    signalled(server, signal.SIGCONT)
    eventually(lambda: stack.heard(ANA, "Ticket 4 4 1 1"))
    stack.act(ANA, "press", keys="1")
    eventually(lambda: stack.rings(BO))


def test_without_a_database_the_caller_is_put_through_to_who_was_last_on_call(
    server: Postgres, start: Start
) -> None:
    stack = start(levels=None, DATABASE_URL=server.url("line"))
    signalled(server, signal.SIGKILL)
    stack.act(ANA, "dial")
    eventually(lambda: stack.heard(ANA, "We are connecting you to the technician on call"))
    eventually(lambda: stack.rings(BO))
    stack.act(BO, "answer")
    eventually(lambda: stack.heard(BO, "To take the call, press 1"))
    stack.act(BO, "press", keys="1")
    eventually(lambda: stack.phone(ANA)["bridged_with"] == ["Bo Chan"])
    stack.act(ANA, "hang-up")
    server.process.wait(60)
    server.start()
    eventually(stack.ready)
