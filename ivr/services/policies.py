"""Which policy a ticket's page follows, and the policy as it is frozen into the page: its levels
with the people now on call put in.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.models import Policy, Team, Technician, Ticket
from ivr.models.policy import DEFAULT
from ivr.services import business_time, house, people, rota
from ivr.services.rotation import People
from ivr.settings import settings

Level = dict[str, Any]
LEVELS: list[Level] = [
    {"level": 1, "who": [], "ring": "all", "ring_for": 25, "repeat": 1, "escalate_after": 60},
    {"level": 2, "who": [], "ring": "in_turn", "ring_for": 25, "repeat": 1, "escalate_after": 120},
]
"""What a first policy begins with."""


def default(db: Session) -> list[Level]:
    """The levels of the policy that fits every ticket."""
    policy = db.get(Policy, DEFAULT)
    return _whole(policy.levels if policy else LEVELS)


def of_ticket(db: Session, now: datetime, ticket: Ticket) -> Policy | None:
    """The first policy that fits; None while there is none at all."""
    ordered = select(Policy).where(Policy.id != DEFAULT).order_by(Policy.position, Policy.id)
    fitting = (one for one in db.scalars(ordered) if _fits(db, now, one, ticket))
    return next(fitting, None) or db.get(Policy, DEFAULT)


def _fits(db: Session, now: datetime, policy: Policy, ticket: Ticket) -> bool:
    return (
        policy.customer_id in (None, ticket.customer_id)
        and policy.team_id in (None, ticket.team_id)
        and policy.severity in (None, ticket.severity)
        and policy.hours in (None, _hours(db, now))
    )


def _hours(db: Session, now: datetime) -> str:
    """Whether it is business hours now."""
    calendar = business_time.calendar_of(house.ours(db))
    begin, end = next(business_time.opening_hours(now, calendar))
    return "open" if begin <= now < end else "closed"


def _whole(levels: list[Level]) -> list[Level]:
    """With a last level that mails, whatever was given."""
    if levels and "mail" in levels[-1]:
        return levels
    last = {"level": len(levels) + 1, "mail": settings().escalation, "repeat_every": 300}
    return [*levels, last]


def frozen(db: Session, now: datetime, ticket: Ticket) -> list[Level]:
    """As it is kept in a page: what is edited later does not change it."""
    policy = of_ticket(db, now, ticket)
    levels = _whole(policy.levels if policy else LEVELS)
    return [
        dict(level) if "mail" in level else _with(those, level)
        for level, those in zip(levels, members(db, now, levels), strict=True)
    ]


def _with(those: list[Technician], level: Level) -> Level:
    return level | {
        "technicians": [one.id for one in those if one.phone],
        "passed": [{"name": one.name, "why": "no phone"} for one in those if not one.phone],
    }


def members(db: Session, now: datetime, levels: Sequence[Level]) -> list[list[Technician]]:
    """Everybody whom each level means, first one first, with or without a phone."""
    rotas = {one["rota"] for level in levels for one in level.get("who", []) if "rota" in one}
    on_call = rota.on_call(db, now, rotas)
    ids = [
        [id_ for target in level.get("who", []) for id_ in _of(db, target, on_call)]
        for level in levels
    ]
    known = people.by_ids(db, [one for level in ids for one in level])
    return [[known[one] for one in dict.fromkeys(level) if one in known] for level in ids]


def _of(db: Session, target: dict[str, Any], on_call: dict[int, People]) -> Iterable[int]:
    if "rota" in target:
        return on_call.get(target["rota"], ())
    if "person" in target:
        return (target["person"],)
    team = db.get(Team, target["team"]) if "team" in target else None
    return [one.id for one in team.members] if team else ()


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
