"""Recordings that the carrier writes down sentence by sentence, with times: asked for once the
recording is stored, by a row with a due time, and asked for again when no answer comes.

Until it is over the carrier's copy of the sound must stay; then it goes. The text comes by callback
alone (services/calls/recordings.transcribed), and cannot be fetched afterwards.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from ivr import clock
from ivr.database import changed, hurry, transaction
from ivr.models import Recording, RecordingState, Transcription, TranscriptionState
from ivr.services import pauses
from ivr.services.calls.carrier import Carrier, Outcome, Placed, Refused
from ivr.services.tickets import timeline
from ivr.services.tickets.timeline import Kind
from ivr.settings import settings

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=1), timedelta(minutes=15)
GIVE_UP_AFTER = timedelta(hours=24)
ANSWERED_WITHIN = timedelta(hours=1)
MOST_ASKED = 3
"""Times that the carrier takes it and never calls back."""


@dataclass(frozen=True)
class Claimed:
    sid: str
    key: str
    state: str


def begin(db: Session, now: datetime, recording: Recording) -> bool:
    """Have a recording that is stored written down, if its kind is to be, and it is not yet."""
    wanted = settings().transcription and recording.kind in settings().transcribed
    if not wanted or recording.transcript_status:
        return False
    db.add(Transcription(recording_id=recording.id, key=str(uuid4()), due_at=now, made_at=now))
    db.flush()
    hurry(db)
    return True


def over(db: Session, now: datetime, recording: Recording) -> None:
    """The carrier has said what came of it: now its copy of the sound can go."""
    mine = Transcription.recording_id == recording.id
    left = {"state": TranscriptionState.OVER, "due_at": now, "tries": 0}
    ended = update(Transcription).where(mine, Transcription.state != TranscriptionState.OVER)
    if changed(db, ended.values(left)):
        hurry(db)


def recording_of(db: Session, job: str) -> str | None:
    """The SID of the recording that the carrier's job is about."""
    of = select(Recording.sid).join(Transcription, Transcription.recording_id == Recording.id)
    return db.scalar(of.where(Transcription.job == job)) if job else None


# What is due --------------------------------------------------------------------------------------


def attend(transcription_id: int, carrier: Carrier) -> None:
    """Claim, commit, ask the carrier, write down."""
    with transaction() as db:
        claimed = _claim(db, clock.now(), transcription_id)
    if claimed is None:
        return
    if claimed.state == TranscriptionState.OVER:
        kept = settings().keep_recordings_at_carrier
        outcome = Placed("") if kept else carrier.forget_recording(claimed.sid)
    else:
        outcome = carrier.transcribe(claimed.sid, claimed.key)
    with transaction() as db:
        row = db.get(Transcription, transcription_id, with_for_update=True)
        if row and row.state == claimed.state:  # the carrier may have called back meanwhile
            _write_down(db, clock.now(), row, outcome)


def _claim(db: Session, now: datetime, transcription_id: int) -> Claimed | None:
    row = db.get(Transcription, transcription_id)
    if row is None or row.due_at is None or row.due_at > now:
        return None
    recording = db.get_one(Recording, row.recording_id)
    if recording.state != RecordingState.STORED:  # its time is over: it goes everywhere
        db.delete(row)
        return None
    if row.state == TranscriptionState.ASKED:
        if row.asked >= MOST_ASKED:
            _give_up(db, now, row, "no answer")
            return None
        row.state, row.key, row.tries = TranscriptionState.DUE, str(uuid4()), 0
        db.flush()
    mine = (Transcription.id == row.id, Transcription.due_at == row.due_at)
    held = {"due_at": now + LEASE, "tries": row.tries + 1}
    if not changed(db, update(Transcription).where(*mine).values(held)):
        return None
    return Claimed(recording.sid, row.key, row.state)


def _write_down(db: Session, now: datetime, row: Transcription, outcome: Outcome) -> None:
    if isinstance(outcome, Placed):
        if row.state == TranscriptionState.OVER:
            db.delete(row)
            return
        row.state, row.job, row.tries = TranscriptionState.ASKED, outcome.sid, 0
        row.asked, row.due_at = row.asked + 1, now + ANSWERED_WITHIN
    elif now - row.made_at > GIVE_UP_AFTER or isinstance(outcome, Refused):
        if row.state == TranscriptionState.OVER:  # a copy that is still there: retention asks again
            db.delete(row)
        else:
            _give_up(db, now, row, outcome.cause)
    else:
        row.due_at = now + pauses.doubling(FIRST_PAUSE, row.tries, LONGEST_PAUSE)


def _give_up(db: Session, now: datetime, row: Transcription, cause: str) -> None:
    recording = db.get_one(Recording, row.recording_id)
    log.warning("recording %s is not written down: %s", recording.sid, cause)
    if not recording.transcript_status:
        recording.transcript_status = "failed"
        about = {"ticket_id": recording.ticket_id, "call_id": recording.call_id}
        timeline.write(db, Kind.TRANSCRIPT_FAILED, now, **about, sid=recording.sid)
    over(db, now, recording)
