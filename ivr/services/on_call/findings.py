"""What is wrong with the rotas in the days to come: gaps, doubles, people who cannot be rung.

Looked for whenever a rota has changed, and each night, by whoever attends to a rota that is due
(services/on_call/hand_over.py); its owner is mailed what is new since the night, and at night all
of it.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import cached_property
from itertools import pairwise
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from ivr.models import Override, Rota, Team, Technician
from ivr.services import vocabulary
from ivr.services.calls import moments
from ivr.services.on_call import rota, shifts
from ivr.services.on_call.rotation import People
from ivr.services.on_call.shifts import Plan, Shift
from ivr.services.paging import policies
from ivr.services.settings import house

DAYS = 14
NIGHTLY = time(3)
"""When the day turns, in the organization's zone."""
SOON = timedelta(days=2)
"""An override that begins within this time should have been answered."""
A_DAY = timedelta(days=1)
LASTING = {"no_phone", "unverified", "left"}
"""The same problem whichever shift it is seen at."""


@dataclass(frozen=True)
class Problem:
    kind: str
    rota_id: int | None
    """None: of the default policy."""
    rota: str
    begins_at: datetime
    ends_at: datetime
    person_id: int | None = None
    who: str = ""
    other: str = ""
    """Another rota."""

    @property
    def key(self) -> str:
        about = (self.kind, self.rota_id, self.person_id, self.other)
        if self.kind in LASTING:
            return "-".join(map(str, about))
        times = (f"{self.begins_at:%Y%m%d%H%M%S}", f"{self.ends_at:%Y%m%d%H%M%S}")
        return "-".join(map(str, (*about, *times)))

    def sentence(self, language: str, zone: str) -> str:
        return vocabulary.word(language, "problem", self.kind).format(
            rota=self.rota,
            who=self.who,
            other=self.other,
            since=moments.written(self.begins_at, zone, language),
            until=moments.written(self.ends_at, zone, language),
        )


def night_before(db: Session, now: datetime) -> datetime:
    """When the present day began."""
    zone = ZoneInfo(house.ours(db).time_zone)
    there = now.astimezone(zone)
    today = datetime.combine(there.date(), NIGHTLY, zone).astimezone(now.tzinfo)
    if today <= now:
        return today
    return datetime.combine(there.date() - A_DAY, NIGHTLY, zone).astimezone(now.tzinfo)


def night_after(db: Session, now: datetime) -> datetime:
    """When the next day begins; the clocks may change meanwhile."""
    zone = ZoneInfo(house.ours(db).time_zone)
    day = night_before(db, now).astimezone(zone).date() + A_DAY
    return datetime.combine(day, NIGHTLY, zone).astimezone(now.tzinfo)


def problems(
    db: Session, now: datetime, days: int = DAYS, rota_id: int | None = None
) -> list[Problem]:
    """In all rotas, or in one; what begins first first. All day long the same ones are found, as
    long as nothing changes.
    """
    db.flush()
    found = _Search(db, now, night_before(db, now), days).all(rota_id)
    return sorted(
        {one.key: one for one in found if one.ends_at > now}.values(),
        key=lambda one: (one.begins_at, one.rota, one.kind),
    )


def of_rota(db: Session, now: datetime, rota_id: int) -> list[Problem]:
    return problems(db, now, rota_id=rota_id)


def new(db: Session, now: datetime, row: Rota) -> list[Problem]:
    """Those that its owner has not been told of since last night: what an edit has just made."""
    told = {one.partition(":")[2] for one in row.told}
    return [one for one in of_rota(db, now, row.id) if one.key not in told]


def kinds(row: Rota) -> Counter[str]:
    """How many of a kind its owner was told of since last night: for where all rotas are shown."""
    return Counter(one.partition(":")[2].partition("-")[0] for one in row.told)


@dataclass
class _Search:
    db: Session
    now: datetime
    begin: datetime
    days: int

    def __post_init__(self) -> None:
        self.end = self.begin + timedelta(days=self.days)
        self.plans = rota.plans(self.db, self.begin, self.end)
        self.names = dict(self.db.execute(select(Rota.id, Rota.name)).all())
        self.found_shifts: dict[int, list[Shift]] = {}

    @cached_property
    def people(self) -> dict[int, Technician]:
        everybody = select(Technician).options(selectinload(Technician.phones))
        return {one.id: one for one in self.db.scalars(everybody)}

    def all(self, rota_id: int | None) -> Iterator[Problem]:
        for id_ in self.plans if rota_id is None else [rota_id]:
            yield from self._gaps(id_)
            yield from self._unreachable(id_)
            yield from self._away(id_)
            yield from self._left(id_)
            yield from self._doubles(id_)
            yield from self._unanswered(id_)
        levels = [level for level in policies.default(self.db) if "mail" not in level]
        targets = [target for level in levels for target in level.get("who", [])]
        if rota_id is None or {"rota": rota_id} in targets:
            yield from self._nobody([one for one in targets if one])

    def shifts(self, rota_id: int) -> list[Shift]:
        if rota_id not in self.found_shifts:
            found = shifts.shifts(self.plans[rota_id], self.begin, self.end)
            self.found_shifts[rota_id] = found
        return self.found_shifts[rota_id]

    def _problem(
        self,
        kind: str,
        rota_id: int | None,
        begins_at: datetime,
        ends_at: datetime,
        person_id: int | None = None,
        other: str = "",
    ) -> Problem:
        name = self.names[rota_id] if rota_id else ""
        who = self.people[person_id].name if person_id else ""
        return Problem(kind, rota_id, name, begins_at, ends_at, person_id, who, other)

    def _gaps(self, id_: int) -> Iterator[Problem]:
        for one in self.shifts(id_):
            if not one.people:
                yield self._problem("gap", id_, one.begins_at, one.ends_at)

    def _unreachable(self, id_: int) -> Iterator[Problem]:
        """Once a person: at their first shift."""
        first: dict[int, Shift] = {}
        for one in self.shifts(id_):
            for person in one.people if one.ends_at > self.now else ():
                first.setdefault(person, one)
        for person, one in first.items():
            phones = self.people[person].phones
            if not any(phone.verified_at for phone in phones):
                kind = "unverified" if phones else "no_phone"
                yield self._problem(kind, id_, one.begins_at, one.ends_at, person)

    def _away(self, id_: int) -> Iterator[Problem]:
        """Whose turn it would be if they were there."""
        plan = self.plans[id_]
        those = [one for one in plan.away if self.people[one.person].active]
        if not those:
            return
        bare = [one for one in plan.away if not self.people[one.person].active]
        for shift in shifts.shifts(Plan(plan.layers, plan.covers, bare), self.begin, self.end):
            for one in those:
                since = max(shift.begins_at, one.begins_at)
                until = min(shift.ends_at, one.ends_at)
                if one.person in shift.people and since < until:
                    yield self._problem("away", id_, since, until, one.person)

    def _left(self, id_: int) -> Iterator[Problem]:
        """Also when nobody is missed: a lower layer answers."""
        on_turns = shifts.members(self.plans[id_])
        for person in sorted(on_turns):
            if person in self.people and not self.people[person].active:
                yield self._problem("left", id_, self.begin, self.end, person)

    def _doubles(self, id_: int) -> Iterator[Problem]:
        here = shifts.members(self.plans[id_])
        for other in self.plans:
            if other == id_ or not here & shifts.members(self.plans[other]):
                continue
            for since, until, both in _together(self.shifts(id_), self.shifts(other)):
                for person in both:
                    name = self.names[other]
                    yield self._problem("double", id_, since, until, person, name)

    def _unanswered(self, id_: int) -> Iterator[Problem]:
        asked = select(Override).where(
            Override.rota_id == id_,
            Override.agreed_at.is_(None),
            Override.withdrawn_at.is_(None),
            Override.ends_at > self.now,
            Override.starts_at < self.now + SOON,
        )
        for one in self.db.scalars(asked.order_by(Override.id)):
            times = (one.starts_at, one.ends_at)
            yield self._problem("unanswered", id_, *times, one.technician_id)

    def _nobody(self, targets: list[dict[str, int]]) -> Iterator[Problem]:
        """When none of those whom the default policy rings has a phone, or is there at all."""
        rotas = [one["rota"] for one in targets if one.get("rota") in self.plans]
        always = {one["person"] for one in targets if "person" in one}
        for one in targets:
            team = self.db.get(Team, one["team"]) if "team" in one else None
            always |= {member.id for member in team.members} if team else set()
        if any(self._rings(person) for person in always):
            return
        edges = sorted({edge for id_ in rotas for one in self.shifts(id_) for edge in _ends(one)})
        edges = edges or [self.begin, self.end]
        silent: list[tuple[datetime, datetime]] = []
        for since, until in pairwise(edges):
            people = {one for id_ in rotas for one in _at(self.shifts(id_), since)}
            if any(self._rings(person) for person in people):
                continue
            if silent and silent[-1][1] == since:
                silent[-1] = (silent[-1][0], until)
            else:
                silent.append((since, until))
        for since, until in silent:
            yield self._problem("nobody", None, since, until)

    def _rings(self, person: int) -> bool:
        one = self.people.get(person)
        return bool(one and one.active and one.phones)


def _ends(shift: Shift) -> tuple[datetime, datetime]:
    return shift.begins_at, shift.ends_at


def _at(found: Iterable[Shift], moment: datetime) -> People:
    return next((one.people for one in found if one.begins_at <= moment < one.ends_at), ())


def _together(
    ours: list[Shift], theirs: list[Shift]
) -> Iterator[tuple[datetime, datetime, list[int]]]:
    """When the same people are on call in both."""
    here, there = 0, 0
    while here < len(ours) and there < len(theirs):
        one, other = ours[here], theirs[there]
        both = [person for person in one.people if person in other.people]
        if both:
            yield max(one.begins_at, other.begins_at), min(one.ends_at, other.ends_at), both
        if one.ends_at <= other.ends_at:
            here += 1
        else:
            there += 1
