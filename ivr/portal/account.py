"""A contact's own page: the password, and where they are signed in."""

from http import HTTPStatus

from flask import redirect, request, url_for
from werkzeug.wrappers import Response as Answer

from ivr import clock
from ivr.database import reading, transaction
from ivr.models import SignIn
from ivr.portal import visitor
from ivr.portal.door import checked, page, portal, signed_in
from ivr.services.staff import hashing, sign_ins, signing_in


def _here() -> SignIn:
    here = visitor.visitor().here
    assert here, "only who is signed in gets here"
    return here


@portal.get("/account")
@signed_in
def account() -> Answer:
    return _account()


def _account(status: int = 200, told: str = "") -> Answer:
    with reading() as db:
        everywhere = sign_ins.everywhere(db, clock.now(), SignIn, _here().contact_id)
    shortest = hashing.SHORTEST_PASSWORD
    done = request.args.get("done") == "password"
    return page("account", status, everywhere=everywhere, told=told, shortest=shortest, done=done)


@portal.post("/account/password")
@signed_in
def set_password() -> Answer:
    if not checked():
        return _account(HTTPStatus.FORBIDDEN, "form_old")
    given = request.form.get("password", "")
    if not hashing.is_long_enough(given):
        return _account(HTTPStatus.UNPROCESSABLE_ENTITY, "short_password")
    kept = hashing.hashed(given)
    with transaction() as db:
        signing_in.set_password(db, clock.now(), db.get_one(SignIn, _here().id), kept)
    return redirect(url_for("portal.account", done="password"), HTTPStatus.SEE_OTHER)


@portal.post("/account/sign-outs")
@signed_in
def sign_out_elsewhere() -> Answer:
    """One browser, or all others."""
    if not checked():
        return _account(HTTPStatus.FORBIDDEN, "form_old")
    which, here = request.form.get("which", ""), _here()
    with transaction() as db:
        if which.isdigit() and len(which) < 10:  # noqa: PLR2004  a row's number
            sign_ins.end(db, clock.now(), SignIn, here.contact_id, int(which))
        else:
            sign_ins.end_all(db, clock.now(), SignIn, here.contact_id, but=here)
    return redirect(url_for("portal.account"), HTTPStatus.SEE_OTHER)
