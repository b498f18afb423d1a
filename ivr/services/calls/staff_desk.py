"""The desk of the staff line: what its steps may look up. Reading only."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cached_property
from typing import Literal

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from callflows.prompts import text
from callflows.staff_desk import AskedCard, Choice, DutyCard, OpenCard
from callflows.turn import Severity
from ivr.models import Page, PageState, Rota, Technician, Ticket
from ivr.services.calls import moments, staff_line
from ivr.services.calls.call_row import CallRow
from ivr.services.on_call import duty, overrides, shift_notices
from ivr.services.paging import paging
from ivr.services.settings import house
from ivr.services.staff import people
from ivr.services.tickets import life

State = Literal["open", "owed", "mine", "taken", "over"]
AS_BAD = case((Ticket.severity == Severity.CRITICAL, 0), else_=1)
"""The critical first."""


class CallersDesk:
    def __init__(self, db: Session, now: datetime, call: CallRow, language: str) -> None:
        self.db, self.now, self.call, self.language = db, now, call, language

    @cached_property
    def technician(self) -> Technician | None:
        """Whose phone it is that calls."""
        known = self.call.technician_id
        if known:
            return self.db.get(Technician, known)
        return people.by_number(self.db, self.call.number)

    @property
    def _me(self) -> Technician:
        assert self.technician, "only a phone of ours gets here"
        return self.technician

    def pin(self) -> Literal["set", "none", "refused"]:
        if self.technician is None or self.technician.pin_hash is None:
            return "none"
        return "refused" if staff_line.refuses(self.db, self.now, self.technician) else "set"

    def pin_matches(self, pin: str) -> bool:
        one = self.technician
        return one is not None and staff_line.pin_matches(self.db, self.now, one, pin)

    # What is open --------------------------------------------------------------------------------

    def duty(self) -> DutyCard:
        critical = (Page.state == PageState.OPEN, Ticket.severity == Severity.CRITICAL)
        waiting = select(func.count()).select_from(Page).join(Ticket).where(*critical)
        mine = select(func.count()).select_from(Ticket).where(*self._mine())
        return DutyCard(
            waiting=self.db.scalar(waiting) or 0,
            mine=self.db.scalar(mine) or 0,
            until=self._until(duty.until(self.db, self.now, self._me)),
        )

    def _mine(self) -> tuple[ColumnElement[bool], ...]:
        return (Ticket.assignee_id == self._me.id, Ticket.status.not_in(life.OVER))

    def open_ticket(self, heard: Sequence[str]) -> OpenCard | None:
        unheard = Ticket.number.not_in(heard)
        waiting = select(Ticket).join(Page, Page.ticket_id == Ticket.id)
        waiting = waiting.where(Page.state == PageState.OPEN, unheard)
        mine = select(Ticket).where(*self._mine(), unheard)
        found = self.db.scalar(waiting.order_by(AS_BAD, Page.opened_at, Page.id).limit(1))
        found = found or self.db.scalar(mine.order_by(AS_BAD, Ticket.opened_at).limit(1))
        return self._card(found) if found else None

    def at_hand(self) -> OpenCard:
        assert self.call.ticket_id, "a ticket was taken up before"
        return self._card(self.db.get_one(Ticket, self.call.ticket_id))

    def _card(self, ticket: Ticket) -> OpenCard:
        page = paging.latest(self.db, ticket.id)
        state, holder = self._state(ticket, page)
        since = page.opened_at if page else ticket.opened_at
        return OpenCard(
            number=ticket.number,
            customer=ticket.customer.name if ticket.customer else None,
            severity=Severity(ticket.severity),
            state=state,
            minutes=int((self.now - since).total_seconds() // 60),
            holder=holder.name if holder else "",
        )

    def _state(self, ticket: Ticket, page: Page | None) -> tuple[State, Technician | None]:
        if page and page.state == PageState.OPEN:
            return "open", None
        if page and page.state == PageState.OWED:
            holder = page.accepted_by
            return ("owed" if holder is self._me else "taken"), holder
        if ticket.status in life.OVER or ticket.assignee is None:
            return "over", None
        return ("mine" if ticket.assignee is self._me else "taken"), ticket.assignee

    # The shift -----------------------------------------------------------------------------------

    def _until(self, moment: datetime | None) -> str | None:
        if moment is None:
            return None
        if moment >= self.now + duty.AHEAD:
            return text(self.language, "until_further_notice")
        zone = people.zone(self.db, self._me)
        return moments.until(moment, self.now, self.language, zone)

    def rotas(self) -> Sequence[Choice]:
        return _choices(duty.rotas(self.db, self._me))

    def own_rotas(self) -> Sequence[Choice]:
        return _choices(duty.own_rotas(self.db, self.now, self._me))

    def on_call(self, rota: int) -> Sequence[Choice]:
        on_call = duty.on_call(self.db, self.now, rota)
        return _choices(one for one in on_call if one is not self._me)

    def colleagues(self, rota: int) -> Sequence[Choice]:
        return _choices(duty.colleagues(self.db, self.now, self._me, rota))

    def hand_over(self, rota: int) -> str | None:
        return self._until(duty.hand_over(self.db, self.now, rota))

    def gives_until(self, rota: int) -> str:
        return self._until(duty.gives_until(self.db, self.now, self._me, rota)) or ""

    def asked(self) -> AskedCard | None:
        asked = overrides.asked_of(self.db, self.now, self._me)
        if not asked:
            return None
        one = asked[0]
        by = one.asked_by.name if one.asked_by else house.ours(self.db).name
        when = self._until(one.ends_at)
        if one.starts_at > self.now:
            when = shift_notices.when(self.db, self.now, one, self._me)
        return AskedCard(one.id, by, one.rota.name, when or "")


def _choices(rows: Iterable[Rota | Technician]) -> list[Choice]:
    return [Choice(one.id, one.name) for one in rows]
