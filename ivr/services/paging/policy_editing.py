"""Policies as staff change them: their conditions and order, and their levels. The default one is
never removed, and the last level always mails. Each change is told in a sentence.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.models import Policy
from ivr.models.policy import DEFAULT
from ivr.services import audit
from ivr.services.audit import Kind
from ivr.services.paging import policies, policy_words
from ivr.services.paging.escalation import Level
from ivr.services.refusal import RefusedError

MOST_LEVELS = 9


@dataclass(frozen=True)
class Wish:
    """For which tickets a policy is."""

    name: str
    customer_id: int | None = None
    team_id: int | None = None
    severity: str | None = None
    hours: str | None = None


@dataclass(frozen=True)
class Change:
    """Who changes policies, and when."""

    db: Session
    now: datetime
    by: str

    def add(self, wish: Wish) -> Policy:
        """Asked before all others but those that are there; it begins with the default's levels."""
        self._only_one(wish.name, None)
        made = policies.new(self.db, wish.name)
        made.levels = policies.default(self.db)
        self._put(made, wish)
        conditions = policy_words.names(self.db).kept_conditions(made)
        self._tell(made, Kind.POLICY_ADDED, name=made.name, conditions=conditions)
        return made

    def conditions(self, policy: Policy, wish: Wish) -> None:
        self._only_one(wish.name, policy.id)
        before = self._described(policy)
        self._put(policy, wish)
        after = self._described(policy)
        if before != after:
            self._tell(policy, Kind.POLICY_CHANGED, before=before, after=after)

    def _described(self, policy: Policy) -> dict[str, Any]:
        conditions = policy_words.names(self.db).kept_conditions(policy)
        return {"name": policy.name, "conditions": conditions}

    def _only_one(self, name: str, but: int | None) -> None:
        if self.db.scalar(select(Policy.id).where(Policy.name == name)) not in {None, but}:
            raise RefusedError("same-policy", name=name)

    def _put(self, policy: Policy, wish: Wish) -> None:
        given = vars(wish) if policy.id != DEFAULT else {"name": wish.name}
        for name, value in given.items():
            setattr(policy, name, value)
        self.db.flush()

    def move(self, policy: Policy, by: int) -> None:
        """Up or down among those that are asked in order."""
        those = [one for one in policies.in_order(self.db) if one.id != DEFAULT]
        if policy not in those:
            return
        to = those.index(policy) + by
        if 0 <= to < len(those):
            those.remove(policy)
            those.insert(to, policy)
            for position, one in enumerate(those, 1):
                one.position = position
            self._tell(policy, Kind.POLICY_MOVED, to=to + 1)

    def remove(self, policy: Policy) -> None:
        if policy.id == DEFAULT:
            raise RefusedError("default-stays")
        self._tell(policy, Kind.POLICY_REMOVED, name=policy.name)
        self.db.delete(policy)

    # Levels -------------------------------------------------------------------------------------

    def level(self, policy: Policy, at: int | None, level: Level) -> None:
        """Put a level in the place of the one at `at`; None: a new one before the last."""
        levels = policies.whole(policy.levels)
        if at is None:
            if len(levels) >= MOST_LEVELS:
                raise RefusedError("too-many-levels", most=MOST_LEVELS)
            levels = [*levels[:-1], level, levels[-1]]
        else:
            levels = [*levels[:at], level, *levels[at + 1 :]]
        self._levels(policy, levels)

    def move_level(self, policy: Policy, at: int, by: int) -> None:
        levels = policies.whole(policy.levels)
        ringing = levels[:-1]
        if 0 <= at < len(ringing) and 0 <= at + by < len(ringing):
            ringing.insert(at + by, ringing.pop(at))
            self._levels(policy, [*ringing, levels[-1]])

    def remove_level(self, policy: Policy, at: int) -> None:
        levels = policies.whole(policy.levels)
        if not 0 <= at < len(levels) - 1:
            raise RefusedError("last-level-stays")
        self._levels(policy, [*levels[:at], *levels[at + 1 :]])

    def _levels(self, policy: Policy, levels: list[Level]) -> None:
        before = policies.whole(policy.levels)
        policy.levels = [one | {"level": number} for number, one in enumerate(levels, 1)]
        names = policy_words.names(self.db)
        was, now = ([names.kept_level(one) for one in those] for those in (before, policy.levels))
        self._difference(policy, was, now)

    def _difference(self, policy: Policy, before: list[Level], after: list[Level]) -> None:
        """A level that is only at another place is the same."""
        was, now = ([_unnumbered(one) for one in those] for those in (before, after))
        gone = [["−", one] for one in was if one not in now]
        new = [["+", one] for one in now if one not in was]
        if gone or new:
            self._tell(policy, Kind.LEVELS_CHANGED, levels=[*gone, *new])
        elif before != after:
            self._tell(policy, Kind.LEVELS_ORDERED)

    def _tell(self, policy: Policy, kind: Kind, **data: object) -> None:
        audit.changed(self.db, self.now, self.by, f"policy-{policy.id}", kind, **data)


def _unnumbered(level: Level) -> Level:
    return {name: value for name, value in level.items() if name != "level"}


def digest(policy: Policy) -> str:
    """What a form was filled in upon: two of us who change the same at once would undo each other's
    work.
    """
    seen = (policy.name, policy.customer_id, policy.team_id, policy.severity, policy.hours)
    encoded = msgspec.json.encode((seen, policy.levels))
    return hashlib.sha256(encoded).hexdigest()[:16]
