"""Pages that are live, for programs: who is summoned, accepting one, the next level."""

from http import HTTPStatus

from ivr.api import shapes
from ivr.api.operations import Ask, reads, writes
from ivr.api.problems import ProblemError
from ivr.api.ticket_writes import standing
from ivr.api.tickets import one
from ivr.models import PageState
from ivr.services import board, levels, paging
from ivr.services.tokens import Scope


@reads("/pages", Scope.PAGES_READ, "List the pages that are live", tells=shapes.Pages)
def list_pages(ask: Ask) -> shapes.Pages:
    return shapes.Pages(
        [
            shapes.LivePage(
                found.id,
                found.ticket.number,
                found.ticket.title,
                "open" if found.state == PageState.OPEN else "owed",
                found.level,
                found.opened_at,
                found.holder,
                found.ringing,
            )
            for found in board.live(ask.db)
        ]
    )


@writes(
    "/tickets/<number>/accept",
    Scope.PAGES_WRITE,
    "Accept its page, as the owner of the token: everybody else stops ringing",
    tells=shapes.Written,
)
def accept(ask: Ask, number: str) -> shapes.Written:
    ticket = one(ask.db, number)
    page = paging.live_page(ask.db, ticket.id)
    if page is None or not paging.accept(ask.db, ask.now, page.id, ask.person):
        raise ProblemError(HTTPStatus.CONFLICT, "Nobody is summoned to it any more.")
    return standing(ticket)


@writes(
    "/tickets/<number>/next-level",
    Scope.PAGES_WRITE,
    "Hand it to the next level, which is rung at once",
    tells=shapes.Written,
)
def next_level(ask: Ask, number: str) -> shapes.Written:
    ticket = one(ask.db, number)
    page = paging.live_page(ask.db, ticket.id)
    if page is None:
        raise ProblemError(HTTPStatus.CONFLICT, "Nobody is summoned to it any more.")
    if page.level + 1 >= len(page.policy):
        raise ProblemError(HTTPStatus.CONFLICT, "There is no level after this one.")
    levels.next_level(ask.db, ask.now, ticket, None)
    return standing(ticket)
