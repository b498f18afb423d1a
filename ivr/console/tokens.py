"""Tokens of the API: everybody makes their own; an admin sees and revokes those of others."""

from http import HTTPStatus

from flask import Response, abort, request
from werkzeug.wrappers import Response as Answer

from ivr import clock
from ivr.console.door import console, page
from ivr.console.forms import done, token, too_old
from ivr.console.guard import needs
from ivr.console.staff import staff
from ivr.console.tongue import say
from ivr.database import reading, transaction
from ivr.models import ApiToken, Technician
from ivr.services.staff import roles, tokens
from ivr.services.staff.roles import May
from ivr.services.staff.tokens import Scope, TokenRefusedError

ABOUT = "API tokens"
DAYS = (7, 30, 90, 365)


@console.get("/tokens")
@needs(May.EDIT_SELF)
def all_tokens() -> Response:
    return _page()


def _page(code: int = HTTPStatus.OK, *, secret: str = "", wrong: str = "") -> Response:
    me = staff()
    with reading() as db:
        answer = page(
            db,
            "tokens.html",
            tokens=tokens.of(db, None if me.may(May.EDIT_TOKENS) else me.person),
            scopes=[one for one in Scope if roles.may(me.role, tokens.TAKES[one])],
            days=DAYS,
            given=request.form,
            token=token(ABOUT),
            secret=secret,
            wrong=wrong,
        )
    answer.status_code = code
    return answer


@console.post("/tokens")
@needs(May.EDIT_SELF)
def make_token() -> Answer:
    """It is shown on the page that answers, this once."""
    me = staff().person
    if me is None:
        return _page(HTTPStatus.CONFLICT, wrong=say("tokens.nobody"))
    if too_old(ABOUT):
        return _page(HTTPStatus.FORBIDDEN, wrong=say("tokens.old"))
    name, days = request.form.get("name", "")[:200], request.form.get("days", "")
    try:
        with transaction() as db:
            owner = db.get_one(Technician, me.id)
            count = int(days) if days in map(str, DAYS) else 0
            scopes = request.form.getlist("scopes")
            secret = tokens.make(db, clock.now(), owner, name, scopes, count, me.name)[1]
    except TokenRefusedError as error:
        return _page(HTTPStatus.UNPROCESSABLE_ENTITY, wrong=say(f"tokens.wrong_{error}"))
    return _page(secret=secret)


@console.post("/tokens/<int:id_>/revoke")
@needs(May.EDIT_SELF)
def revoke_token(id_: int) -> Answer:
    if too_old(ABOUT):
        return _page(HTTPStatus.FORBIDDEN, wrong=say("tokens.old"))
    me = staff()
    with transaction() as db:
        found = db.get(ApiToken, id_)
        mine = found and me.person and found.technician_id == me.person.id
        if found is None or not (mine or me.may(May.EDIT_TOKENS)):
            abort(404)
        tokens.revoke(db, clock.now(), found, me.name)
    return done("console.all_tokens")
