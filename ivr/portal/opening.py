"""A new ticket."""

import secrets
from dataclasses import dataclass
from http import HTTPStatus

from flask import redirect, request, url_for
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response as Answer

from callflows.turn import Severity
from ivr import clock, taking_in
from ivr.database import reading, transaction
from ivr.models import ClockKind, Contact
from ivr.portal import files, visitor, words
from ivr.portal.door import checked, page, portal, signed_in
from ivr.portal.files import Taken
from ivr.services.settings import house
from ivr.services.tickets import attachments, intake, own_tickets, relations

LONGEST_TITLE = 200
LONGEST_TEXT = 20_000


@dataclass
class Form:
    key: str
    title: str = ""
    description: str = ""
    severity: Severity | None = None
    about: str = ""
    """The number of an earlier ticket that it has to do with."""

    @property
    def missing(self) -> list[str]:
        needed = {"title": self.title, "severity": self.severity}
        return [name for name, given in needed.items() if not given]


@portal.get("/tickets/new")
@signed_in
def new_ticket() -> Answer:
    about = request.args.get("about", "")[:12]
    return _form(Form(secrets.token_urlsafe(16), about=about), Taken())


def _form(form: Form, taken: Taken, status: int = 200, told: str = "") -> Answer:
    who = visitor.visitor()
    with reading() as db:
        contract = who.contact.customer.targets if who.contact.customer else {}
        promises = (house.ours(db).targets, contract)
    answers = {
        one: words.promise(who.language, ClockKind.RESPONSE, one, *promises) for one in Severity
    }
    return page("new", status, form=form, taken=taken, told=told, answers=answers)


@portal.post("/tickets")
@signed_in
def open_ticket() -> Answer:
    taking_in.make_room()
    form = _filled_in()
    if not checked(f"new {form.key}"):
        return _form(form, Taken(), HTTPStatus.FORBIDDEN, "form_old")
    taken = files.take()
    if form.missing:
        return _form(form, taken, HTTPStatus.UNPROCESSABLE_ENTITY)
    number = _open(form, taken)
    return redirect(
        url_for("portal.one_ticket", number=number, lost=len(taken.wrong) or None),
        HTTPStatus.SEE_OTHER,
    )


def _filled_in() -> Form:
    severity = visitor.line("severity", 20)
    return Form(
        visitor.line("form_key", 50),
        visitor.line("title", LONGEST_TITLE),
        visitor.written("description", LONGEST_TEXT),
        Severity(severity) if severity in list(Severity) else None,
        visitor.line("about", 12),
    )


def _open(form: Form, taken: Taken) -> str:
    """The ticket's number; of a form that was sent twice, the first one's."""
    who = visitor.visitor().contact
    try:
        with transaction() as db:
            contact = db.get_one(Contact, who.id)
            there = own_tickets.by_form(db, contact, form.key)
            if there:
                return there.number
            assert form.severity
            ticket = intake.take(
                db,
                clock.now(),
                title=form.title,
                description=form.description,
                severity=form.severity,
                contact=contact,
                customer=contact.customer,
                form_key=form.key,
                how={"by": contact.name},
            )
            attachments.attach(db, clock.now(), ticket.id, taken.kept)
            earlier = own_tickets.find(db, contact, form.about)
            if earlier:
                relations.link(db, clock.now(), ticket, earlier, contact.name)
            return ticket.number
    except IntegrityError:
        with reading() as db:
            there = own_tickets.by_form(db, who, form.key)
        if there is None:
            raise
        return there.number
