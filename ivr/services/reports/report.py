"""The reports of a period, in numbers: what the page shows, its files hold and the weekly mail
tells.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from callflows.turn import Severity
from ivr.database import connection, engine
from ivr.models import Customer, Team, Technician, Ticket
from ivr.services.reports import figures
from ivr.services.reports.counting import FACTS
from ivr.services.reports.facts import (
    ANSWER,
    CALL,
    FEEDBACK,
    HOUR,
    NIGHT,
    OPENED,
    PAGE,
    PAUSED,
    REPEAT,
    RESOLUTION,
    RESPONSE,
    RING,
)
from ivr.services.reports.figures import Asked, Standing

Counts = Counter[str]
"""By a key of facts.KEYS."""
Names = dict[int, str]
PERCENTILES = (50, 90, 95)
REMEMBERED = 20
"""Reports that a process keeps."""
MOST = 20
"""Customers, and problems that came again, shown."""
SEVERITIES = tuple(str(one) for one in (Severity.CRITICAL, Severity.MAJOR, Severity.MINOR))


@dataclass
class Promise:
    """How a promise was kept: by the parts of the period, and by whatever else."""

    parts: dict[date, Counts]
    severities: dict[str, Counts]
    teams: dict[int | None, Counts]
    customers: dict[int, Counts] = field(default_factory=dict)

    @property
    def all(self) -> Counts:
        return _sum(self.parts.values())


@dataclass
class Waits:
    """How long critical callers waited for somebody to press 1, in seconds."""

    count: int
    unanswered: int
    at: dict[int, int]
    """By percentile."""
    longest: int | None


@dataclass
class Load:
    """The rings of a technician."""

    rings: int = 0
    accepted: int = 0
    night: int = 0


@dataclass
class Repeat:
    """A problem that a customer has had more than once."""

    customer: str
    number: str
    title: str
    count: int
    first_id: int


@dataclass
class Report:
    asked: Asked
    standing: Standing
    opened: dict[date, Counts]
    """By severity."""
    promises: dict[str, Promise]
    paused: dict[date, int]
    waits: dict[date, Waits]
    wait: Waits
    pages: dict[int, Counts]
    """By level."""
    calls: dict[date, Counts]
    heat: Counter[int]
    """Calls by hour of the week."""
    load: dict[int, Load]
    feedback: Counts
    repeats: list[Repeat]
    repeated: int
    worst: list[int]
    """Customers, those with the most misses first."""
    names: dict[str, Names]

    @property
    def called(self) -> Counts:
        return _sum(self.calls.values())


def share(part: int, of: int) -> float | None:
    """In per cent, to a tenth; None of nothing."""
    return round(100 * part / of, 1) if of else None


def kept(counts: Mapping[str, int]) -> float | None:
    return share(counts.get("met", 0), counts.get("met", 0) + counts.get("missed", 0))


def average(scores: Mapping[str, int]) -> float | None:
    given = sum(scores.values())
    points = sum(int(score) * many for score, many in scores.items())
    return round(points / given, 1) if given else None


def _sum(those: Iterable[Counts]) -> Counts:
    found = Counts()
    for one in those:
        found.update(one)
    return found


# Put together -------------------------------------------------------------------------------------


_told = dict[tuple[Engine, Asked, Standing], Report]()
"""The last ones that were asked for, by all that they depend on."""


def of(db: Session, asked: Asked, standing: Standing) -> Report:
    """All of it. While nothing new is counted, what was put together before is told again."""
    key = (engine(), asked, standing)
    found = _told.get(key)
    if found is None:
        found = _told[key] = _put_together(db, asked, standing)
        for old in list(_told)[:-REMEMBERED]:
            _told.pop(old, None)
    return found


def _put_together(db: Session, asked: Asked, standing: Standing) -> Report:
    """In a handful of statements."""
    promises, paused, opened = _of_tickets(db, asked)
    waits, wait = _waits(db, asked)
    calls, heat = _calls(db, asked)
    pages = dict[int, Counts]()
    rows = figures.count(db, asked, [PAGE, FEEDBACK], "what", "level", "key")
    feedback = Counts()
    for what, level, key, many in rows:
        if what == PAGE:
            pages.setdefault(level or 0, Counts())[key] += many
        else:
            feedback[key] += many
    load = _load(db, asked)
    repeats, repeated = _repeats(db, asked)
    customers = _worst(db, asked, promises)
    return Report(
        asked, standing, opened, promises, paused, waits, wait, dict(sorted(pages.items())),
        calls, heat, load, feedback, repeats, repeated, customers, _names(db, customers, load),
    )  # fmt: skip


def _parts(asked: Asked, empty: Any) -> dict[date, Any]:
    return {part: empty() for part in asked.period.parts()}


def _of_tickets(
    db: Session, asked: Asked
) -> tuple[dict[str, Promise], dict[date, int], dict[date, Counts]]:
    promises = {
        kind: Promise(_parts(asked, Counts), {one: Counts() for one in SEVERITIES}, {})
        for kind in (RESPONSE, RESOLUTION)
    }
    paused, opened = _parts(asked, int), _parts(asked, Counts)
    weekly, part_of = asked.period.by_week, asked.period.part_of
    what = [RESPONSE, RESOLUTION, PAUSED]
    for first, kind, key, many in figures.count(
        db, asked, what, "first", "what", "key", weekly=weekly
    ):
        if kind == PAUSED:
            paused[part_of(first)] += many
        else:
            promises[kind].parts[part_of(first)][key] += many
    for first, severity, many in figures.count(
        db, asked, [OPENED], "first", "severity", weekly=weekly
    ):
        opened[part_of(first)][severity] += many
    by = ("what", "key", "severity", "team_id")
    for kind, key, severity, team, many in figures.count(db, asked, [RESPONSE, RESOLUTION], *by):
        promises[kind].severities.setdefault(severity, Counts())[key] += many
        promises[kind].teams.setdefault(team, Counts())[key] += many
    return promises, paused, opened


def _waits(db: Session, asked: Asked) -> tuple[dict[date, Waits], Waits]:
    parts = {part: Waits(0, 0, {}, None) for part in asked.period.parts()}
    unanswered, all_ = Counter[date](), Waits(0, 0, {}, None)
    weekly, part_of = asked.period.by_week, asked.period.part_of
    for first, key, many in figures.count(db, asked, [ANSWER], "first", "key", weekly=weekly):
        if key == "unanswered":
            unanswered[part_of(first)] += many
    for first, count, longest, *at in figures.waits(db, asked, PERCENTILES):
        found = Waits(count, 0, dict(zip(PERCENTILES, at, strict=True)), longest)
        if first:
            parts[first] = found
        else:
            all_ = found
    for part, one in parts.items():
        one.unanswered = unanswered[part]
    all_.unanswered = unanswered.total()
    return parts, all_


def _calls(db: Session, asked: Asked) -> tuple[dict[date, Counts], Counter[int]]:
    calls, heat = _parts(asked, Counts), Counter[int]()
    weekly = asked.period.by_week
    for first, key, many in figures.count(db, asked, [CALL], "first", "key", weekly=weekly):
        calls[asked.period.part_of(first)][key] += many
    for hour, many in figures.count(db, asked, [HOUR], "hour"):
        heat[hour] += many
    return calls, heat


def _load(db: Session, asked: Asked) -> dict[int, Load]:
    load = dict[int, Load]()
    for what, technician, key, many in figures.count(
        db, asked, [RING, NIGHT], "what", "technician_id", "key"
    ):
        one = load.setdefault(technician, Load())
        if what == NIGHT:
            one.night += many
        else:
            one.rings += many
            one.accepted += many if key == "accepted" else 0
    return dict(sorted(load.items(), key=lambda one: (-one[1].rings, one[0])))


def _repeats(db: Session, asked: Asked) -> tuple[list[Repeat], int]:
    """The problems that came again most often, and how many tickets repeat one."""
    those = [FACTS.c.what == REPEAT, FACTS.c.day.between(asked.period.first, asked.period.last)]
    if asked.team:
        those.append(FACTS.c.team_id == asked.team)
    if asked.customer:
        those.append(FACTS.c.customer_id == asked.customer)
    many = func.count()
    query = select(FACTS.c.key, many).where(*those).group_by(FACTS.c.key)
    rows = connection(db).execute(query.order_by(many.desc(), FACTS.c.key)).all()
    top = {int(key): counted for key, counted in rows[:MOST]}
    told = select(Ticket.id, Ticket.number, Ticket.title, Customer.name)
    told = told.outerjoin(Customer, Ticket.customer_id == Customer.id).where(Ticket.id.in_(top))
    found = {id_: Repeat(name or "", number, title, top[id_] + 1, id_)
             for id_, number, title, name in db.execute(told)}  # fmt: skip
    return [found[one] for one in top if one in found], sum(row[1] for row in rows)


def _worst(db: Session, asked: Asked, promises: Mapping[str, Promise]) -> list[int]:
    """The customers with the most misses first; their counts are put beside the others'."""
    if asked.customer:
        for promise in promises.values():
            promise.customers[asked.customer] = promise.all
        return [asked.customer]
    found = figures.worst(db, asked, [RESPONSE, RESOLUTION], MOST)
    for customer, counts in found.items():
        for (kind, key), many in counts.items():
            promises[kind].customers.setdefault(customer, Counts())[key] += many
    return list(found)


def _names(db: Session, customers: Collection[int], staff: Collection[int]) -> dict[str, Names]:
    """Of teams, customers and technicians."""
    teams = select(Team.id, Team.name).order_by(Team.name)
    return {
        "teams": {id_: name for id_, name in db.execute(teams)},  # noqa: C416  rows are no pairs
        "customers": _of(db, Customer, customers),
        "technicians": _of(db, Technician, staff),
    }


def _of(db: Session, table: type[Customer | Technician], ids: Collection[int]) -> Names:
    those = select(table.id, table.name).where(table.id.in_(ids))
    return {id_: name for id_, name in db.execute(those)}  # noqa: C416  rows are no pairs
