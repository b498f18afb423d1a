"""Signing in to the staff pages, and out: by a password and, for those who want one, a second step;
or by a link that lets somebody set a password.
"""

import secrets
from http import HTTPStatus
from typing import Any

from flask import Response, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Answer

from ivr import clock, signed
from ivr.console import staff, tongue
from ivr.console.door import FRAME, console
from ivr.console.forms import token, too_old
from ivr.console.guard import as_before_accounts, by_link, for_strangers, needs
from ivr.database import reading, transaction
from ivr.models import Act, StaffSignIn, Technician
from ivr.services import audit, vocabulary
from ivr.services.audit import Kind
from ivr.services.settings import house
from ivr.services.staff import accounts, hashing, second_step, sign_ins, tries
from ivr.services.staff.roles import May
from ivr.services.staff.tries import WaitError
from ivr.settings import settings

SECOND_STEP = "second step"
SIGNING_IN = "sign-in"
"""What it is about when nobody is known by that address."""
SECOND_STEP_WITHIN = 600
KNOWN = "staff_known"
A_YEAR = 365 * 24 * 3600
LONGEST_ADDRESS = 254


def page(name: str, status: int = 200, /, **values: Any) -> Response:
    with reading() as db:
        organization = house.ours(db).name
    told = {"organization": organization, "token": token, "shortest": hashing.SHORTEST_PASSWORD}
    told |= {"provider": bool(settings().oidc_issuer), "language": tongue.language()}
    if staff.staff().locked and "half" not in values:
        told["other_language"] = _other_language()
    answer = make_response(render_template(name, **(told | values)), status)
    if "wait" in values:
        answer.headers["Retry-After"] = str(values["wait"])
    return answer


def _other_language() -> str:
    return next(one for one in vocabulary.LANGUAGES if one != tongue.language())


def _then() -> str:
    return staff.ours(request.values.get("then", ""))


@console.get("/sign-in")
@for_strangers
def sign_in() -> Answer:
    if staff.staff().here or not staff.staff().locked:
        return redirect(_then() or url_for("console.now"), HTTPStatus.SEE_OTHER)
    return page("sign_in.html", then=_then())


@console.post("/sign-in")
@for_strangers
def by_password() -> Answer:
    email = tries.plain(request.form.get("email", "").replace("\0", ""))[:LONGEST_ADDRESS]
    again: dict[str, Any] = {"email": email, "then": _then()}
    if too_old(staff.SIGNING):
        return page("sign_in.html", HTTPStatus.FORBIDDEN, told="old", **again)
    try:
        attempt(email)
    except WaitError as error:
        return page("sign_in.html", HTTPStatus.TOO_MANY_REQUESTS, wait=error.seconds, **again)
    with reading() as db:
        kept = accounts.password_of(db, email)
    given = request.form.get("password", "")[: hashing.LONGEST_PASSWORD]
    if not hashing.matches(kept.password_hash, given) or kept.technician_id is None:
        with transaction() as db:
            _failed(db, kept.technician_id, "password")
        return page("sign_in.html", HTTPStatus.FORBIDDEN, told="wrong", **again)
    return proved(kept.technician_id, email, _then())


def _failed(db: Session, technician_id: int | None, what: str) -> None:
    """Whoever that was: nobody knows. An address that is nobody's is written down, too, so that it
    takes as long.
    """
    about = f"person-{technician_id}" if technician_id else SIGNING_IN
    audit.write(db, clock.now(), audit.STRANGER, Act.DID, about, Kind.SIGN_IN_FAILED, wrong=what)


def attempt(email: str) -> None:
    """Raises WaitError."""
    with transaction() as db:
        tries.staff(db, clock.now(), email, request.remote_addr or "", known_to(email))


def proved(technician_id: int, email: str, then: str) -> Answer:
    """The password is right: on to the second step, or in."""
    with reading() as db:
        kept = accounts.password_of(db, email)
    if kept.second_step:
        return page("second_step.html", half=_half_in(kept, email), then=then)
    return welcome(technician_id, email, then)


def _half_in(kept: accounts.Kept, email: str) -> str:
    """Good for ten minutes, and as long as the password is the same."""
    return signed.sign([kept.technician_id, email, kept.password_hash[-16:]], SECOND_STEP)


@console.post("/sign-in/code")
@for_strangers
def by_code() -> Answer:
    half, then = request.form.get("half", ""), _then()
    known = signed.read(half, SECOND_STEP, SECOND_STEP_WITHIN)
    if too_old(staff.SIGNING) or known is None:
        return page("sign_in.html", HTTPStatus.FORBIDDEN, told="old", then=then)
    technician_id, email, tail = known
    try:
        attempt(email)
    except WaitError as error:
        told: dict[str, Any] = {"wait": error.seconds, "half": half, "then": then}
        return page("second_step.html", HTTPStatus.TOO_MANY_REQUESTS, **told)
    code = request.form.get("code", "")[:40]
    with transaction() as db:
        same = accounts.password_of(db, email).password_hash.endswith(tail)
        good = same and second_step.use(db, clock.now(), technician_id, code)
        if not good:
            _failed(db, technician_id, "code")
    if not good:
        return page("second_step.html", HTTPStatus.FORBIDDEN, told="wrong", half=half, then=then)
    return welcome(technician_id, email, then)


def welcome(technician_id: int, email: str, then: str) -> Answer:
    """They are in, and this browser is known from now on."""
    browser = known_to(email) or secrets.token_urlsafe(16)
    with transaction() as db:
        tries.forget(db, email, known_to(email))
        told = request.user_agent.string
        shown = sign_ins.begin(db, clock.now(), StaffSignIn, technician_id, told)
        _note(db, db.get_one(Technician, technician_id), Kind.SIGNED_IN)
    answer = redirect(then or url_for("console.now"), HTTPStatus.SEE_OTHER)
    staff.give(answer, staff.SIGNED_IN, shown, int(StaffSignIn.LASTS.total_seconds()))
    known = signed.sign([sign_ins.digest(email), browser], KNOWN)
    staff.give(answer, KNOWN, known, A_YEAR)
    return answer


def _note(db: Session, person: Technician, kind: Kind) -> None:
    audit.write(db, clock.now(), person.name, Act.DID, f"person-{person.id}", kind)


def known_to(email: str) -> str:
    """The word of a browser that they were signed in with before."""
    known = signed.read(request.cookies.get(KNOWN, ""), KNOWN, A_YEAR)
    return str(known[1]) if known and known[0] == sign_ins.digest(email) else ""


@console.post("/sign-out")
@needs(May.EDIT_SELF)
def sign_out() -> Answer:
    here = staff.staff().here
    if here and not too_old(FRAME):
        with transaction() as db:
            sign_ins.end(db, clock.now(), StaffSignIn, here.technician_id, here.id)
            _note(db, here.technician, Kind.SIGNED_OUT)
    answer = redirect(url_for("console.sign_in"), HTTPStatus.SEE_OTHER)
    answer.delete_cookie(staff.SIGNED_IN, path="/")
    return answer


# By a link ----------------------------------------------------------------------------------------


@console.get("/sign-in/link/<link>")
@by_link
def open_link(link: str) -> Answer:
    return _link(link)


def _link(link: str, status: int = 200, **values: Any) -> Answer:
    """Mail scanners open links, too: nothing is used up by that."""
    with reading() as db:
        good = accounts.good_link(db, clock.now(), link)
    if good is None:
        refused = None if staff.staff().locked else as_before_accounts()
        return refused or page("set_password.html", HTTPStatus.GONE, person=None)
    return page("set_password.html", status, person=good.technician, link=link, **values)


@console.post("/sign-in/link/<link>")
@by_link
def use_link(link: str) -> Answer:
    with reading() as db:
        if accounts.good_link(db, clock.now(), link) is None:
            return _link(link)
    given = request.form.get("password", "")
    if not hashing.is_long_enough(given):
        return _link(link, HTTPStatus.UNPROCESSABLE_ENTITY, told="short")
    kept = hashing.hashed(given)
    with transaction() as db:
        person = accounts.use_link(db, clock.now(), link, kept)
        if person:
            about, kind = f"person-{person.id}", Kind.PASSWORD_SET_BY_LINK
            audit.changed(db, clock.now(), person.name, about, kind)
    if person is None:
        return _link(link)
    return proved(person.id, person.email, "")
