"""What a step may look up: cards of the ticket, the page and the caller. Reading only.

The service lays out the real desk of a call (ivr/services/calls/desk.py); the walk and the tests
lay out their own.
"""

from dataclasses import dataclass
from typing import Literal, Protocol

from callflows.staff_desk import StaffDesk
from callflows.turn import Severity


@dataclass(frozen=True)
class TicketCard:
    """What the desk knows of a ticket. All but the number is confidential without a PIN."""

    number: str
    customer: str | None
    severity: Severity
    status: str
    level: int
    has_pin: bool
    assignee: str | None = None


@dataclass(frozen=True)
class PageCard:
    """How the summons stands."""

    state: Literal["open", "owed", "accepted", "closed"]
    mine: bool
    """Accepted by the technician on this very call."""
    holder: str | None
    """Who has accepted it."""
    level: int
    ringing: int
    """How many have been rung so far."""
    minutes: int
    """Since it was opened."""
    alone: bool = False
    """Of one who calls the customer unasked: nobody else is summoned, whatever comes of it."""
    takes_over: bool = False
    """Of one who has pressed 1 to take the conversation over, and waits for the caller."""
    waiting: int = 1
    """Critical pages that wait for this very technician, this one among them."""


@dataclass(frozen=True)
class CallerCard:
    """The caller whom the page is about, seen from the technician's side."""

    place: Literal["holding", "coming", "talking", "gone", "none"]
    """Coming: still answering our questions. Talking: to the one whom this technician takes over
    from. None: there never was a call."""
    name: str | None
    number: str | None
    """Where to call back; None when unknown or not allowed to be dialled."""
    talks_to: str | None = None


class Desk(Protocol):
    """What a step may look up. Reading only."""

    @property
    def organization(self) -> str: ...

    @property
    def staff(self) -> StaffDesk:
        """The same for the staff line."""

    def ticket(self, dialled: str) -> TicketCard | None:
        """The ticket of the keys pressed; None as well where nothing may be said of it."""

    def own_ticket(self) -> TicketCard | None:
        """The ticket this call is about."""

    def respond_by(self) -> str:
        """When the first response to the ticket of this call is due, in words, in the caller's
        language and the organization's time zone.
        """

    def expected(self, severity: Severity) -> str:
        """When a first response to a new ticket of that severity is due, in words."""

    def pin_matches(self, pin: str) -> bool: ...

    def page(self) -> PageCard | None:
        """The latest page of the call's ticket."""

    def caller(self) -> CallerCard: ...

    def taken_over_by(self) -> str | None:
        """Who has taken this technician's conversation over."""

    def feedback_due(self) -> bool:
        """Whether the caller may be asked how we did: not asked lately, and willing."""

    def waiting_before(self) -> int:
        """How many callers have been holding for longer than this one."""
