"""Tickets, read by programs: the list, and all that is on record of one."""

from http import HTTPStatus

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from ivr.api import named, sent, shapes
from ivr.api.operations import Ask, as_cursor, cursor, reads
from ivr.api.problems import ProblemError
from ivr.models import Ticket
from ivr.services.calls.numbers import dialled
from ivr.services.settings import house
from ivr.services.staff.tokens import Scope
from ivr.services.tickets import search, show, ticket_filters, ticket_list, tickets
from ivr.services.tickets.ticket_filters import Order, Wanted

WITH = tuple(map(joinedload, (Ticket.customer, Ticket.contact, Ticket.team, Ticket.assignee)))


@reads(
    "/tickets",
    Scope.TICKETS_READ,
    "List tickets, the newest first; by a text, those with the newest hit",
    takes=sent.TicketQuery,
    tells=shapes.Leaf[shapes.TicketLine],
)
def list_tickets(ask: Ask) -> shapes.Leaf[shapes.TicketLine]:
    asked: sent.TicketQuery = ask.given
    wanted, row = _wanted(ask), cursor(asked.cursor)
    now = ticket_filters.moment(ask.now, house.ours(ask.db).time_zone)
    if asked.text:
        rows, more = search.rows_with(ask.db, asked.text, wanted, now, row, asked.limit)
        return shapes.Leaf([_line(one) for one in _in_order(ask.db, rows)], as_cursor(more))
    after = str(row) if row else ""
    found = ticket_list.leaf(ask.db, wanted, now, Order.NEWEST, after, asked.limit)
    end = int(found.more) if found.more else None
    return shapes.Leaf([_line(one) for one in found.tickets], as_cursor(end))


def _wanted(ask: Ask) -> Wanted:
    asked: sent.TicketQuery = ask.given
    return Wanted(
        status=asked.status or "",
        severity=asked.severity or "",
        team=named.team_or_none(ask.db, asked.team),
        level=asked.level or None,
        customer=named.customer(ask.db, asked.customer),
        assignee=named.assignee(ask, asked.assignee),
        phone=named.phone(ask.db, asked.phone),
        due=asked.due or "",
    )


def _in_order(db: Session, rows: list[int]) -> list[Ticket]:
    """Whose newest text comes first."""
    query = select(Ticket).options(*WITH).where(Ticket.id.in_(rows))
    found = {one.id: one for one in db.scalars(query)}
    return [found[row] for row in rows]


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
