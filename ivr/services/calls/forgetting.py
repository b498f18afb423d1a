"""A recording is deleted: our file and what was drawn of it, the transcript wherever it stands or
stood before it was corrected, and the carrier's copy, asked for until the carrier has said that it
is gone.
"""

import logging
from contextlib import suppress
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from ivr import clock
from ivr.database import reading, rid_of_old_pages, transaction
from ivr.models import Act, Correction, Entry, Recording, RecordingState, Transcription
from ivr.services import audit, pauses
from ivr.services.calls import retention
from ivr.services.calls.carrier import Carrier, Placed
from ivr.services.erasure import erasing
from ivr.services.tickets import passages, timeline
from ivr.services.tickets.timeline import Kind
from ivr.settings import settings

log = logging.getLogger(__name__)

FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=30), timedelta(hours=6)
HOUSE = "the system"


def attend(recording_id: int, carrier: Carrier) -> None:
    """Claim, delete here, ask the carrier, write down."""
    with transaction() as db:
        recording = db.get(Recording, recording_id)
        now = clock.now()
        due = recording and recording.due_at and recording.due_at <= now
        if not recording or not due or recording.state != RecordingState.DELETING:
            return
        if not retention.claim(db, now, recording):
            return
        sid = recording.sid
        forget_words(db, recording)
    gone = _remove_files(sid)
    outcome = carrier.forget_recording(sid)
    if not gone or not isinstance(outcome, Placed):
        log.warning("recording %s is not deleted everywhere yet", sid)
    with transaction() as db:
        recording = db.get_one(Recording, recording_id)
        if gone and isinstance(outcome, Placed):
            _gone(db, clock.now(), recording)
        else:
            pause = pauses.doubling(FIRST_PAUSE, recording.tries, LONGEST_PAUSE)
            recording.due_at = clock.now() + pause
    if not _more():
        passages.clean_up()
        rid_of_old_pages()


def _more() -> bool:
    """Others go at once; after the last of them the index and the log are cleaned up."""
    due = (Recording.state == RecordingState.DELETING, Recording.due_at <= clock.now())
    with reading() as db:
        return db.scalar(select(Recording.id).where(*due).limit(1)) is not None


def forget_words(db: Session, recording: Recording) -> None:
    """The transcript goes from the row and from the timeline; a note that was dictated is a note of
    ours by now, and stays.
    """
    recording.transcript = recording.sentences = None
    recording.file = recording.sha256 = None
    for table in (Correction, Transcription):
        db.execute(delete(table).where(table.recording_id == recording.id))
    lines = select(Entry.id).where(
        Entry.call_id == recording.call_id, Entry.kind == Kind.TRANSCRIPT
    )
    sid = recording.sid

    def without(_kind: str, data: dict[str, object]) -> dict[str, object]:
        return data | {"text": erasing.GONE} if data.get("sid") == sid else data

    erasing.words(db, db.scalars(lines), without)


def _remove_files(sid: str) -> bool:
    """The audio, and whatever was made of it."""
    try:
        for file in (settings().var_dir / "recordings").glob(f"*{sid}*"):
            with suppress(FileNotFoundError):
                file.unlink()
    except OSError:
        return False
    return True


def _gone(db: Session, now: datetime, recording: Recording) -> None:
    recording.state, recording.due_at = RecordingState.DELETED, None
    old = (now - recording.made_at).days
    about = {"ticket_id": recording.ticket_id, "call_id": recording.call_id}
    timeline.write(
        db, Kind.RECORDING_DELETED, now, **about, sid=recording.sid, days=old, what=recording.kind
    )
    audit.write(
        db,
        now,
        HOUSE,
        Act.DID,
        f"recording-{recording.sid}",
        audit.Kind.RECORDING_DELETED,
        days=old,
    )
