"""The door of the staff pages: one blueprint, its guard, its frame, and what is told when something
goes wrong.
"""

from http import HTTPStatus

from flask import Blueprint, Response, make_response, render_template, request
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from werkzeug.exceptions import HTTPException, ServiceUnavailable

from ivr import clock, headers
from ivr.console import guard, words
from ivr.services import checks, house, undelivered

CARRIER = ("/voice/", "/sms/")
"""The other door of this port: what it answers is none of our business."""

console = Blueprint(
    "console",
    __name__,
    template_folder="templates",
    static_folder="static",
    static_url_path="/console",
)
console.before_request(guard.guard)
console.after_request(headers.secure)
for word in (words.minute, words.time_of_day, words.age, words.span, words.zone_name, words.turns,
             words.ring, words.place, words.message, words.spoken, words.tongue,
             words.size):  # fmt: skip
    console.add_app_template_filter(word)


def page(db: Session, template: str, **values: object) -> Response:
    """With `?part=live` only the part that changes while calls are under way."""
    ours = house.ours(db)
    frame = {"organization": ours.name, "zone": ours.time_zone, "now": clock.now()}
    part = request.args.get("part") == "live"
    if not part:
        frame["undelivered"] = undelivered.count(db)
        frame["unready"] = checks.bad(db, clock.now())
    answer = make_response(render_template(template, part=part, **frame | values))
    if part:
        answer.add_etag()
        answer.make_conditional(request)
    return answer


# What goes wrong ----------------------------------------------------------------------------------

TITLES = {
    403: "Not done",
    404: "Nothing here",
    405: "Not like this",
    413: "Too much",
    503: "Out of order",
}
TOO_MUCH = (
    "That was more than a page takes at once, and was not done."
    " Go back in your browser: what you wrote is still there."
)


@console.app_errorhandler(HTTPException)
def wrong(error: HTTPException) -> Response | HTTPException:
    """A readable page for staff; what is not ours, or asked by others, keeps its own answer."""
    theirs = request.endpoint and request.blueprint != "console"
    if theirs or request.path.startswith(CARRIER) or guard.guard():
        return error
    code = error.code or HTTPStatus.INTERNAL_SERVER_ERROR
    title = TITLES.get(code, error.name)
    why = TOO_MUCH if code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE else error.description
    answer = make_response(error.get_response(request.environ))
    answer.set_data(render_template("wrong.html", title=title, why=why))
    return headers.secure(answer)


@console.errorhandler(SQLAlchemyError)
def no_database(_error: SQLAlchemyError) -> Response | HTTPException:
    why = "The database does not answer. Calls are still taken; try again in a moment."
    return wrong(ServiceUnavailable(why))
