"""What everybody in the busy month needs: the database's people and rules, chance, the rows to be,
and the files that go with them.
"""

from collections import Counter, defaultdict
from collections.abc import Hashable, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from random import Random
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from callflows.turn import Severity
from ivr.demo.files import Files
from ivr.demo.rows import Row, Rows
from ivr.models import (
    Act,
    AssignmentRule,
    AuditLine,
    Caller,
    ClockKind,
    Contact,
    Customer,
    Entry,
    Page,
    Role,
    Rota,
    Team,
    Technician,
    Ticket,
)
from ivr.services import audit
from ivr.services.calls.numbers import FIRST, check_digit
from ivr.services.on_call import rota, shifts
from ivr.services.paging import policies
from ivr.services.paging.escalation import Level
from ivr.services.settings import business_time, house
from ivr.services.sureness import cage
from ivr.services.tickets import assignment, targets
from ivr.services.tickets.assignment import Member
from ivr.services.tickets.targets import Target
from ivr.services.tickets.timeline import Kind
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
        self.seniors = [one for one in self.staff.values() if one.role == Role.SENIOR]
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
        self.rung_at: dict[int, list[datetime]] = defaultdict(list)
        """When the phone of each technician was rung."""
        self.talks: dict[int, list[tuple[datetime, datetime]]] = defaultdict(list)
        """When each technician was on a call with a customer."""
        self.contacts: dict[int | None, list[Contact]] = defaultdict(list)
        """By company."""
        self._occasions = Counter[str]()
        self._seen = set[Hashable]()
        self._promised: dict[tuple[str, str, int], Target] = {}

    # Chance ------------------------------------------------------------------------------------

    def now_and_then(self, what: str, every: int) -> bool:
        """Every so many occasions, and on one of the first: a small month has what is rare, too."""
        return self.nth(what) % every == min(2, every - 1)

    def nth(self, what: str) -> int:
        """Counts."""
        self._occasions[what] += 1
        return self._occasions[what]

    def is_new(self, what: Hashable) -> bool:
        """Not seen before."""
        return what not in self._seen and not self._seen.add(what)  # type: ignore[func-returns-value]

    def on_a_call(self, person: int, at: datetime) -> datetime | None:
        """Until when they are on a call with a customer."""
        return next((until for since, until in self.talks[person] if since <= at < until), None)

    # Names -------------------------------------------------------------------------------------

    def opaque(self, kind: str = "", digits: int = 32) -> str:
        return f"{kind}{self.chance.getrandbits(4 * digits):0{digits}x}"

    def message_id(self) -> str:
        return f"<{self.opaque()}@{settings().mail_domain}>"

    def next_number(self) -> str:
        self.last_ticket += 1
        counter = str(FIRST + self.last_ticket - 1)
        return counter + check_digit(counter)

    def somebody_else(self, case: "Case") -> Contact:
        """Of the same company, if there is another one."""
        assert case.contact
        those = [one for one in self.contacts[case.customer_id] if one is not case.contact]
        return self.chance.choice(those) if those else case.contact

    @property
    def mine(self) -> list[int]:
        """Contacts of the month, not of the small demo."""
        return [one.id for those in self.contacts.values() for one in those]

    def tickets_of(self, customer: int) -> list[Row]:
        return self._by_customer[customer]

    @cached_property
    def _by_customer(self) -> dict[int, list[Row]]:
        """When all are there."""
        found = defaultdict[int, list[Row]](list)
        for row in self.rows.of[Ticket]:
            found[row["customer_id"]].append(row)
        return found

    @cached_property
    def paged_by(self) -> set[int]:
        """The calls that technicians were summoned for, when all are there."""
        return {id(row["call_id"]) for row in self.rows.of[Page] if row["call_id"]}

    # Writing -----------------------------------------------------------------------------------

    def tell(
        self, kind: Kind, at: datetime, ticket: Row | None, call: Row | None = None, **data: Any
    ) -> Row:
        return self.rows.add(Entry, ticket_id=ticket, call_id=call, kind=kind, at=at, data=data)

    def audit(
        self, at: datetime, by: str, act: Act, about: Any, kind: audit.Kind, **data: Any
    ) -> None:
        self.rows.add(AuditLine, at=at, by=by, act=act, about=about, kind=kind, data=data)

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
        if case.canary:
            return self.canary_levels
        return policies.frozen(self.db, at, cast("Ticket", case))

    @cached_property
    def canary_levels(self) -> list[Level]:
        return cage.levels(self.db)

    def person(self, id_: int) -> Technician:
        """One of us, or the canary, which is in no list."""
        return self.staff.get(id_) or cage.technician(self.db)

    def open_hours(self, at: datetime, within: timedelta) -> datetime:
        """The moment so much business time after another one."""
        reached = business_time.reached(within, business_time.opening_hours(at, self.calendar))
        assert reached
        return reached


def speaks(person: Contact | None, ours: Any) -> str:
    return str((person and person.language) or ours.languages[0])
