"""Recordings: fetched from the carrier, stored with their checksum, transcribed; all on the ticket.

The carrier tells of a recording by callback, twice or before the call's end; the row is made by
whoever comes first, the flow that asked for it or the callback.
"""

import hashlib
import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from ivr import clock
from ivr.database import changed, hurry, transaction
from ivr.models import Call, Leg, Recording, RecordingState
from ivr.services import pauses
from ivr.services.calls import outcomes, sentences, transcribing, waveform
from ivr.services.calls.call_row import CallRow
from ivr.services.calls.carrier import Carrier, NotNow, Refused
from ivr.services.calls.sentences import Sentence
from ivr.services.tickets import timeline
from ivr.services.tickets.timeline import Kind
from ivr.settings import settings

KINDS = ("description", "message", "note", "conversation")
LEASE = timedelta(seconds=120)
GIVE_UP_AFTER = timedelta(hours=24)
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=1), timedelta(minutes=15)
GONE = {RecordingState.DELETING, RecordingState.DELETED}


def folder() -> Path:
    return settings().var_dir / "recordings"


def told_by_record(language: str) -> bool:
    """Whether <Record> is asked for what is said, which knows English only and tells no times:
    where the carrier has no configuration for more (services/calls/transcribing).
    """
    return language.startswith("en") and not settings().transcription


def keep(
    db: Session, now: datetime, call: Call | CallRow, sid: str, kind: str, seconds: int | None
) -> Recording:
    """The recording's row and its line on the ticket, once, whoever comes first."""
    recording = _by_sid(db, sid)
    if recording is None:
        recording = Recording(
            sid=sid,
            call_id=call.id,
            ticket_id=call.ticket_id,
            kind=kind,
            seconds=seconds,
            due_at=now,
            made_at=now,
        )
        db.add(recording)
        db.flush()
        hurry(db)
        about = {"ticket_id": call.ticket_id, "call_id": call.id}
        timeline.write(db, Kind.RECORDING, now, **about, sid=sid, what=kind, seconds=seconds)
        if kind != "conversation" and not _is_written_down(call.known["language"]):
            recording.transcript_status = "failed"
            timeline.write(db, Kind.TRANSCRIPT_FAILED, now, **about, sid=sid)
        _left_after_the_end(db, call)
    recording.seconds = seconds if seconds is not None else recording.seconds
    return recording


def _is_written_down(language: str) -> bool:
    return bool(settings().transcription) or told_by_record(language)


def _left_after_the_end(db: Session, call: Call | CallRow) -> None:
    """Who hangs up at the end of a message: its end is told before the message is."""
    row = db.get(Call, call.id)
    if row and row.ended_at:
        outcomes.settle(db, row)


def _by_sid(db: Session, sid: str) -> Recording | None:
    return db.scalar(select(Recording).where(Recording.sid == sid).with_for_update())


def made(
    db: Session,
    now: datetime,
    *,
    sid: str,
    call_sid: str,
    kind: str,
    seconds: int | None,
    status: str,
) -> None:
    """The carrier's recording callback."""
    call = db.scalar(select(Call).where(Call.sid == call_sid))
    if call is None:
        return
    if status in {"absent", "failed"}:
        about = {"ticket_id": call.ticket_id, "call_id": call.id}
        timeline.write(db, Kind.RECORDING_MISSING, now, **about, sid=sid, cause=status)
    elif status == "completed":
        keep(db, now, call, sid, kind, seconds)


def transcribed(
    db: Session,
    now: datetime,
    *,
    sid: str,
    status: str,
    text: str = "",
    told: Iterable[Sentence] = (),
) -> None:
    """The carrier's transcription callback, of either kind: a text, or sentences with times. One
    that failed leaves the recording, and says so; of a conversation nothing may have been said.
    """
    recording = _by_sid(db, sid)
    if recording is None:
        return
    transcribing.over(db, now, recording)
    if recording.transcript_status or recording.state in GONE:
        return
    lines = sentences.tidy(told)
    heard = sentences.words(lines) or text.strip()[: sentences.LONGEST]
    done = status == "completed" and bool(heard or recording.kind == "conversation")
    recording.transcript_status = "completed" if done else "failed"
    recording.transcript = heard or None if done else None
    recording.sentences = sentences.kept(lines) if done and lines else None
    about = {"ticket_id": recording.ticket_id, "call_id": recording.call_id}
    heard = " ".join(heard.split("\n"))
    if not done:
        timeline.write(db, Kind.TRANSCRIPT_FAILED, now, **about, sid=sid)
    elif recording.kind == "note":
        timeline.write(db, Kind.NOTE, now, **about, by=_dictated_by(db, recording), text=heard)
    elif heard:
        timeline.write(db, Kind.TRANSCRIPT, now, **about, sid=sid, text=heard)


def _dictated_by(db: Session, recording: Recording) -> str:
    leg = db.scalar(select(Leg).join(Call, Call.sid == Leg.sid).where(Call.id == recording.call_id))
    return leg.technician.name if leg else "a technician"


# Fetching ----------------------------------------------------------------------------------------


def attend(recording_id: int, carrier: Carrier) -> None:
    """Fetch what is due: claim, commit, download, write down."""
    with transaction() as db:
        sid = _claim(db, clock.now(), recording_id)
    if sid is None:
        return
    with carrier.recording(sid) as audio:
        failed = audio if isinstance(audio, Refused | NotNow) else None
        stored = None if isinstance(audio, Refused | NotNow) else _store(sid, audio)
    if stored:
        waveform.draw(folder() / stored[0])
    asked = False
    with transaction() as db:
        recording = db.get_one(Recording, recording_id)
        now = clock.now()
        if recording.state in GONE:  # meanwhile its time was over
            _throw_away(sid)
            return
        if isinstance(stored, tuple):
            recording.file, recording.sha256 = stored
            recording.state, recording.due_at = RecordingState.STORED, None
            asked = transcribing.begin(db, now, recording)
        else:
            cause = failed.cause if failed else "could not be stored"
            _again_or_missing(db, now, recording, cause)
    if isinstance(stored, tuple) and not asked and not settings().keep_recordings_at_carrier:
        carrier.forget_recording(sid)


def _throw_away(sid: str) -> None:
    (folder() / f"{sid}.wav").unlink(missing_ok=True)


def _claim(db: Session, now: datetime, recording_id: int) -> str | None:
    recording = db.get(Recording, recording_id)
    if recording is None or recording.due_at is None or recording.due_at > now:
        return None
    if recording.state != RecordingState.DUE:
        return None
    claimed = changed(
        db,
        update(Recording)
        .where(Recording.id == recording_id, Recording.due_at == recording.due_at)
        .values(due_at=now + LEASE, tries=recording.tries + 1),
    )
    return recording.sid if claimed else None


def _store(sid: str, audio: Iterator[bytes]) -> tuple[str, str] | None:
    """Into a file of our own naming; None when the disk will not take it or the line broke."""
    checksum = hashlib.sha256()
    name = f"{sid}.wav"
    draft = folder() / f".{name}.part"
    try:
        folder().mkdir(parents=True, exist_ok=True)
        with draft.open("wb") as file:
            for piece in audio:
                checksum.update(piece)
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())  # the carrier's copy is deleted after this
        draft.rename(folder() / name)
    except OSError:
        with suppress(OSError):
            draft.unlink()
        return None
    return name, checksum.hexdigest()


def _again_or_missing(db: Session, now: datetime, recording: Recording, cause: str) -> None:
    if now - recording.made_at < GIVE_UP_AFTER:
        recording.due_at = now + pauses.doubling(FIRST_PAUSE, recording.tries, LONGEST_PAUSE)
        return
    recording.state, recording.due_at = RecordingState.MISSING, None
    about = {"ticket_id": recording.ticket_id, "call_id": recording.call_id}
    timeline.write(db, Kind.RECORDING_MISSING, now, **about, sid=recording.sid, cause=cause)
