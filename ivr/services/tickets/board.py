"""The board: which pages are live, and what staff choose from on a ticket."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from ivr.models import (
    AssignmentRule,
    CannedReply,
    Leg,
    LegState,
    Page,
    Team,
    Technician,
    Ticket,
)
from ivr.services.paging import legs, policies


@dataclass(frozen=True)
class Live:
    """A page that is open or owed."""

    id: int
    ticket: Ticket
    state: str
    level: int
    opened_at: datetime
    holder: str | None
    ringing: list[str]
    """Whose phones ring now."""
    mail: str | None
    """Whom this level mails, if it rings nobody."""


def live(db: Session) -> list[Live]:
    query = select(Page).options(joinedload(Page.ticket), joinedload(Page.accepted_by))
    # the same as paging.LIVE (the table sees to that), by the index of what is due
    query = query.join(Ticket, Ticket.id == Page.ticket_id).where(~Ticket.canary)
    pages = db.scalars(query.where(Page.due_at.is_not(None)).order_by(Page.opened_at)).all()
    ringing = _ringing(db, pages)
    return [
        Live(
            page.id,
            page.ticket,
            page.state,
            page.policy[page.level]["level"],
            page.opened_at,
            page.accepted_by.name if page.accepted_by else None,
            ringing[page.id],
            page.policy[page.level].get("mail"),
        )
        for page in pages
    ]


def _ringing(db: Session, pages: Sequence[Page]) -> defaultdict[int, list[str]]:
    """The names, by page."""
    rung = (
        select(Leg.page_id, Technician.name)
        .join(Technician, Technician.id == Leg.technician_id)
        .where(Leg.page_id.in_([one.id for one in pages]))
        .where(Leg.state.in_(legs.LIVE), Leg.state != LegState.WAITING, ~Leg.stopping)
        .order_by(Leg.id)
    )
    names = defaultdict(list)
    for page_id, name in db.execute(rung):
        names[page_id].append(name)
    return names


@dataclass(frozen=True)
class Choices:
    """What staff choose from on a ticket's page."""

    people: Sequence[Technician]
    teams: Sequence[Team]
    levels: list[int]
    canned: Sequence[CannedReply]
    categories: Sequence[str]
    """Those that the rules of assignment know."""


CATEGORIES = select(AssignmentRule.category).distinct().order_by(AssignmentRule.category)


def choices(db: Session) -> Choices:
    return Choices(
        db.scalars(select(Technician).where(Technician.active).order_by(Technician.name)).all(),
        db.scalars(select(Team).order_by(Team.name)).all(),
        [level["level"] for level in policies.default(db)],
        db.scalars(select(CannedReply).order_by(CannedReply.name, CannedReply.language)).all(),
        [one for one in db.scalars(CATEGORIES) if one],
    )


def canned_reply(db: Session, id_: int | None) -> str:
    found = db.get(CannedReply, id_) if id_ else None
    return found.text if found else ""
