"""Absences: for a while somebody is on call in no rota. All to come, added and taken back."""

from datetime import timedelta
from functools import partial

from flask import Response, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Answer

from ivr import clock
from ivr.console import calendar
from ivr.console.door import console, page
from ivr.console.fields import Sheet, by_name, carry_out, may_speak_for, note, sheet
from ivr.console.forms import LONGEST_LINE, WrongError, done, token, what_was_done
from ivr.console.guard import needs
from ivr.console.tongue import say
from ivr.database import reading
from ivr.services import audit
from ivr.services.audit import Kind
from ivr.services.on_call import absences
from ivr.services.settings import house
from ivr.services.staff import people
from ivr.services.staff.roles import May

ABOUT = "absences"
FAR = timedelta(days=3660)
DONE = ("added", "removed", "over")


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
            told=what_was_done("rotas", DONE),
            token=token(ABOUT),
        )


@console.post("/absences")
@needs(May.SWAP_SHIFTS)
def add_absence() -> Answer:
    paper = sheet()

    def act(db: Session) -> Answer:
        zone = house.ours(db).time_zone
        person = paper.person(db, "person", say("rotas.choose_away"))
        if person and not may_speak_for(person):
            paper.wrong["person"] = say("rotas.not_yours")
        begin = paper.moment("from", zone, say("rotas.from_needed"))
        end = paper.moment("until", zone, say("rotas.until_needed"))
        if begin and end and end <= begin:
            paper.wrong["until"] = say("rotas.over_before")
        paper.stop_if_wrong()
        assert person
        assert begin
        assert end
        absences.add(db, clock.now(), person, begin, end, paper.line("why"))
        note(db, person, Kind.ABSENCE_ADDED, **audit.span(begin, end, zone))
        return done("console.all_absences", done="added")

    return carry_out(ABOUT, paper, _page, act)


@console.post(f"/absences/<{calendar.ROW}:id_>/remove")
@needs(May.SWAP_SHIFTS)
def remove_absence(id_: int) -> Answer:
    def act(db: Session) -> Answer:
        absence = absences.by_id(db, id_)
        if absence and not may_speak_for(absence.technician):
            raise WrongError(say("rotas.not_yours"))
        if absence:
            zone = house.ours(db).time_zone
            person, span = absence.technician, audit.span(absence.starts_at, absence.ends_at, zone)
        went = absence is not None and absences.withdraw(db, clock.now(), absence)
        if went:
            note(db, person, Kind.ABSENCE_REMOVED, **span)
        return done("console.all_absences", done="removed" if went else "over")

    return carry_out(ABOUT, sheet(), partial(_page), act)
