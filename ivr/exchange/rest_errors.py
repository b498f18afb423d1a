"""Refusals of the REST API, with the carrier's codes, and which numbers are refused."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from flask import Response

from ivr.exchange.phones import E164

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ivr.exchange.engine import Exchange

MAGIC = {
    "+15005550001": (21217, 21211, "The phone number is invalid"),
    "+15005550002": (21214, 21612, "The phone number cannot be reached"),
    "+15005550003": (21215, 21408, "No international permission for this number"),
    "+15005550004": (21216, 21610, "The phone number is blocked"),
    "+15005550009": (None, 21614, "The number cannot receive texts"),
}
"""The carrier's own magic numbers (twilio.com/docs/iam/test-credentials): what a call, what a text
to one is refused with."""
INVALID = (21217, 21211, "The phone number is invalid")
LONGEST_BODY = 1600


class RefusedError(Exception):
    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message

    def response(self) -> Response:
        body = {
            "code": self.code,
            "message": self.message,
            "more_info": f"https://www.twilio.com/docs/errors/{self.code}",
            "status": self.status,
        }
        return Response(json.dumps(body), self.status, mimetype="application/json")


def check_call(exchange: Exchange, form: Mapping[str, str]) -> None:
    """To a number that can be called, from a number that is ours, with something to say."""
    to = form.get("To", "")
    _check_to(to)
    code, _, why = _trouble(exchange, to)
    if code:
        raise RefusedError(400, code, why)
    if form.get("From") not in exchange.numbers:
        raise RefusedError(400, 21210, "The 'From' number is not owned by your account")
    if form.get("From") == to:
        raise RefusedError(400, 21211, "A number cannot call itself")
    if not form.get("Url") and not form.get("Twiml"):
        raise RefusedError(400, 21205, "Url or Twiml is needed")
    if not form.get("Timeout", "60").isdigit():
        raise RefusedError(400, 20001, "Timeout is not a number of seconds")


def check_message(exchange: Exchange, form: Mapping[str, str]) -> None:
    body, to = form.get("Body", ""), form.get("To", "")
    if not body:
        raise RefusedError(400, 21602, "A message body is needed")
    if len(body) > LONGEST_BODY:
        raise RefusedError(400, 21617, "The message body is longer than 1600 characters")
    _check_to(to)
    _, code, why = _trouble(exchange, to)
    if code:
        raise RefusedError(400, code, why)
    if form.get("From") not in exchange.numbers:
        raise RefusedError(400, 21606, "The 'From' number cannot send texts")


def _check_to(to: str) -> None:
    if not E164.fullmatch(to):
        raise RefusedError(400, 21211, "The 'To' number is not a valid phone number")


def _trouble(exchange: Exchange, to: str) -> tuple[int | None, int | None, str]:
    known = exchange.phones.get(to)
    if known and known.habit == "invalid":
        return INVALID
    return MAGIC.get(to, (None, None, ""))
