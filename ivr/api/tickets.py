"""Tickets, read by programs: the list, and all that is on record of one."""

from http import HTTPStatus

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from ivr.api import sent, shapes
from ivr.api.operations import Ask, as_cursor, cursor, reads
from ivr.api.problems import ProblemError
from ivr.models import Ticket
from ivr.services import leaf, show, tickets
from ivr.services.numbers import dialled
from ivr.services.tokens import Scope

WITH = tuple(map(joinedload, (Ticket.customer, Ticket.contact, Ticket.team, Ticket.assignee)))


@reads(
    "/tickets",
    Scope.TICKETS_READ,
    "List tickets, the newest first",
    takes=sent.TicketQuery,
    tells=shapes.Leaf[shapes.TicketLine],
)
def list_tickets(ask: Ask) -> shapes.Leaf[shapes.TicketLine]:
    asked: sent.TicketQuery = ask.given
    query = select(Ticket).options(*WITH).where(~Ticket.canary)
    if asked.status:
        query = query.where(Ticket.status == asked.status)
    if asked.severity:
        query = query.where(Ticket.severity == asked.severity)
    found, more = leaf.newest(ask.db, query, Ticket.id, cursor(asked.cursor), asked.limit)
    return shapes.Leaf([_line(one) for one in found], as_cursor(more))


def _line(ticket: Ticket) -> shapes.TicketLine:
    told = {name: getattr(ticket, name) for name in shapes.TicketLine.__struct_fields__}
    for name in ("customer", "contact", "team", "assignee"):
        told[name] = told[name].name if told[name] else None
    return msgspec.convert(told, shapes.TicketLine)


@reads(
    "/tickets/<number>",
    Scope.TICKETS_READ,
    "Read a ticket with all that is on record of it",
    tells=shapes.TicketRecord,
)
def read_ticket(ask: Ask, number: str) -> shapes.TicketRecord:
    record = show.ticket(ask.db, one(ask.db, number).number)
    return msgspec.convert(record, shapes.TicketRecord, strict=False)


def one(db: Session, number: str) -> Ticket:
    found = tickets.find(db, dialled(number) or "")
    if found is None:
        raise ProblemError(HTTPStatus.NOT_FOUND, "There is no such ticket.")
    return found
