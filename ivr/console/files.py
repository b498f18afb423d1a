"""The files of a ticket as staff get them: what somebody sent us, and recordings of calls."""

from http import HTTPStatus
from pathlib import Path

from flask import Response, abort, redirect, request, send_file, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Answer

from ivr import clock, handing_out, signed
from ivr.console import staff
from ivr.console.door import console
from ivr.console.forms import filled_in
from ivr.console.guard import needs
from ivr.console.tongue import say
from ivr.database import reading, transaction
from ivr.models import Attachment, Recording, RecordingState
from ivr.services.calls import listening, recordings, waveform
from ivr.services.staff.roles import May
from ivr.services.tickets import attachments

PURPOSE = "listening"
GOOD_FOR = 10 * 60
"""Seconds that the link to a recording's sound is good for."""
NOT_THERE = {RecordingState.DUE, RecordingState.DELETING, RecordingState.DELETED}


@console.get("/attachments/<key>")
@needs(May.SEE_TICKETS)
def attachment(key: str) -> Response:
    """Saved, never shown."""
    row, file = _attachment(key)
    return handing_out.download(file, row.name, row.media_type, row.sha256)


@console.get("/attachments/<key>/preview")
@needs(May.SEE_TICKETS)
def preview(key: str) -> Response:
    """Shown, where it really is a picture."""
    row, file = _attachment(key)
    picture = attachments.picture(row.key)
    if picture is None:
        abort(404, description=say("pieces.only_saved"))
    return handing_out.preview(file, picture)


def _attachment(key: str) -> tuple[Attachment, Path]:
    with reading() as db:
        row = attachments.by_key(db, key)
    if row is None:
        abort(404, description=say("pieces.no_file"))
    file = attachments.file_of(row.key)
    if file is None:
        abort(404, description=say("pieces.file_lost"))
    return row, file


@console.get("/attachments/<key>/text")
@needs(May.SEE_TICKETS)
def read_text(key: str) -> Response:
    """Read, where it really is plain text."""
    row, file = _attachment(key)
    if not attachments.is_text(row.key):
        abort(404, description=say("pieces.only_saved"))
    return handing_out.text(attachments.text(file))


@console.get("/recordings/<sid>/waveform.svg")
@needs(May.HEAR_RECORDINGS)
def picture_of_recording(sid: str) -> Answer:
    """Drawn at the first look; a browser keeps it, since a recording never changes."""
    with reading() as db:
        name = db.scalar(select(Recording.file).where(Recording.sid == sid))
    file = recordings.folder() / name if name else None
    drawn = waveform.draw(file) if file and file.is_file() else None
    if drawn is None:
        abort(404)
    return handing_out.preview(drawn.resolve(), "image/svg+xml")


# Recordings: by a link that is good for minutes, in this browser ----------------------------------


@console.get("/recordings/<sid>")
@needs(May.HEAR_RECORDINGS)
def recording(sid: str) -> Answer:
    """Whoever comes here begins to listen, which is written down, and is shown on."""
    with transaction() as db:
        found = _recording(db, sid)
        if request.method == "GET":
            listening.heard(db, clock.now(), found, filled_in(db).by)
    key = signed.sign([staff.key(), sid], PURPOSE)
    return redirect(url_for("console.sound", sid=sid, key=key), HTTPStatus.SEE_OTHER)


@console.get("/recordings/<sid>/<key>.wav")
@needs(May.HEAR_RECORDINGS)
def sound(sid: str, key: str) -> Answer:
    """The sound itself, whole or in part. A link that is too old, or another's, begins again."""
    if signed.read(key, PURPOSE, GOOD_FOR) != [staff.key(), sid]:
        return redirect(url_for("console.recording", sid=sid), HTTPStatus.SEE_OTHER)
    with reading() as db:
        found = _recording(db, sid)
    file = recordings.folder() / (found.file or "")
    return send_file(file.resolve(), mimetype="audio/wav", conditional=True)


def _recording(db: Session, sid: str) -> Recording:
    found = db.scalar(select(Recording).where(Recording.sid == sid))
    if found is None:
        abort(404, description=say("calls.no_recording"))
    if not found.file or not (recordings.folder() / found.file).is_file():
        state = found.state if found.state in NOT_THERE else RecordingState.MISSING
        abort(404, description=say(f"calls.recording_{state}"))
    return found
