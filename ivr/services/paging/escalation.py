"""What a page does next: pure decisions over its frozen policy and what came of its rings.

1. A level with nobody to ring is passed at once, and said so; one that only tells others keeps its
   delay.
2. Its people are rung all at once or in turn, `repeat` more times over, `wait` seconds apart; whose
   phone rings for another page holds up nobody after them.
3. Busy, failed, passed, on another call or never accepted: the next person at once; when a whole
   round ended so, the next level at once. After a ring that nobody picked up, the level keeps its
   delay.
4. When the delay `escalate_after` is over, the next level, whoever still rings.
5. A level with an address is mailed every `repeat_every` seconds; the last one never ends.
Rule of the support policy, sections 8 and 10. Who counts: those on call at the moment of ringing
(docs/decisions/16).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

Level = dict[str, Any]
RING_GRACE = timedelta(seconds=20)
"""Until a ring's outcome must have come; carriers ring some seconds longer than asked."""
WAITING = "waiting"
"""Their phone rings for another page first."""
OF_TWO = (
    "passed", WAITING, "no-answer", "unaccepted", "busy", "engaged", "limited", "failed",
    "cancelled",
)  # fmt: skip
"""Which outcome counts of somebody with several phones: the first of these."""
TELLS = ("mail", "webhook")
"""Targets that are told, not rung."""


@dataclass(frozen=True)
class Ring:
    """The legs of one technician in one round, as far as the decision needs them."""

    technician: int
    round: int
    outcome: str | None
    """None while it rings or talks."""
    ended_at: datetime | None = None


@dataclass(frozen=True)
class Progress:
    level: int
    since: datetime
    round: int
    first_round: int
    rings: Sequence[Ring]

    @property
    def begins(self) -> bool:
        """Nothing has been done about this level yet."""
        return self.round == self.first_round and not self.rings


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
    begun: tuple[int, ...] = ()
    """Levels (as indexes) that begin, those that are passed among them."""


def of_phones(outcomes: Sequence[str | None]) -> str | None:
    """One outcome for all phones of a technician: while one rings there is none, unless they have
    passed.
    """
    if None in outcomes and "passed" not in outcomes:
        return None
    known = [one for one in OF_TWO if one in outcomes]
    return known[0] if known else outcomes[0]


def people(level: Level, now: datetime) -> list[int]:
    """Who is to be rung at that moment, in this order."""
    return list(_in_force(level, now)["technicians"])


def passed_over(level: Level, now: datetime) -> list[dict[str, str]]:
    """Who is not, and why."""
    return list(_in_force(level, now).get("passed", ()))


def _in_force(level: Level, now: datetime) -> Level:
    """As it was when the page was opened, or since the last hand-over."""
    begun = [one for one in level.get("hand_overs", ()) if datetime.fromisoformat(one["at"]) <= now]
    return begun[-1] if begun else level


def only_tells(level: Level) -> bool:
    who = level.get("who", ())
    return bool(who) and all(any(kind in target for kind in TELLS) for target in who)


def next_move(policy: Sequence[Level], at: Progress, now: datetime) -> Move:
    passed, begun = list[int](), list[int]()
    while True:
        level = policy[at.level]
        if at.begins:
            begun.append(at.level)
        move = _act(level, at, now)
        if move:
            return replace(move, passed=tuple(passed), begun=tuple(begun))
        if not at.rings and not only_tells(level):
            passed.append(at.level)
        at = Progress(at.level + 1, now, at.round + 1, at.round + 1, ())


def _act(level: Level, at: Progress, now: datetime) -> Move | None:
    """What to do at this level now; None when it is over."""
    if "mail" in level:
        return _mail(level, at, now)
    until = at.since + timedelta(seconds=level["escalate_after"])
    if now >= until:
        return None
    if only_tells(level):
        return Move(at.level, at.since, max(at.round, at.first_round + 1), at.first_round, until)
    return _ring(level, at, now, until)


def _mail(level: Level, at: Progress, now: datetime) -> Move:
    every = timedelta(seconds=level["repeat_every"])
    due = at.since + every * (at.round - at.first_round)
    if now < due:  # woken by the end of a ring, not by the mail's own time
        return Move(at.level, at.since, at.round, at.first_round, due)
    return Move(at.level, at.since, at.round + 1, at.first_round, now + every, (), level["mail"])


def _ring(level: Level, at: Progress, now: datetime, until: datetime) -> Move | None:
    """Whom to ring at this level now; None when there is nobody left."""
    those = _reachable(people(level, now), at)
    rings = [ring for ring in at.rings if ring.round == at.round]
    next_people = _next_people(level, those, rings)
    if next_people:
        look = min(until, now + timedelta(seconds=level["ring_for"]) + RING_GRACE)
        return Move(at.level, at.since, at.round, at.first_round, look, next_people)
    waiting = Move(at.level, at.since, at.round, at.first_round, until)
    if any(ring.outcome in {None, WAITING} for ring in rings):
        return waiting
    unheard = [ring for ring in rings if ring.outcome == "no-answer"]
    if not unheard:
        return None
    if at.round - at.first_round >= level["repeat"] or not those:
        return waiting
    ended = max((ring.ended_at for ring in unheard if ring.ended_at), default=now)
    again_at = ended + timedelta(seconds=level.get("wait", 0))
    if now < again_at:
        return replace(waiting, look_again=min(until, again_at))
    again = Progress(at.level, at.since, at.round + 1, at.first_round, at.rings)
    return _ring(level, again, now, until) or waiting


def _reachable(those: Sequence[int], at: Progress) -> list[int]:
    """Without those who passed, or whose number failed, in an earlier round of this level."""
    out = {
        ring.technician
        for ring in at.rings
        if ring.outcome in {"passed", "failed"} and at.first_round <= ring.round < at.round
    }
    return [person for person in those if person not in out]


def _next_people(level: Level, those: list[int], rings: list[Ring]) -> tuple[int, ...]:
    """Whoever has come on call since the round began is among them."""
    rung = {ring.technician for ring in rings}
    fresh = [person for person in those if person not in rung]
    if level["ring"] == "all":
        return tuple(fresh)  # nobody, once all were rung; who passed before is not
    if any(ring.outcome is None for ring in rings):
        return ()
    return tuple(fresh[:1])
