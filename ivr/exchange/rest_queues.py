"""Queues and who waits in them by REST; a member can be sent to a document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Response, request

from ivr.exchange import queues
from ivr.exchange.rest_answers import Route, page, rfc
from ivr.exchange.rest_errors import RefusedError

if TYPE_CHECKING:
    from ivr.exchange.engine import Exchange


def _queue(exchange: Exchange, sid: str) -> queues.Queue:
    for queue in exchange.queues.values():
        if sid == queue.sid:
            return queue
    raise RefusedError(404, 20404, f"The queue {sid} was not found")


def list_them(exchange: Exchange) -> Response:
    with exchange.acting():
        return page("queues", [_told(queue) for queue in exchange.queues.values()])


def fetch(exchange: Exchange, sid: str) -> dict[str, Any]:
    with exchange.acting():
        return _told(_queue(exchange, sid))


def list_members(exchange: Exchange, sid: str) -> Response:
    with exchange.acting():
        return page("queue_members", [_member(place) for place in _queue(exchange, sid).members])


def fetch_member(exchange: Exchange, sid: str, member: str) -> dict[str, Any]:
    with exchange.acting():
        return _member(_find(exchange, sid, member))


def update_member(exchange: Exchange, sid: str, member: str) -> dict[str, Any]:
    with exchange.acting():
        place = _find(exchange, sid, member)
        url = request.form.get("Url")
        if not url:
            raise RefusedError(400, 21205, "Url is needed")
        told = _member(place)
        place.call.redirect(lambda: place.call.run(url, request.form.get("Method", "POST")))
        return told


def _find(exchange: Exchange, sid: str, member: str) -> queues.Enqueued:
    """By call SID, or whoever has waited longest as "Front"."""
    for place in _queue(exchange, sid).members:
        if member in {"Front", place.call.sid}:
            return place
    raise RefusedError(404, 20404, f"No member {member}")


def _told(queue: queues.Queue) -> dict[str, Any]:
    return {
        "sid": queue.sid,
        "friendly_name": queue.name,
        "current_size": len(queue.members),
        "max_size": queues.LARGEST,
        "date_created": rfc(queue.created_at),
    }


def _member(place: queues.Enqueued) -> dict[str, Any]:
    return {
        "call_sid": place.call.sid,
        "queue_sid": place.queue.sid,
        "position": place.queue.members.index(place) + 1,
        "wait_time": place.seconds,
        "date_enqueued": rfc(place.since),
    }


ROUTES: list[Route] = [
    ("GET", "/Queues.json", list_them),
    ("GET", "/Queues/<sid>.json", fetch),
    ("GET", "/Queues/<sid>/Members.json", list_members),
    ("GET", "/Queues/<sid>/Members/<member>.json", fetch_member),
    ("POST", "/Queues/<sid>/Members/<member>.json", update_member),
]
