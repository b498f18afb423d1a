"""Pages that are live, for programs: who is summoned, and what is done about one in the name of the
token's owner, as on the first page.
"""

from ivr.api import shapes
from ivr.api.on_ticket import act_on_ticket
from ivr.api.operations import Ask, reads
from ivr.models import Page, PageState
from ivr.services.paging import paging, steering, taking_over
from ivr.services.paging.steering import TooLateError
from ivr.services.staff.tokens import Scope
from ivr.services.tickets import board
from ivr.services.tickets.ticket_acts import TicketActs

WRITE = Scope.PAGES_WRITE


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


def _page(acts: TicketActs) -> Page:
    page = paging.live_page(acts.db, acts.ticket.id)
    if page is None:
        raise TooLateError("over")
    return page


@act_on_ticket("accept", WRITE, "Accept its page: your phone is rung if its caller waits")
def accept(ask: Ask, acts: TicketActs) -> None:
    steering.accept(ask.db, ask.now, _page(acts), ask.person)


@act_on_ticket("take-over", WRITE, "Take its page, or the conversation about it, over")
def take_over(ask: Ask, acts: TicketActs) -> None:
    page = taking_over.conversation(acts.db, acts.ticket.id) or _page(acts)
    taking_over.take_over(ask.db, ask.now, page, ask.person)


@act_on_ticket("ring", WRITE, "Ring its level once more, at once")
def ring(ask: Ask, acts: TicketActs) -> None:
    steering.ring_now(ask.db, ask.now, _page(acts), ask.by)


@act_on_ticket("next-level", WRITE, "Ring the next level at once; whoever rings goes on ringing")
def next_level(ask: Ask, acts: TicketActs) -> None:
    steering.next_level(ask.db, ask.now, _page(acts), ask.by)


@act_on_ticket("stop", WRITE, "Summon nobody any more; not while its caller waits")
def stop(ask: Ask, acts: TicketActs) -> None:
    steering.stop(ask.db, ask.now, _page(acts), ask.by)
