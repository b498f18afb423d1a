"""Legal holds: all that last, placing one on a recording or a ticket, and lifting it."""

from http import HTTPStatus

from flask import Response, abort, request
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Answer

from ivr import clock
from ivr.console import calls
from ivr.console.door import console, page
from ivr.console.forms import done, filled_in, token, too_old
from ivr.console.guard import needs
from ivr.console.tongue import say
from ivr.database import reading, transaction
from ivr.models import Call, Hold, Recording, Ticket
from ivr.services.calls import numbers
from ivr.services.erasure import holds
from ivr.services.staff.roles import May
from ivr.services.tickets import tickets

HOLDS = "holds"
"""What the forms of these pages are signed for."""
ROW = "int(max=2147483647)"


@console.get("/holds")
@needs(May.HOLD_RECORDINGS)
def all_holds() -> Response:
    return _all()


def _all(*, wrong: str = "", old: bool = False) -> Response:
    with reading() as db:
        found = holds.lasting(db)
        of = [one.recording.call_id for one in found if one.recording]
        sids = select(Call.id, Call.sid).where(Call.id.in_(of))
        return page(
            db,
            "holds.html",
            holds=found,
            sids=dict(iter(db.execute(sids))),
            token=token(HOLDS),
            asked=request.form if wrong or old else {},
            wrong=wrong,
            old=old,
        )


def _again(answer: Response, *, old: bool = False) -> Response:
    answer.status_code = HTTPStatus.FORBIDDEN if old else HTTPStatus.UNPROCESSABLE_ENTITY
    return answer


@console.post("/holds")
@needs(May.HOLD_RECORDINGS)
def hold_ticket() -> Answer:
    if too_old(HOLDS):
        return _again(_all(old=True), old=True)
    with transaction() as db:
        form = filled_in(db)
        ticket = tickets.find(db, numbers.dialled(form.line("ticket")) or "")
        if ticket is None:
            wrong = say("calls.no_ticket", number=form.line("ticket"))
        else:
            wrong = _place(db, ticket, form.line("why"), form.by)
    return _again(_all(wrong=wrong)) if wrong else done("console.all_holds")


def _place(db: Session, of: Ticket | Recording, why: str, by: str) -> str:
    """What is wrong with it."""
    if not why:
        return say("calls.hold_needs_why")
    placed = holds.place(db, clock.now(), of, why, by)
    return "" if placed else say("calls.hold_there_already")


@console.post("/recordings/<sid>/hold")
@needs(May.HOLD_RECORDINGS)
def hold_recording(sid: str) -> Answer:
    """From the page of its call."""
    with transaction() as db:
        recording = db.scalar(select(Recording).where(Recording.sid == sid).with_for_update())
        if recording is None:
            abort(404, description=say("calls.no_recording"))
        call = db.get_one(Call, recording.call_id).sid
        old = too_old(HOLDS)
        form = filled_in(db)
        wrong = "" if old else _place(db, recording, form.line("why"), form.by)
    if old or wrong:
        return _again(calls.show_call(call, wrong=wrong, old=old), old=old)
    return done("console.one_call", sid=call)


@console.post(f"/holds/<{ROW}:id_>/lift")
@needs(May.HOLD_RECORDINGS)
def lift_hold(id_: int) -> Answer:
    if too_old(HOLDS):
        return _again(_all(old=True), old=True)
    with transaction() as db:
        hold = db.get(Hold, id_, with_for_update=True)
        if hold:  # whoever is second finds it done
            holds.lift(db, clock.now(), hold, filled_in(db).by)
    return done("console.all_holds")
