"""The staff pages: who is on call, the tickets, and all that happened on one of them."""

from http import HTTPStatus
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, send_file, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as Answer

from ivr import clock
from ivr.console import guard, words
from ivr.database import reading, transaction
from ivr.models import Recording, Ticket
from ivr.services import board, paging, recordings, show, tickets
from ivr.services.numbers import dialled

LONGEST_NOTE = 10_000

console = Blueprint(
    "console",
    __name__,
    template_folder="templates",
    static_folder="static",
    static_url_path="/console",
)
console.before_request(guard.guard)
console.after_request(guard.secure)
console.add_app_template_filter(words.moment, "moment")
console.add_app_template_filter(words.minute, "minute")
console.add_app_template_filter(words.time_of_day, "time_of_day")
console.add_app_template_filter(words.question, "question")
console.add_app_template_filter(words.heard, "heard")


@console.errorhandler(HTTPException)
def wrong(error: HTTPException) -> tuple[str, int]:
    code = error.code or HTTPStatus.INTERNAL_SERVER_ERROR
    told = render_template("wrong.html", title=error.name, why=error.description)
    return told, code


@console.get("/")
def home() -> Answer:
    return redirect(url_for("console.all_tickets"))


@console.get("/tickets")
def all_tickets() -> str:
    before = request.args.get("before", type=int)
    now = clock.now()
    with reading() as db:
        found, more = board.newest(db, before)
        return render_template(
            "tickets.html",
            **_frame(db),
            on_call=board.on_call(db),
            live=[(one, words.age(one.opened_at, now)) for one in board.live(db)],
            tickets=found,
            before=before,
            more=more,
        )


@console.get("/tickets/<number>")
def one_ticket(number: str) -> str:
    with reading() as db:
        try:
            record = show.ticket(db, number)
        except show.UnknownError as error:
            abort(404, description=str(error))
        return render_template("ticket.html", **_frame(db), ticket=record, **_parts(record))


def _frame(db: Session) -> dict[str, str]:
    return {"organization": board.organization(db), "zone": board.zone(db)}


def _parts(record: dict[str, Any]) -> dict[str, Any]:
    """The page that counts, the rings in order, and recordings by SID."""
    pages = record["pages"]
    live = next((one for one in pages if one["state"] in paging.LIVE), None)
    on_line = any(call["ended_at"] is None for call in record["calls"])
    return {
        "page": live or (pages[-1] if pages else None),
        "live": live is not None or on_line,
        "legs": [leg for page in pages for leg in page["legs"]],
        "recordings": {one["sid"]: one for one in record["recordings"]},
    }


@console.post("/tickets/<number>/notes")
def add_note(number: str) -> Answer:
    text = request.form.get("text", "").strip()[:LONGEST_NOTE]
    with transaction() as db:
        ticket = _ticket(db, number)
        if text:
            tickets.note(db, clock.now(), ticket, "staff", text)
    return _back(number)


@console.post("/tickets/<number>/resolve")
def resolve(number: str) -> Answer:
    with transaction() as db:
        paging.resolve(db, clock.now(), _ticket(db, number), None, "staff page")
    return _back(number)


def _ticket(db: Session, number: str) -> Ticket:
    ticket = tickets.find(db, dialled(number) or "")
    if ticket is None:
        abort(404, description=f"there is no ticket {number}")
    return ticket


def _back(number: str) -> Answer:
    return redirect(url_for("console.one_ticket", number=number), HTTPStatus.SEE_OTHER)


@console.get("/recordings/<sid>")
def recording(sid: str) -> Answer:
    with reading() as db:
        found = db.scalar(select(Recording.file).where(Recording.sid == sid))
    file = recordings.folder() / found if found else None
    if file is None or not file.is_file():
        abort(404, description="this recording is not here (yet)")
    return send_file(file.resolve(), mimetype="audio/wav", conditional=True)
