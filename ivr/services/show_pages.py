"""The pages of a ticket and their rings, as plain data: who was rung, and why not."""

from collections import defaultdict
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from ivr.models import Leg, Page
from ivr.services.moments import iso

Record = dict[str, Any]


def of_ticket(db: Session, ticket_id: int) -> list[Record]:
    of = Page.ticket_id == ticket_id
    legs = select(Leg).options(joinedload(Leg.technician)).join(Page, Page.id == Leg.page_id)
    legs_of = defaultdict(list)
    for leg in db.scalars(legs.where(of).order_by(Leg.id)):
        legs_of[leg.page_id].append(leg)
    pages = select(Page).options(joinedload(Page.accepted_by)).where(of).order_by(Page.id)
    return [_page(row, legs_of[row.id]) for row in db.scalars(pages)]


def _page(row: Page, legs: list[Leg]) -> Record:
    return {
        "id": row.id,
        "state": row.state,
        "calls_back": row.calls_back,
        "level": row.policy[row.level]["level"],
        "mail": row.policy[row.level].get("mail"),
        "opened_at": iso(row.opened_at),
        "due_at": iso(row.due_at),
        "accepted_by": row.accepted_by.name if row.accepted_by else None,
        "accepted_at": iso(row.accepted_at),
        "legs": [_leg(one) for one in legs],
    }


def _leg(row: Leg) -> Record:
    return {
        "technician": row.technician.name,
        "level": row.level,
        "round": row.round,
        "state": row.state,
        "outcome": row.outcome,
        "cause": row.cause,
        "sid": row.sid,
        "tries": row.tries,
        "placed_at": iso(row.placed_at),
        "answered_at": iso(row.answered_at),
        "ended_at": iso(row.ended_at),
    }
