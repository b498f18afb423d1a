"""A policy as it is frozen into a page: for each level that rings, the people who are on call now,
those of the hand-overs of the next day, and who is passed over and why.

Who is rung is decided from this alone (services/paging/escalation.py), so that nothing that is
edited later changes a page that is under way, and a hand-over still counts (docs/decisions/16).
"""

import secrets
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from ivr.database import connection, table_of
from ivr.models import Membership, Technician
from ivr.services.on_call import rota, shifts
from ivr.services.on_call.shifts import Away, Plan
from ivr.services.paging import escalation, quiet
from ivr.services.paging.escalation import Level
from ivr.services.settings import house

AHEAD = timedelta(hours=24)
"""How far hand-overs are looked at: no page lasts longer."""
MEMBERS = table_of(Membership)
Target = dict[str, Any]
Draw = Callable[[list[int]], None]


def draw(ids: list[int]) -> None:
    """An order that nobody can foresee."""
    secrets.SystemRandom().shuffle(ids)


def freeze(
    db: Session, now: datetime, levels: Sequence[Level], *, critical: bool, order: Draw = draw
) -> list[Level]:
    """Levels of a policy, or those of an earlier page once more: what is known of who counts."""
    known = _read(db, now, levels, critical=critical)
    return [
        _frozen(known, now, level, order) if "who" in level and "mail" not in level else dict(level)
        for level in levels
    ]


# What it is decided from --------------------------------------------------------------------------


@dataclass(frozen=True)
class _Known:
    """Everything that says who is rung during a day, read once."""

    until: datetime
    plans: dict[int, Plan]
    teams: dict[int, list[int]]
    away: Sequence[Away]
    people: dict[int, Technician]
    zone: str
    critical: bool

    def meant(self, target: Target, at: datetime) -> Iterable[int]:
        """Everybody whom a target means at a moment, absent or not."""
        if "rota" in target:
            plan = self.plans[target["rota"]]
            here = shifts.who(plan, at)
            gone = {one.person for one in plan.away if one.begins_at <= at < one.ends_at}
            without = shifts.who(replace(plan, away=()), at) if gone else ()
            return dict.fromkeys([*here, *(one for one in without if one in gone)])
        return named(target, self.teams)

    def edges(self, level: Level, now: datetime) -> list[datetime]:
        """When who is rung may change."""
        found = {now}
        for target in level["who"]:
            if "rota" in target:
                coming = shifts.shifts(self.plans[target["rota"]], now, self.until)
                found |= {one.begins_at for one in coming}
        found |= {edge for one in self.away for edge in (one.begins_at, one.ends_at)}
        if not self.critical:
            found |= {edge for one in self.people.values() for edge in self._quiet(one, now)}
        return sorted(edge for edge in found if now <= edge < self.until)

    def _quiet(self, one: Technician, now: datetime) -> Iterator[datetime]:
        if not one.quiet_from or not one.quiet_until:
            return
        zone = ZoneInfo(one.time_zone or self.zone)
        for days in range(3):
            day = (now.astimezone(zone) + timedelta(days=days - 1)).date()
            for wall in (one.quiet_from, one.quiet_until):
                moment = datetime.fromisoformat(f"{day}T{wall}").replace(tzinfo=zone)
                yield moment.astimezone(UTC)

    def why_not(self, one: Technician, at: datetime) -> str | None:
        """Why somebody is passed over; None: they are rung."""
        if not one.active:
            return "has left"
        if any(away.person == one.id and away.begins_at <= at < away.ends_at for away in self.away):
            return "absent"
        if not one.phone:
            return "no phone"
        if self.critical or not quiet.now(one, at, one.time_zone or self.zone):
            return None
        return "quiet hours"


def _read(db: Session, now: datetime, levels: Sequence[Level], *, critical: bool) -> _Known:
    targets = [target for level in levels for target in level.get("who", ())]
    until = now + AHEAD
    away = rota.absences(db, now, until)
    plans = rota.plans(db, now, until, {one["rota"] for one in targets if "rota" in one}, away)
    teams = members_of(db, {one["team"] for one in targets if "team" in one})
    ids = {id_ for target in targets for id_ in named(target, teams)}
    ids |= {id_ for plan in plans.values() for id_ in shifts.members(plan)}
    people = technicians(db, ids)
    wishes = not critical and any(one.quiet_from for one in people.values())
    zone = house.ours(db).time_zone if wishes else "UTC"
    away = [one for one in away if one.person in ids]
    return _Known(until, plans, teams, away, people, zone, critical)


def technicians(db: Session, ids: Collection[int]) -> dict[int, Technician]:
    """With their phones, and those who have left among them."""
    known = select(Technician).where(Technician.id.in_(ids))
    return {one.id: one for one in db.scalars(known.options(selectinload(Technician.phones)))}


def members_of(db: Session, teams: Collection[int]) -> dict[int, list[int]]:
    """By team, the first one first."""
    found: dict[int, list[int]] = {id_: [] for id_ in teams}
    if teams:
        those = select(MEMBERS.c.team_id, MEMBERS.c.technician_id).where(
            MEMBERS.c.team_id.in_(teams)
        )
        for team, member in connection(db).execute(those.order_by(MEMBERS.c.technician_id)):
            found[team].append(member)
    return found


def named(target: Target, teams: dict[int, list[int]]) -> list[int]:
    if "person" in target:
        return [target["person"]]
    return teams.get(target["team"], []) if "team" in target else []


# Freezing -----------------------------------------------------------------------------------------


def _frozen(known: _Known, now: datetime, level: Level, order: Draw) -> Level:
    """Who is rung now, and at every hand-over that changes it."""
    told = [one for one in level["who"] if any(kind in one for kind in escalation.TELLS)]
    made = {name: value for name, value in level.items() if name != "hand_overs"}
    begins, *later = [
        {"at": at.isoformat(), **_at(known, level, at)} for at in known.edges(level, now)
    ]
    made |= {name: value for name, value in begins.items() if name != "at"}
    hand_overs, last = [], _people(begins)
    for one in later:
        if _people(one) != last:
            last = _people(one)
            hand_overs.append(one)
    if level["ring"] == "random":
        for one in (made, *hand_overs):
            order(one["technicians"])
    more: Level = {"hand_overs": hand_overs, "tell": told}
    return made | {name: those for name, those in more.items() if those}


def _people(frozen: Level) -> tuple[Any, Any]:
    return frozen["technicians"], frozen["passed"]


def _at(known: _Known, level: Level, at: datetime) -> Level:
    ids = dict.fromkeys(id_ for target in level["who"] for id_ in known.meant(target, at))
    those = [known.people[id_] for id_ in ids if id_ in known.people]
    why = {one.id: known.why_not(one, at) for one in those}
    return {
        "technicians": [one.id for one in those if why[one.id] is None],
        "passed": [{"name": one.name, "why": why[one.id]} for one in those if why[one.id]],
    }
