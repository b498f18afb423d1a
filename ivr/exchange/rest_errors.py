"""Refusals of the REST API, with the carrier's codes, and which numbers are refused."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from flask import Response

if TYPE_CHECKING:
    from werkzeug.datastructures import MultiDict

    from ivr.exchange.engine import Exchange

MAGIC = {
    "+15005550001": (21217, "The phone number is invalid"),
    "+15005550002": (21214, "The phone number cannot be reached"),
    "+15005550003": (21215, "No international permission for this number"),
    "+15005550004": (21216, "The phone number is blocked"),
}
"""The carrier's own magic numbers (twilio.com/docs/iam/test-credentials)."""


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


def check_to(exchange: Exchange, form: MultiDict[str, str]) -> None:
    """A number that can be called or texted, from a number that is ours."""
    to, from_ = form.get("To", ""), form.get("From", "")
    if to in MAGIC:
        raise RefusedError(400, *MAGIC[to])
    if not re.fullmatch(r"\+[1-9][0-9]{6,14}", to):
        raise RefusedError(400, 21211, "The 'To' number is not a valid phone number")
    if exchange.phone(to).habit == "invalid":
        raise RefusedError(400, 21217, "The phone number is invalid")
    if from_ != exchange.number:
        raise RefusedError(400, 21210, "The 'From' number is not owned by your account")
