"""What everybody in the busy month needs: the database's people and rules, chance, the rows to be,
and the files that go with them.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from callflows.turn import Severity
from ivr.demo.files import Files
from ivr.demo.rows import Row, Rows
from ivr.models import (
    AssignmentRule,
    Caller,
    ClockKind,
    Contact,
    Customer,
    Entry,
    Rota,
    Team,
    Technician,
    Ticket,
)
from ivr.services import assignment, business_time, house, policies, rota, shifts, targets
from ivr.services.assignment import Member
from ivr.services.escalation import Level
from ivr.services.numbers import FIRST, check_digit
from ivr.services.targets import Target
from ivr.services.timeline import Kind
from ivr.settings import settings

if TYPE_CHECKING:
    from ivr.demo.case import Case

MARGIN = timedelta(days=2)


class World:
    def __init__(self, db: Session, chance: Random, begin: datetime, until: datetime) -> None:
        self.db, self.chance, self.begin, self.until = db, chance, begin, until
        self.rows, self.files = Rows(), Files(chance)
        self.ours = house.ours(db)
        self.calendar = business_time.calendar_of(self.ours)
        self.staff = {one.id: one for one in db.scalars(select(Technician).order_by(Technician.id))}
        self.teams = list(db.scalars(select(Team).order_by(Team.id)))
        self.rules = list(db.scalars(select(AssignmentRule).order_by(AssignmentRule.position)))
        self.default = policies.default(db)
        self.rotas = {one.name: one.id for one in db.scalars(select(Rota))}
        self.plans = rota.plans(db, begin - MARGIN, until + MARGIN)
        self.last_ticket = db.scalar(select(func.max(Ticket.id))) or 0
        self.busy_until: dict[int, list[datetime]] = defaultdict(list)
        """When each technician is done with what they have."""
        self.asked_at: dict[int, datetime] = {}
        """When each contact was last asked for feedback."""
        self.callers: dict[str, Row] = {}
        self.answered: list[tuple[Row, Row]] = []
        """Calls that were put through, each to the one of a leg."""
        self._promised: dict[tuple[str, str, int], Target] = {}

    # Names -------------------------------------------------------------------------------------

    def opaque(self, kind: str = "", digits: int = 32) -> str:
        return f"{kind}{self.chance.getrandbits(4 * digits):0{digits}x}"

    def message_id(self) -> str:
        return f"<{self.opaque()}@{settings().mail_domain}>"

    def next_number(self) -> str:
        self.last_ticket += 1
        counter = str(FIRST + self.last_ticket - 1)
        return counter + check_digit(counter)

    # Writing -----------------------------------------------------------------------------------

    def tell(
        self, kind: Kind, at: datetime, ticket: Row | None, call: Row | None = None, **data: Any
    ) -> Row:
        return self.rows.add(Entry, ticket_id=ticket, call_id=call, kind=kind, at=at, data=data)

    def speaks_from_now_on(self, number: str, language: str) -> None:
        if number in self.callers:
            self.callers[number]["language"] = language
        else:
            self.callers[number] = self.rows.add(Caller, number=number, language=language)

    # Rules -------------------------------------------------------------------------------------

    def promised(self, kind: ClockKind, severity: str, customer: Customer | None) -> Target:
        key = (kind, severity, customer.id if customer else 0)
        if key not in self._promised:
            contract = customer.targets if customer else {}
            self._promised[key] = targets.target(
                kind, Severity(severity), self.calendar, self.ours.targets, contract
            )
        return self._promised[key]

    def on_call(self, at: datetime) -> set[int]:
        return {one for plan in self.plans.values() for one in shifts.who(plan, at)}

    def of_level(self, at: datetime, number: int) -> list[Technician]:
        """Those of a level of the default policy."""
        level = next((one for one in self.default if one["level"] == number), {})
        ids = [one for target in level.get("who", ()) for one in self._meant(target, at)]
        return [self.staff[one] for one in dict.fromkeys(ids)]

    def _meant(self, target: dict[str, Any], at: datetime) -> Sequence[int]:
        if "rota" in target:
            return shifts.who(self.plans[target["rota"]], at)
        return [target["person"]] if "person" in target else []

    def team_of(self, case: "Case") -> Team | None:
        rule = next((one for one in self.rules if assignment.fits(one, cast("Ticket", case))), None)
        return rule.team if rule else None

    def whose_turn(self, at: datetime, team: Team) -> Technician:
        on_call = self.on_call(at)
        members = [
            Member(one.id, one.id in on_call, self._load(one.id, at)) for one in team.members
        ]
        return self.staff[assignment.choose(members) or team.members[0].id]

    def _load(self, person: int, at: datetime) -> int:
        left = self.busy_until[person] = [one for one in self.busy_until[person] if one > at]
        return len(left)

    def frozen(self, at: datetime, case: "Case") -> list[Level]:
        return policies.frozen(self.db, at, cast("Ticket", case))

    def open_hours(self, at: datetime, within: timedelta) -> datetime:
        """The moment so much business time after another one."""
        reached = business_time.reached(within, business_time.opening_hours(at, self.calendar))
        assert reached
        return reached


def speaks(person: Contact | None, ours: Any) -> str:
    return str((person and person.language) or ours.languages[0])
