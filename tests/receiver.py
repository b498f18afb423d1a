"""A program that webhooks are sent to: a real HTTP server that answers as a test tells it to."""

import json
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Posted:
    """A request that came."""

    path: str
    headers: dict[str, str]
    raw: bytes

    @property
    def body(self) -> Any:
        return json.loads(self.raw)


@dataclass
class Receiver:
    port: int = 0
    scheme: str = "http"
    answers: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    """The next answers; when there is none left, 204."""
    always: tuple[int, dict[str, str]] = (204, {})
    hangs: float = 0.0
    """Seconds before it answers."""
    drips: bool = False
    """Its answer comes drop by drop, and never ends."""
    posted: list[Posted] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def url(self) -> str:
        return f"{self.scheme}://localhost:{self.port}/hook?token=s3cret"

    def events(self) -> list[str]:
        return [one.body["type"] for one in self.posted]


@contextmanager
def receiver(certificate: str | None = None) -> Iterator[Receiver]:
    kept = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["Content-Length"]))
            with kept.lock:
                kept.posted.append(Posted(self.path, dict(self.headers.items()), raw))
                kept.at_once += 1
                kept.most_at_once = max(kept.most_at_once, kept.at_once)
                code, headers = kept.answers.pop(0) if kept.answers else kept.always
            time.sleep(kept.hangs)
            with suppress(OSError):
                self.give(code, headers)
            with kept.lock:
                kept.at_once -= 1

        def give(self, code: int, headers: dict[str, str]) -> None:
            while kept.drips:
                self.wfile.write(b"H")
                self.wfile.flush()
                time.sleep(0.05)
            self.send_response(code)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, *args: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        kept.scheme = "https"
    kept.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield kept
    finally:
        kept.drips, kept.hangs = False, 0.0
        server.shutdown()
        server.server_close()
        thread.join()


def free_of_anybody() -> str:
    """An address at which nobody answers."""
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        return f"http://localhost:{line.getsockname()[1]}/hook"
