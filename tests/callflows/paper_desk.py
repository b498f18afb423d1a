"""A desk of paper: cards laid out by the test, and a call that is walked on it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from callflows import (  # noqa: F401  enter their steps
    after,
    callback,
    customer,
    feedback,
    holding,
    shifts,
    staff,
    technician,
)
from callflows.desk import CallerCard, PageCard, TicketCard
from callflows.staff_desk import AskedCard, Choice, DutyCard, OpenCard
from callflows.steps import STEPS
from callflows.turn import Go, Heard, Known, Severity, Then, Turn, Write

TICKET = TicketCard("4411", "Acme", Severity.MAJOR, "new", 1, has_pin=True)
PAGE = PageCard("open", mine=False, holder=None, level=1, ringing=1, minutes=12)
CALLER = CallerCard("holding", "Ana Roy", "+15145550100")


@dataclass
class PaperStaffDesk:
    """Bo's, whose phone calls."""

    state: Literal["set", "none", "refused"] = "set"
    staff_pin: str = "620517"
    card: DutyCard = field(default_factory=lambda: DutyCard(2, 1, "until 9:00 a.m."))
    tickets: list[OpenCard] = field(default_factory=list)
    hand: OpenCard | None = None
    """What has become of the ticket at hand; None: nothing."""
    all_rotas: Sequence[Choice] = (Choice(1, "Voice"),)
    mine: Sequence[Choice] = (Choice(1, "Voice"),)
    others: Sequence[Choice] = ()
    free: Sequence[Choice] = (Choice(7, "Di Wu"), Choice(8, "Cy Roy"))
    next: str | None = "until tomorrow"
    asks: AskedCard | None = None

    def pin(self) -> Literal["set", "none", "refused"]:
        return self.state

    def pin_matches(self, pin: str) -> bool:
        return pin == self.staff_pin

    def duty(self) -> DutyCard:
        return self.card

    def open_ticket(self, heard: Sequence[str]) -> OpenCard | None:
        return next((one for one in self.tickets if one.number not in heard), None)

    def at_hand(self) -> OpenCard:
        return self.hand or self.tickets[0]

    def rotas(self) -> Sequence[Choice]:
        return self.all_rotas

    def own_rotas(self) -> Sequence[Choice]:
        return self.mine

    def on_call(self, rota: int) -> Sequence[Choice]:
        return self.others

    def colleagues(self, rota: int) -> Sequence[Choice]:
        return self.free

    def hand_over(self, rota: int) -> str | None:
        return self.next

    def gives_until(self, rota: int) -> str:
        return "until tomorrow"

    def asked(self) -> AskedCard | None:
        return self.asks


@dataclass
class PaperDesk:
    organization: str = "2N5"
    tickets: dict[str, TicketCard] = field(default_factory=lambda: {"4411": TICKET})
    own: TicketCard | None = None
    pin: str = "482913"
    summons: PageCard | None = None
    caller_card: CallerCard = CALLER
    taken_by: str | None = None
    before: int = 0
    may_be_asked: bool = True
    staff: PaperStaffDesk = field(default_factory=PaperStaffDesk)

    def ticket(self, dialled: str) -> TicketCard | None:
        return self.tickets.get(dialled)

    def own_ticket(self) -> TicketCard | None:
        return self.own

    def respond_by(self) -> str:
        return "soon"

    def expected(self, severity: Severity) -> str:
        return f"as {severity}"

    def pin_matches(self, pin: str) -> bool:
        return pin == self.pin

    def page(self) -> PageCard | None:
        return self.summons

    def caller(self) -> CallerCard:
        return self.caller_card

    def taken_over_by(self) -> str | None:
        return self.taken_by

    def feedback_due(self) -> bool:
        return self.may_be_asked

    def waiting_before(self) -> int:
        return self.before


class Walk:
    """A call on paper: `hears` takes one answer of the line, and goes on to the next question."""

    def __init__(self, start: str, desk: PaperDesk, **known: object) -> None:
        self.desk = desk
        self.known = Known(start).but(**known)
        self.said: list[str] = []
        self.written: list[Write] = []
        self.then: Then = Go()
        self.take(Heard())

    def take(self, heard: Heard) -> "Walk":
        self.said.clear()
        turn = self._step(heard)
        while isinstance(turn.then, Go):
            turn = self._step(Heard())
        return self

    def _step(self, heard: Heard) -> Turn:
        turn = STEPS[self.known.at](self.known, heard, self.desk)
        self.known, self.then = turn.known, turn.then
        self.said += [one.key for one in turn.say]
        self.written += turn.write
        return turn

    def keys(self, *pressed: str) -> "Walk":
        for keys in pressed:
            self.take(Heard(keys=keys))
        return self

    def silence(self, times: int = 1) -> "Walk":
        return self.keys(*[""] * times)

    def says(self) -> "Walk":
        return self.take(Heard(recording="RE1", seconds=7))

    def leaves(self, how: str) -> "Walk":
        """The queue is left; bridges and dials come back where they were."""
        if self.known.at == "holding.wait":
            self.known = self.known.but(at="holding.left")
        return self.take(Heard(left=how))

    def wrote(self, kind: type) -> bool:
        return any(isinstance(write, kind) for write in self.written)
