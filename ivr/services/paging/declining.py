"""A technician passes a page: by text, or on the staff line, whether or not their phone rings."""

import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.database import hurry
from ivr.models import Leg, LegState, Page, PageState, Technician
from ivr.services.paging import bundling
from ivr.services.tickets import timeline
from ivr.services.tickets.timeline import Kind


def decline(db: Session, now: datetime, page: Page, technician: Technician) -> None:
    """They are not rung again at this level, whether or not their phone rings just now."""
    db.get_one(Page, page.id, with_for_update=True, populate_existing=True)
    if page.state != PageState.OPEN:
        return
    mine = select(Leg).where(Leg.page_id == page.id, Leg.technician_id == technician.id)
    mine = mine.where(Leg.round >= page.first_round).order_by(Leg.round.desc())
    rung = db.scalars(mine.with_for_update()).all()
    ringing = [leg for leg in rung if leg.state != LegState.ENDED]
    for leg in ringing:
        leg.outcome = "passed" if leg.outcome in {None, bundling.ENGAGED} else leg.outcome
        leg.stopping, leg.due_at = True, now
    if not ringing:
        _pass_on(db, now, page, technician, [leg for leg in rung if leg.round == page.round])
    hurry(db)


def _pass_on(
    db: Session, now: datetime, page: Page, technician: Technician, rung: Sequence[Leg]
) -> None:
    """Nothing rings: what is on record of this round says that they passed."""
    for leg in rung:
        leg.outcome = "passed"
    if not rung:
        db.add(
            Leg(
                key=secrets.token_urlsafe(12),
                page_id=page.id,
                technician_id=technician.id,
                number=technician.phone or "",
                level=page.policy[page.level]["level"],
                round=page.round,
                state=LegState.ENDED,
                outcome="passed",
                ended_at=now,
            )
        )
    timeline.write(db, Kind.PASSED, now, ticket_id=page.ticket_id, technician=technician.name)
    page.due_at = now
