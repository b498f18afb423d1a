"""The files of a ticket as staff get them: what somebody sent us, and recordings of calls."""

from pathlib import Path

from flask import Response, abort, send_file
from sqlalchemy import select
from werkzeug.wrappers import Response as Answer

from ivr import handing_out
from ivr.console.door import console
from ivr.console.guard import needs
from ivr.console.tongue import say
from ivr.database import reading
from ivr.models import Attachment, Recording, RecordingState
from ivr.services import attachments, recordings, waveform
from ivr.services.roles import May


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


@console.get("/recordings/<sid>")
@needs(May.SEE_TICKETS)
def recording(sid: str) -> Answer:
    with reading() as db:
        found = db.scalar(select(Recording).where(Recording.sid == sid))
    if found is None:
        abort(404, description="There is no such recording.")
    file = recordings.folder() / found.file if found.file else None
    if file is None or not file.is_file():
        due = found.state == RecordingState.DUE
        abort(404, description="This recording is being fetched." if due else "It is lost.")
    return send_file(file.resolve(), mimetype="audio/wav", conditional=True)
