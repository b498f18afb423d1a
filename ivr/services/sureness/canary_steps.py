"""How far the canary has come: read from the same rows that any other call leaves behind."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ivr.models import (
    Call,
    Canary,
    Direction,
    Entry,
    Leg,
    Page,
    Recording,
    RecordingState,
)
from ivr.services.tickets.timeline import Kind
from ivr.settings import settings


class Step(StrEnum):
    """In the order in which they are missed when something is wrong."""

    PLACED = "placed"
    CAME_IN = "came-in"
    KEYED = "keyed"
    PAGED = "paged"
    RANG = "rang"
    PICKED_UP = "picked-up"
    ACCEPTED = "accepted"
    JOINED = "joined"
    NOTED = "noted"
    LEFT = "left"
    FETCHED = "fetched"


RECORDED = {"note", "conversation"}


def inbound(db: Session, run: Canary) -> Call | None:
    """Its call, as it came in at the line."""
    began = run.started_at
    its = (Call.number == settings().canary, Call.direction == Direction.INBOUND)
    of_this_run = select(Call).where(*its, Call.started_at >= began) if began else None
    return db.scalar(of_this_run.order_by(Call.id).limit(1)) if of_this_run is not None else None


def summons(db: Session, run: Canary) -> Leg | None:
    """The ring of its own phone: the one that was picked up, or else the last."""
    of_its_page = select(Leg).join(Page, Page.id == Leg.page_id)
    of_its_page = of_its_page.where(Page.ticket_id == run.ticket_id)
    last = of_its_page.order_by(Leg.answered_at.is_(None), Leg.id.desc())
    return db.scalar(last.limit(1))


def reached(db: Session, now: datetime, run: Canary) -> dict[str, float]:
    """Each step that was reached, and after how many seconds."""
    call, leg = inbound(db, run), summons(db, run)
    page = leg.page if leg else db.scalar(select(Page).where(Page.ticket_id == run.ticket_id))
    understood = call is not None and not call.known.get("opening")
    moments = {
        Step.PLACED: run.placed_at,
        Step.CAME_IN: call.started_at if call else None,
        Step.KEYED: _told(db, run, Kind.CALLED) if understood else None,
        Step.PAGED: page.opened_at if page else None,
        Step.RANG: leg.placed_at if leg else None,
        Step.PICKED_UP: leg.answered_at if leg else None,
        Step.ACCEPTED: page.accepted_at if page else None,
        Step.JOINED: _told(db, run, Kind.JOINED),
        Step.NOTED: _noted(db, run),
        Step.LEFT: call.ended_at if call else None,
        Step.FETCHED: _fetched(db, now, run),
    }
    began = run.started_at or now
    return {step: (at - began).total_seconds() for step, at in moments.items() if at}


def missing(steps: dict[str, float]) -> Step | None:
    """The first step that was not reached."""
    return next((step for step in Step if step not in steps), None)


def _told(db: Session, run: Canary, kind: Kind) -> datetime | None:
    of = (Entry.ticket_id == run.ticket_id, Entry.kind == kind)
    return db.scalar(select(func.min(Entry.at)).where(*of))


def _noted(db: Session, run: Canary) -> datetime | None:
    of = (Recording.ticket_id == run.ticket_id, Recording.kind == "note")
    return db.scalar(select(func.min(Recording.made_at)).where(*of))


def _fetched(db: Session, now: datetime, run: Canary) -> datetime | None:
    """All of its recordings are here: by now."""
    rows = select(Recording.kind, Recording.state).where(Recording.ticket_id == run.ticket_id)
    kinds: dict[str, str] = dict(iter(db.execute(rows)))
    stored = all(state == RecordingState.STORED for state in kinds.values())
    return now if stored and kinds.keys() >= RECORDED else None
