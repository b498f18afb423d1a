"""Everything that is on record of a ticket or a call, as plain data for programs and pages."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.models import (
    Attachment,
    Call,
    Clock,
    Contact,
    Entry,
    Feedback,
    Leg,
    Message,
    Page,
    Recording,
    TakenTurn,
    Technician,
    Ticket,
)
from ivr.services import attachments, clocks, relations, tickets, timeline
from ivr.services.numbers import dialled

Record = dict[str, Any]


class UnknownError(LookupError):
    """There is no such ticket or call."""


def _at(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def ticket(db: Session, number: str) -> Record:
    row = tickets.find(db, dialled(number) or "")
    if row is None:
        raise UnknownError(f"there is no ticket {number}")
    return {
        **_ticket(row),
        "watchers": relations.watchers(db, row),
        "related": [_related(row, one) for one in relations.linked(db, row)],
        "clocks": {one.kind: _clock(one) for one in clocks.of(db, row.id)},
        "entries": [_entry(db, one) for one in _all(db, Entry, Entry.ticket_id == row.id)],
        "feedback": [_feedback(one) for one in _all(db, Feedback, Feedback.ticket_id == row.id)],
        "calls": [_call(db, one) for one in _all(db, Call, Call.ticket_id == row.id)],
        "pages": [_page(db, one) for one in _all(db, Page, Page.ticket_id == row.id)],
        "recordings": [
            _recording(db, one) for one in _all(db, Recording, Recording.ticket_id == row.id)
        ],
        "messages": [_message(db, one) for one in _all(db, Message, Message.ticket_id == row.id)],
        "attachments": [_attachment(one) for one in attachments.of(db, row.id)],
    }


def call(db: Session, sid: str) -> Record:
    row = db.scalar(select(Call).where(Call.sid == sid))
    if row is None:
        raise UnknownError(f"there is no call {sid}")
    about = db.get(Ticket, row.ticket_id) if row.ticket_id else None
    return {
        **_call(db, row),
        "ticket": about.number if about else None,
        "entries": [_entry(db, one) for one in _all(db, Entry, Entry.call_id == row.id)],
        "recordings": [
            _recording(db, one) for one in _all(db, Recording, Recording.call_id == row.id)
        ],
    }


def _all(db: Session, table: Any, which: Any) -> list[Any]:
    return list(db.scalars(select(table).where(which).order_by(table.id)))


def _ticket(row: Ticket) -> Record:
    return {
        "number": row.number,
        "title": row.title,
        "description": row.description,
        "severity": row.severity,
        "status": row.status,
        "level": row.level,
        "customer": row.customer.name if row.customer else None,
        "category": row.category,
        "tags": row.tags,
        "team": row.team.name if row.team else None,
        "assignee": row.assignee.name if row.assignee else None,
        "contact": row.contact.name if row.contact else None,
        "language": row.contact.language if row.contact else None,
        "opened_at": _at(row.opened_at),
        "opened_by_number": row.opened_by_number,
        "resolved_at": _at(row.resolved_at),
    }


def _related(row: Ticket, other: Ticket) -> Record:
    how = "linked"
    if other.merged_into_id == row.id:
        how = "duplicate"
    elif row.merged_into_id == other.id:
        how = "merged into"
    return {"number": other.number, "title": other.title, "status": other.status, "how": how}


def _clock(row: Clock) -> Record:
    return {
        "started_at": _at(row.started_at),
        "ends_at": _at(row.ends_at),
        "warned_at": _at(row.warned_at),
        "missed_at": _at(row.missed_at),
        "met_at": _at(row.met_at),
    }


def _language(db: Session, call_id: int | None) -> str | None:
    """The language that was spoken on a call."""
    call = db.get(Call, call_id) if call_id else None
    return call.known.get("language") if call else None


def _entry(db: Session, row: Entry) -> Record:
    return {
        "id": row.id,
        "kind": row.kind,
        "at": _at(row.at),
        "sentence": timeline.sentence(row),
        "language": _language(db, row.call_id),
        "data": row.data,
    }


def _feedback(row: Feedback) -> Record:
    return {
        "contact": row.contact.name if row.contact else None,
        "asked_at": _at(row.asked_at),
        "asked_by": row.asked_by,
        "answered_at": _at(row.answered_at),
        "answered_by": row.answered_by,
        "score": row.score,
        "comment": row.comment,
    }


def _call(db: Session, row: Call) -> Record:
    turns = _all(db, TakenTurn, TakenTurn.call_id == row.id)
    contact = db.get(Contact, row.contact_id) if row.contact_id else None
    return {
        "sid": row.sid,
        "direction": row.direction,
        "number": row.number,
        "contact": contact.name if contact else None,
        "language": row.known.get("language"),
        "status": row.status,
        "place": row.place,
        "wish": row.wish,
        "started_at": _at(row.started_at),
        "ended_at": _at(row.ended_at),
        "turns": [
            {
                "number": turn.number,
                "step": turn.step,
                "heard": turn.heard,
                "said": [key for key, _values in turn.answer["say"]],
                "at": _at(turn.at),
            }
            for turn in turns
        ],
    }


def _page(db: Session, row: Page) -> Record:
    return {
        "id": row.id,
        "state": row.state,
        "level": row.policy[row.level]["level"],
        "mail": row.policy[row.level].get("mail"),
        "opened_at": _at(row.opened_at),
        "due_at": _at(row.due_at),
        "accepted_by": row.accepted_by.name if row.accepted_by else None,
        "accepted_at": _at(row.accepted_at),
        "legs": [_leg(one) for one in _all(db, Leg, Leg.page_id == row.id)],
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
        "placed_at": _at(row.placed_at),
        "answered_at": _at(row.answered_at),
        "ended_at": _at(row.ended_at),
    }


def _recording(db: Session, row: Recording) -> Record:
    return {
        "sid": row.sid,
        "kind": row.kind,
        "seconds": row.seconds,
        "state": row.state,
        "made_at": _at(row.made_at),
        "file": row.file,
        "sha256": row.sha256,
        "language": _language(db, row.call_id),
        "transcript": row.transcript,
        "transcript_status": row.transcript_status,
    }


def _attachment(row: Attachment) -> Record:
    return {
        "key": row.key,
        "entry": row.entry_id,
        "name": row.name,
        "type": row.media_type,
        "size": row.size,
        "sha256": row.sha256,
        "picture": attachments.picture(row.key) is not None,
        "lost": attachments.file_of(row.key) is None,
    }


def _message(db: Session, row: Message) -> Record:
    texted = select(Technician).where(Technician.phone == row.to).limit(1)
    technician = db.scalar(texted) if row.channel == "text" else None
    return {
        "id": row.id,
        "channel": row.channel,
        "to": row.to,
        "technician": technician.name if technician else None,
        "language": technician.language if technician else None,
        "subject": row.subject,
        "body": row.body,
        "state": row.state,
        "cause": row.cause,
        "written_at": _at(row.written_at),
        "sent_at": _at(row.sent_at),
    }
