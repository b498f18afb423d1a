"""The desk of one call: what its steps may look up in the database, each once. Reading only."""

from datetime import datetime
from functools import cached_property
from typing import Literal, cast

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from callflows.desk import CallerCard, PageCard, TicketCard
from callflows.turn import Severity
from ivr.models import (
    Call,
    ClockKind,
    Direction,
    Leg,
    Organization,
    Page,
    PageState,
    Place,
    Ticket,
)
from ivr.services.calls import dialling, moments
from ivr.services.calls.call_row import CallRow
from ivr.services.calls.numbers import dialled as as_dialled
from ivr.services.calls.staff_desk import CallersDesk
from ivr.services.paging import bundling, changing_hands, paging
from ivr.services.settings import business_time, house
from ivr.services.staff import hashing
from ivr.services.sureness import cage
from ivr.services.tickets import clocks, feedback, targets, ticket_row
from ivr.services.tickets.ticket_row import TicketRow

PageWord = Literal["open", "owed", "accepted", "closed"]


class CallDesk:
    def __init__(self, db: Session, now: datetime, call: CallRow, language: str) -> None:
        self.db, self.now, self.call, self.language = db, now, call, language
        self._at_hand = call.ticket

    def look_again(self) -> None:
        """What was looked up may have been changed since."""
        self.db.flush()
        self._at_hand = None
        self.__dict__.pop("leg", None)

    @cached_property
    def _organization(self) -> Organization:
        return house.ours(self.db)

    @property
    def organization(self) -> str:
        return self._organization.name

    def find(self, number: str) -> TicketRow | None:
        """A ticket by its number as keyed, without leading zeros (see numbers.dialled)."""
        if self._at_hand is None or self._at_hand.dialled != number:
            self._at_hand = ticket_row.by_number(self.db, number)
        while self._at_hand and self._at_hand.merged_into_id:  # a duplicate: the other one
            self._at_hand = ticket_row.by_id(self.db, self._at_hand.merged_into_id)
        found = self._at_hand  # the canary finds its own tickets, and nobody else does
        own = cage.is_its_number(self.call.number)
        return found if found and found.canary == own else None

    def of_call(self) -> TicketRow | None:
        """The ticket this call is about."""
        about = self.call.ticket_id
        if about is None:
            return None
        if self._at_hand is None or self._at_hand.id != about:
            self._at_hand = ticket_row.by_id(self.db, about)
        return self._at_hand

    def ticket(self, dialled: str) -> TicketCard | None:
        number = as_dialled(dialled)
        found = self.find(number) if number else None
        return _card(found) if found else None

    def own_ticket(self) -> TicketCard | None:
        ticket = self.of_call()
        return _card(ticket) if ticket else None

    def respond_by(self) -> str:
        about = self.call.ticket_id
        response = clocks.one(self.db, about, ClockKind.RESPONSE) if about else None
        return self._in_words((response and response.ends_at) or self.now)

    def _in_words(self, moment: datetime) -> str:
        return moments.in_words(moment, self.now, self.language, self._organization.time_zone)

    def expected(self, severity: Severity) -> str:
        calendar = business_time.calendar_of(self._organization)
        promised = self._organization.targets
        response = targets.target(ClockKind.RESPONSE, severity, calendar, promised)
        return self._in_words(response.due(self.now, (), calendar) or self.now)

    def pin_matches(self, pin: str) -> bool:
        ticket = self.of_call()
        kept = ticket.pin_hash if ticket else None
        return kept is not None and hashing.matches(kept, pin)

    # The page ------------------------------------------------------------------------------------

    @cached_property
    def leg(self) -> Leg | None:
        """A technician's: we have rung them, or they called and have accepted a page."""
        if self.call.direction != Direction.OUTBOUND and self.call.technician_id is None:
            return None
        return self.db.scalar(select(Leg).where(Leg.sid == self.call.sid))

    @cached_property
    def staff(self) -> CallersDesk:
        return CallersDesk(self.db, self.now, self.call, self.language)

    def _page(self) -> Page | None:
        if self.leg:
            return self.db.get(Page, self.leg.page_id)
        return paging.latest(self.db, self.call.ticket_id) if self.call.ticket_id else None

    def page(self) -> PageCard | None:
        page = self._page()
        if page is None:
            return None
        holder = page.accepted_by
        live = page.state != PageState.CLOSED
        mine = bool(self.leg and holder and holder.id == self.leg.technician_id and live)
        ringing, waiting = self._counts(page)
        return PageCard(
            state=cast("PageWord", page.state),
            mine=mine,
            holder=holder.name if holder else None,
            level=page.policy[page.level]["level"],
            ringing=ringing,
            minutes=int((self.now - page.opened_at).total_seconds() // 60),
            alone=page.calls_back,
            takes_over=changing_hands.is_pressed(self.db, page),
            waiting=waiting,
        )

    def _counts(self, page: Page) -> tuple[int, int]:
        """How many were rung for it; how many critical pages wait for who is on this call."""
        people = select(func.count(func.distinct(Leg.technician_id)))
        rung = people.where(Leg.page_id == page.id, Leg.placed_at.is_not(None))
        if self.leg is None:
            return self.db.scalar(rung) or 0, 1
        waiting = bundling.waiting(self.leg.technician_id)
        both = select(rung.scalar_subquery(), waiting.scalar_subquery())
        return tuple(self.db.execute(both).one())

    def caller(self) -> CallerCard:
        """The customer's side, seen from the technician's call or from the caller's own."""
        ours = self.leg or self.call.technician_id
        call = self.waiting_call() if ours else self.call
        ticket = self.of_call()
        numbers = (call.number if call else None, ticket.contact_phone if ticket else None)
        number = next((one for one in numbers if one and dialling.may_call(one)), None)
        name, page = ticket.contact if ticket else None, self._page() if self.leg else None
        other = changing_hands.talks_to(self.db, page, call) if page else None
        return CallerCard("talking" if other else _place(call), name, number, other)

    def taken_over_by(self) -> str | None:
        page = self._page() if self.leg else None
        return changing_hands.by(self.db, page) if page else None

    def waiting_call(self) -> Call | None:
        """The caller's call that this technician's page is about."""
        page = self._page()
        return self.db.get(Call, page.call_id) if page and page.call_id else None

    @property
    def contact_id(self) -> int | None:
        """Whose number calls or, where it is nobody's, who the ticket's contact is."""
        ticket = self._ticket()
        return self.call.contact_id or (ticket.contact_id if ticket else None)

    def _ticket(self) -> Ticket | None:
        return self.db.get(Ticket, self.call.ticket_id) if self.call.ticket_id else None

    def feedback_due(self) -> bool:
        ticket = self._ticket()
        return ticket is not None and feedback.due(self.db, self.now, ticket, self.contact_id)

    def waiting_before(self) -> int:
        earlier = select(func.count()).where(
            Call.ended_at.is_(None),
            Call.place == Place.HOLDING,
            Call.id != self.call.id,
            Call.started_at < self.call.started_at,
        )
        return self.db.scalar(earlier) or 0


def _card(ticket: TicketRow) -> TicketCard:
    return TicketCard(
        number=ticket.number,
        customer=ticket.customer,
        severity=Severity(ticket.severity),
        status=ticket.status,
        level=ticket.level,
        has_pin=bool(ticket.pin_hash),
    )


def _place(call: Call | CallRow | None) -> Literal["holding", "coming", "gone", "none"]:
    if call is None:
        return "none"
    if call.place == Place.HOLDING:
        return "holding"
    if call.place == Place.TALKING_TO_US and not call.wish:
        return "coming"
    return "gone"
