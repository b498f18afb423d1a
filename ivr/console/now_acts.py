"""What staff do about a page from the first page, and how they call a customer: by their own phone,
which the carrier rings. What may be done, and what is too late, is for the services to say.
"""

from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus

from flask import Response, abort, request
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Answer

from ivr import clock
from ivr.console import now
from ivr.console.door import console, page
from ivr.console.forms import WrongError, done, token, too_old
from ivr.console.guard import needs
from ivr.console.now import whoever
from ivr.console.tongue import say
from ivr.database import reading, transaction
from ivr.models import Page, PageState, Technician, Ticket
from ivr.services.calls import call_backs
from ivr.services.calls.numbers import dialled
from ivr.services.paging import paging, steering, taking_over
from ivr.services.paging.steering import TooLateError
from ivr.services.settings import house
from ivr.services.staff.roles import May
from ivr.services.tickets import tickets

ROW = "int(max=2147483647)"
CALL = "call"
Act = Callable[[Session, datetime, Page], str]


def accept(db: Session, moment: datetime, page: Page) -> str:
    me = _me(db)
    return steering.accept(db, moment, page, me, _phone(me))


def over(db: Session, moment: datetime, page: Page) -> str:
    me = _me(db)
    return taking_over.take_over(db, moment, page, me, _phone(me))


def _phone(me: Technician) -> str | None:
    """The one of theirs that they have chosen, or their first one."""
    chosen = request.form.get("phone", "")
    return chosen if chosen in {one.number for one in me.phones} else me.phone


def ring(db: Session, moment: datetime, page: Page) -> str:
    steering.ring_now(db, moment, page, _by(db))
    return "rung"


def next_level(db: Session, moment: datetime, page: Page) -> str:
    steering.next_level(db, moment, page, _by(db))
    return "next"


def close(db: Session, moment: datetime, page: Page) -> str:
    steering.stop(db, moment, page, _by(db))
    return "closed"


ACTS: dict[str, Act] = {
    "accept": accept,
    "over": over,
    "ring": ring,
    "next": next_level,
    "close": close,
}
"""By the last word of the address; each says what came of it."""


def _me(db: Session) -> Technician:
    found = whoever(db)
    if found is None:
        raise WrongError(say("now.who_are_you"))
    return found


def _by(db: Session) -> str:
    found = whoever(db)
    return found.name if found else house.ANYBODY


@console.post(f"/now/<{ROW}:id_>/<any({', '.join(ACTS)}):act>")
@needs(May.ACT_ON_TICKETS)
def do_now(id_: int, act: str) -> Answer:
    if too_old(now.ABOUT):
        return now.once_more(HTTPStatus.FORBIDDEN, old=True)
    try:
        with transaction() as db:
            found = db.get(Page, id_, with_for_update=True)
            if found is None or found.ticket.canary:
                abort(404)
            came = ACTS[act](db, clock.now(), found)
            waits, number = found.state == PageState.OWED, found.ticket.number
    except TooLateError as error:
        return now.once_more(HTTPStatus.CONFLICT, wrong=too_late(error))
    except WrongError as error:
        return now.once_more(HTTPStatus.UNPROCESSABLE_ENTITY, wrong=str(error))
    if came == "accepted":  # nobody is on the line: the customer is to be called, or written to
        return done("console.call_customer" if waits else "console.one_ticket", number=number)
    return done("console.now", done=came)


def too_late(error: TooLateError) -> str:
    return say(f"now.too_late_{str(error).replace(' ', '_')}")


# Calling a customer -------------------------------------------------------------------------------


@console.get("/tickets/<number>/call")
@needs(May.ACT_ON_TICKETS)
def call_customer(number: str) -> Response:
    return _call(number)


def _call(
    number: str, code: int = HTTPStatus.OK, *, old: bool = False, wrong: str = ""
) -> Response:
    with reading() as db:
        ticket, me = _ticket(db, number), whoever(db)
        names = select(Technician.name).where(Technician.active).order_by(Technician.name)
        live = paging.latest(db, ticket.id)
        answer = page(
            db,
            "call_customer.html",
            ticket=ticket,
            ways=call_backs.ways(db, ticket),
            phones=me.phones if me else (),
            held=live.accepted_by if live and live.state == PageState.OWED else None,
            by=me.name if me else "",
            people=() if me else db.scalars(names).all(),
            token=token(f"{CALL} {ticket.number}"),
            old=old,
            wrong=wrong,
        )
        answer.status_code = code
        return answer


@console.post("/tickets/<number>/call")
@needs(May.ACT_ON_TICKETS)
def ring_to_call(number: str) -> Answer:
    with reading() as db:
        number = _ticket(db, number).number
    if too_old(f"{CALL} {number}"):
        return _call(number, HTTPStatus.FORBIDDEN, old=True)
    to, phone = request.form.get("to", ""), request.form.get("phone", "")
    try:
        with transaction() as db:
            me = _me(db)
            call_backs.begin(db, clock.now(), _ticket(db, number), me, to, phone or me.phone or "")
    except TooLateError as error:
        return _call(number, HTTPStatus.CONFLICT, wrong=too_late(error))
    except WrongError as error:
        return _call(number, HTTPStatus.UNPROCESSABLE_ENTITY, wrong=str(error))
    return done("console.now", done="ringing")


def _ticket(db: Session, number: str) -> Ticket:
    found = tickets.find(db, dialled(number) or "")
    if found is None:
        abort(404, description=say("now.no_ticket", number=number))
    return found
