"""Calendar feeds: what calendar programs read, which cannot sign in. The address is the secret.

A feed tells names of ours and rotas, and nothing of a customer. Its content is known by an ETag, so
that a program that asks often is told that nothing has changed.
"""

from http import HTTPStatus

from flask import Blueprint, Response, abort, request
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response as Answer

from ivr import clock, headers
from ivr.database import reading
from ivr.services.on_call import feeds, ical_export

calendar = Blueprint("calendar", __name__, url_prefix="/calendar")
MAX_AGE = 600
"""Seconds."""


@calendar.get("/<token>.ics")
def feed(token: str) -> Answer:
    now = clock.now()
    with reading() as db:
        found = feeds.by_token(db, token)
        if found is None:
            abort(HTTPStatus.NOT_FOUND)
        content = ical_export.feed(db, now, found)
    answer = Response(content, content_type="text/calendar; charset=utf-8")
    answer.headers.update(headers.SECURE)
    answer.headers["Content-Disposition"] = 'inline; filename="on-call.ics"'
    answer.headers["Cache-Control"] = f"private, max-age={MAX_AGE}"
    answer.headers["X-Robots-Tag"] = "noindex"
    answer.add_etag()
    return answer.make_conditional(request)


@calendar.errorhandler(SQLAlchemyError)
def later(_error: SQLAlchemyError) -> tuple[str, int]:
    """A program that is told so keeps what it has, and comes again."""
    return "", HTTPStatus.SERVICE_UNAVAILABLE
