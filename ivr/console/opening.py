"""Opening a ticket for somebody who has told us by another way than ours."""

from collections.abc import Sequence
from datetime import datetime
from http import HTTPStatus

from flask import Response, abort, render_template, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Answer

from callflows.turn import Severity
from ivr import clock, taking_in
from ivr.console.door import console, page
from ivr.console.forms import (
    Form,
    WrongError,
    attached,
    done,
    filled_in,
    one_line,
    row,
    token,
    too_old,
    who,
)
from ivr.console.guard import needs
from ivr.console.tongue import say
from ivr.database import reading, transaction
from ivr.models import ClockKind, Contact, Ticket
from ivr.services.calls import numbers
from ivr.services.settings import business_time, house
from ivr.services.staff.roles import May
from ivr.services.tickets import attachments, board, customers, targets, ticket_acts

ABOUT = "a new ticket"
"""What the form's token is signed for."""


@console.get("/tickets/new")
@needs(May.ACT_ON_TICKETS)
def new_ticket() -> Response:
    return _form()


@console.post("/tickets/new")
@needs(May.ACT_ON_TICKETS)
def open_ticket() -> Answer:
    taking_in.make_room()
    if too_old(ABOUT):
        return _form(HTTPStatus.FORBIDDEN, old=True)
    if "find" in request.form:
        return _form()
    try:
        with attached() as files, transaction() as db:
            number = _open(db, filled_in(db, files)).number
    except WrongError as error:
        return _form(HTTPStatus.UNPROCESSABLE_ENTITY, wrong=str(error))
    return done("console.one_ticket", number=number)


@console.post("/tickets/new/contacts")
@needs(May.ACT_ON_TICKETS)
def find_contacts() -> str:
    """What the page shows of them while somebody types. Posted, so that no name stands in an
    address or a log.
    """
    if too_old(ABOUT):
        abort(HTTPStatus.FORBIDDEN)
    with reading() as db:
        return render_template("contacts.html", contacts=_contacts(db), given=request.form)


def _contacts(db: Session) -> Sequence[Contact] | None:
    """Whoever fits what was typed; none: too little was."""
    asked = one_line("whom")
    return customers.find(db, asked) if len(asked) >= customers.SHORTEST else None


def _form(code: int = HTTPStatus.OK, *, old: bool = False, wrong: str = "") -> Response:
    """With all that was filled in, but for the files, which a browser does not give back."""
    with reading() as db:
        answer = page(
            db,
            "new_ticket.html",
            contacts=_contacts(db),
            customers=customers.names(db),
            people=board.choices(db).people,
            expect=_expected(db),
            largest=attachments.LARGEST,
            given=request.form,
            by=who(),
            token=token(ABOUT),
            old=old,
            wrong=wrong,
        )
    answer.status_code = code
    return answer


def _expected(db: Session) -> dict[str, datetime | None]:
    """Until when somebody of us answers, by severity, if the ticket is opened now."""
    ours, now = house.ours(db), clock.now()
    calendar = business_time.calendar_of(ours)
    return {
        severity: targets.target(ClockKind.RESPONSE, severity, calendar, ours.targets).due(
            now, (), calendar
        )
        for severity in Severity
    }


def _open(db: Session, form: Form) -> Ticket:
    title = form.needed("title", say("opening.title_needed"))
    try:
        severity = Severity(form.text("severity"))
    except ValueError as error:
        raise WrongError(say("opening.severity_needed")) from error
    contact = _contact(db, form)
    return ticket_acts.open_ticket(
        db,
        clock.now(),
        form.by,
        form.files,
        title=title,
        description=form.text("description"),
        severity=severity,
        contact=contact,
        customer=contact.customer,
    )


def _contact(db: Session, form: Form) -> Contact:
    """The one that was chosen, or the one that was filled in."""
    id_ = row(form.text("contact"))
    if id_:
        found = db.get(Contact, id_)
        if found is None:
            raise WrongError(say("opening.contact_gone"))
        return found
    name = form.needed("name", say("opening.name_needed"))
    email, phone = form.email("email"), form.line("phone")
    if not email and not phone:
        raise WrongError(say("opening.way_needed"))
    number = numbers.international(phone, house.country(db)) if phone else None
    if phone and number is None:
        raise WrongError(say("form.no_number", given=phone))
    under = form.line("customer")
    customer = customers.named(db, under) if under else None
    if under and customer is None:
        raise WrongError(say("form.no_customer", given=under))
    return customers.contact(db, name=name, email=email or None, phone=number, customer=customer)
