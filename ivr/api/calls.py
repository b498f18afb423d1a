"""Calls, read by programs."""

from http import HTTPStatus
from typing import Any

import msgspec
from sqlalchemy import select

from ivr.api import sent, shapes
from ivr.api.operations import Ask, as_cursor, cursor, reads
from ivr.api.problems import ProblemError
from ivr.models import Call, Contact, Technician, Ticket
from ivr.services import leaf, show
from ivr.services.tokens import Scope


@reads(
    "/calls",
    Scope.CALLS_READ,
    "List calls, the newest first",
    takes=sent.CallQuery,
    tells=shapes.Leaf[shapes.CallLine],
)
def list_calls(ask: Ask) -> shapes.Leaf[shapes.CallLine]:
    asked: sent.CallQuery = ask.given
    query = select(Call)
    if asked.direction:
        query = query.where(Call.direction == asked.direction)
    found, more = leaf.newest(ask.db, query, Call.id, cursor(asked.cursor), asked.limit)
    return shapes.Leaf(_lines(ask, found), as_cursor(more))


def _lines(ask: Ask, calls: list[Call]) -> list[shapes.CallLine]:
    rows = (
        select(Call.id, Contact.name, Technician.name, Ticket.number)
        .outerjoin(Contact, Contact.id == Call.contact_id)
        .outerjoin(Technician, Technician.id == Call.technician_id)
        .outerjoin(Ticket, Ticket.id == Call.ticket_id)
        .where(Call.id.in_([one.id for one in calls]))
    )
    named: dict[int, Any] = {row.id: tuple(row)[1:] for row in ask.db.execute(rows)}
    return [_line(one, *named[one.id]) for one in calls]


def _line(
    call: Call, contact: str | None, technician: str | None, ticket: str | None
) -> shapes.CallLine:
    return shapes.CallLine(
        call.sid,
        "inbound" if call.direction == "inbound" else "outbound",
        call.number,
        contact,
        technician,
        ticket,
        call.status,
        call.started_at,
        call.ended_at,
    )


@reads("/calls/<sid>", Scope.CALLS_READ, "Read a call with all of its turns", tells=shapes.OneCall)
def read_call(ask: Ask, sid: str) -> shapes.OneCall:
    try:
        return msgspec.convert(show.call(ask.db, sid), shapes.OneCall, strict=False)
    except show.UnknownError as error:
        raise ProblemError(HTTPStatus.NOT_FOUND, "There is no such call.") from error
