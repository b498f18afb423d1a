"""What a page does next: pure decisions over its frozen policy and what came of its rings.

1. A level with nobody to ring is passed at once, and said so.
2. Its people are rung all at once or in turn, `repeat` more times over.
3. Busy, failed, passed or never accepted: the next person at once; when a whole round ended so,
   the next level at once. After a ring that nobody picked up, the level keeps its delay.
4. When the delay `escalate_after` is over, the next level, whoever still rings.
5. A level with an address is mailed every `repeat_every` seconds; the last one never ends.
Rule of the support policy, sections 8 and 10.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

Level = dict[str, Any]
RING_GRACE = timedelta(seconds=20)
"""Until a ring's outcome must have come; carriers ring some seconds longer than asked."""


@dataclass(frozen=True)
class Ring:
    """A leg, as far as the decision needs it."""

    technician: int
    round: int
    outcome: str | None
    """None while it rings or talks."""


@dataclass(frozen=True)
class Progress:
    level: int
    since: datetime
    round: int
    first_round: int
    rings: Sequence[Ring]


@dataclass(frozen=True)
class Move:
    """What to do now, and when to look again."""

    level: int
    since: datetime
    round: int
    first_round: int
    look_again: datetime
    ring: tuple[int, ...] = ()
    mail: str | None = None
    passed: tuple[int, ...] = ()
    """Levels (as indexes) that were passed because nobody is there to be rung."""


def next_move(policy: Sequence[Level], at: Progress, now: datetime) -> Move:
    passed: list[int] = []
    while True:
        level = policy[at.level]
        if "mail" in level:
            return _mail(level, at, now, tuple(passed))
        move = _ring(level, at, now, tuple(passed))
        if move:
            return move
        if not level["technicians"]:
            passed.append(at.level)
        at = Progress(at.level + 1, now, at.round + 1, at.round + 1, ())


def _mail(level: Level, at: Progress, now: datetime, passed: tuple[int, ...]) -> Move:
    every = timedelta(seconds=level["repeat_every"])
    due = at.since + every * (at.round - at.first_round)
    if now < due:  # woken by the end of a ring, not by the mail's own time
        return Move(at.level, at.since, at.round, at.first_round, due, passed=passed)
    mail = level["mail"]
    return Move(at.level, at.since, at.round + 1, at.first_round, now + every, (), mail, passed)


def _ring(level: Level, at: Progress, now: datetime, passed: tuple[int, ...]) -> Move | None:
    """Whom to ring at this level now; None when the level is over."""
    until = at.since + timedelta(seconds=level["escalate_after"])
    people = _reachable(level["technicians"], at)
    if now >= until or not people:
        return None
    rings = [ring for ring in at.rings if ring.round == at.round]
    next_people = _next_people(level, people, rings)
    if next_people:
        look = min(until, now + timedelta(seconds=level["ring_for"]) + RING_GRACE)
        return Move(at.level, at.since, at.round, at.first_round, look, next_people, passed=passed)
    waiting = Move(at.level, at.since, at.round, at.first_round, until, passed=passed)
    if any(ring.outcome is None for ring in rings):
        return waiting
    if not any(ring.outcome == "no-answer" for ring in rings):
        return None
    if at.round - at.first_round >= level["repeat"]:
        return waiting
    again = Progress(at.level, at.since, at.round + 1, at.first_round, at.rings)
    return _ring(level, again, now, passed) or waiting


def _reachable(people: Sequence[int], at: Progress) -> list[int]:
    """Without those who passed, or whose number failed, in an earlier round of this level."""
    out = {
        ring.technician
        for ring in at.rings
        if ring.outcome in {"passed", "failed"} and at.first_round <= ring.round < at.round
    }
    return [person for person in people if person not in out]


def _next_people(level: Level, people: list[int], rings: list[Ring]) -> tuple[int, ...]:
    rung = {ring.technician for ring in rings}
    fresh = [person for person in people if person not in rung]
    if level["ring"] == "all":
        return tuple(fresh)  # nobody, once all were rung; who passed before is not
    if any(ring.outcome is None for ring in rings):
        return ()
    return tuple(fresh[:1])
