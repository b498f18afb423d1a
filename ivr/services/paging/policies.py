"""Which policy a ticket's page follows: the first whose conditions fit the ticket. What is kept of
it in the page: services/paging/freezing.py.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from callflows.turn import Severity
from ivr.models import Policy, Technician, Ticket
from ivr.models.policy import DEFAULT
from ivr.services.on_call import rota
from ivr.services.paging import freezing
from ivr.services.paging.escalation import Level
from ivr.services.settings import business_time, house
from ivr.services.staff import people
from ivr.settings import settings

LEVELS: list[Level] = [
    {"level": 1, "who": [], "ring": "all", "ring_for": 25, "repeat": 1, "escalate_after": 60},
    {"level": 2, "who": [], "ring": "in_turn", "ring_for": 25, "repeat": 1, "escalate_after": 120},
]
"""What a first policy begins with."""
IN_ORDER = (Policy.id == DEFAULT, Policy.position, Policy.id)


def default(db: Session) -> list[Level]:
    """The levels of the policy that fits every ticket."""
    policy = db.get(Policy, DEFAULT)
    return whole(policy.levels if policy else LEVELS)


def in_order(db: Session) -> Sequence[Policy]:
    """As they are asked; the default one last."""
    return db.scalars(select(Policy).order_by(*IN_ORDER)).all()


def new(db: Session, name: str) -> Policy:
    """Not numbered by the database, which knows nothing of the number of the default one."""
    last = db.scalar(select(func.max(Policy.id))) or DEFAULT
    made = Policy(id=max(last, DEFAULT) + 1, name=name, position=last + 1, levels=[])
    db.add(made)
    return made


def of_ticket(db: Session, now: datetime, ticket: Ticket) -> Policy | None:
    """The first policy that fits; None while there is none at all."""
    fitting = (one for one in in_order(db) if not unmet(db, now, one, ticket))
    return next(fitting, None)


def unmet(db: Session, now: datetime, policy: Policy, ticket: Ticket) -> str | None:
    """The first condition that keeps a policy from counting for a ticket; None: it fits."""
    if policy.id == DEFAULT:
        return None
    for condition in ("customer_id", "team_id", "severity"):
        wanted = getattr(policy, condition)
        if wanted is not None and wanted != getattr(ticket, condition):
            return condition.removesuffix("_id")
    return "hours" if policy.hours not in {None, hours(db, now)} else None


def hours(db: Session, now: datetime) -> str:
    """Whether it is business hours now."""
    calendar = business_time.calendar_of(house.ours(db))
    begin, end = next(business_time.opening_hours(now, calendar))
    return "open" if begin <= now < end else "closed"


def whole(levels: list[Level]) -> list[Level]:
    """With a last level that mails, whatever was given."""
    if levels and "mail" in levels[-1]:
        return levels
    last = {"level": len(levels) + 1, "mail": settings().escalation, "repeat_every": 300}
    return [*levels, last]


def before(db: Session, policy: Policy | None) -> list[Policy]:
    """Those that are asked first, and did not fit."""
    those = list(in_order(db))
    return those[: those.index(policy)] if policy else []


def frozen(
    db: Session, now: datetime, ticket: Ticket, order: freezing.Draw = freezing.draw
) -> list[Level]:
    """As it is kept in a page: what is edited later does not change it."""
    policy = of_ticket(db, now, ticket)
    levels = whole(policy.levels if policy else LEVELS)
    critical = ticket.severity == Severity.CRITICAL
    return freezing.freeze(db, now, levels, critical=critical, order=order)


def members(db: Session, now: datetime, levels: Sequence[Level]) -> list[list[Technician]]:
    """Everybody whom each level means, first one first, with or without a phone."""
    who = [level.get("who", []) for level in levels]
    targets = [target for those in who for target in those]
    on_call = rota.on_call(db, now, {one["rota"] for one in targets if "rota" in one})
    teams = freezing.members_of(db, {one["team"] for one in targets if "team" in one})

    def of(target: dict[str, Any]) -> Sequence[int]:
        if "rota" in target:
            return on_call[target["rota"]]
        return freezing.named(target, teams)

    ids = [[id_ for target in those for id_ in of(target)] for those in who]
    known = people.by_ids(db, [one for level in ids for one in level])
    return [[known[one] for one in dict.fromkeys(level) if one in known] for level in ids]


def on_level(db: Session, now: datetime, number: int) -> list[Technician]:
    """Those of a level of the default policy, as they are now."""
    levels = [one for one in default(db) if one["level"] == number]
    return [one for level in members(db, now, levels) for one in level]


def everybody(db: Session, now: datetime) -> list[Technician]:
    """All who are on call at any level of the default policy, the first level first."""
    return [one for level in members(db, now, default(db)) for one in level]


def escalation_list(db: Session) -> str:
    """The address of the last level."""
    return str(default(db)[-1]["mail"])
