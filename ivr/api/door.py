"""The API's blueprint: who asks, how often, and what is said when something is wrong."""

from http import HTTPStatus

from flask import Blueprint, Response, g, request
from sqlalchemy.exc import DataError, SQLAlchemyError
from werkzeug.exceptions import HTTPException

from ivr import clock
from ivr.api import limits, problems
from ivr.api.problems import ProblemError
from ivr.database import reading, transaction
from ivr.models import ApiToken
from ivr.services.paging.steering import TooLateError
from ivr.services.refusal import RefusedError
from ivr.services.staff import tokens
from ivr.services.staff.tokens import Scope
from ivr.services.tickets.life import NotAllowedError
from ivr.services.tickets.relations import NotPossibleError

api = Blueprint("api", __name__, url_prefix="/api/v1")
CHALLENGE = 'Bearer realm="ivr"'
OPEN: set[str] = set()
"""Endpoints that take no token: the description of the API."""
TOO_LATE = {
    "over": "Nobody is summoned to it any more, or somebody has it already.",
    "last": "There is no level after this one.",
    "talking": "They are on the line with the customer already.",
    "taking": "Somebody takes this conversation over already.",
    "yours": "It is the owner of the token who talks with them.",
    "waits": "Another caller waits for an answer about this ticket: accept that first.",
    "rings": "Phones ring for it already.",
    "holds": "A caller waits on the line for it: accept it, or resolve the ticket.",
    "no phone": "The owner of the token has no phone that could be rung.",
}
"""By the word of the error."""


@api.before_request
def let_in() -> Response | None:
    """Nothing is told to whoever has no token, not even what there is."""
    if request.endpoint in OPEN:
        return None
    token = _token()
    if token is None:
        told = "Send a token that is in force: Authorization: Bearer ivr_…"
        return problems.answer(401, told, WWW_Authenticate=CHALLENGE)
    g.token = token
    return limits.refused(token.id)


def _token() -> ApiToken | None:
    given = request.authorization
    secret = given.token if given and given.type == "bearer" else None
    now = clock.now()
    with reading() as db:
        found = tokens.known(db, now, secret) if secret else None
    if found and tokens.is_stale(found, now):
        with transaction() as db:
            tokens.used(db, now, found)
    return found


def check(scope: Scope) -> None:
    token: ApiToken = g.token
    if scope not in token.scopes:
        raise ProblemError(HTTPStatus.FORBIDDEN, f"This token lacks the scope {scope}.")
    if not tokens.may(token, scope):
        raise ProblemError(HTTPStatus.FORBIDDEN, "Whose token this is may not do that any more.")


@api.after_request
def told(answer: Response) -> Response:
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return limits.told(answer)


# What goes wrong ----------------------------------------------------------------------------------


@api.errorhandler(ProblemError)
def problem(error: ProblemError) -> Response:
    return problems.answer(error.status, error.detail, error.errors, **error.headers)


@api.errorhandler(NotAllowedError)
def not_allowed(error: NotAllowedError) -> Response:
    return _conflict(f"That cannot be done to a ticket that is {error.was}.")


@api.errorhandler(TooLateError)
def too_late(error: TooLateError) -> Response:
    return _conflict(TOO_LATE.get(str(error), TOO_LATE["over"]))


@api.errorhandler(NotPossibleError)
def not_possible(error: NotPossibleError) -> Response:
    return _conflict(f"That is not possible: {error}.")


@api.errorhandler(RefusedError)
def refused(error: RefusedError) -> Response:
    return _conflict(f"That is not possible: {error}.")


def _conflict(detail: str) -> Response:
    return problems.answer(HTTPStatus.CONFLICT, detail)


@api.errorhandler(HTTPException)
def wrong(error: HTTPException) -> Response:
    code = error.code or HTTPStatus.INTERNAL_SERVER_ERROR
    made = problems.answer(code, error.description or "")
    for name, value in error.get_headers():
        if name == "Allow":
            made.headers[name] = value
    return made


@api.errorhandler(DataError)
def no_value(_error: DataError) -> Response:
    told = "Something that was sent cannot be kept, such as a character NUL."
    return problems.answer(HTTPStatus.BAD_REQUEST, told)


@api.errorhandler(SQLAlchemyError)
def no_database(_error: SQLAlchemyError) -> Response:
    told = "The database does not answer. Calls are still taken; try again."
    return problems.answer(HTTPStatus.SERVICE_UNAVAILABLE, told, Retry_After="5")


@api.before_app_request
def nothing_here() -> Response | None:
    """What is not there, or not by this method, is told as everything else is."""
    error = request.routing_exception
    if error is None or not request.path.startswith(f"{api.url_prefix}/"):
        return None
    return told(wrong(error))
