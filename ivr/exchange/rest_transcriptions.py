"""Recordings written down, by REST: /v2/Configurations/Transcription and /v3/Transcriptions. What
comes of it is told by a callback, as JSON (docs/configurations at twilio.com).
"""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from flask import Response, jsonify, request

from ivr.exchange import said
from ivr.exchange.rest_answers import Route, created, refuse_by_fault
from ivr.exchange.rest_errors import RefusedError

if TYPE_CHECKING:
    from ivr.exchange.engine import Exchange
    from ivr.exchange.recordings import Recording

TAKES = 2.0
"""Seconds that a transcription takes."""


def _given() -> dict[str, Any]:
    found = request.get_json(silent=True)
    if not isinstance(found, dict):
        raise RefusedError(400, 20001, "The body is no JSON object")
    return found


def configure(exchange: Exchange) -> Response:
    """Of a configuration, only whom it tells matters here: there is one engine."""
    given = _given()
    wanted = given.get("configuration") or {}
    url = str((wanted.get("transcriptionStatusCallback") or {}).get("url") or "")
    if wanted.get("configurationType") != "Transcription" or not url:
        raise RefusedError(400, 20001, "configuration: type and transcriptionStatusCallback")
    made = f"voice_transcription_configuration_{uuid4().hex}"
    with exchange.acting():
        exchange.written.told[made] = url
    return created({"id": made, "uniqueName": given.get("unique_name"), **wanted}, exchange.faults)


def begin(exchange: Exchange) -> Response:
    """The same key again: the same job, and no second one."""
    refuse_by_fault(exchange.faults)
    given, key = _given(), request.headers.get("Idempotency-Key") or uuid4().hex
    with exchange.acting():
        if key not in exchange.written.jobs:
            exchange.written.jobs[key] = _begun(exchange, given)
        job = exchange.written.jobs[key]
    answer = {
        "status": "PENDING",
        "statusUrl": f"{exchange.base_url}/v3/Transcriptions/{job['id']}",
        "transcription": {"id": job["id"]},
    }
    return created(answer, exchange.faults)


def _begun(exchange: Exchange, given: dict[str, Any]) -> dict[str, Any]:
    url = exchange.written.told.get(str(given.get("transcriptionConfigurationId")))
    if url is None:
        raise RefusedError(404, 94002, "The transcription configuration was not found")
    source = str(given.get("sourceId") or "")
    if not source:
        raise RefusedError(400, 17500, "Missing sourceId or mediaUrl")
    made = exchange.recordings.get(source)
    if made is None:
        raise RefusedError(404, 20404, f"The recording {source} was not found")
    job = {"id": f"voice_transcription_{uuid4().hex}", "sourceId": source, "status": "RUNNING"}
    exchange.agenda.after(TAKES, partial(_done, exchange, made, job, url))
    return job


def _done(exchange: Exchange, made: Recording, job: dict[str, Any], url: str) -> None:
    """It fails where the words are known to nobody, or the sound is gone."""
    fine = made.said is not None and made.sid in exchange.recordings
    job["status"] = "COMPLETED" if fine else "FAILED"
    told = {"id": job["id"], "sourceId": made.sid, "status": job["status"].lower()}
    if fine:
        told["sentences"] = said.sentences(made.said or (), made.seconds)
    exchange.note("transcribed", sid=made.sid, status=job["status"])
    exchange.callback(url, json.dumps(told).encode())


def fetch(exchange: Exchange, id_: str) -> Response:
    """What became of a job; never the words."""
    found = [one for one in exchange.written.jobs.values() if one["id"] == id_]
    if not found:
        raise RefusedError(404, 20404, f"The transcription {id_} was not found")
    return jsonify(found[0])


ROUTES: list[Route] = [
    ("POST", "/v2/Configurations/Transcription", configure),
    ("POST", "/v3/Transcriptions", begin),
    ("GET", "/v3/Transcriptions/<id_>", fetch),
]
