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
from ivr.services import attachments, listening, recordings
from ivr.services.roles import May

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
        abort(404, description="This file is not shown, only saved.")
    return handing_out.preview(file, picture)


def _attachment(key: str) -> tuple[Attachment, Path]:
    with reading() as db:
        row = attachments.by_key(db, key)
    if row is None:
        abort(404, description="There is no such file.")
    file = attachments.file_of(row.key)
    if file is None:
        abort(404, description="This file is lost.")
    return row, file


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
