"""What the carrier tells us beside the turns: how calls end, recordings, transcripts, texts.

When the database cannot take it, the carrier is asked to come again (503; our URLs name retries).
"""

from collections.abc import Callable
from datetime import datetime

from flask import Response, abort
from sqlalchemy.orm import Session
from twilio.twiml.messaging_response import MessagingResponse

from ivr import clock
from ivr.database import transaction
from ivr.phone import lifeline
from ivr.phone.deadline import TooLateError, in_time
from ivr.phone.door import form, log, nothing, phone, xml
from ivr.phone.heard import number, recording, sid, whole
from ivr.phone.webhooks import go_to
from ivr.services import calls, legs, recordings, texts

LONGEST_TEXT = 1600


def record(work: Callable[[Session, datetime], str | None]) -> str | None:
    def transact() -> str | None:
        with transaction() as db:
            return work(db, clock.now())

    try:
        return in_time(transact)
    except TooLateError as error:
        log.warning("callback of call %s: %s", form().get("CallSid"), error)
        abort(503)


@phone.post("/voice/status")
def call_status() -> Response:
    values = form()
    call, status = values.get("CallSid", ""), values.get("CallStatus", "")
    record(lambda db, now: calls.ended(db, now, call, status))
    return nothing()


@phone.post("/voice/legs/<key>/status")
def leg_status(key: str) -> Response:
    values = form()
    cause = values.get("ErrorCode") or values.get("SipResponseCode")
    record(
        lambda db, now: legs.heard_from(
            db,
            now,
            key,
            sid(values.get("CallSid", "")),
            values.get("CallStatus", ""),
            whole(values.get("SequenceNumber", "")),
            cause[:32] if cause else None,
        )
    )
    return nothing()


@phone.post("/voice/recordings")
def recording_status() -> Response:
    values, made = form(), recording(form())
    if made:
        record(
            lambda db, now: recordings.made(
                db,
                now,
                sid=made,
                call_sid=values.get("CallSid", ""),
                seconds=whole(values.get("RecordingDuration", "")),
                status=values.get("RecordingStatus", "completed"),
            )
        )
    return nothing()


@phone.post("/voice/transcripts")
def transcript() -> Response:
    values, made = form(), recording(form())
    if made:
        record(
            lambda db, now: recordings.transcribed(
                db,
                now,
                sid=made,
                status=values.get("TranscriptionStatus", ""),
                text=values.get("TranscriptionText", ""),
            )
        )
    return nothing()


@phone.post("/voice/fallback")
def fallback() -> Response:
    """The carrier could not use what we answered: back to the call once, else to a technician."""
    log.error("call %s: the carrier reports %s", form().get("CallSid"), form().get("ErrorCode"))
    if form().get("resumed"):
        return lifeline.begin("en-CA")
    call = form().get("CallSid", "")
    try:
        current = record(lambda db, _now: calls.where(db, call))
    except Exception:  # noqa: BLE001  the database is away as well
        return lifeline.begin("en-CA")
    return go_to(current, resumed=1) if current else lifeline.begin("en-CA")


@phone.post("/sms/inbound")
def text() -> Response:
    values = form()
    reply = record(
        lambda db, now: texts.receive(
            db,
            now,
            sid=sid(values.get("MessageSid", "")),
            number=number(values.get("From", "")),
            body=values.get("Body", "")[:LONGEST_TEXT],
        )
    )
    response = MessagingResponse()
    if reply:
        response.message(reply)
    return xml(response)
