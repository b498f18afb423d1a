"""A tiny app for the exchange to call: asks for a ticket, dials a technician, then records a message."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask, Response, request
from werkzeug.serving import make_server

TECHNICIAN = "+15145550201"


class App:
    """What it was told is in `keyed`, `texts` and `seconds` (of the recording)."""

    def __init__(self) -> None:
        self.keyed: list[str] = []
        self.texts: list[str] = []
        self.seconds = 0
        self.url = ""
        self.flask = Flask(__name__)
        for path, view in {
            "/voice": self.ask,
            "/ticket": self.connect,
            "/after": self.record,
            "/done": self.done,
            "/sms": self.text,
            "/status": self.end,
        }.items():
            self.flask.add_url_rule(path, path, view, methods=["POST"])

    def ask(self) -> Response:
        return _twiml(
            '<Gather action="/ticket" finishOnKey="#" timeout="60">'
            '<Say language="fr-CA">Entrez votre billet.</Say></Gather>',
        )

    def connect(self) -> Response:
        self.keyed.append(request.form["Digits"])
        return _twiml(
            '<Say language="en-CA">One moment.</Say>'
            f'<Dial action="/after" timeout="60"><Number>{TECHNICIAN}</Number></Dial>',
        )

    def record(self) -> Response:
        return _twiml(
            '<Say language="en-CA">Leave a message.</Say>'
            '<Record action="/done" timeout="3" maxLength="120" finishOnKey="#"/>',
        )

    def done(self) -> Response:
        self.seconds = int(request.form["RecordingDuration"])
        return self.end()

    def end(self) -> Response:
        return _twiml("<Hangup/>")

    def text(self) -> Response:
        self.texts.append(request.form["Body"])
        return _twiml("")


def _twiml(body: str) -> Response:
    return Response(f"<Response>{body}</Response>", mimetype="text/xml")


@contextmanager
def serving() -> Iterator[App]:
    app = App()
    server = make_server("127.0.0.1", 0, app.flask, threaded=True)
    app.url = f"http://127.0.0.1:{server.port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield app
    server.shutdown()
    thread.join()
    server.server_close()
