"""Swaps: two take each other's stretch of a rota. Two overrides that go together: both are in
force, or neither.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from ivr.models import Override, Rota, Technician
from ivr.services.on_call import overrides


@dataclass(frozen=True)
class Stretch:
    """What one of the two gives away."""

    technician: Technician
    starts_at: datetime
    ends_at: datetime


def ask(
    db: Session,
    now: datetime,
    rota: Rota,
    one: Stretch,
    other: Stretch,
    by: Technician | None,
    *,
    decided: bool = False,
) -> tuple[Override, Override]:
    """In force once the one who is asked agrees; at once where `by` may decide for others."""
    first = overrides.ask(
        db, now, rota, other.technician, one.technician, one.starts_at, one.ends_at, by
    )
    second = overrides.ask(
        db,
        now,
        rota,
        one.technician,
        other.technician,
        other.starts_at,
        other.ends_at,
        by,
        swap_with=first,
    )
    if decided:
        overrides.agree(db, now, first, by, decided=True)
    return first, second
