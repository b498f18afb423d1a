"""What programs do to tickets: the same as staff on the ticket's page, by the same services."""

from http import HTTPStatus

from sqlalchemy import select

from callflows.turn import Severity
from ivr.api import sent, shapes
from ivr.api.operations import Ask, writes
from ivr.api.problems import ProblemError, Wrong
from ivr.api.tickets import one
from ivr.models import Contact, Status, Team, Ticket
from ivr.services import (
    assignment,
    conversation,
    customers,
    house,
    intake,
    life,
    notices,
    numbers,
    people,
    tickets,
)
from ivr.services.life import NotAllowedError
from ivr.services.tokens import Scope

WHO = "API"
"""How it was resolved, as the timeline tells it."""


def standing(ticket: Ticket) -> shapes.Written:
    return shapes.Written(
        ticket.number,
        Status(ticket.status).value,
        Severity(ticket.severity).value,
        ticket.level,
        ticket.assignee.name if ticket.assignee else None,
        ticket.team.name if ticket.team else None,
    )


def refused(detail: str, field: str) -> ProblemError:
    """It is well formed, and cannot be done as things stand."""
    told = "That cannot be done as things stand."
    return ProblemError(HTTPStatus.CONFLICT, told, Wrong(detail, f"$.{field}"))


@writes(
    "/tickets",
    Scope.TICKETS_WRITE,
    "Open a ticket: a critical one rings",
    takes=sent.NewTicket,
    tells=shapes.Written,
    stands_at="/tickets/{number}",
)
def open_ticket(ask: Ask) -> shapes.Written:
    asked: sent.NewTicket = ask.given
    contact = _contact(ask)
    ticket = intake.take(
        ask.db,
        ask.now,
        title=" ".join(asked.title.split()),
        description=asked.description.strip(),
        severity=Severity(asked.severity),
        contact=contact,
        customer=contact.customer,
        how={"by": ask.by},
    )
    return standing(ticket)


def _contact(ask: Ask) -> Contact:
    """Whoever has the address or the number, or somebody new."""
    asked: sent.NewTicket = ask.given
    email, phone = asked.email.strip().lower(), None
    if asked.phone:
        phone = numbers.international(asked.phone, house.country(ask.db))
        if phone is None:
            raise refused("That is no telephone number.", "phone")
    if not email and not phone:
        raise refused("Give an e-mail address or a telephone number.", "email")
    by = Contact.email == email if email else Contact.phone == phone
    known = ask.db.scalar(select(Contact).where(by).order_by(Contact.id).limit(1))
    if known:
        return known
    customer = customers.named(ask.db, asked.customer) if asked.customer else None
    if asked.customer and customer is None:
        raise refused("There is no such customer.", "customer")
    if not asked.name.strip():
        raise refused("Nobody is known there yet: give a name.", "name")
    return customers.contact(
        ask.db,
        name=" ".join(asked.name.split()),
        email=email or None,
        phone=phone,
        customer=customer,
    )


@writes(
    "/tickets/<number>/notes",
    Scope.TICKETS_WRITE,
    "Write a note, which stays among us",
    takes=sent.Words,
    tells=shapes.Written,
)
def note(ask: Ask, number: str) -> shapes.Written:
    ticket = one(ask.db, number)
    tickets.note(ask.db, ask.now, ticket, ask.by, ask.given.text.strip())
    return standing(ticket)


@writes(
    "/tickets/<number>/replies",
    Scope.TICKETS_WRITE,
    "Answer the customer, by mail",
    takes=sent.Words,
    tells=shapes.Written,
)
def reply(ask: Ask, number: str) -> shapes.Written:
    ticket = one(ask.db, number)
    conversation.reply(ask.db, ask.now, ticket, ask.by, ask.given.text.strip())
    return standing(ticket)


@writes(
    "/tickets/<number>/questions",
    Scope.TICKETS_WRITE,
    "Ask the customer, and wait for the answer",
    takes=sent.Words,
    tells=shapes.Written,
)
def question(ask: Ask, number: str) -> shapes.Written:
    ticket = one(ask.db, number)
    try:
        conversation.ask(ask.db, ask.now, ticket, ask.by, ask.given.text.strip())
    except NotAllowedError as error:
        raise not_now(ticket) from error
    return standing(ticket)


@writes(
    "/tickets/<number>/resolve",
    Scope.TICKETS_WRITE,
    "Resolve it: nobody is rung for it any more",
    tells=shapes.Written,
)
def resolve(ask: Ask, number: str) -> shapes.Written:
    ticket = one(ask.db, number)
    conversation.resolve(ask.db, ask.now, ticket, ask.by, WHO)
    return standing(ticket)


@writes(
    "/tickets/<number>/reopen",
    Scope.TICKETS_WRITE,
    "Open it again",
    tells=shapes.Written,
)
def reopen(ask: Ask, number: str) -> shapes.Written:
    ticket = one(ask.db, number)
    try:
        life.move(ask.db, ask.now, ticket, Status.OPEN, life.STAFF, by=ask.by)
    except NotAllowedError as error:
        raise not_now(ticket) from error
    return standing(ticket)


@writes(
    "/tickets/<number>/severity",
    Scope.TICKETS_WRITE,
    "Say how bad it is: critical rings",
    takes=sent.Regrade,
    tells=shapes.Written,
)
def regrade(ask: Ask, number: str) -> shapes.Written:
    ticket, severity = one(ask.db, number), Severity(ask.given.severity)
    conversation.regrade(ask.db, ask.now, ticket, severity, ask.by)
    return standing(ticket)


@writes(
    "/tickets/<number>/assign",
    Scope.TICKETS_WRITE,
    "Give it to a person, to a team, or to nobody",
    takes=sent.Assign,
    tells=shapes.Written,
)
def assign(ask: Ask, number: str) -> shapes.Written:
    ticket, asked = one(ask.db, number), ask.given
    person = people.by_mail(ask.db, asked.person) if asked.person else None
    if asked.person and (person is None or not person.active):
        raise refused("There is nobody with this e-mail.", "person")
    team = ask.db.scalar(select(Team).where(Team.name == asked.team)) if asked.team else None
    if asked.team and team is None:
        raise refused("There is no such team.", "team")
    if assignment.to(ask.db, ask.now, ticket, team, person, ask.by):
        notices.assigned(ask.db, ask.now, ticket)
    return standing(ticket)


def not_now(ticket: Ticket) -> ProblemError:
    return ProblemError(
        HTTPStatus.CONFLICT, f"That cannot be done to a ticket that is {ticket.status}."
    )
