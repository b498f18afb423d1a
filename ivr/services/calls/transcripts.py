"""Correcting what a machine has understood. The recording has the words that hold; each correction
keeps those before it.
"""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ivr.models import Act, Correction, Recording, RecordingState
from ivr.services import audit
from ivr.services.calls import sentences
from ivr.services.tickets import timeline
from ivr.services.tickets.timeline import Kind


class CorrectedMeanwhileError(Exception):
    """Somebody else has corrected the same words, which this one has not seen; or they are gone."""


def correct(
    db: Session, now: datetime, recording: Recording, text: str, by: str, seen: int
) -> None:
    """`seen`: how many corrections whoever corrects has seen. The row is locked meanwhile, so that
    of two at once the second is told.
    """
    recording = db.get_one(Recording, recording.id, with_for_update=True, populate_existing=True)
    count = select(func.count()).where(Correction.recording_id == recording.id)
    gone = recording.state in {RecordingState.DELETING, RecordingState.DELETED}
    if gone or db.scalar(count) != seen:
        raise CorrectedMeanwhileError
    text = text.strip()[: sentences.LONGEST]
    if text == (recording.transcript or ""):
        return
    was, timed = recording.transcript, recording.sentences
    db.add(Correction(recording_id=recording.id, at=now, by=by, was=was, sentences=timed))
    recording.transcript = text
    if timed:
        lines = sentences.corrected(sentences.read(timed), text)
        recording.transcript, recording.sentences = sentences.words(lines), sentences.kept(lines)
    about = {"ticket_id": recording.ticket_id, "call_id": recording.call_id}
    timeline.write(db, Kind.CORRECTED, now, **about, by=by, sid=recording.sid)
    corrected = audit.Kind.TRANSCRIPT_CORRECTED
    audit.write(db, now, by, Act.CHANGED, f"recording-{recording.sid}", corrected)
