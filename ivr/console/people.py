"""The people of the staff: all of them; each with their phones, and how they want to be rung.

Everybody edits their own page; admins everybody's, and who is on the staff at all.
"""

from http import HTTPStatus
from zoneinfo import available_timezones

from flask import Response, abort, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Answer

from ivr import clock
from ivr.console import staff as door
from ivr.console.door import console, page
from ivr.console.forms import Form, WrongError, filled_in, token, too_old, what_was_done
from ivr.console.guard import needs
from ivr.console.person_acts import OTHERS, OWN, WRONG_CODE, Act
from ivr.console.tongue import say, told
from ivr.database import reading, transaction
from ivr.models import Account, Role, StaffSignIn, Technician
from ivr.services import audit, vocabulary
from ivr.services.audit import Kind
from ivr.services.calls import phone_book
from ivr.services.on_call import rotas
from ivr.services.paging import phones
from ivr.services.refusal import RefusedError
from ivr.services.staff import accounts, sign_ins, staff
from ivr.services.staff.roles import May
from ivr.services.sureness import cage

ROW = "int(max=2147483647)"
NEW = "somebody new"
DONE = ("kept", "text", "call", "verified", "invited", "out", "left", "back")


@console.get("/people")
@needs(May.SEE_PEOPLE)
def all_people() -> Response:
    with reading() as db:
        everybody = staff.everybody(db)
        sign_in = {one.id for one in everybody if accounts.has_password(db, one.id)}
        return page(db, "people.html", people=everybody, sign_in=sign_in)


# Somebody new -------------------------------------------------------------------------------------


@console.get("/people/new")
@needs(May.EDIT_PEOPLE)
def new_person() -> Response:
    return _new()


def _new(status: int = 200, wrong: str = "") -> Response:
    with reading() as db:
        told = {"given": request.form, "roles": list(Role), "languages": vocabulary.LANGUAGES}
        answer = page(db, "new_person.html", token=token(NEW), wrong=wrong, **told)
    answer.status_code = status
    return answer


@console.post("/people/new")
@needs(May.EDIT_PEOPLE)
def add_person() -> Answer:
    if too_old(NEW):
        return _new(HTTPStatus.FORBIDDEN, say("form.old"))
    try:
        with transaction() as db:
            id_ = _add(db, filled_in(db))
    except RefusedError as error:
        return _new(HTTPStatus.UNPROCESSABLE_ENTITY, told(error))
    with reading() as db:
        phone_book.keep(db)
    return redirect(url_for("console.one_person", id_=id_, done="kept"), HTTPStatus.SEE_OTHER)


def _add(db: Session, form: Form) -> int:
    person = staff.add(
        db,
        name=form.line("name"),
        email=form.line("email"),
        role=form.text("role"),
        language=form.text("language"),
    )
    about = staff.about(person)
    audit.changed(db, clock.now(), form.by, about, Kind.PERSON_ADDED, role=person.role)
    if form.line("phone"):
        phones.add(db, person, form.line("phone"))
    if form.text("invite"):
        staff.invite(db, clock.now(), form.by, person)
    return person.id


# One person ---------------------------------------------------------------------------------------


@console.get(f"/people/<{ROW}:id_>")
@needs(May.SEE_PEOPLE)
def one_person(id_: int) -> Response:
    return _one(id_, told=what_was_done("people", DONE))


def _mine(id_: int) -> bool:
    person = door.staff().person
    return person is not None and person.id == id_


def _may_edit(id_: int) -> bool:
    return _mine(id_) or door.staff().may(May.EDIT_PEOPLE)


def _one(id_: int, status: int = 200, **values: str) -> Response:
    now = clock.now()
    with reading() as db:
        person = _person(db, id_)
        theirs = db.get(Account, id_)
        editing = _may_edit(id_)
        answer = page(
            db,
            "person.html",
            person=person,
            mine=_mine(id_),
            editing=editing,
            account=theirs,
            waiting=phones.waiting(db, now, person),
            everywhere=sign_ins.everywhere(db, now, StaffSignIn, id_) if editing else [],
            changes=audit.changes(db, staff.about(person)) if editing else [],
            roles=list(Role),
            languages=vocabulary.LANGUAGES,
            zones=sorted(available_timezones()) if editing else [],
            token=token(staff.about(person)),
            given=request.form,
            **values,
        )
    answer.status_code = status
    return answer


def _person(db: Session, id_: int) -> Technician:
    found = db.get(Technician, id_)
    if found is None or cage.is_it(found):
        abort(404, description=say("people.unknown"))
    return found


@console.post(f"/people/<{ROW}:id_>/<any({', '.join(OWN)}):act>")
@needs(May.EDIT_SELF)
def edit_person(id_: int, act: str) -> Answer:
    if not _may_edit(id_):
        abort(403, description=say("people.only_admin"))
    return _do(id_, OWN[act], act)


@console.post(f"/people/<{ROW}:id_>/<any({', '.join(OTHERS)}):act>")
@needs(May.EDIT_PEOPLE)
def edit_somebody(id_: int, act: str) -> Answer:
    return _do(id_, OTHERS[act], act)


def _do(id_: int, work: Act, act: str) -> Answer:
    if too_old(f"person-{id_}"):
        return _one(id_, HTTPStatus.FORBIDDEN, wrong=say("form.old"), act=act)
    try:
        with transaction() as db:
            came = work(db, _person(db, id_), filled_in(db))
            rotas.look_again(db, clock.now())
    except (RefusedError, WrongError) as error:
        return _one(id_, HTTPStatus.UNPROCESSABLE_ENTITY, wrong=told(error), act=act)
    if came == WRONG_CODE:
        wrong = say("people.wrong_code")
        return _one(id_, HTTPStatus.UNPROCESSABLE_ENTITY, wrong=wrong, act=act)
    with reading() as db:
        phone_book.keep(db)
    return redirect(url_for("console.one_person", id_=id_, done=came), HTTPStatus.SEE_OTHER)
