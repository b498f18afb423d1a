"""Feedback: one request after a closing, and what the customer answers (support policy, section
14). None within some days of the last for the same contact, none to whoever wants none.

A closing is known by the moment of the resolution that led to it. So what a caller answers when it
is solved counts for the closing that follows days later, and no mail asks again.
"""

import secrets
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.models import Channel, Contact, Feedback, Ticket
from ivr.services.mail import alerts
from ivr.services.settings import house
from ivr.services.tickets import targets, timeline
from ivr.services.tickets.timeline import Kind

SCORES = range(1, 6)
POOR = 2
"""From here down those who have the ticket are told."""
CHANGED_WITHIN = timedelta(days=7)
"""How long after the first answer it may be changed."""


class Outcome(StrEnum):
    TAKEN = "taken"
    LATE = "late"
    """Answered already, and too long ago to be changed."""
    UNKNOWN = "unknown"
    """There is no such link."""


# Asking -------------------------------------------------------------------------------------------


def ask(db: Session, now: datetime, ticket: Ticket) -> Feedback | None:
    """The request that goes with the mail about a closing; None where nobody is to be asked."""
    contact = ticket.contact
    if contact is None or not contact.email:
        return None
    db.refresh(contact, with_for_update=True)  # of two tickets that close at once, one asks
    if of_closing(db, ticket) or not due(db, now, ticket, contact.id):
        return None
    return _request(db, now, ticket, contact.id, Channel.MAIL)


def due(db: Session, now: datetime, ticket: Ticket, contact_id: int | None) -> bool:
    """Whether somebody may be asked how we did: it is over, and not answered yet."""
    if ticket.resolved_at is None or ticket.merged_into_id:
        return False
    contact = db.get(Contact, contact_id) if contact_id else None
    if contact and contact.no_feedback:
        return False
    asked = of_closing(db, ticket)
    if asked:
        return asked.answered_at is None
    return contact is None or not _asked_lately(db, now, contact)


def of_closing(db: Session, ticket: Ticket) -> Feedback | None:
    """The request about the present closing."""
    same = (Feedback.ticket_id == ticket.id, Feedback.closing == ticket.resolved_at)
    return db.scalar(select(Feedback).where(*same)) if ticket.resolved_at else None


def _asked_lately(db: Session, now: datetime, contact: Contact) -> bool:
    days = house.ours(db).targets.get("feedback_days", targets.FEEDBACK_DAYS)
    lately = Feedback.asked_at > now - timedelta(days=days)
    asked = select(Feedback.id).where(Feedback.contact_id == contact.id, lately)
    return db.scalar(asked.limit(1)) is not None


def _request(
    db: Session, now: datetime, ticket: Ticket, contact_id: int | None, channel: Channel
) -> Feedback:
    made = Feedback(
        ticket_id=ticket.id,
        contact_id=contact_id,
        closing=ticket.resolved_at or now,  # opened again while the caller was choosing a key
        token=secrets.token_urlsafe(18),
        asked_at=now,
        asked_by=channel,
    )
    db.add(made)
    db.flush()
    return made


# Answering ----------------------------------------------------------------------------------------


def by_token(db: Session, token: str) -> Feedback | None:
    return db.scalar(select(Feedback).where(Feedback.token == token))


def answer(
    db: Session, now: datetime, token: str, score: int, comment: str, channel: Channel
) -> Outcome:
    """By the link of the mail. A second answer changes the first one."""
    asked = db.scalar(select(Feedback).where(Feedback.token == token).with_for_update())
    return _take(db, now, asked, score, comment, channel) if asked else Outcome.UNKNOWN


def give(
    db: Session,
    now: datetime,
    ticket: Ticket,
    score: int,
    channel: Channel,
    *,
    comment: str = "",
    contact_id: int | None = None,
    call_id: int | None = None,
) -> Outcome:
    """Without a link, asked or not: on the phone, or signed in."""
    asked = of_closing(db, ticket) or _request(db, now, ticket, contact_id, channel)
    return _take(db, now, asked, score, comment, channel, call_id)


def _take(
    db: Session,
    now: datetime,
    asked: Feedback,
    score: int,
    comment: str,
    channel: Channel,
    call_id: int | None = None,
) -> Outcome:
    if score not in SCORES:
        raise ValueError("a score is a number from 1 to 5")
    if asked.answered_at and now > asked.answered_at + CHANGED_WITHIN:
        return Outcome.LATE
    comment = comment.replace("\0", "").strip()
    if (asked.score, asked.comment) == (score, comment):  # the button was pressed twice
        return Outcome.TAKEN
    asked.score, asked.comment, asked.answered_by = score, comment, channel
    asked.answered_at = asked.answered_at or now
    told: dict[str, Any] = {"score": score, "text": comment, "channel": channel}
    about = {"ticket_id": asked.ticket_id, "call_id": call_id}
    timeline.write(db, Kind.FEEDBACK, now, **about, **told)
    if score <= POOR:
        alerts.unhappy(db, now, asked.ticket, score=score, text=comment)
    return Outcome.TAKEN


def unsubscribe(db: Session, now: datetime, token: str) -> bool:
    """Never ask this contact again. False where there is no such link."""
    asked = by_token(db, token)
    if asked is None:
        return False
    if asked.contact and not asked.contact.no_feedback:
        asked.contact.no_feedback = True
        name = asked.contact.name
        timeline.write(db, Kind.NO_FEEDBACK, now, ticket_id=asked.ticket_id, name=name)
    return True
