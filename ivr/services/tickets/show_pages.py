"""The pages of a ticket and their rings, as plain data: who was rung, and why not."""

from collections import defaultdict
from typing import Any

from sqlalchemy import ColumnElement, select, union
from sqlalchemy.orm import Session, joinedload

from ivr.models import Leg, Page
from ivr.services.calls.moments import iso

Record = dict[str, Any]


def of_ticket(db: Session, ticket_id: int) -> list[Record]:
    return _of(db, Page.ticket_id == ticket_id)


def of_call(db: Session, call_id: int, sid: str) -> list[Record]:
    """The pages for its caller; of a call to one of us, the page that it was a ring of."""
    rung = select(Leg.page_id).where(Leg.sid == sid)
    those = union(select(Page.id).where(Page.call_id == call_id), rung)
    return _of(db, Page.id.in_(db.scalars(those).all()))


def _of(db: Session, of: ColumnElement[bool]) -> list[Record]:
    legs = select(Leg).options(joinedload(Leg.technician)).join(Page, Page.id == Leg.page_id)
    legs_of = defaultdict(list)
    for leg in db.scalars(legs.where(of).order_by(Leg.id)):
        legs_of[leg.page_id].append(leg)
    pages = select(Page).options(joinedload(Page.accepted_by)).where(of).order_by(Page.id)
    return [_page(row, legs_of[row.id]) for row in db.scalars(pages)]


def _page(row: Page, legs: list[Leg]) -> Record:
    return {
        "id": row.id,
        "call": row.call_id,
        "state": row.state,
        "calls_back": row.calls_back,
        "takes_over": row.takes_over_id,
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
