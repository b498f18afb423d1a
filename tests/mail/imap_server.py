"""A real IMAP server on loopback (pymap), with one mailbox that is kept in memory."""

import imaplib
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from tests.servers import free_port

USER, PASSWORD = "support", "päss/wörd @1"
START_WITHIN = 120


@dataclass
class ImapServer:
    port: int

    @property
    def url(self) -> str:
        return f"imap://{USER}:{quote(PASSWORD, safe='')}@127.0.0.1:{self.port}/INBOX"

    @contextmanager
    def box(self) -> Iterator[imaplib.IMAP4]:
        with imaplib.IMAP4("127.0.0.1", self.port, timeout=60) as box:
            box.authenticate("PLAIN", lambda _: f"\0{USER}\0{PASSWORD}".encode())
            box.select("INBOX")
            yield box

    def deliver(self, *mails: bytes) -> None:
        with self.box() as box:
            for raw in mails:
                assert box.append("INBOX", "", None, raw)[0] == "OK"

    def unread(self) -> int:
        with self.box() as box:
            return len(box.uid("SEARCH", "UNSEEN")[1][0].split())


@contextmanager
def imap_server(port: int | None = None) -> Iterator[ImapServer]:
    server = ImapServer(port or free_port())
    program = str(Path(sys.executable).parent / "pymap")
    command = [program, "--host", "127.0.0.1", "--port", str(server.port), "--no-tls",
               "dict", "--demo-user", USER, "--demo-password", PASSWORD]  # fmt: skip
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _await(server)
        yield server
    finally:
        process.terminate()
        process.wait(60)


def _await(server: ImapServer) -> None:
    deadline = time.monotonic() + START_WITHIN
    while time.monotonic() < deadline:
        try:
            server.unread()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise TimeoutError("no IMAP server")
