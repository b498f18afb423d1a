"""The staff pages: who is on call, the tickets, and all that happened on one of them.

With `?part=live` a page gives only the part that changes while calls are under way; console.js
asks for it again and again, by its ETag.
"""

from http import HTTPStatus

from flask import (
    Blueprint,
    Response,
    abort,
    make_response,
    redirect,
    render_template,
    request,
    send_file,
    url_for,
)
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from werkzeug.exceptions import HTTPException, ServiceUnavailable
from werkzeug.wrappers import Response as Answer

from ivr import clock
from ivr.console import acts, guard, story, words
from ivr.console.token import Token, check, token
from ivr.database import reading, transaction
from ivr.models import Recording, RecordingState, Ticket
from ivr.services import board, house, recordings, show, tickets
from ivr.services.numbers import dialled

A_YEAR = 365 * 24 * 3600
LARGEST_ROW = 2**31
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
console.after_request(guard.secure)
for word in (words.minute, words.time_of_day, words.age, words.span, words.zone_name, words.turns,
             words.ring, words.place, words.message, words.spoken, words.tongue):  # fmt: skip
    console.add_app_template_filter(word)


@console.get("/")
def home() -> Answer:
    return redirect(url_for("console.all_tickets"))


@console.get("/tickets")
def all_tickets() -> Response:
    before = request.args.get("before", type=_row)
    with reading() as db:
        found, more = board.newest(db, before)
        return _page(
            db,
            "tickets.html",
            on_call=board.on_call(db),
            live={one.ticket.id: one for one in board.live(db)},
            tickets=found,
            answers=board.answers(db, found),
            before=before,
            more=more,
        )


def _row(text: str) -> int:
    number = int(text)
    if not 0 < number < LARGEST_ROW:
        raise ValueError(text)
    return number


@console.get("/tickets/<number>")
def one_ticket(number: str) -> Response:
    return _one_ticket(number)


def _one_ticket(number: str, text: str = "", *, old: bool = False, wrong: str = "") -> Response:
    """The page of a ticket; with the text given back when nothing was done with it."""
    with reading() as db:
        try:
            record = show.ticket(db, number)
        except show.UnknownError:
            abort(404, description=f"There is no ticket {number}.")
        zone = house.ours(db).time_zone
        legs = [leg for one in record["pages"] for leg in one["legs"]]
        return _page(
            db,
            "ticket.html",
            ticket=record,
            standing=story.standing(record, clock.now(), zone),
            days=story.days(record, zone),
            page=story.live_page(record),
            quick=story.live_page(record) or story.on_line(record),
            legs=legs,
            rung={leg["sid"]: leg["technician"] for leg in legs},
            token=token(record["number"]),
            text=text or board.canned_reply(db, request.args.get("canned", type=_row)),
            by=request.form.get("by") or request.cookies.get("by", ""),
            choices=board.choices(db),
            old=old,
            wrong=wrong,
        )


def _page(db: Session, template: str, **values: object) -> Response:
    ours = house.ours(db)
    frame = {"organization": ours.name, "zone": ours.time_zone, "now": clock.now()}
    part = request.args.get("part") == "live"
    answer = make_response(render_template(template, part=part, **frame, **values))
    if part:
        answer.add_etag()
        answer.make_conditional(request)
    return answer


# What staff do ------------------------------------------------------------------------------------


@console.post(f"/tickets/<number>/<any({', '.join(acts.ACTS)}):act>")
def act(number: str, act: str) -> Answer:
    if _too_old(number):
        return _once_more(number, old=True)
    given = request.form.get("by", "")
    try:
        with transaction() as db:
            form = acts.Form(request.form, acts.author(db, given))
            acts.do(db, clock.now(), act, _ticket(db, number), form)
    except acts.WrongError as error:
        return _once_more(number, wrong=str(error))
    answer = _back(number)
    answer.set_cookie("by", given, max_age=A_YEAR, httponly=True, samesite="Strict")
    return answer


def _too_old(number: str) -> bool:
    """Whether the form was open for too long. One that is not ours gets nowhere."""
    found = check(request.form.get("token", ""), number)
    if found is Token.FOREIGN:
        abort(403, description="That did not come from a form of these pages, and was not done.")
    return found is Token.OLD


def _once_more(number: str, *, old: bool = False, wrong: str = "") -> Response:
    """The page again, with what was written on it and why nothing was done."""
    answer = _one_ticket(number, request.form.get("text", ""), old=old, wrong=wrong)
    answer.status_code = HTTPStatus.FORBIDDEN if old else HTTPStatus.UNPROCESSABLE_ENTITY
    return answer


def _ticket(db: Session, number: str) -> Ticket:
    ticket = tickets.find(db, dialled(number) or "")
    if ticket is None:
        abort(404, description=f"There is no ticket {number}.")
    return ticket


def _back(number: str) -> Answer:
    return redirect(url_for("console.one_ticket", number=number), HTTPStatus.SEE_OTHER)


# Recordings ---------------------------------------------------------------------------------------


@console.get("/recordings/<sid>")
def recording(sid: str) -> Answer:
    with reading() as db:
        found = db.scalar(select(Recording).where(Recording.sid == sid))
    if found is None:
        abort(404, description="There is no such recording.")
    file = recordings.folder() / found.file if found.file else None
    if file is None or not file.is_file():
        due = found.state == RecordingState.DUE
        abort(404, description="This recording is being fetched." if due else "It is lost.")
    return send_file(file.resolve(), mimetype="audio/wav", conditional=True)


# What goes wrong ----------------------------------------------------------------------------------

TITLES = {403: "Not done", 404: "Nothing here", 405: "Not like this", 503: "Out of order"}


@console.app_errorhandler(HTTPException)
def wrong(error: HTTPException) -> Response | HTTPException:
    """A readable page for staff; what is not ours, or asked by others, keeps its own answer."""
    theirs = request.endpoint and request.blueprint != "console"
    if theirs or request.path.startswith(CARRIER) or guard.guard():
        return error
    code = error.code or HTTPStatus.INTERNAL_SERVER_ERROR
    title = TITLES.get(code, error.name)
    told = render_template("wrong.html", title=title, why=error.description)
    answer = make_response(error.get_response(request.environ))
    answer.set_data(told)
    return guard.secure(answer)


@console.errorhandler(SQLAlchemyError)
def no_database(_error: SQLAlchemyError) -> Response | HTTPException:
    why = "The database does not answer. Calls are still taken; try again in a moment."
    return wrong(ServiceUnavailable(why))
