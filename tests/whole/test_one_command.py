"""`ivr run`: starts with data, says what to do, stops cleanly, keeps what it knows."""

import socket
from pathlib import Path

import pytest
import requests

from tests.whole.conftest import Start
from tests.whole.stack import ANA, BO, PROCESSES, Stack, eventually

pytestmark = [pytest.mark.whole, pytest.mark.timeout(600)]


STUBBORN = [
    {"level": 1, "ring": "all", "ring_for": 5, "repeat": 9, "escalate_after": 300},
    {"level": 2, "mail": "escalation@2n5.example", "repeat_every": 300},
]


def test_it_says_where_to_go_stops_cleanly_and_keeps_the_data(start: Start) -> None:
    stack = start(levels=STUBBORN)
    said = stack.log.read_text()
    assert stack.phones_page in said
    assert f"{stack.phones_page}/mail" in said
    assert stack.staff_page in said
    assert "key 4411#, then 1" in said
    assert not reachable_from_outside(stack.port)
    assert not reachable_from_outside(stack.exchange_port)
    stack.calls_about()
    eventually(lambda: stack.rings(BO))
    assert stack.stop() == 0
    assert stack.alive() == {}
    logged = stack.log.read_text()
    for secret in ("Traceback", ANA, BO, "482913", "5145550100"):
        assert secret not in logged

    stack.start()
    record = stack.ticket()
    assert record["severity"] == "critical"
    assert [page["state"] for page in record["pages"]] == ["open"]
    eventually(lambda: stack.rings(BO))


def reachable_from_outside(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("192.0.2.1", 9))
        outward = probe.getsockname()[0]
    with socket.socket() as caller:
        caller.settimeout(2)
        return outward != "127.0.0.1" and caller.connect_ex((outward, port)) == 0


def test_with_a_mail_server_there_are_no_mailboxes(start: Start) -> None:
    stack = start(levels=None, SMTP_URL="smtp://127.0.0.1:9")
    assert "/mail" not in stack.log.read_text()
    assert requests.get(f"{stack.phones_page}/mail", timeout=60).status_code == 404
    assert "Mail" not in requests.get(stack.phones_page, timeout=60).text


def test_a_process_that_dies_is_started_again_and_none_outlives_the_whole(start: Start) -> None:
    stack = start(levels=None)
    before = {name: stack.pid(name) for name in PROCESSES}
    for name in PROCESSES:
        stack.kill(name)
    for name, pid in before.items():
        eventually(lambda name=name, pid=pid: stack.pid(name) in stack.alive().keys() - {pid})
    eventually(stack.ready)
    assert stack.process
    stack.process.kill()
    stack.process.wait()
    eventually(lambda: not stack.alive())


def test_a_taken_port_is_one_clear_line(tmp_path: Path) -> None:
    stack = Stack(tmp_path)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", stack.port))
        taken.listen()
        done = stack.ivr("run")
    assert done.returncode == 2
    wanted = f"ivr: PORT: port {stack.port} is taken; stop what runs there, or set PORT"
    assert done.stderr.splitlines() == [wanted]


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("PORT", "ninety", "PORT: "),
        ("TWILIO_NUMBER", "5145550100", "TWILIO_NUMBER: "),
        ("PUBLIC_URL", "support.example", "PUBLIC_URL: "),
        ("DATABASE_URL", "sqlite:////nowhere/at/all.db", "DATABASE_URL: "),
        ("DATABASE_URL", "mysterious://db", "DATABASE_URL: "),
    ],
)
def test_a_broken_setting_is_one_clear_line(
    tmp_path: Path, name: str, value: str, told: str
) -> None:
    stack = Stack(tmp_path)
    stack.own[name] = value
    done = stack.ivr("run")
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert done.stderr.startswith(f"ivr: {told}")
