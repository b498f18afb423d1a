"""The tickets of a company: all of them, and one with what happened and what can be said.

With `?part=live` the page of a ticket gives only what changes by itself; live.js asks for it again
and again, by its ETag.
"""

from collections.abc import Callable
from http import HTTPStatus

from flask import Response, abort, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Answer

from callflows.turn import Severity
from ivr import clock, taking_in
from ivr.database import reading, transaction
from ivr.models import Channel, Contact, Ticket
from ivr.portal import files, standing, visitor
from ivr.portal.door import checked, page, portal, signed_in
from ivr.portal.feedback import given_comment, given_score
from ivr.portal.files import Taken
from ivr.portal.opening import LONGEST_TEXT
from ivr.services.tickets import attachments, conversation, feedback, life, own_tickets
from ivr.services.tickets.life import NotAllowedError

LARGEST_ROW = 2**31


@portal.get("/")
def home() -> Answer:
    return redirect(url_for("portal.all_tickets"), HTTPStatus.SEE_OTHER)


@portal.get("/tickets")
@signed_in
def all_tickets() -> Answer:
    before = request.args.get("before", type=int)
    if before is not None and not 0 < before < LARGEST_ROW:
        before = None
    who = visitor.visitor()
    with reading() as db:
        found, more = own_tickets.newest(db, who.contact, before)
    return page("tickets", tickets=found, before=before, more=more)


@portal.get("/tickets/<number>")
@signed_in
def one_ticket(number: str) -> Answer:
    return _one_ticket(number)


def _one_ticket(
    number: str, status: int = 200, *, text: str = "", taken: Taken | None = None, told: str = ""
) -> Response:
    now = clock.now()
    with reading() as db:
        own = own_tickets.show(db, visitor.visitor().contact, number)
        if own is None:
            abort(404)
        may_reopen = life.may_reopen(db, now, own.ticket)
        stands = standing.of(own, now)
        given = feedback.of_closing(db, own.ticket)
    part = request.args.get("part") == "live"
    answer = page(
        "ticket",
        status,
        own=own,
        ticket=own.ticket,
        standing=stands,
        worse=own_tickets.may_be_worse(own.ticket),
        over=own.ticket.status in life.OVER,
        may_reopen=may_reopen,
        given=given,
        text=text,
        taken=taken or Taken(),
        told=told,
        lost=request.args.get("lost", type=int),
        part=part,
    )
    if part:
        answer.add_etag()
        answer.make_conditional(request)
    return answer


# What a customer does -----------------------------------------------------------------------------


@portal.post("/tickets/<number>/replies")
@signed_in
def reply(number: str) -> Answer:
    """An answer, an addition, or why it is not solved after all."""
    taking_in.make_room()
    text = visitor.written("text", LONGEST_TEXT)
    if not checked(number):
        return _one_ticket(number, HTTPStatus.FORBIDDEN, text=text, told="form_old")
    taken = files.take()
    if not text and not taken.kept:
        told = "" if taken.wrong else "nothing_written"
        return _one_ticket(number, HTTPStatus.UNPROCESSABLE_ENTITY, taken=taken, told=told)
    with transaction() as db:
        contact, ticket = _found(db, number)
        if ticket.status in life.OVER and not life.may_reopen(db, clock.now(), ticket):
            abort(HTTPStatus.CONFLICT)
        entry = conversation.said(
            db, clock.now(), ticket, life.CUSTOMER, by=contact.name, text=text, channel="portal"
        )
        attachments.attach(db, clock.now(), ticket.id, taken.kept, entry)
    return _back(number, lost=len(taken.wrong))


def _found(db: Session, number: str) -> tuple[Contact, Ticket]:
    contact = db.get_one(Contact, visitor.visitor().contact.id)
    ticket = own_tickets.find(db, contact, number)
    if ticket is None:
        abort(404)
    return contact, ticket


def _back(number: str, *, lost: int = 0) -> Answer:
    where = url_for("portal.one_ticket", number=number, lost=lost or None)
    return redirect(where, HTTPStatus.SEE_OTHER)


@portal.post("/tickets/<number>/worse")
@signed_in
def worse(number: str) -> Answer:
    def act(db: Session, _contact: Contact, ticket: Ticket) -> None:
        given = request.form.get("severity", "")
        if ticket.status in life.OVER or given not in own_tickets.may_be_worse(ticket):
            abort(HTTPStatus.CONFLICT)
        conversation.worse(db, clock.now(), ticket, Severity(given))

    return _do(number, act)


@portal.post("/tickets/<number>/solved")
@signed_in
def solved(number: str) -> Answer:
    def act(db: Session, contact: Contact, ticket: Ticket) -> None:
        conversation.solved(db, clock.now(), ticket, contact.name)

    return _do(number, act)


@portal.post("/tickets/<number>/feedback")
@signed_in
def give_feedback(number: str) -> Answer:
    def act(db: Session, contact: Contact, ticket: Ticket) -> None:
        score = given_score()
        if ticket.status not in life.OVER or score is None:
            abort(HTTPStatus.CONFLICT)
        feedback.give(
            db,
            clock.now(),
            ticket,
            score,
            Channel.PORTAL,
            comment=given_comment(),
            contact_id=contact.id,
        )

    return _do(number, act)


def _do(number: str, act: Callable[[Session, Contact, Ticket], None]) -> Answer:
    if not checked(number):
        return _one_ticket(number, HTTPStatus.FORBIDDEN, told="form_old")
    try:
        with transaction() as db:
            act(db, *_found(db, number))
    except NotAllowedError:
        abort(HTTPStatus.CONFLICT)
    return _back(number)
