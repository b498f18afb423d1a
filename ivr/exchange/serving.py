"""The exchange's own web server, on loopback: the REST API, and the pages of phones and of mail."""

from __future__ import annotations

import threading
from functools import partial
from typing import TYPE_CHECKING

from flask import Flask
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from ivr.exchange import mail_page, page, rest

if TYPE_CHECKING:
    from ivr.exchange.engine import Exchange


STOPS_WITHIN = 0.03


class Quiet(WSGIRequestHandler):
    """Polls every 400 ms are not worth a line each; and numbers stay out of logs."""

    protocol_version = "HTTP/1.1"

    def log(self, *_args: object) -> None:
        return


def make_app(exchange: Exchange) -> Flask:
    app = Flask("ivr.exchange")
    app.config["MAX_CONTENT_LENGTH"] = 20_000_000
    app.register_blueprint(rest.blueprint(exchange))
    app.register_blueprint(rest.newer(exchange))
    app.register_blueprint(page.blueprint(exchange))
    if exchange.mailboxes:
        app.register_blueprint(mail_page.blueprint(exchange, exchange.mailboxes))
    return app


def start(exchange: Exchange, port: int) -> BaseWSGIServer:
    app = make_app(exchange)
    server = make_server("127.0.0.1", port, app, threaded=True, request_handler=Quiet)
    serve = partial(server.serve_forever, poll_interval=STOPS_WITHIN)
    threading.Thread(target=serve, name="exchange", daemon=True).start()
    return server
