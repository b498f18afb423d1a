"""`ivr mail` as its own process: takes mail while everything else is away, and stops when told."""

import os
import signal
import smtplib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.mail.corpus import mail
from tests.mail.imap_server import imap_server
from tests.servers import free_port

WITHIN = 60.0


@contextmanager
def process(folder: Path, port: int, **more: str) -> Iterator[subprocess.Popen[bytes]]:
    given = {
        "VAR_DIR": str(folder / "var"),
        "MAIL_PORT": str(port),
        "DATABASE_URL": "postgresql+psycopg://nobody@127.0.0.1:1/none",
        "REDIS_URL": "redis://127.0.0.1:1/0",
    }
    with (folder / "log").open("ab") as log:
        started = subprocess.Popen(
            [sys.executable, "-m", "ivr", "mail"],
            env=os.environ | given | more,
            stdout=log,
            stderr=log,
        )
    try:
        eventually(lambda: listens(port))
        yield started
    finally:
        started.kill()
        started.wait()


def eventually(happens) -> None:
    deadline = time.monotonic() + WITHIN
    while not happens():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def kept(folder: Path) -> list[bytes]:
    return [file.read_bytes() for file in (folder / "var" / "mail" / "new").glob("*.eml")]


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_it_takes_a_mail_and_stops_at_once_though_a_client_hangs(
    tmp_path: Path, sign: signal.Signals
) -> None:
    port = free_port()
    with process(tmp_path, port) as started:
        with smtplib.SMTP("127.0.0.1", port, "mta.example", timeout=30) as client:
            client.sendmail("ana@acme.example", "support@2n5.example", mail())
        (raw,) = kept(tmp_path)
        assert raw.endswith(mail())
        with socket.create_connection(("127.0.0.1", port), 30) as hangs:
            hangs.sendall(b"EHLO x\r\n")
            hangs.recv(1000)
            began = time.monotonic()
            started.send_signal(sign)
            assert started.wait(30) == 0
            assert time.monotonic() - began < 10
    told = (tmp_path / "log").read_text()
    assert "Traceback" not in told
    assert "ana@" not in told


def test_it_polls_the_mailbox_beside_and_listens_though_that_is_away(tmp_path: Path) -> None:
    port = free_port()
    with imap_server() as server:
        server.deliver(mail())
        with process(tmp_path, port, IMAP_URL=server.url) as started:
            eventually(lambda: kept(tmp_path) == [mail()])
            started.terminate()
            assert started.wait(30) == 0
    with process(tmp_path, port, IMAP_URL=server.url) as started:
        with smtplib.SMTP("127.0.0.1", port, "mta.example", timeout=30) as client:
            client.sendmail("a@b.example", "support@2n5.example", mail(Message_ID="<2@x>"))
        started.terminate()
        assert started.wait(30) == 0
    assert len(kept(tmp_path)) == 2
    assert "wörd" not in (tmp_path / "log").read_text()
