"""The frame of what programs do to one ticket: it is found, something is done to it in the name of
the token's owner, and how it stands is told.
"""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any

from callflows.turn import Severity
from ivr.api import shapes
from ivr.api.operations import Ask, writes
from ivr.api.problems import ProblemError, Wrong
from ivr.api.tickets import one
from ivr.models import Status, Ticket
from ivr.services.staff.tokens import Scope
from ivr.services.tickets.ticket_acts import TicketActs

Act = Callable[[Ask, TicketActs], None]


def act_on_ticket(word: str, scope: Scope, does: str, takes: Any = None) -> Callable[[Act], Act]:
    """An operation at /tickets/<number>/<word>."""

    def enter(act: Act) -> Act:
        @writes(f"/tickets/<number>/{word}", scope, does, takes=takes, tells=shapes.Written)
        @wraps(act)
        def operation(ask: Ask, number: str) -> shapes.Written:
            ticket = one(ask.db, number)
            act(ask, TicketActs(ask.db, ask.now, ticket, ask.by))
            return standing(ticket)

        return act

    return enter


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
