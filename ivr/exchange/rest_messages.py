"""Texts by REST: send one, look at it, list them, delete one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Response, request

from ivr.exchange import texts
from ivr.exchange.rest_answers import Route, created, page, refuse_by_fault
from ivr.exchange.rest_errors import RefusedError, check_message

if TYPE_CHECKING:
    from ivr.exchange.engine import Exchange


def create(exchange: Exchange) -> Response:
    form = request.form
    refuse_by_fault(exchange.faults)
    with exchange.acting():
        check_message(exchange, form)
        message = texts.send(exchange, form["To"], form["Body"])
    return created(message, exchange.faults)


def fetch(exchange: Exchange, sid: str) -> dict[str, Any]:
    if sid not in exchange.messages:
        raise RefusedError(404, 20404, f"The message {sid} was not found")
    return exchange.messages[sid]


def list_them(exchange: Exchange) -> Response:
    asked = request.args
    with exchange.acting():
        found = [
            one
            for one in reversed(exchange.messages.values())
            if asked.get("To") in {None, one["to"]} and asked.get("From") in {None, one["from"]}
        ]
    return page("messages", found)


def delete(exchange: Exchange, sid: str) -> Response:
    with exchange.acting():
        fetch(exchange, sid)
        del exchange.messages[sid]
    return Response(status=204)


ROUTES: list[Route] = [
    ("POST", "/Messages.json", create),
    ("GET", "/Messages.json", list_them),
    ("GET", "/Messages/<sid>.json", fetch),
    ("DELETE", "/Messages/<sid>.json", delete),
]
