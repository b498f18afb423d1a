"""An app of a few lines for the exchange to call: paths with documents, and what was asked of them."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

STOPS_WITHIN = 0.004
HOLDS_AT_MOST = 60.0


@dataclass(frozen=True)
class Asked:
    """One request, as it came over the wire."""

    method: str
    target: str
    """Path and query."""
    form: dict[str, str]
    headers: dict[str, str]
    body: bytes = b""

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    def __getitem__(self, name: str) -> str:
        return self.form[name]


@dataclass
class Answer:
    body: str = ""
    status: int = 200
    kind: str = "text/xml; charset=utf-8"
    may_go: threading.Event | None = None


@dataclass
class ScriptedApp:
    """Answers each path with its documents, one after the other; the last one again and again."""

    url: str = ""
    requests: list[Asked] = field(default_factory=list)
    answers: dict[str, list[Answer]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def says(self, path: str, *bodies: str) -> None:
        """What stands in <Response> at this path."""
        self.gives(path, *(Answer(f"<Response>{body}</Response>") for body in bodies))

    def gives(self, path: str, *answers: Answer) -> None:
        self.answers[path] = list(answers)

    def holds(self, path: str, body: str = "") -> Callable[[], None]:
        """Answers only when the test lets it: call what is returned."""
        answer = Answer(f"<Response>{body}</Response>", may_go=threading.Event())
        self.gives(path, answer)
        assert answer.may_go
        return answer.may_go.set

    def asked(self, path: str) -> list[Asked]:
        return [one for one in self.requests if one.path == path]

    def awaits(self, path: str) -> None:
        """Wait, in real time, until this path is asked for."""
        deadline = time.monotonic() + HOLDS_AT_MOST
        while not self.asked(path):
            assert time.monotonic() < deadline, f"{path} was never asked for"
            time.sleep(0.002)

    def last(self, path: str) -> Asked:
        assert self.asked(path), f"{path} was never asked for: {[r.path for r in self.requests]}"
        return self.asked(path)[-1]

    def told(self, path: str, name: str) -> list[str | None]:
        """This parameter of every request to the path."""
        return [one.form.get(name) for one in self.asked(path)]

    def take(self, asked: Asked) -> Answer:
        with self.lock:
            self.requests.append(asked)
            answers = self.answers.get(asked.path, [Answer(status=204)])
            return answers.pop(0) if len(answers) > 1 else answers[0]


def _handler(app: ScriptedApp) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", "0"))
            self.reply(self.rfile.read(length).decode())

        def do_GET(self) -> None:
            self.reply(urlsplit(self.path).query)

        def reply(self, form: str) -> None:
            values = dict(parse_qsl(form, keep_blank_values=True))
            asked = Asked(self.command, self.path, values, dict(self.headers), form.encode())
            answer = app.take(asked)
            if answer.may_go:
                answer.may_go.wait(HOLDS_AT_MOST)
            try:
                self.give(answer)
            except (BrokenPipeError, ConnectionResetError):
                return  # the exchange did not wait

        def give(self, answer: Answer) -> None:
            body = answer.body.encode()
            self.send_response(answer.status)
            if answer.kind:
                self.send_header("Content-Type", answer.kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args: object) -> None:
            return

    return Handler


@contextmanager
def serving() -> Iterator[ScriptedApp]:
    app = ScriptedApp()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(app))
    server.daemon_threads = True
    serve = threading.Thread(target=server.serve_forever, args=(STOPS_WITHIN,), daemon=True)
    serve.start()
    app.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield app
    finally:
        server.shutdown()
        server.server_close()
