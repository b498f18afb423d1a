"""Signing in and out, and the choice of the language."""

from http import HTTPStatus

from flask import abort, redirect, request, url_for
from werkzeug.wrappers import Response as Answer

from ivr import clock
from ivr.database import reading, transaction
from ivr.models import Contact, SignIn
from ivr.portal import visitor
from ivr.portal.door import checked, page, portal
from ivr.services import vocabulary
from ivr.services.staff import hashing, sign_ins, signing_in, tries
from ivr.services.staff.tries import TooManyError

LONGEST_ADDRESS = 254
SINCE_A_MONTH = int(SignIn.LASTS.total_seconds())


@portal.get("/sign-in")
def sign_in() -> Answer:
    if visitor.visitor().here:
        return redirect(url_for("portal.all_tickets"), HTTPStatus.SEE_OTHER)
    return page("sign-in")


@portal.post("/sign-in")
def ask_for_link() -> Answer:
    email = visitor.line("email", LONGEST_ADDRESS)
    if not checked():
        return page("sign-in", HTTPStatus.FORBIDDEN, email=email, told="form_old")
    if email.count("@") != 1:
        return page("sign-in", HTTPStatus.UNPROCESSABLE_ENTITY, email=email, told="no_address")
    _attempt("link", email)
    with transaction() as db:
        signing_in.mail_link(db, clock.now(), email, visitor.visitor().language)
    return page("sent", email=email)


def _attempt(way: str, email: str) -> None:
    try:
        with transaction() as db:
            tries.attempt(db, clock.now(), way, email, request.remote_addr or "")
    except TooManyError:
        abort(HTTPStatus.TOO_MANY_REQUESTS)


@portal.get("/sign-in/<token>")
def open_link(token: str) -> Answer:
    """Mail scanners open links, too: somebody in is let only by the button."""
    with reading() as db:
        good = signing_in.is_good(db, clock.now(), token)
    return page("link", HTTPStatus.OK if good else HTTPStatus.GONE, good=good, link=token)


@portal.post("/sign-in/<token>")
def use_link(token: str) -> Answer:
    if not checked(token):
        return page("link", HTTPStatus.FORBIDDEN, good=True, link=token, told="form_old")
    with transaction() as db:
        shown = signing_in.by_link(db, clock.now(), token, _browser())
    if shown is None:
        return page("link", HTTPStatus.GONE, good=False, link=token)
    return _welcome(shown)


@portal.post("/password")
def by_password() -> Answer:
    email = visitor.line("email", LONGEST_ADDRESS)
    if not checked():
        return page("sign-in", HTTPStatus.FORBIDDEN, email=email, told="form_old")
    _attempt("password", email)
    with reading() as db:
        kept, contact_id = signing_in.password_of(db, email)
    given = request.form.get("password", "")[: hashing.LONGEST_PASSWORD]
    if not hashing.matches(kept, given) or contact_id is None:
        return page("sign-in", HTTPStatus.FORBIDDEN, email=email, told="wrong_password")
    with transaction() as db:
        shown = sign_ins.begin(db, clock.now(), SignIn, contact_id, _browser())
    return _welcome(shown)


def _browser() -> str:
    return request.user_agent.string


def _welcome(shown: str) -> Answer:
    wanted = visitor.within_portal(request.cookies.get(visitor.WANTED, ""))
    answer = redirect(wanted or url_for("portal.all_tickets"), HTTPStatus.SEE_OTHER)
    visitor.give(answer, visitor.SIGNED_IN, shown, SINCE_A_MONTH)
    visitor.take(answer, visitor.WANTED)
    return answer


@portal.post("/sign-out")
def sign_out() -> Answer:
    here = visitor.visitor().here
    if here and checked():
        with transaction() as db:
            sign_ins.end(db, clock.now(), SignIn, here.contact_id, here.id)
    answer = redirect(url_for("portal.sign_in"), HTTPStatus.SEE_OTHER)
    visitor.take(answer, visitor.SIGNED_IN)
    return answer


@portal.post("/language")
def choose_language() -> Answer:
    chosen = request.form.get("language", "")
    if not checked() or chosen not in vocabulary.LANGUAGES:
        abort(400)
    here = visitor.visitor().here
    if here:
        with transaction() as db:
            db.get_one(Contact, here.contact_id).language = chosen
    back = visitor.within_portal(request.form.get("back", ""))
    answer = redirect(back or url_for("portal.all_tickets"), HTTPStatus.SEE_OTHER)
    visitor.give(answer, visitor.LANGUAGE, chosen, visitor.A_YEAR)
    return answer
