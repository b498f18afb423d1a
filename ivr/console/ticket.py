"""One ticket: who has it, what happened on it, and what staff do to it.

live.js asks for the part that changes again and again, by its ETag.
"""

from contextlib import nullcontext
from datetime import datetime
from functools import partial
from http import HTTPStatus

from flask import Response, abort, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Answer

from ivr import clock, taking_in
from ivr.console import acts, happened, now, staff, story, tongue
from ivr.console.door import console, page
from ivr.console.forms import WrongError, attached, done, filled_in, row, token, too_old, who
from ivr.console.guard import needs
from ivr.console.tongue import say
from ivr.database import reading, transaction
from ivr.models import Page, Ticket
from ivr.services.calls.numbers import dialled
from ivr.services.paging import taking_over
from ivr.services.settings import house
from ivr.services.staff.roles import May
from ivr.services.tickets import attachments, board, customers, happenings, show, tickets
from ivr.services.tickets.happenings import Leaf, Show
from ivr.services.tickets.ticket_acts import TicketActs


@console.get("/tickets/<number>")
@needs(May.SEE_TICKETS)
def one_ticket(number: str) -> Response:
    return ticket_page(number)


def ticket_page(number: str, text: str = "", *, old: bool = False, wrong: str = "") -> Response:
    """With the text given back when nothing was done with it. `?at=` shows the leaf that a moment
    is on, wherever that is: so a hit of a search is found in its place.
    """
    with reading() as db:
        row = find(db, number)
        leaf = _leaf(db, row.id)
        record = show.leaf(db, row, leaf, tongue.language())
        zone = house.ours(db).time_zone
        live, on_line = story.live_page(record), story.on_line(record)
        talks = taking_over.conversation(db, row.id) if on_line else None
        return page(
            db,
            "ticket.html",
            ticket=record,
            leaf=leaf,
            shows=list(Show),
            standing=story.standing(record, clock.now(), zone),
            days=happened.days(record, leaf, zone),
            files=happened.files(record)[None],
            page=live,
            quick=live or on_line,
            talks=talks if talks and _relievable(talks) else None,
            token_now=token(now.ABOUT),
            token=token(record["number"]),
            text=text,
            by=who(),
            choices=board.choices(db),
            customers=partial(customers.names, db),
            largest=attachments.LARGEST,
            old=old,
            wrong=wrong,
        )


def _relievable(talks: Page) -> bool:
    """By anybody but who talks."""
    me = staff.staff().person
    name = me.name if me else who()
    return talks.accepted_by is None or talks.accepted_by.name != name


def _leaf(db: Session, ticket_id: int) -> Leaf:
    """As the address asks for it; what it asks for in vain is as if it had not."""
    given = request.args
    shown, at = given.get("show", type=Show), given.get("at", type=moment)
    if at:
        return happenings.around(db, ticket_id, shown, at)
    return happenings.leaf(db, ticket_id, shown, given.get("before", type=moment))


def moment(given: str) -> datetime:
    """As our own links name it. Raises ValueError for anything else."""
    found = datetime.fromisoformat(given)
    if found.tzinfo is None:
        raise ValueError(given)
    return found


def find(db: Session, number: str) -> Ticket:
    try:
        return show.find(db, number)
    except show.UnknownError:
        abort(404, description=say("ticket.unknown", number=number))


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
            acts.do(act, TicketActs(db, clock.now(), _ours(db, number), form.by), form)
    except WrongError as error:
        return _once_more(number, wrong=str(error))
    return done("console.one_ticket", number=number, show=request.args.get("show", type=Show))


@console.post("/tickets/<number>/canned")
@needs(May.ACT_ON_TICKETS)
def insert_canned(number: str) -> Response:
    """A ready-made text after what is written already, for a browser without scripts."""
    if too_old(number):
        return _once_more(number, old=True)
    with reading() as db:
        canned = board.canned_reply(db, row(request.form.get("canned", "")))
    if not canned:
        return _once_more(number, wrong=say("forms.no_canned"))
    written = request.form.get("text", "").rstrip()
    return ticket_page(number, "\n\n".join(filter(None, (written, canned))))


def _once_more(number: str, *, old: bool = False, wrong: str = "") -> Response:
    """The page again, with what was written on it and why nothing was done."""
    answer = ticket_page(number, request.form.get("text", ""), old=old, wrong=wrong)
    answer.status_code = HTTPStatus.FORBIDDEN if old else HTTPStatus.UNPROCESSABLE_ENTITY
    return answer


def _ours(db: Session, number: str) -> Ticket:
    """Nothing is done to the line's own."""
    ticket = tickets.find(db, dialled(number) or "")
    if ticket is None:
        abort(404, description=say("ticket.unknown", number=number))
    return ticket
