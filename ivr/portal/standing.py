"""How a ticket stands, for its customer: one sentence, and what comes next."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ivr.models import Clock, ClockKind, PageState, Status
from ivr.services.tickets import life
from ivr.services.tickets.own_tickets import Own


@dataclass(frozen=True)
class Standing:
    key: str
    """What is said, in the words' [standing]."""
    tone: str
    """alarm, held, yours, over or quiet"""
    values: dict[str, Any]
    due: tuple[str, datetime] | None = None
    """What is promised, in the words' [due], and when."""

    @property
    def live(self) -> bool:
        """Whether it changes within seconds."""
        return self.tone in {"alarm", "owed"}


def of(own: Own, now: datetime) -> Standing:
    ticket = own.ticket
    if ticket.merged_into_id:
        return Standing("merged", "over", {})
    if ticket.status in life.OVER:
        return Standing(ticket.status, "over", {})
    summons = _summons(own, now)
    if summons:
        return summons
    if ticket.status == Status.WAITING:
        return Standing("waiting", "yours", {})
    holder = ticket.assignee or (own.page.accepted_by if own.page else None)
    if holder:
        return Standing("held", "held", {"name": holder.name}, _due(own))
    if ticket.team:
        return Standing("held", "held", {"name": ticket.team.name}, _due(own))
    return Standing("noted", "quiet", {}, _due(own))


def _summons(own: Own, now: datetime) -> Standing | None:
    page = own.page
    if page is None:
        return None
    if page.state == PageState.OPEN:
        if "mail" in page.policy[page.level]:
            return Standing("management", "alarm", {})
        minutes = int((now - page.opened_at).total_seconds() // 60)
        return Standing("ringing" if minutes else "ringing_now", "alarm", {"minutes": minutes})
    if page.state == PageState.OWED and page.accepted_by:
        return Standing("owed", "owed", {"name": page.accepted_by.name})
    return None


def _due(own: Own) -> tuple[str, datetime] | None:
    """The first answer, and after it the solution."""
    for kind in (ClockKind.RESPONSE, ClockKind.RESOLUTION):
        clock = own.clocks.get(kind)
        if clock and _runs(clock) and clock.ends_at:
            return kind, clock.ends_at
    return None


def _runs(clock: Clock) -> bool:
    return clock.met_at is None and clock.missed_at is None
