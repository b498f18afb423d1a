"""Who may see which of the staff pages: every route says which right it takes.

As long as nobody of us can sign in: with CONSOLE_PASSWORD set, whoever knows it (HTTP Basic, RFC
7617); without one, only this machine, which a request that was forwarded, or that names another
host, is not. To others the pages do not exist, since the same port is open to the carrier. From the
first account on everybody signs in (docs/decisions/12).
"""

import hmac
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Response, abort, current_app, redirect, render_template, request, url_for
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as Answer

from ivr.console import staff
from ivr.console.tongue import language, say
from ivr.services.staff.roles import May
from ivr.settings import settings

LOOPBACK = {"127.0.0.1", "localhost", "::1"}
FORWARDED = ("forwarded", "x-forwarded-", "x-real-ip")
STYLES = "console.static"
View = TypeVar("View", bound=Callable[..., Any])

RIGHTS: dict[Callable[..., Any], May] = {}
"""By view: what it takes to see it, or to do it."""
FOR_STRANGERS: set[Callable[..., Any]] = set()
"""Views for those who are not signed in yet."""
BY_LINK: set[Callable[..., Any]] = set()
"""Views that a link opens to whoever has it; they look after themselves."""


def needs(right: May) -> Callable[[View], View]:
    """Below the route's own decorator."""

    def note(view: View) -> View:
        RIGHTS[view] = right
        return view

    return note


def for_strangers(view: View) -> View:
    FOR_STRANGERS.add(view)
    return view


def by_link(view: View) -> View:
    BY_LINK.add(view)
    return view


def guard() -> Answer | None:
    """What to answer whoever may not come in, or may not go there."""
    view = current_app.view_functions[request.endpoint] if request.endpoint else None
    if view in BY_LINK and request.method != "OPTIONS":
        staff.recognize()
        return None
    if staff.recognize().locked and (view in FOR_STRANGERS or request.endpoint == STYLES):
        return None
    refused = let_in()
    if refused is None and request.endpoint != STYLES and view not in FOR_STRANGERS:
        _check(view)
    return refused


def let_in() -> Answer | None:
    """What to answer whoever is not one of us: nothing that tells what is here."""
    found = staff.recognize()
    if not found.locked:
        return as_before_accounts()
    return None if found.here else _ask_to_sign_in()


def is_in() -> bool:
    """Whether they may read what went wrong. A database that is away knows nobody."""
    try:
        return let_in() is None
    except SQLAlchemyError:
        return as_before_accounts() is None


def _check(view: Callable[..., Any] | None) -> None:
    """A view that says nothing is for nobody."""
    right = RIGHTS.get(view) if view else None
    found = staff.staff()
    if right is None or not found.may(right):
        told = say(f"roles.{right.name.lower()}") if right else say("wrong.no_right")
        role = say(f"roles.{found.role}")
        abort(403, description=say("wrong.role", role=role, right=told))


def _ask_to_sign_in() -> Answer:
    """A page comes back after that; a form is told, with what was written in it; what asks again
    and again by itself is just told.
    """
    if request.method == "POST":
        text = request.form.get("text", "")
        told = {"text": text, "then": staff.page_of_form(), "language": language()}
        page = render_template("signed_out.html", **told)
        return Response(page, HTTPStatus.UNAUTHORIZED)
    if request.args.get("part") or request.method not in {"GET", "HEAD"}:
        return Response("Signed out.\n", HTTPStatus.UNAUTHORIZED, mimetype="text/plain")
    wanted = staff.ours(request.full_path.rstrip("?"))
    then = None if wanted == "/" else wanted or None
    return redirect(url_for("console.sign_in", then=then), HTTPStatus.SEE_OTHER)


# Before there are accounts ------------------------------------------------------------------------


def as_before_accounts() -> Response | None:
    if settings().console_password:
        return None if _knows_the_password() else _ask_for_the_password()
    return None if _is_this_machine() else _not_here()


def _knows_the_password() -> bool:
    given = request.authorization.password if request.authorization else None
    wanted = settings().console_password
    return hmac.compare_digest((given or "").encode(), wanted.encode())


def _ask_for_the_password() -> Response:
    challenge = {"WWW-Authenticate": 'Basic realm="Support line", charset="UTF-8"'}
    return Response(f"{say('wrong.password')}\n", 401, challenge, mimetype="text/plain")


def _is_this_machine() -> bool:
    try:
        host = urlsplit(f"//{request.host}").hostname
    except ValueError:
        return False
    return host in LOOPBACK and not any(
        name.lower().startswith(FORWARDED)
        for name in request.headers.keys()  # noqa: SIM118
    )


def _not_here() -> Response:
    return Response(NotFound().get_body(), 404, mimetype="text/html")
