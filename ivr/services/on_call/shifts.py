"""Who is on call at a moment, and the shifts of a stretch of time: pure functions of a plan.

The layers are asked from the highest down. A layer's turn is taken; overrides are applied in the
order in which they were made, each putting its technician in the place of another one, or alone in
everybody's, unless that technician is absent; those who are absent are left out. The first layer
that leaves somebody answers.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from ivr.services.on_call.rotation import People, Rotation


@dataclass(frozen=True)
class Cover:
    """An override that is in force."""

    person: int
    instead_of: int | None
    """None: of everybody."""
    begins_at: datetime
    ends_at: datetime

    def applied(self, people: People) -> People:
        if self.instead_of is None:
            return (self.person,)
        if self.instead_of not in people:
            return people
        put = (self.person if one == self.instead_of else one for one in people)
        return tuple(dict.fromkeys(put))


@dataclass(frozen=True)
class Away:
    person: int
    begins_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Plan:
    """All that decides who is on call in one rota."""

    layers: Sequence[Rotation]
    """The highest last."""
    covers: Sequence[Cover] = ()
    """In the order in which they were made."""
    away: Sequence[Away] = ()


@dataclass(frozen=True)
class Shift:
    begins_at: datetime
    ends_at: datetime
    people: People
    """Nobody: a gap."""


def who(plan: Plan, at: datetime) -> People:
    """Those on call, in the order to be rung; nobody in a gap."""
    away = {one.person for one in plan.away if one.begins_at <= at < one.ends_at}
    covers = [
        one for one in plan.covers if one.begins_at <= at < one.ends_at and one.person not in away
    ]
    for layer in reversed(plan.layers):
        people = _left(layer.people(at), covers, away)
        if people:
            return people
    return _left((), covers, away)


def _left(people: People, covers: Iterable[Cover], away: set[int]) -> People:
    for cover in covers:
        people = cover.applied(people)
    return tuple(one for one in people if one not in away)


def members(plan: Plan) -> set[int]:
    """Everybody who may be on call in it."""
    turns = {one for layer in plan.layers for turn in layer.turns for one in turn}
    return turns | {one.person for one in plan.covers}


def shifts(plan: Plan, begin: datetime, end: datetime) -> list[Shift]:
    """The whole stretch, without a hole: what is nobody's is a shift of nobody."""
    found: list[Shift] = []
    edges = sorted({begin, *_edges(plan, begin, end), end})
    for since, until in pairwise(edges):
        people = who(plan, since)
        if found and found[-1].people == people:
            found[-1] = Shift(found[-1].begins_at, until, people)
        else:
            found.append(Shift(since, until, people))
    return found


def off_at(plan: Plan, person: int, now: datetime, end: datetime) -> datetime | None:
    """When somebody who is on call goes off; None where that is not before `end`."""
    return next((one.begins_at for one in shifts(plan, now, end) if person not in one.people), None)


def _edges(plan: Plan, begin: datetime, end: datetime) -> Iterable[datetime]:
    for layer in plan.layers:
        yield from layer.edges(begin, end)
    spans = [(one.begins_at, one.ends_at) for one in plan.covers]
    spans += [(one.begins_at, one.ends_at) for one in plan.away]
    yield from (edge for span in spans for edge in span if begin < edge < end)
