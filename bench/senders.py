"""Mail on its way to us, by SMTP: written beforehand, sent by several senders side by side, each on
a connection of its own. Every mail is somebody else's.
"""

import smtplib
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage

from bench import server
from tests.servers import free_port

SENDERS = 4
TEXT = "Since this morning calls drop after two seconds when a second one comes in.\n" * 6


@dataclass(frozen=True)
class Mail:
    message_id: str
    sender: str
    raw: bytes


def mails(name: str, count: int, to: str) -> list[Mail]:
    """`name` is not given twice."""
    return [_mail(f"{name}-{number}", to) for number in range(count)]


def _mail(name: str, to: str) -> Mail:
    letter = EmailMessage(policy.SMTP)
    letter["From"], letter["To"] = f"Ana Roy <ana-{name}@customer.example>", to
    letter["Subject"], letter["Message-ID"] = "Calls drop", f"<{name}@customer.example>"
    letter["Date"] = "Tue, 24 Nov 2026 03:00:00 -0500"
    letter.set_content(TEXT)
    letter.add_alternative(f"<p>{TEXT}</p>", subtype="html")
    return Mail(f"<{name}@customer.example>", f"ana-{name}@customer.example", letter.as_bytes())


def at_once(port: int, sent: Sequence[Mail], to: str) -> dict[str, float]:
    """As fast as they are taken. Returns when each was kept (the 250), by its Message-ID."""
    shares = [sent[at::SENDERS] for at in range(SENDERS)]
    with ThreadPoolExecutor(SENDERS) as senders:
        parts = [senders.submit(_one_connection, port, one, to) for one in shares]
        return {name: at for part in parts for name, at in part.result().items()}


def evenly(port: int, sent: Sequence[Mail], to: str, per_second: float) -> dict[str, float]:
    """One after the other, at regular moments. The same is returned."""
    began, kept = time.time(), {}
    with smtplib.SMTP("127.0.0.1", port) as line:
        for number, one in enumerate(sent):
            time.sleep(max(0.0, began + number / per_second - time.time()))
            kept[one.message_id] = _send(line, one, to)
    return kept


def _one_connection(port: int, sent: Sequence[Mail], to: str) -> dict[str, float]:
    with smtplib.SMTP("127.0.0.1", port) as line:
        return {one.message_id: _send(line, one, to) for one in sent}


def _send(line: smtplib.SMTP, one: Mail, to: str) -> float:
    line.sendmail(one.sender, to, one.raw)  # raises unless it is a 250
    return time.time()


@contextmanager
def ceiling() -> Iterator[int]:
    """The library's own listener, which throws away what it takes. Yields its port."""
    port = free_port()
    command = ["-n", "-l", f"127.0.0.1:{port}", "-c", "aiosmtpd.handlers.Sink"]
    with subprocess.Popen([sys.executable, "-m", "aiosmtpd", *command]) as listener:
        try:
            server.await_port(listener, port)
            yield port
        finally:
            listener.terminate()
