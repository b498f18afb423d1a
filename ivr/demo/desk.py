"""What a step of a call may look up, as it was at that moment of the month: services/calls/desk
without a database.
"""

from datetime import datetime
from typing import TYPE_CHECKING, Literal, cast

from callflows.desk import CallerCard, PageCard, TicketCard
from callflows.staff_desk import StaffDesk
from callflows.turn import Severity
from ivr.demo import asking
from ivr.models import ClockKind
from ivr.services.calls import moments
from ivr.services.calls.numbers import dialled

if TYPE_CHECKING:
    from ivr.demo.calls import Caller
    from ivr.demo.case import Case
    from ivr.demo.pages import Summons
    from ivr.demo.world import World

Where = Literal["holding", "coming", "gone", "none"]


class PaperDesk:
    def __init__(self, world: "World", at: datetime, language: str) -> None:
        self.world, self.at, self.language = world, at, language
        self.case: Case | None = None
        self.known: dict[str, Case] = {}
        """Tickets by number that this caller may key."""
        self.summons: Summons | None = None
        self.mine = False
        """It is the desk of the technician who has accepted."""
        self.waiting: Caller | None = None
        """The caller whom a technician's call is about; a caller's own call has none."""
        self.number: str | None = None
        self.knows_pin = True
        self.calling: StaffDesk | None = None
        """What one of us may look up who calls the line."""

    @property
    def organization(self) -> str:
        return self.world.ours.name

    @property
    def staff(self) -> StaffDesk:
        assert self.calling, "only a phone of ours gets here"
        return self.calling

    def ticket(self, keys: str) -> TicketCard | None:
        found = self.known.get(dialled(keys) or "")
        return _card(found) if found else None

    def own_ticket(self) -> TicketCard | None:
        return _card(self.case) if self.case else None

    def respond_by(self) -> str:
        row = self.case.clocks.rows.get(ClockKind.RESPONSE) if self.case else None
        return self._in_words((row and row["ends_at"]) or self.at)

    def expected(self, severity: Severity) -> str:
        promised = self.world.promised(ClockKind.RESPONSE, severity, None)
        return self._in_words(promised.due(self.at, (), self.world.calendar) or self.at)

    def _in_words(self, moment: datetime) -> str:
        return moments.in_words(moment, self.at, self.language, self.world.ours.time_zone)

    def pin_matches(self, _pin: str) -> bool:
        return self.knows_pin

    def page(self) -> PageCard | None:
        one = self.summons
        if one is None:
            return None
        state = cast("Literal['open', 'owed', 'accepted', 'closed']", one.state(self.at))
        return PageCard(
            state=state,
            mine=self.mine and state in {"owed", "accepted"},
            holder=one.holder.name if one.holder and state != "open" else None,
            level=one.level(self.at),
            ringing=one.ringing(self.at),
            minutes=int((self.at - one.opened_at).total_seconds() // 60),
            alone=one.row.get("calls_back", False),
        )

    def caller(self) -> CallerCard:
        contact = self.case.contact if self.case else None
        name = contact.name if contact else None
        if self.waiting is None:
            return CallerCard("none", name, self.number)
        return CallerCard(self.waiting.place(self.at), name, self.number)

    def taken_over_by(self) -> str | None:
        return None

    def feedback_due(self) -> bool:
        return self.case is not None and asking.due(self.case, self.at)

    def waiting_before(self) -> int:
        return 0


def _card(case: "Case") -> TicketCard:
    return TicketCard(
        number=case.number,
        customer=case.customer.name if case.customer else None,
        severity=Severity(case.severity),
        status=case.status,
        level=case.level,
        has_pin=bool(case.customer and case.customer.pin_hash),
    )
