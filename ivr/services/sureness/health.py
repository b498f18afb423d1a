"""Whether the system itself is well, in a glance: its checks, its ticker, its test call, and what
it could not deliver.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from ivr.models import CanaryState, CheckState
from ivr.services import due
from ivr.services.mail import undelivered
from ivr.services.sureness import canary, checks
from ivr.services.sureness.checks import Line

FRESH = timedelta(seconds=15)
"""A ticker that has ticked since is alive."""
WRONG = (CheckState.BAD, CheckState.WARN)


@dataclass(frozen=True)
class Health:
    wrong: Sequence[Line]
    """Checks that are bad, or warn."""
    looked: bool
    """Whether any check has been done at all."""
    ticks: bool
    last_tick: datetime | None
    sang_at: datetime | None
    """When the last test call ended; None: there was none."""
    sang: bool
    undelivered: int

    @property
    def bad(self) -> list[Line]:
        return [one for one in self.wrong if one.state == CheckState.BAD]

    @property
    def well(self) -> bool:
        return self.ticks and not self.bad


def of(db: Session, now: datetime, language: str) -> Health:
    tick, run = due.last_beat(db, "tick"), canary.latest(db)
    lines = checks.lines(db, now, language)
    return Health(
        wrong=[one for one in lines if one.state in WRONG],
        looked=any(one.at for one in lines),
        ticks=tick is not None and now - tick <= FRESH,
        last_tick=tick,
        sang_at=run.ended_at if run else None,
        sang=run is not None and run.state == CanaryState.PASSED,
        undelivered=undelivered.count(db),
    )
