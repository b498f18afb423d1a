"""Signing in to the staff pages as another server knows us (services/staff/oidc)."""

import logging
from http import HTTPStatus

import msgspec
from flask import abort, redirect, request, url_for
from werkzeug.wrappers import Response as Answer

from ivr import clock, signed
from ivr.console import staff
from ivr.console.door import console
from ivr.console.guard import for_strangers
from ivr.console.sign_in import page, welcome
from ivr.database import reading
from ivr.services.staff import accounts, oidc
from ivr.services.staff.oidc import Asked, ProviderError
from ivr.settings import settings

ASKED = "staff_asked"
WITHIN = 600
log = logging.getLogger(__name__)


def _back() -> str:
    return f"{settings().own_url}{url_for('console.back_from_provider')}"


@console.get("/sign-in/provider")
@for_strangers
def to_provider() -> Answer:
    """A link, not a form: our own policy lets no form lead elsewhere."""
    if not settings().oidc_issuer:
        abort(404)
    then = staff.ours(request.args.get("then", ""))
    try:
        url, asked = oidc.ask(_back(), then)
    except ProviderError as error:
        return _refused(error)
    answer = redirect(url, HTTPStatus.SEE_OTHER)
    kept = signed.sign(msgspec.to_builtins(asked), ASKED)
    staff.give(answer, ASKED, kept, WITHIN, path=staff.SIGN_IN_PAGES)
    return answer


@console.get("/sign-in/provider/back")
@for_strangers
def back_from_provider() -> Answer:
    if not settings().oidc_issuer:
        abort(404)
    try:
        email, then = _answered()
    except ProviderError as error:
        return _refused(error)
    with reading() as db:
        person = accounts.known(db, email)
    if person is None:
        return _refused(ProviderError("nobody of ours"))
    answer = welcome(person.id, email, staff.ours(then))
    answer.delete_cookie(ASKED, path=staff.SIGN_IN_PAGES)
    return answer


def _answered() -> tuple[str, str]:
    """Whose e-mail it is, and the page that was wanted."""
    kept = signed.read(request.cookies.get(ASKED, ""), ASKED, WITHIN)
    if kept is None:
        raise ProviderError("nothing was asked in this browser")
    asked = msgspec.convert(kept, Asked)
    return oidc.email(clock.now(), _back(), asked, request.args), asked.then


def _refused(error: ProviderError) -> Answer:
    log.warning("signing in by the provider: %s", error)
    answer = page("sign_in.html", HTTPStatus.FORBIDDEN, told="provider")
    answer.delete_cookie(ASKED, path=staff.SIGN_IN_PAGES)
    return answer
