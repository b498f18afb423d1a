"""Correcting the transcript of a recording. What was heard at first, and every word in between,
stays on the page.
"""

from http import HTTPStatus

from flask import Response, abort, request
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Answer

from ivr import clock
from ivr.console.door import console, page
from ivr.console.forms import done, filled_in, row, token, too_old, who
from ivr.console.guard import needs
from ivr.console.tongue import say
from ivr.database import reading, transaction
from ivr.models import Recording, RecordingState, Ticket
from ivr.services.calls import transcripts
from ivr.services.calls.transcripts import CorrectedMeanwhileError
from ivr.services.staff.roles import May
from ivr.services.tickets import board, show_recordings


@console.get("/recordings/<sid>/transcript")
@needs(May.CORRECT_TRANSCRIPTS)
def transcript(sid: str) -> Response:
    return _page(sid)


@console.post("/recordings/<sid>/transcript")
@needs(May.CORRECT_TRANSCRIPTS)
def correct_transcript(sid: str) -> Answer:
    if too_old(_about(sid)):
        return _page(sid, _written(), HTTPStatus.FORBIDDEN, say("transcript.too_old"))
    try:
        with transaction() as db:
            found, form = _recording(db, sid), filled_in(db)
            seen = row(form.text("seen")) or 0
            transcripts.correct(db, clock.now(), found, _written(), form.by, seen)
            ticket = db.get(Ticket, found.ticket_id) if found.ticket_id else None
    except CorrectedMeanwhileError:
        told = say("transcript.meanwhile")
        return _page(sid, _written(), HTTPStatus.CONFLICT, told)
    if ticket is None:
        return done("console.transcript", sid=sid)
    return done("console.one_ticket", number=ticket.number)


def _written() -> str:
    """Longer than what other forms take."""
    return request.form.get("text", "").replace("\0", "").replace("\r\n", "\n").strip()


def _about(sid: str) -> str:
    return f"transcript {sid}"


def _page(
    sid: str, text: str | None = None, code: HTTPStatus = HTTPStatus.OK, wrong: str = ""
) -> Response:
    with reading() as db:
        found = _recording(db, sid)
        (record,) = show_recordings.of(db, Recording.id == found.id)
        answer = page(
            db,
            "transcript.html",
            recording=record,
            ticket=db.get(Ticket, found.ticket_id) if found.ticket_id else None,
            text=record["transcript"] if text is None else text,
            token=token(_about(sid)),
            by=who(),
            people=board.choices(db).people,
            wrong=wrong,
        )
    answer.status_code = code
    return answer


def _recording(db: Session, sid: str) -> Recording:
    found = db.scalar(select(Recording).where(Recording.sid == sid))
    if found is None or found.state in {RecordingState.DELETING, RecordingState.DELETED}:
        abort(404, description=say("transcript.unknown"))
    return found
