"""The recordings of a ticket or a call, as plain data: what was said, and who has corrected it."""

from collections import defaultdict
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from ivr.models import Call, Correction, Recording
from ivr.services.calls import recordings, waveform
from ivr.services.calls.moments import iso
from ivr.services.tickets import timeline
from ivr.services.tickets.timeline import Kind

Record = dict[str, Any]
SPOKEN = Call.known["language"].as_string()
"""The language of a call."""


def of(db: Session, which: ColumnElement[bool]) -> list[Record]:
    rows = select(Recording, SPOKEN).join(Call, Call.id == Recording.call_id).where(which)
    corrected = select(Correction).join(Recording, Recording.id == Correction.recording_id)
    corrections = defaultdict[int, list[Correction]](list)
    for one in db.scalars(corrected.where(which).order_by(Correction.id)):
        corrections[one.recording_id].append(one)
    return [
        _recording(row, language, corrections[row.id])
        for row, language in db.execute(rows.order_by(Recording.id))
    ]


def as_corrected(entries: list[Record], recordings: list[Record], language: str) -> None:
    """The line of a transcript has the words that hold, too; what was heard first is kept with the
    corrections.
    """
    words = {one["sid"]: one["transcript"] for one in recordings if one["corrections"]}
    for one in entries:
        sid = one["data"].get("sid")
        if one["kind"] == Kind.TRANSCRIPT and sid in words:
            one["data"] = one["data"] | {"text": words[sid]}
            one["sentence"] = timeline.quoting(one["headline"], words[sid], language)


def _recording(row: Recording, language: str | None, corrections: list[Correction]) -> Record:
    return {
        "sid": row.sid,
        "kind": row.kind,
        "seconds": row.seconds,
        "state": row.state,
        "made_at": iso(row.made_at),
        "file": row.file,
        "sha256": row.sha256,
        "language": language,
        "drawn": bool(row.file) and not waveform.is_plain(recordings.folder() / (row.file or "")),
        "transcript": row.transcript,
        "transcript_status": row.transcript_status,
        "sentences": row.sentences or [],
        "corrections": [
            {"at": iso(one.at), "by": one.by, "was": one.was, "sentences": one.sentences or []}
            for one in corrections
        ],
    }
