"""What the carrier tells us beside the turns: how calls end, recordings, transcripts, texts.

When the database cannot take it, the carrier is asked to come again (503; our URLs name retries).
"""

from collections.abc import Callable
from datetime import datetime
from urllib.parse import urlsplit

from flask import Response, abort, request
from sqlalchemy.orm import Session
from twilio.twiml.messaging_response import MessagingResponse

from ivr.phone import lifeline, transcribing, twiml
from ivr.phone.deadline import Result, TooLateError, transact
from ivr.phone.door import call_sid, form, log, nothing, phone, xml
from ivr.phone.heard import number, recording, sid, whole
from ivr.phone.webhooks import go_to
from ivr.services.calls import calls, recordings
from ivr.services.calls.transcribing import recording_of
from ivr.services.paging import legs, texts

LONGEST_TEXT = 1600


def record(work: Callable[[Session, datetime], Result]) -> Result:
    """On record, or spooled and asked for again: an event is late rather than lost."""
    try:
        return transact(work)
    except TooLateError as error:
        log.warning("%s of call %s: %s", request.endpoint, form().get("CallSid"), error)
        lifeline.spool(request.path)
        abort(503)


@phone.post("/voice/status")
def call_status() -> Response:
    values = form()
    call, status = call_sid(), values.get("CallStatus", "")
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


@phone.post("/voice/legs/<key>/called")
def called_back(key: str) -> Response:
    status, seconds = form().get("CallStatus", ""), whole(form().get("CallDuration", ""))
    record(lambda db, now: legs.called_back(db, now, key, status, seconds))
    return nothing()


@phone.post("/voice/recordings/<kind>")
def recording_status(kind: str) -> Response:
    if kind not in recordings.KINDS:
        abort(404)
    values, made, call = form(), recording(form()), call_sid()
    seconds, status = whole(values.get("RecordingDuration", "")), values.get("RecordingStatus")
    if made:
        record(
            lambda db, now: recordings.made(
                db,
                now,
                sid=made,
                call_sid=call,
                kind=kind,
                seconds=seconds,
                status=status or "completed",
            )
        )
    return nothing()


@phone.post("/voice/transcripts")
def transcript() -> Response:
    made, status = recording(form()), form().get("TranscriptionStatus", "")
    text = form().get("TranscriptionText", "")
    if made:
        record(lambda db, now: recordings.transcribed(db, now, sid=made, status=status, text=text))
    return nothing()


@phone.post("/voice/transcriptions")
def transcription() -> Response:
    """A transcript with times: sentences, each with the second at which it is said."""
    told = transcribing.told(request.get_data())
    if told is None:
        log.warning("a transcription that cannot be read")
        abort(400)

    def keep(db: Session, now: datetime) -> None:
        made = sid(told.source_id or "") or recording_of(db, told.job)
        if made:
            status, lines = told.status.lower(), told.lines()
            recordings.transcribed(db, now, sid=made, status=status, told=lines)

    if told.status.lower() in transcribing.ENDED:
        record(keep)
    return nothing()


@phone.post("/voice/fallback")
def fallback() -> Response:
    """The carrier could not use what we answered: once more, and then to a technician."""
    sid, failed = call_sid(), form().get("ErrorUrl", "")
    log.error("call %s: error %s at %s", sid, form().get("ErrorCode"), urlsplit(failed).path)
    if "resumed=" in failed:
        return lifeline.begin()
    try:
        current = transact(lambda db, _now: calls.where(db, sid))
    except Exception as error:  # noqa: BLE001  a caller is on the line
        log.warning("call %s: %s in the fallback", sid, type(error).__name__)
        return lifeline.begin()
    return go_to(current or "voice/inbound", resumed=1)


@phone.post("/sms/inbound")
def receive_text() -> Response:
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
        response.message(twiml.clean(reply))
    return xml(response)
