"""A REST API that does what a test tells it to do next: refuse, break, cut the line, talk nonsense."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Script:
    url: str = ""
    status: int = 200
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=dict)
    slow: float = 0.0
    cut: bool = False
    promised: int | None = None
    """A Content-Length that is more than what follows."""
    asked: list[str] = field(default_factory=list)
    """Method and path of every request, in order."""


@contextmanager
def scripted_api() -> Iterator[Script]:
    script = Script()

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            script.asked.append(f"{self.command} {self.path}")
            time.sleep(script.slow)
            if script.cut:
                self.connection.shutdown(2)
                return
            self.send_response(script.status)
            for name, value in script.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(script.promised or len(script.body)))
            with suppress(BrokenPipeError):  # who asked has lost patience
                self.end_headers()
                self.wfile.write(script.body)

        do_GET = do_POST = do_DELETE = answer  # noqa: N815

        def log_message(self, *_args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    script.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield script
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
