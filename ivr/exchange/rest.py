"""The REST API, as far as an app that answers calls needs it: /2010-04-01/Accounts/{sid}/….json,
and what is newer, beside it.

Here: who may ask, and where each noun's module answers. Errors have the carrier's codes
(twilio.com/docs/api/errors).
"""

from __future__ import annotations

import hmac
import time
from functools import partial
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, request

from ivr.exchange import (
    rest_account,
    rest_calls,
    rest_messages,
    rest_numbers,
    rest_queues,
    rest_recordings,
    rest_transcriptions,
)
from ivr.exchange.rest_errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ivr.exchange.engine import Exchange

ROOT = "/2010-04-01/Accounts/<account>"
NOUNS = (rest_account, rest_calls, rest_messages, rest_queues, rest_recordings, rest_numbers)


def blueprint(exchange: Exchange) -> Blueprint:
    made = Blueprint("rest", __name__, url_prefix=ROOT)

    @made.before_request
    def authorize() -> Any:
        asked = request.environ["exchange.account"]
        return _authorize(exchange) or _of_another(exchange, asked)

    @made.url_value_preprocessor
    def drop_account(_endpoint: str | None, values: dict[str, Any] | None) -> None:
        request.environ["exchange.account"] = (values or {}).pop("account", "")

    return _with(made, exchange, NOUNS)


def newer(exchange: Exchange) -> Blueprint:
    """What has no account in its path: it is the one of who asks."""
    made = Blueprint("rest of voice", __name__)
    made.before_request(lambda: _authorize(exchange))
    return _with(made, exchange, (rest_transcriptions,))


def _with(made: Blueprint, exchange: Exchange, nouns: Iterable[Any]) -> Blueprint:
    @made.errorhandler(RefusedError)
    def refuse(error: RefusedError) -> Response:
        return error.response()

    for noun in nouns:
        for method, path, view in noun.ROUTES:
            name = f"{noun.__name__} {view.__name__} {path}".replace(".", " ")
            made.add_url_rule(path, name, partial(view, exchange), methods=[method])
    return made


def _authorize(exchange: Exchange) -> Response | None:
    if exchange.faults.rest_slow:
        time.sleep(exchange.faults.rest_slow)
    given = request.authorization
    sid, token = (given.username, given.password) if given else ("", "")
    fine = hmac.compare_digest((token or "").encode(), exchange.auth_token.encode())
    if sid != exchange.account_sid or not fine:
        return RefusedError(401, 20003, "Authenticate").response()
    return None


def _of_another(exchange: Exchange, asked: str) -> Response | None:
    if asked == exchange.account_sid:
        return None
    return RefusedError(404, 20404, "The account was not found").response()
