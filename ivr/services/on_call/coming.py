"""The shifts that come, from a moment on, and who is on call now, until when, and who follows."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from ivr.services.on_call import rota, shifts
from ivr.services.on_call.rotation import People
from ivr.services.on_call.shifts import Plan, Shift

STRETCHES = tuple(timedelta(days=days) for days in (1, 8, 40, 400))
"""How far is looked ahead: further only where nothing, or too little, comes earlier."""
SOON = STRETCHES[2]


@dataclass(frozen=True)
class Duty:
    people: People
    """Nobody: a gap."""
    until: datetime | None
    """None: for as far as we look."""
    then: People

    @property
    def everybody(self) -> People:
        return (*self.people, *self.then)


def coming(plan: Plan, now: datetime, count: int, within: timedelta = STRETCHES[-1]) -> list[Shift]:
    """The next shifts that are somebody's, the one that is under way first."""
    found: list[Shift] = []
    for stretch in STRETCHES:
        if stretch > within:
            break
        # the last one is cut off where we stop looking
        all_of_it = shifts.shifts(plan, now, now + stretch)
        whole = all_of_it if stretch == within else all_of_it[:-1]
        found = [one for one in whole if one.people]
        if len(found) >= count:
            break
    return found[:count]


def duty(plan: Plan, now: datetime, within: timedelta = SOON) -> Duty:
    for stretch in STRETCHES:
        if stretch > within:
            break
        first, *rest = shifts.shifts(plan, now, now + stretch)
        if rest:
            return Duty(first.people, first.ends_at, rest[0].people)
    return Duty(shifts.who(plan, now), None, ())


def duties(db: Session, now: datetime, ids: Collection[int] | None = None) -> dict[int, Duty]:
    """By rota; of all rotas if none are named."""
    return {id_: duty(one, now) for id_, one in rota.plans(db, now, now + SOON, ids).items()}
