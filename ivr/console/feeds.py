"""Shifts in other calendars: the secret address of a rota or of a person, shown once; files saved
and taken over.
"""

from collections.abc import Callable
from contextlib import closing
from functools import partial

from flask import Response, abort, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Answer

from ivr import clock, handing_out
from ivr.console import calendar
from ivr.console.absences import ABOUT as ABSENCES
from ivr.console.door import console, page
from ivr.console.fields import Sheet, by_name, carry_out, may_speak_for, note, sheet
from ivr.console.forms import token, who
from ivr.console.guard import needs
from ivr.console.rotas import about, again
from ivr.console.tongue import say, told
from ivr.database import reading
from ivr.models import Rota, Technician
from ivr.services import links
from ivr.services.audit import Kind
from ivr.services.on_call import feeds, ical_export, ical_import, ical_reading
from ivr.services.on_call.ical_import import Outcome
from ivr.services.on_call.ical_reading import Found
from ivr.services.refusal import RefusedError
from ivr.services.staff import people
from ivr.services.staff.roles import May

ROW = calendar.ROW
LARGEST = 400_000
"""Bytes of a calendar: years of shifts."""
A_CALENDAR = "text/calendar"


# The secret address -------------------------------------------------------------------------------


@console.post(f"/rotas/<{ROW}:id_>/feed")
@needs(May.EDIT_ROTAS)
def renew_feed(id_: int) -> Answer:
    def act(db: Session) -> Answer:
        rota = calendar.found(db, id_)
        note(db, rota, Kind.FEED_MADE)
        return _shown_once(db, rota, feeds.make(db, clock.now(), rota=rota))

    return carry_out(about(id_), sheet(), partial(again, id_), act)


@console.post(f"/calendar/people/<{ROW}:id_>/feed")
@needs(May.EDIT_SELF)
def renew_own_feed(id_: int) -> Answer:
    def act(db: Session) -> Answer:
        person = db.get(Technician, id_)
        if person is None:
            abort(404, description=say("wrong.nobody_like_that"))
        if not may_speak_for(person):
            abort(403, description=say("rotas.not_your_calendar"))
        note(db, person, Kind.FEED_MADE)
        return _shown_once(db, person, feeds.make(db, clock.now(), technician=person))

    return carry_out(calendar.about(id_), sheet(), lambda _: calendar.calendar(), act)


def _shown_once(db: Session, whose: Rota | Technician, secret: str) -> Response:
    address = links.calendar(secret)
    return page(
        db,
        "feed.html",
        whose=whose,
        rota=whose if isinstance(whose, Rota) else None,
        address=address,
        webcal=f"webcal://{address.partition('://')[2]}",
    )


# Files --------------------------------------------------------------------------------------------


@console.get(f"/rotas/<{ROW}:id_>/shifts.ics")
@needs(May.SEE_ROTAS)
def export_rota(id_: int) -> Response:
    with reading() as db:
        rota = calendar.found(db, id_)
        answer = Response(ical_export.of_rota(db, clock.now(), rota), mimetype=A_CALENDAR)
    answer.headers.set("Content-Disposition", "attachment", filename=f"rota-{id_}.ics")
    answer.headers.update(handing_out.CONFINED)
    return answer


@console.get(f"/rotas/<{ROW}:id_>/import")
@needs(May.EDIT_ROTAS)
def rota_import(id_: int) -> Response:
    return _import_form(id_, sheet())


@console.post(f"/rotas/<{ROW}:id_>/import")
@needs(May.EDIT_ROTAS)
def import_shifts(id_: int) -> Answer:
    paper = sheet()
    with reading() as db:
        zone = calendar.found(db, id_).time_zone

    def take(db: Session, found: Found) -> Outcome:
        rota = calendar.found(db, id_)
        return _noted(db, rota, ical_import.shifts(db, clock.now(), rota, found))

    return _taken(about(id_), paper, zone, partial(_import_form, id_), take)


@console.get("/absences/import")
@needs(May.SWAP_SHIFTS)
def absences_import() -> Response:
    return _import_form(None, sheet())


@console.post("/absences/import")
@needs(May.SWAP_SHIFTS)
def import_absences() -> Answer:
    paper = sheet()
    with reading() as db:
        chosen = _whose(db, paper)
        zone = people.zone(db, chosen) if chosen else ""

    def take(db: Session, found: Found) -> Outcome:
        person = _whose(db, paper)
        paper.stop_if_wrong()
        assert person
        return _noted(db, person, ical_import.absences(db, clock.now(), person, found))

    return _taken(ABSENCES, paper, zone, partial(_import_form, None), take)


def _noted(db: Session, whose: Rota | Technician, outcome: Outcome) -> Outcome:
    note(db, whose, Kind.CALENDAR_TAKEN, outcome=outcome.counts)
    return outcome


def _whose(db: Session, paper: Sheet) -> Technician | None:
    person = paper.person(db, "person", say("rotas.choose_whose"))
    if person and not may_speak_for(person):
        paper.wrong["person"] = say("rotas.not_yours")
    return person


def _taken(
    about_: str,
    paper: Sheet,
    zone: str,
    form: Callable[..., Response],
    take: Callable[[Session, Found], Outcome],
) -> Answer:
    """What came of it is told on the page of the form: there may be much to say."""
    outcomes: list[Outcome] = []
    found = None if paper.wrong else _read(paper, zone)

    def act(db: Session) -> Answer:
        paper.stop_if_wrong()
        assert found
        outcomes.append(take(db, found))
        return Response()

    answer = carry_out(about_, paper, form, act)
    return form(sheet(), outcomes[0]) if outcomes else answer


def _read(paper: Sheet, zone: str) -> Found | None:
    """It may take seconds, and so is no part of a transaction."""
    raw = _given()
    if not raw:
        paper.wrong["file"] = say("rotas.choose_file")
    elif len(raw) > LARGEST:
        paper.wrong["file"] = say("rotas.too_large")
    else:
        try:
            return ical_reading.read(raw, zone, clock.now())
        except RefusedError as error:
            paper.wrong["file"] = say("rotas.not_taken", why=told(error))
    return None


def _given() -> bytes:
    given = request.files.get("file")
    if given is None:
        return b""
    with closing(given):
        return bytes(given.read(LARGEST + 1))


def _import_form(id_: int | None, paper: Sheet, outcome: Outcome | None = None) -> Response:
    with reading() as db:
        rota = calendar.found(db, id_) if id_ else None
        values = {"zone": rota.time_zone} if rota else {}
        return page(
            db,
            "import.html",
            rota=rota,
            sheet=paper,
            outcome=outcome,
            people=by_name(people.present(db)),
            by=who(),
            token=token(about(id_) if id_ else ABSENCES),
            **values,
        )
