"""The tickets: all of them, and what happened on one; what staff do to it.

live.js asks for the part that changes again and again, by its ETag.
"""

from contextlib import nullcontext
from functools import partial
from http import HTTPStatus

from flask import Response, abort, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Answer

from ivr import clock, taking_in
from ivr.console import acts, story
from ivr.console.door import console, page
from ivr.console.forms import WrongError, attached, done, filled_in, row, token, too_old, who
from ivr.console.guard import needs
from ivr.database import reading, transaction
from ivr.models import Ticket
from ivr.services import attachments, board, customers, house, show, tickets
from ivr.services.numbers import dialled
from ivr.services.roles import May


@console.get("/tickets")
@needs(May.SEE_TICKETS)
def all_tickets() -> Response:
    before = request.args.get("before", type=row)
    with reading() as db:
        found, more = board.newest(db, before)
        return page(
            db,
            "tickets.html",
            live={one.ticket.id: one for one in board.live(db)},
            tickets=found,
            answers=board.answers(db, found),
            before=before,
            more=more,
        )


@console.get("/tickets/<number>")
@needs(May.SEE_TICKETS)
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
        return page(
            db,
            "ticket.html",
            ticket=record,
            standing=story.standing(record, clock.now(), zone),
            days=story.days(record, zone),
            files=story.files(record)[None],
            page=story.live_page(record),
            quick=story.live_page(record) or story.on_line(record),
            legs=legs,
            rung={leg["sid"]: leg["technician"] for leg in legs},
            token=token(record["number"]),
            text=text or board.canned_reply(db, request.args.get("canned", type=row)),
            by=who(),
            choices=board.choices(db),
            customers=partial(customers.names, db),
            largest=attachments.LARGEST,
            old=old,
            wrong=wrong,
        )


# What staff do ------------------------------------------------------------------------------------


@console.post(f"/tickets/<number>/<any({', '.join(acts.ACTS)}):act>")
@needs(May.ACT_ON_TICKETS)
def act(number: str, act: str) -> Answer:
    with_files = act in acts.WITH_FILES
    if with_files:
        taking_in.make_room()
    if too_old(number):
        return _once_more(number, old=True)
    try:
        with attached() if with_files else nullcontext() as files, transaction() as db:
            form = filled_in(db, files or ())
            acts.do(db, clock.now(), act, _ticket(db, number), form)
    except WrongError as error:
        return _once_more(number, wrong=str(error))
    return done("console.one_ticket", number=number)


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
