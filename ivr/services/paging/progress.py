"""How far a page is: its rings, as the decision of what it does next needs them."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from ivr.models import Leg, LegState, Page
from ivr.services.paging import escalation
from ivr.services.paging.escalation import Progress, Ring

WAITING = LegState.WAITING
Waiting = Mapping[tuple[int, str], Leg]
"""By technician and number: what waits from an earlier round, and is not to ring twice."""


def of_page(db: Session, page: Page) -> tuple[Progress, Waiting]:
    """How far the level is, and what waits from before."""
    kept = or_(Leg.round >= page.first_round, Leg.state == LegState.WAITING)
    rung = db.scalars(select(Leg).where(Leg.page_id == page.id, kept).order_by(Leg.id)).all()
    phones = defaultdict[tuple[int, int], list[Leg]](list)
    for leg in rung:
        if leg.round >= page.first_round:
            phones[leg.technician_id, leg.round].append(leg)
    rings = [Ring(*who, *_of_phones(those)) for who, those in phones.items()]
    waiting = {(leg.technician_id, leg.number): leg for leg in rung if leg.state == WAITING}
    progress = Progress(page.level, page.level_since, page.round, page.first_round, rings)
    return progress, waiting


def _of_phones(those: list[Leg]) -> tuple[str | None, datetime | None]:
    outcomes = [leg.outcome or (WAITING if leg.state == WAITING else None) for leg in those]
    ended = [leg.ended_at for leg in those if leg.ended_at]
    return escalation.of_phones(outcomes), max(ended, default=None)
