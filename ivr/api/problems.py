"""What goes wrong, told to a program (RFC 9457, problem details)."""

from http import HTTPStatus

import msgspec
from flask import Response


class Wrong(msgspec.Struct, omit_defaults=True):
    """A value that is not right, and where it stands in what was sent."""

    detail: str
    pointer: str = ""
    """Such as $.severity."""


class Problem(msgspec.Struct, omit_defaults=True):
    """RFC 9457."""

    title: str
    status: int
    detail: str
    type: str = "about:blank"
    errors: list[Wrong] = []


class ProblemError(Exception):
    def __init__(self, status: HTTPStatus, detail: str, *errors: Wrong) -> None:
        super().__init__(detail)
        self.status, self.detail, self.errors = status, detail, list(errors)
        self.headers: dict[str, str] = {}


def answer(status: int, detail: str, errors: list[Wrong] | None = None, **headers: str) -> Response:
    body = Problem(HTTPStatus(status).phrase, status, detail, errors=errors or [])
    made = Response(msgspec.json.encode(body), status, mimetype="application/problem+json")
    made.headers.update({name.replace("_", "-"): value for name, value in headers.items()})
    return made


def invalid(told: str) -> Wrong:
    """As msgspec tells it: "Expected `str`, got `int` - at `$.title`"."""
    detail, _, pointer = told.partition(" - at ")
    return Wrong(detail, pointer.strip("`"))
