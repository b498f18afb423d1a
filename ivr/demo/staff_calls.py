"""Our own people call the line: known by phone and PIN, they hear what they have, and call back
whom they owe a call.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

from callflows.prompts import text
from callflows.staff_desk import AskedCard, Choice, DutyCard, OpenCard, StaffDesk
from callflows.staff_words import StaffIn, TakeUp, WrongPin
from callflows.turn import Accept, Heard, Keys, Known, Severity, Write
from ivr.demo import technicians
from ivr.demo.desk import PaperDesk
from ivr.demo.rings import seconds
from ivr.demo.walk import Walk
from ivr.models import Direction, Leg, LegState, Technician
from ivr.models import WrongPin as WrongPinRow
from ivr.services.paging import legs

if TYPE_CHECKING:
    from ivr.demo.case import Case
    from ivr.demo.pages import Summons
    from ivr.demo.rows import Row
    from ivr.demo.world import World

PIN = "518260"
"""Any: it is in no row."""


class CallersPaper(StaffDesk):
    """What one of us may look up who calls: `those` are the tickets that they have."""

    def __init__(
        self, world: "World", person: Technician, at: datetime, those: Sequence["Case"],
        owed: "Summons | None" = None,
    ) -> None:  # fmt: skip
        self.world, self.person, self.at, self.owed = world, person, at, owed
        self.those = {one.number: one for one in those}
        self.knows_pin = True
        self.heard: str = ""

    def pin(self) -> Literal["set", "none", "refused"]:
        return "set"

    def pin_matches(self, pin: str) -> bool:  # noqa: ARG002
        return self.knows_pin

    def duty(self) -> DutyCard:
        on_call = self.person.id in self.world.on_call(self.at)
        until = text(self.person.language, "until_further_notice") if on_call else None
        return DutyCard(waiting=0, mine=len(self.those), until=until)

    def open_ticket(self, heard: Sequence[str]) -> OpenCard | None:
        number = next((one for one in self.those if one not in heard), None)
        self.heard = number or self.heard
        return self.at_hand() if number else None

    def at_hand(self) -> OpenCard:
        case = self.those[self.heard]
        since = self.owed.opened_at if self.owed else case.opened_at
        return OpenCard(
            number=case.number, customer=case.customer.name if case.customer else None,
            severity=Severity(case.severity), state="owed" if self.owed else "mine",
            minutes=int((self.at - since).total_seconds() // 60),
        )  # fmt: skip

    def asked(self) -> AskedCard | None:
        return None

    def rotas(self) -> Sequence[Choice]:
        return []

    def own_rotas(self) -> Sequence[Choice]:
        return []

    def on_call(self, rota: int) -> Sequence[Choice]:  # noqa: ARG002
        return []

    def colleagues(self, rota: int) -> Sequence[Choice]:  # noqa: ARG002
        return []

    def hand_over(self, rota: int) -> str | None:  # noqa: ARG002
        return None

    def gives_until(self, rota: int) -> str:  # noqa: ARG002
        return ""


class StaffCall:
    def __init__(self, at: datetime, paper: CallersPaper, desk: PaperDesk) -> None:
        self.world, self.person, self.paper = paper.world, paper.person, paper
        desk.calling = paper
        self.walk = Walk(
            self.world, at, Known("staff.start", self.person.language), desk,
            sid=self.world.opaque("CA"), direction=Direction.INBOUND,
            number=self.person.phone or "", contact_id=None, ticket_id=None,
        )  # fmt: skip
        self.walk.perform, self.walk.by = self._perform, self.person.name
        self.at = at

    def _perform(self, write: Write, at: datetime) -> None:
        if isinstance(write, StaffIn):
            self.walk.call["technician_id"] = self.person.id
        elif isinstance(write, WrongPin):
            self.world.rows.add(
                WrongPinRow, technician_id=self.person.id, call_id=self.walk.call, at=at
            )
        elif isinstance(write, TakeUp):
            self.walk.case = self.paper.those[write.ticket]
            self.walk.call["ticket_id"] = self.walk.case.row

    def keys(self, keys: str, low: float = 2, high: float = 6) -> bool:
        """Whether the line waits for more."""
        self.at += seconds(self.world.chance, low, high)
        return isinstance(self.walk.turn(self.at, Heard(keys=keys)), Keys)

    def gets_in(self) -> None:
        self.walk.turn(self.at)
        if self.world.now_and_then("wrong PIN", 9):
            self.paper.knows_pin = False
            self.keys(PIN, 4, 8)
            self.paper.knows_pin = True
        self.keys(PIN, 4, 8)

    def hangs_up(self) -> datetime:
        self.at += seconds(self.world.chance, 1, 4)
        self.walk.ends(self.at)
        return self.at


def listens(world: "World", at: datetime, person: Technician, those: Sequence["Case"]) -> None:
    """They hear what they have, some of it twice, and that is all."""
    paper = CallersPaper(world, person, at, those)
    call = StaffCall(at, paper, PaperDesk(world, at, person.language))
    call.gets_in()
    goes_on = call.keys("1", 5, 9)
    for _ in those:
        if goes_on and world.chance.random() < 0.3:
            goes_on = call.keys("3", 6, 10)
        goes_on = goes_on and call.keys("5", 6, 10)
    call.hangs_up()


def calls_back(one: "Summons", at: datetime, person: Technician) -> None:
    """Whoever owes a call takes it up here, and makes it."""
    world = one.case.world
    paper = CallersPaper(world, person, at, [one.case], owed=one)
    desk = technicians.desk_of(one, at, person)
    desk.mine = True
    call = StaffCall(at, paper, desk)
    call.gets_in()
    call.keys("1", 5, 9)
    done = technicians.Done(one, call.walk)
    leg = _in_the_place_of_a_ring(one, call, person)

    def perform(write: Write, now: datetime) -> None:
        if not isinstance(write, Accept):
            done.perform(write, now)

    call.walk.perform = perform
    call.keys("1")
    call.at = technicians.calls_the_customer(one, call.walk, call.at + timedelta(seconds=5))
    call.at = technicians.afterwards(one, call.walk, call.at)
    leg["ended_at"] = call.hangs_up()
    one.busy_until = max(one.busy_until, call.at)


def _in_the_place_of_a_ring(one: "Summons", call: StaffCall, person: Technician) -> "Row":
    one.row["round"] += 1
    return one.case.world.rows.add(
        Leg, key=one.case.world.opaque(digits=16), page_id=one.row, technician_id=person.id,
        number=person.phone or "", level=one.policy[one.row["level"]]["level"],
        round=one.row["round"], state=LegState.ENDED, outcome="accepted", cause=legs.DIALLED_IN,
        sid=call.walk.call["sid"], answered_at=call.at, placed_at=None, tries=0,
    )  # fmt: skip
