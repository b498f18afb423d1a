"""The door of the staff pages: one blueprint, its guard, its frame, and what is told when something
goes wrong.
"""

from flask import Blueprint, Response, g, make_response, render_template, request
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from werkzeug.exceptions import HTTPException, ServiceUnavailable

from ivr import clock, headers
from ivr.console import (
    audit_words,
    call_words,
    guard,
    nav,
    rota_words,
    setting_words,
    staff,
    tongue,
    words,
)
from ivr.console.forms import token
from ivr.services import vocabulary
from ivr.services.calls import numbers
from ivr.services.mail import undelivered
from ivr.services.paging import live
from ivr.services.settings import house
from ivr.services.staff import sign_ins
from ivr.services.staff.roles import May
from ivr.services.sureness import checks

FRAME = "the frame"
"""What the forms that stand around every page are signed for."""
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
console.after_request(staff.remember)
console.after_request(headers.secure)
for word in (words.minute, words.time_of_day, words.age, words.span, words.zone_name,
             words.second, words.turns, words.question, words.ring, words.place, words.message,
             words.spoken, words.tongue,
             words.size, words.local, words.day, words.listed, words.value, words.due,
             tongue.number, sign_ins.named, numbers.readable, audit_words.told, audit_words.who,
             setting_words.weekday):  # fmt: skip
    console.add_app_template_filter(word)
for name, of_rotas in rota_words.FILTERS.items():
    console.add_app_template_filter(of_rotas, name)
for of_tongue in (tongue.bdi, tongue.cause, tongue.severity):
    console.add_app_template_filter(of_tongue)
for name, of_calls in call_words.FILTERS.items():
    console.add_app_template_filter(of_calls, name)
console.add_app_template_global(tongue.say, "say")
console.add_app_template_global(rota_words.weekdays, "weekdays")


def page(db: Session, template: str, **values: object) -> Response:
    """With `?part=live` only the part that changes while calls are under way. Times are in the zone
    of the organization, or in the `zone` that is given.
    """
    ours = house.ours(db)
    frame = _chrome() | {"organization": ours.name, "zone": ours.time_zone, "now": clock.now()}
    part = request.args.get("part") == "live"
    if not part:
        frame["unanswered"] = live.unanswered(db)
        frame["undelivered"] = undelivered.count(db)
        frame["unready"] = checks.bad(db, clock.now(), tongue.language())
    answer = make_response(render_template(template, part=part, **frame | values))
    if part:
        answer.add_etag()
        answer.make_conditional(request)
        answer.headers["Clock"] = clock.now().isoformat()
    return answer


def _chrome() -> dict[str, object]:
    """What stands around every page, whatever is in it."""
    return {
        "me": g.get("staff"),
        "May": May,
        "sections": list(nav.sections()),
        "language": tongue.language(),
        "languages": vocabulary.LANGUAGES,
        "frame_token": lambda: token(FRAME),
    }


# What goes wrong ----------------------------------------------------------------------------------


@console.app_errorhandler(HTTPException)
def wrong(error: HTTPException) -> Response | HTTPException:
    """A readable page for staff; what is not ours, or asked by others, keeps its own answer."""
    theirs = request.endpoint and request.blueprint != "console"
    if theirs or request.path.startswith(CARRIER) or not guard.is_in():
        return error
    told = {"title": _of_code(error, "title"), "why": _why(error)}
    answer = make_response(error.get_response(request.environ))
    answer.set_data(render_template("wrong.html", **told, **_chrome()))
    return headers.secure(answer)


def _of_code(error: HTTPException, word: str) -> str:
    """As for this code, or as for any other."""
    of_code = f"wrong.{word}_{error.code}"
    return tongue.say(of_code if tongue.is_known(of_code) else f"wrong.{word}")


def _why(error: HTTPException) -> str:
    """What a page of ours says of it; the library's own words are in one language alone."""
    own = error.description if error.description != type(error).description else None
    return own or _of_code(error, "why")


@console.errorhandler(SQLAlchemyError)
def no_database(_error: SQLAlchemyError) -> Response | HTTPException:
    if guard.is_in():
        return wrong(ServiceUnavailable())
    why = tongue.say("wrong.why_503")
    return headers.secure(Response(f"{why}\n", 503, mimetype="text/plain"))
