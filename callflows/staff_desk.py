"""What a step of the staff line may look up: whose phone calls, what is open, who is on call."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from callflows.turn import Severity


@dataclass(frozen=True)
class DutyCard:
    """What matters to whoever has just called."""

    waiting: int
    """Critical tickets that nobody has accepted."""
    mine: int
    """Tickets assigned to this technician."""
    until: str | None
    """Until when this technician is on call, in words; None: not on call."""


@dataclass(frozen=True)
class OpenCard:
    """A ticket that somebody has to see to."""

    number: str
    customer: str | None
    severity: Severity
    state: Literal["open", "owed", "mine", "taken", "over"]
    """Open: nobody has accepted its page. Owed: this technician has, and has not talked to the
    caller yet. Mine: assigned to this technician. Taken: somebody else has it.
    """
    minutes: int = 0
    """Since its page was opened."""
    holder: str = ""


@dataclass(frozen=True)
class Choice:
    """A rota or a colleague, to be chosen by keypad."""

    id: int
    name: str


@dataclass(frozen=True)
class AskedCard:
    """A shift that this technician is asked to take."""

    id: int
    by: str
    rota: str
    until: str


class StaffDesk(Protocol):
    """Of the technician whose phone calls. Reading only."""

    def pin(self) -> Literal["set", "none", "refused"]:
        """Whether there is a PIN, and it may be tried now."""

    def pin_matches(self, pin: str) -> bool: ...

    def duty(self) -> DutyCard: ...

    def open_ticket(self, heard: Sequence[str]) -> OpenCard | None:
        """The next ticket beside those heard of: pages that nobody has accepted, the critical and
        then the oldest first; then what is assigned to this technician.
        """

    def at_hand(self) -> OpenCard:
        """The ticket that the technician hears of now."""

    def rotas(self) -> Sequence[Choice]:
        """The rotas this technician is in; where in none, all."""

    def own_rotas(self) -> Sequence[Choice]:
        """The rotas in which this technician is on call now."""

    def on_call(self, rota: int) -> Sequence[Choice]:
        """Who else is on call there now."""

    def colleagues(self, rota: int) -> Sequence[Choice]:
        """Who could take a shift there: its people who can be rung, without this technician."""

    def hand_over(self, rota: int) -> str | None:
        """When somebody else's shift begins there, in words; None when that is far off."""

    def gives_until(self, rota: int) -> str:
        """The end of what this technician can give over there, in words."""

    def asked(self) -> AskedCard | None:
        """The first shift that this technician is asked to take, and has not answered."""
