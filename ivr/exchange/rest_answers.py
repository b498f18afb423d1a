"""What every answer of the REST API has in common: dates, pages of a list, faults on purpose."""

from __future__ import annotations

from collections.abc import Callable
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from flask import Response, jsonify, request

from ivr.exchange.rest_errors import RefusedError

if TYPE_CHECKING:
    from datetime import datetime

    from ivr.exchange.faults import Faults

Route = tuple[str, str, Callable[..., Any]]
"""Method, path, and the view; the view is given the exchange first."""
MOST_ON_A_PAGE = 1000


def rfc(moment: datetime | None) -> str | None:
    return format_datetime(moment, usegmt=True) if moment else None


def page(name: str, found: list[dict[str, Any]]) -> Response:
    """The page of a list that was asked for, and where the next one is."""
    size = min(request.args.get("PageSize", 50, int) or 50, MOST_ON_A_PAGE)
    number = max(0, request.args.get("Page", 0, int))
    begin, end = number * size, (number + 1) * size
    following = request.args.to_dict() | {"Page": str(number + 1)}
    return jsonify(
        {
            name: found[begin:end],
            "page": number,
            "page_size": size,
            "uri": request.full_path,
            "next_page_uri": f"{request.path}?{urlencode(following)}" if found[end:] else None,
        }
    )


def refuse_by_fault(faults: Faults) -> None:
    if faults.take("rest_429"):
        raise RefusedError(429, 20429, "Too Many Requests")
    if faults.take("rest_500_before"):
        raise RefusedError(500, 20500, "Internal Server Error")


def created(made: dict[str, Any], faults: Faults) -> Response:
    """It was executed; what the app gets to see of that is another matter."""
    if faults.take("rest_500_after"):
        raise RefusedError(500, 20500, "Internal Server Error")
    if faults.take("rest_garbage"):
        return Response("<html>oops", status=201, mimetype="application/json")
    if faults.take("rest_cut"):
        request.environ["werkzeug.socket"].shutdown(2)
    answer = jsonify(made)
    answer.status_code = 201
    return answer
