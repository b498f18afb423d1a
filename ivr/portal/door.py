"""The portal's blueprint: who may in, what every page knows, and what is said when something is
wrong.
"""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any

from flask import (
    Blueprint,
    Response,
    abort,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as Answer

from ivr import clock, headers
from ivr.database import reading
from ivr.portal import visitor, words
from ivr.services import vocabulary
from ivr.services.calls import moments, numbers
from ivr.services.settings import house
from ivr.services.staff import sign_ins
from ivr.services.tickets import attachments
from ivr.settings import settings
from ivr.signed import Token

TOLD = {
    400: "not_understood",
    403: "not_done",
    404: "not_here",
    409: "not_any_more",
    413: "too_large",
    429: "too_often",
}
"""What is said for a status, in the words' [wrong]."""

portal = Blueprint(
    "portal",
    __name__,
    url_prefix="/portal",
    template_folder="templates",
    static_folder="static",
    static_url_path="/static",
)
portal.before_request(visitor.recognize)
portal.after_request(visitor.remember)
portal.after_request(headers.secure)


def page(name: str, status: int = 200, /, **values: Any) -> Response:
    """A page in the visitor's language."""
    who = visitor.visitor()
    language = who.language
    with reading() as db:
        ours = house.ours(db)
        organization, zone = ours.name, ours.time_zone
    now = clock.now()

    def say(key: str, kind: str = "pages", **told: Any) -> str:
        return words.say(language, key, kind, **told)

    answer = make_response(
        render_template(
            f"portal/{name}.html",
            who=who,
            language=language,
            languages=vocabulary.LANGUAGES,
            say=say,
            word=lambda kind, key: vocabulary.word(language, kind, key),
            line=lambda told: words.line(language, told, organization),
            browser=sign_ins.named,
            size=lambda count: words.size(language, count),
            written=lambda moment: moments.written(moment, zone, language),
            when=lambda moment: moments.in_words(moment, now, language, zone),
            organization=organization,
            zone=zone,
            now=now,
            phone=numbers.readable(settings().twilio_number),
            dial=settings().twilio_number,
            support=settings().support_email,
            token=visitor.token,
            most=attachments.MOST_BY_WEB,
            largest=attachments.LARGEST_BY_WEB,
            **values,
        ),
        status,
    )
    answer.headers["Content-Language"] = language
    return answer


def signed_in(view: Callable[..., Answer]) -> Callable[..., Answer]:
    """Whoever is not is asked to sign in, and comes back to where they wanted to go."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Answer:
        if visitor.visitor().here:
            return view(*args, **kwargs)
        if request.args.get("part"):  # it asks again and again by itself: it is only told
            return Response(status=HTTPStatus.UNAUTHORIZED)
        answer = redirect(url_for("portal.sign_in"), HTTPStatus.SEE_OTHER)
        if request.method == "GET":
            visitor.give(answer, visitor.WANTED, request.full_path.rstrip("?"), 3600)
        return answer

    return guarded


def checked(about: str = "") -> bool:
    """Whether the form is of ours, and still good. One that is not ours gets nowhere."""
    found = visitor.check(about)
    if found is Token.FOREIGN:
        abort(403)
    return found is Token.GOOD


@portal.route("/<path:_rest>", methods=["GET", "POST"])
def nothing_here(_rest: str) -> Answer:
    abort(404)


@portal.errorhandler(HTTPException)
def wrong(error: HTTPException) -> Response | HTTPException:
    code = error.code or HTTPStatus.INTERNAL_SERVER_ERROR
    if code < HTTPStatus.BAD_REQUEST:
        return error
    return page("wrong", code, told=TOLD.get(code, "broken"))


@portal.errorhandler(SQLAlchemyError)
def no_database(_error: SQLAlchemyError) -> Response:
    """The page needs none."""
    language = request.cookies.get(visitor.LANGUAGE) or request.accept_languages.best_match(
        vocabulary.LANGUAGES
    )
    language = vocabulary.known(language)
    phone = numbers.readable(settings().twilio_number)
    told = words.say(language, "no_database", "wrong", phone=phone)
    return Response(f"{told}\n", HTTPStatus.SERVICE_UNAVAILABLE, mimetype="text/plain")
