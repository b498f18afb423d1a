"""Who is on call now, and the policy as it is frozen into a page."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.models import Policy, Shift, Technician
from ivr.settings import settings

DEFAULT_LEVELS: list[dict[str, Any]] = [
    {"level": 1, "ring": "all", "ring_for": 25, "repeat": 1, "escalate_after": 60},
    {"level": 2, "ring": "in_turn", "ring_for": 25, "repeat": 1, "escalate_after": 120},
]


def on_call(db: Session, level: int) -> list[Technician]:
    """Those on call at a level, first one first, with or without a phone."""
    return list(
        db.scalars(
            select(Technician)
            .join(Shift, Shift.technician_id == Technician.id)
            .where(Shift.level == level)
            .order_by(Shift.position)
        )
    )


def escalation_list(db: Session) -> str:
    """The address of the last level."""
    return str(frozen_policy(db)[-1]["mail"])


def frozen_policy(db: Session) -> list[dict[str, Any]]:
    """The levels with the people now on call who can be rung; the last level is always a mail."""
    policy = db.get(Policy, 1)
    levels = [dict(level) for level in (policy.levels if policy else DEFAULT_LEVELS)]
    for level in levels:
        if "mail" not in level:
            people = on_call(db, level["level"])
            level["technicians"] = [one.id for one in people if one.phone]
            level["without_phone"] = [one.name for one in people if not one.phone]
    if "mail" not in levels[-1]:
        levels.append(
            {"level": len(levels) + 1, "mail": settings().escalation, "repeat_every": 300}
        )
    return levels
