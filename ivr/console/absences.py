"""Absences: for a while somebody is on call in no rota. All to come, added and taken back."""

from datetime import timedelta
from functools import partial

from flask import Response, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Answer

from ivr import clock
from ivr.console import calendar
from ivr.console.door import console, page
from ivr.console.fields import Sheet, by_name, carry_out, may_speak_for, sheet
from ivr.console.forms import LONGEST_LINE, WrongError, done, token
from ivr.console.guard import needs
from ivr.database import reading
from ivr.services import absences, house, people
from ivr.services.roles import May

ABOUT = "absences"
NOT_YOURS = "Your own absences only: those of others take a senior or a manager."
FAR = timedelta(days=3660)
TOLD = {"added": "Added.", "removed": "Removed.", "late": "That absence is over."}


@console.get("/absences")
@needs(May.SEE_ROTAS)
def all_absences() -> Response:
    return _page(sheet(person=request.args.get("person", "")))


def _page(paper: Sheet) -> Response:
    now = clock.now()
    with reading() as db:
        return page(
            db,
            "absences.html",
            sheet=paper,
            absences=absences.within(db, now, now + FAR),
            people=by_name(people.present(db)),
            longest=LONGEST_LINE,
            told=TOLD.get(request.args.get("done", ""), ""),
            token=token(ABOUT),
        )


@console.post("/absences")
@needs(May.SWAP_SHIFTS)
def add_absence() -> Answer:
    paper = sheet()

    def act(db: Session) -> Answer:
        zone = house.ours(db).time_zone
        person = paper.person(db, "person", "Choose who is away.")
        if person and not may_speak_for(person):
            paper.wrong["person"] = NOT_YOURS
        begin = paper.moment("from", zone, "Say from when.")
        end = paper.moment("until", zone, "Say until when.")
        if begin and end and end <= begin:
            paper.wrong["until"] = "It would be over before it begins."
        paper.stop_if_wrong()
        assert person
        assert begin
        assert end
        absences.add(db, clock.now(), person, begin, end, paper.line("why"))
        return done("console.all_absences", done="added")

    return carry_out(ABOUT, paper, _page, act)


@console.post(f"/absences/<{calendar.ROW}:id_>/remove")
@needs(May.SWAP_SHIFTS)
def remove_absence(id_: int) -> Answer:
    def act(db: Session) -> Answer:
        absence = absences.by_id(db, id_)
        if absence and not may_speak_for(absence.technician):
            raise WrongError(NOT_YOURS)
        went = absence is not None and absences.withdraw(db, clock.now(), absence)
        return done("console.all_absences", done="removed" if went else "late")

    return carry_out(ABOUT, sheet(), partial(_page), act)
