"""Recordings by REST: list them, fetch one or its sound, delete it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Response, request, send_file

from ivr.exchange.rest_answers import Route, page, rfc
from ivr.exchange.rest_errors import RefusedError

if TYPE_CHECKING:
    from ivr.exchange.engine import Exchange
    from ivr.exchange.recordings import Recording


def _recording(exchange: Exchange, sid: str) -> Recording:
    if sid not in exchange.recordings:
        raise RefusedError(404, 20404, f"The recording {sid} was not found")
    return exchange.recordings[sid]


def list_them(exchange: Exchange) -> Response:
    call = request.args.get("CallSid")
    with exchange.acting():
        made = [one for one in exchange.recordings.values() if call in {None, one.call_sid}]
    return page("recordings", [_told(one) for one in made])


def fetch(exchange: Exchange, sid: str) -> dict[str, Any]:
    return _told(_recording(exchange, sid))


def media(exchange: Exchange, sid: str) -> Response:
    return send_file(_recording(exchange, sid).file, mimetype="audio/wav")


def delete(exchange: Exchange, sid: str) -> Response:
    with exchange.acting():
        made = _recording(exchange, sid)
        del exchange.recordings[sid]
    made.file.unlink(missing_ok=True)
    return Response(status=204)


def _told(made: Recording) -> dict[str, Any]:
    return {
        "sid": made.sid,
        "call_sid": made.call_sid,
        "duration": str(made.seconds),
        "status": "completed",
        "source": made.source,
        "channels": made.channels,
        "date_created": rfc(made.made_at),
    }


ROUTES: list[Route] = [
    ("GET", "/Recordings.json", list_them),
    ("GET", "/Recordings/<sid>.json", fetch),
    ("GET", "/Recordings/<sid>.wav", media),
    ("GET", "/Recordings/<sid>", media),
    ("DELETE", "/Recordings/<sid>.json", delete),
]
