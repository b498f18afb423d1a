"""How one of us signs in, on a page of their own: the password, the second step, the browsers."""

from http import HTTPStatus
from typing import Any

from flask import Response, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Answer

from ivr import clock, signed
from ivr.console import staff
from ivr.console.door import console, page
from ivr.console.forms import done, row, token, too_old, what_was_done
from ivr.console.guard import needs
from ivr.console.sign_in import attempt, known_to
from ivr.console.tongue import say
from ivr.database import reading, transaction
from ivr.models import Account, StaffSignIn
from ivr.services import audit
from ivr.services.audit import Kind
from ivr.services.settings import house
from ivr.services.staff import accounts, hashing, second_step, sign_ins, tries
from ivr.services.staff.roles import May
from ivr.services.staff.tries import WaitError

ABOUT = "your sign-in"
SECRET = "second step's secret"  # noqa: S105  what a signature is for
DONE = ("password", "off", "out")


@console.get("/account")
@needs(May.EDIT_SELF)
def account() -> Answer:
    return _account(done=what_was_done("account", DONE))


def _account(status: int = 200, **values: Any) -> Response:
    here = staff.here()
    with reading() as db:
        answer = page(
            db,
            "account.html",
            account=db.get(Account, here.technician_id),
            everywhere=sign_ins.everywhere(db, clock.now(), StaffSignIn, here.technician_id),
            mine=here,
            codes_left=accounts.codes_left(db, here.technician_id),
            shortest=hashing.SHORTEST_PASSWORD,
            token=token(ABOUT),
            **values,
        )
    answer.status_code = status
    return answer


def _wrong(told: str, status: int = HTTPStatus.UNPROCESSABLE_ENTITY) -> Response:
    return _account(status, wrong=told)


def _refused() -> Response | None:
    """Why nothing is done: the form is old, or the password that is asked for is not theirs."""
    if too_old(ABOUT):
        return _wrong(say("form.old"), HTTPStatus.FORBIDDEN)
    person = staff.here().technician
    with reading() as db:
        theirs = db.get(Account, person.id)
    if theirs is None or theirs.password_hash is None:
        return None  # they come by the provider
    try:
        attempt(person.email)
    except WaitError as error:
        return _wrong(say("account.wait", count=error.seconds), HTTPStatus.TOO_MANY_REQUESTS)
    given = request.form.get("current", "")[: hashing.LONGEST_PASSWORD]
    if not hashing.matches(theirs.password_hash, given):
        return _wrong(say("account.not_yours"), HTTPStatus.FORBIDDEN)
    with transaction() as db:
        tries.forget(db, person.email, known_to(person.email))
    return None


def _write(db: Session, kind: Kind) -> None:
    person = staff.here().technician
    audit.changed(db, clock.now(), person.name, f"person-{person.id}", kind)


@console.post("/account/password")
@needs(May.EDIT_SELF)
def set_password() -> Answer:
    given = request.form.get("password", "")
    if not hashing.is_long_enough(given):
        return _wrong(say("account.too_short", shortest=hashing.SHORTEST_PASSWORD))
    refused = _refused()
    if refused:
        return refused
    here, kept = staff.here(), hashing.hashed(given)
    with transaction() as db:
        accounts.set_password(db, clock.now(), here.technician_id, kept, here)
        _write(db, Kind.PASSWORD_SET)
    return done("console.account", done="password")


@console.post("/account/sign-outs")
@needs(May.EDIT_SELF)
def sign_out_elsewhere() -> Answer:
    """One browser, or all others."""
    if too_old(ABOUT):
        return _wrong(say("form.old"), HTTPStatus.FORBIDDEN)
    here, which = staff.here(), row(request.form.get("which", ""))
    with transaction() as db:
        if which:
            sign_ins.end(db, clock.now(), StaffSignIn, here.technician_id, which)
        else:
            sign_ins.end_all(db, clock.now(), StaffSignIn, here.technician_id, but=here)
        _write(db, Kind.WAS_SIGNED_OUT)
    return done("console.account", done="out")


# The second step ----------------------------------------------------------------------------------


@console.get("/account/codes")
@needs(May.EDIT_SELF)
def new_codes() -> Answer:
    return _codes(second_step.new_secret())


def _codes(secret: str, wrong: str = "", status: int = 200) -> Response:
    person = staff.here().technician
    with reading() as db:
        theirs = db.get(Account, person.id)
        told = second_step.address(secret, person.email, house.ours(db).name)
        answer = page(
            db,
            "codes.html",
            picture=second_step.picture(told),
            secret=secret,
            kept=signed.sign([person.id, secret], SECRET),
            asks_password=bool(theirs and theirs.password_hash),
            token=token(ABOUT),
            wrong=wrong,
        )
    answer.status_code = status
    return answer


@console.post("/account/codes")
@needs(May.EDIT_SELF)
def use_codes() -> Answer:
    """Only with a code of it: whoever cannot read codes would be shut out."""
    person = staff.here().technician
    kept = signed.read(request.form.get("kept", ""), SECRET, 3600)
    if kept is None or kept[0] != person.id:
        return _codes(second_step.new_secret(), say("form.old"), HTTPStatus.FORBIDDEN)
    secret = str(kept[1])
    step = second_step.step_of(secret, clock.now(), request.form.get("code", "")[:40])
    if step is None:
        return _codes(secret, say("account.wrong_code"), HTTPStatus.UNPROCESSABLE_ENTITY)
    refused = _refused()
    if refused:
        return refused
    with transaction() as db:
        codes = second_step.begin(db, person.id, secret, step)
        _write(db, Kind.CODES_ON)
    return _recovery(codes)


def _recovery(codes: list[str]) -> Response:
    with reading() as db:
        return page(db, "recovery.html", codes=codes)


@console.post("/account/recovery")
@needs(May.EDIT_SELF)
def new_recovery_codes() -> Answer:
    refused = _refused()
    if refused:
        return refused
    with transaction() as db:
        codes = second_step.new_recovery_codes(db, staff.here().technician_id)
        _write(db, Kind.RECOVERY_CODES)
    return _recovery(codes)


@console.post("/account/codes/off")
@needs(May.EDIT_SELF)
def no_codes() -> Answer:
    refused = _refused()
    if refused:
        return refused
    with transaction() as db:
        second_step.end(db, staff.here().technician_id)
        _write(db, Kind.CODES_OFF)
    return done("console.account", done="off")
