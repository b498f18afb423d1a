"""Everything that is on record of a ticket or a call, as plain data for programs and pages.

However long the story is, it is read with the same few statements: one for each kind of row.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, defer, joinedload

from ivr.models import (
    Attachment,
    Call,
    Clock,
    Contact,
    Entry,
    Feedback,
    Message,
    Phone,
    Recording,
    TakenTurn,
    Technician,
    Ticket,
)
from ivr.services.calls import attaching
from ivr.services.calls.moments import iso
from ivr.services.calls.numbers import dialled
from ivr.services.tickets import (
    attachments,
    clocks,
    happenings,
    relations,
    show_pages,
    show_recordings,
    tickets,
    timeline,
)
from ivr.services.tickets.happenings import Leaf
from ivr.services.tickets.show_recordings import SPOKEN
from ivr.services.tickets.timeline import Kind

Record = dict[str, Any]


class UnknownError(LookupError):
    """There is no such ticket or call."""


def ticket(db: Session, number: str) -> Record:
    """All of it."""
    return leaf(db, find(db, number), happenings.WHOLE)


def find(db: Session, number: str) -> Ticket:
    row = tickets.find(db, dialled(number) or "", canary=True)
    if row is None:
        raise UnknownError(f"there is no ticket {number}")
    return row


def leaf(db: Session, row: Ticket, part: Leaf, language: str = "en-CA") -> Record:
    """A leaf of what happened; all the rest of the ticket is on each."""
    entries = _entries(db, part.entries(happenings.lines(db, row.id)), language)
    told = [one["data"]["sid"] for one in entries if one["kind"] == Kind.RECORDING]
    heard = show_recordings.of(db, part.recordings(row.id, told))
    show_recordings.as_corrected(entries, heard, language)
    return {
        **_ticket(row),
        "watchers": relations.watchers(db, row),
        "related": [_related(row, one) for one in relations.linked(db, row)],
        "clocks": {one.kind: _clock(one) for one in clocks.of(db, row.id)},
        "entries": entries,
        "feedback": _feedbacks(db, row.id),
        "calls": _calls(db, part.calls(row.id)),
        "pages": show_pages.of_ticket(db, row.id),
        "recordings": heard,
        "messages": _messages(db, part.messages(row.id)),
        "attachments": [_attachment(one) for one in attachments.of(db, row.id)],
    }


def call(db: Session, sid: str, language: str = "en-CA") -> Record:
    row = db.scalar(select(Call).where(Call.sid == sid))
    if row is None:
        raise UnknownError(f"there is no call {sid}")
    about = db.get(Ticket, row.ticket_id) if row.ticket_id else None
    lines = [row.id, *(one.id for one in attaching.companions(db, row))]
    entries = _entries(db, Entry.call_id == row.id, language)
    heard = show_recordings.of(db, Recording.call_id.in_(lines))
    show_recordings.as_corrected(entries, heard, language)
    return {
        **_calls(db, Call.id == row.id)[0],
        "ticket": about.number if about else None,
        "title": about.title if about else None,
        "outcome": row.outcome,
        "outcome_seconds": row.outcome_seconds,
        "moved_at": iso(row.moved_at),
        "pages": show_pages.of_call(db, row.id, row.sid),
        "entries": entries,
        "recordings": heard,
    }


def _by(key: str, rows: Iterable[Any]) -> defaultdict[int, list[Any]]:
    """Rows by what they belong to."""
    found = defaultdict(list)
    for row in rows:
        found[getattr(row, key)].append(row)
    return found


def _ticket(row: Ticket) -> Record:
    return {
        "number": row.number,
        "canary": row.canary,
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
        "opened_at": iso(row.opened_at),
        "opened_by_number": row.opened_by_number,
        "resolved_at": iso(row.resolved_at),
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
        "started_at": iso(row.started_at),
        "ends_at": iso(row.ends_at),
        "warned_at": iso(row.warned_at),
        "missed_at": iso(row.missed_at),
        "met_at": iso(row.met_at),
    }


def _entries(db: Session, which: ColumnElement[bool], language: str) -> list[Record]:
    """By the column: making objects of them would be a third of what a long ticket takes."""
    columns = select(
        Entry.id, Entry.kind, Entry.at, Entry.call_id, Entry.data, SPOKEN.label("language")
    )
    rows = columns.outerjoin(Call, Call.id == Entry.call_id).where(which)
    return [_entry(row, language) for row in db.execute(rows.order_by(Entry.id))]


def _entry(row: Any, language: str) -> Record:
    headline = timeline.headline(row, language)
    return {
        "id": row.id,
        "kind": row.kind,
        "at": iso(row.at),
        "call": row.call_id,
        "headline": headline,
        "sentence": timeline.quoting(headline, row.data.get("text"), language),
        "language": row.language,
        "data": row.data,
    }


def _feedbacks(db: Session, ticket_id: int) -> list[Record]:
    rows = select(Feedback).options(joinedload(Feedback.contact))
    rows = rows.where(Feedback.ticket_id == ticket_id).order_by(Feedback.id)
    return [_feedback(row) for row in db.scalars(rows)]


def _feedback(row: Feedback) -> Record:
    return {
        "contact": row.contact.name if row.contact else None,
        "asked_at": iso(row.asked_at),
        "asked_by": row.asked_by,
        "answered_at": iso(row.answered_at),
        "answered_by": row.answered_by,
        "score": row.score,
        "comment": row.comment,
    }


def _calls(db: Session, which: ColumnElement[bool]) -> list[Record]:
    by = Technician.id == Call.technician_id
    calls = select(Call, Contact.name, Technician.name).outerjoin(Technician, by)
    calls = calls.outerjoin(Contact, Contact.id == Call.contact_id)
    of = TakenTurn
    turns = select(of.call_id, of.number, of.step, of.heard, of.answer, of.at)
    turns = turns.join(Call, Call.id == of.call_id).where(which).order_by(of.id)
    turns_of = _by("call_id", db.execute(turns))
    rows = db.execute(calls.where(which).order_by(Call.id))
    return [_call(row, contact, ours, turns_of[row.id]) for row, contact, ours in rows]


def _call(row: Call, contact: str | None, ours: str | None, turns: list[Any]) -> Record:
    return {
        "id": row.id,
        "sid": row.sid,
        "direction": row.direction,
        "number": row.number,
        "contact": contact,
        "technician": ours,
        "language": row.known.get("language"),
        "status": row.status,
        "place": row.place,
        "wish": row.wish,
        "started_at": iso(row.started_at),
        "ended_at": iso(row.ended_at),
        "turns": [
            {
                "number": turn.number,
                "step": turn.step,
                "heard": turn.heard,
                "said": [key for key, _values in turn.answer["say"]],
                "at": iso(turn.at),
            }
            for turn in turns
        ],
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
        "text": attachments.is_text(row.key),
        "lost": attachments.file_of(row.key) is None,
    }


def _messages(db: Session, which: ColumnElement[bool]) -> list[Record]:
    rows = select(Message).options(defer(Message.html)).where(which)
    texted = select(Message.to).where(which, Message.channel == "text")
    people = (
        select(Phone.number, Technician)
        .join(Technician)
        .where(Phone.number.in_(texted))
        .order_by(Technician.id.desc())
    )
    by_phone = {row.number: row.Technician for row in db.execute(people)}
    return [
        _message(row, by_phone.get(row.to) if row.channel == "text" else None)
        for row in db.scalars(rows.order_by(Message.id))
    ]


def _message(row: Message, technician: Technician | None) -> Record:
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
        "written_at": iso(row.written_at),
        "sent_at": iso(row.sent_at),
    }
