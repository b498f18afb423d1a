"""What there is of a person: their tickets and calls, what was written and said there, what they
wrote elsewhere, and what of it a legal hold keeps. Looked up the same way to be shown and to be
erased.

What is on a ticket of their own is theirs, whoever wrote it: it is about them. On tickets of others
only what they said or wrote is.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Select, literal_column, or_, select
from sqlalchemy.orm import Session

from ivr.models import (
    Attachment,
    Call,
    Contact,
    Entry,
    Feedback,
    Hold,
    Leg,
    Mail,
    Message,
    Page,
    Recording,
    RecordingState,
    Ticket,
    Watcher,
)
from ivr.services.erasure.erasing import GONE
from ivr.services.tickets.timeline import Kind

AT_A_TIME = 500
LIFELINE: ColumnElement[str] = literal_column(f"'{Kind.LIFELINE}'")
"""As the partial index says it: a database knows it by that."""
SAID_BY_NAME = (
    *(Kind.SAID, Kind.AUTOMATIC, Kind.BOUNCED, Kind.FEEDBACK, Kind.NO_FEEDBACK, Kind.WATCHED),
    *(Kind.NOTE, Kind.REPLY, Kind.ASKED, Kind.RESOLVED, Kind.OPENED, Kind.MAILED),
)
"""Lines in which somebody may be named."""


@dataclass
class Traces:
    contact: Contact
    numbers: set[str]
    emails: set[str]
    tickets: list[int] = field(default_factory=list)
    held: list[int] = field(default_factory=list)
    """Tickets that a hold keeps, with all that is on them."""
    calls: list[int] = field(default_factory=list)
    companions: list[int] = field(default_factory=list)
    """Calls of ours to them, and to those of us who talked to them."""
    live: bool = False
    """They are on the line at this moment."""
    recordings: list[Recording] = field(default_factory=list)
    kept: list[int] = field(default_factory=list)
    """Recordings that a hold keeps."""
    kept_sids: set[str] = field(default_factory=set)
    lines: list[int] = field(default_factory=list)
    """Of the timeline, on their own tickets and calls."""
    near: list[int] = field(default_factory=list)
    """Tickets of others on which they may have written, or be named."""
    elsewhere: list[int] = field(default_factory=list)
    """Lines of other tickets that name them."""
    mails: list[int] = field(default_factory=list)
    messages: list[int] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    feedback: list[int] = field(default_factory=list)

    @property
    def holding(self) -> bool:
        """A hold keeps something of it, and so whom that is about."""
        return bool(self.held or self.kept)

    @property
    def named(self) -> re.Pattern[str]:
        """Their name, addresses and numbers, wherever they stand in a text."""
        digits = {one.removeprefix("+1") for one in self.numbers} | self.numbers
        told = {self.contact.name, *self.emails, *digits} - {"", GONE}
        each = "|".join(re.escape(one) for one in sorted(told, key=len, reverse=True))
        return re.compile(rf"(?<!\w)(?:{each or '(?!)'})(?!\w)", re.IGNORECASE)

    def counts(self) -> dict[str, int]:
        return {
            "tickets": len(self.tickets),
            "calls": len(self.calls),
            "recordings": len(self.recordings),
            "lines": len(self.lines) + len(self.elsewhere),
            "mails": len(self.mails),
            "messages": len(self.messages),
            "files": len(self.attachments),
            "answers": len(self.feedback),
            "kept_tickets": len(self.held),
            "kept_recordings": len(self.kept),
        }


def of(db: Session, contact: Contact) -> Traces:
    given = {contact.phone, *db.scalars(select(Call.number).where(Call.contact_id == contact.id))}
    numbers = {one for one in given if one and one.startswith("+")}
    found = Traces(contact, numbers, {contact.email} if contact.email else set())
    _tickets(db, found)
    _calls(db, found)
    _recordings(db, found)
    _lines(db, found)
    _letters(db, found)
    return found


def pieces(ids: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for at in range(0, len(ids), AT_A_TIME):
        yield ids[at : at + AT_A_TIME]


def _all(db: Session, query: Select[Any], column: Any, ids: Sequence[Any]) -> list[Any]:
    """However many there are, a few hundred a statement."""
    found: list[Any] = []
    for piece in pieces(ids):
        found += db.scalars(query.where(column.in_(piece))).all()
    return list(dict.fromkeys(found))


def _tickets(db: Session, found: Traces) -> None:
    theirs = or_(Ticket.contact_id == found.contact.id, Ticket.opened_by_number.in_(found.numbers))
    nobody_elses = or_(Ticket.contact_id.is_(None), Ticket.contact_id == found.contact.id)
    ids = list(db.scalars(select(Ticket.id).where(theirs, nobody_elses)))
    held = select(Hold.ticket_id).where(Hold.lifted_at.is_(None))
    found.held = [one for one in _all(db, held, Hold.ticket_id, ids) if one]
    found.tickets = sorted(set(ids) - set(found.held))


def _calls(db: Session, found: Traces) -> None:
    by_number = (Call.number.in_(found.numbers), Call.contact_id.is_(None))
    columns = (Call.id, Call.ticket_id, Call.technician_id, Call.ended_at)
    theirs = select(*columns).where(or_(Call.contact_id == found.contact.id, by_number[0]))
    theirs = theirs.where(or_(Call.contact_id == found.contact.id, by_number[1]))
    held = set(_held_anywhere(db))
    calls = [one for one in db.execute(theirs) if one.ticket_id not in held]
    found.calls = [one.id for one in calls if one.technician_id is None]
    found.live = any(one.ended_at is None for one in calls)
    legs = select(Leg.sid).join(Page, Page.id == Leg.page_id).where(Leg.sid.is_not(None))
    sids = _all(db, legs, Page.ticket_id, found.tickets)
    sids += _all(db, legs.where(Leg.outcome == "accepted"), Page.call_id, found.calls)
    others = select(Call.id).where(or_(Call.ticket_id.is_(None), Call.ticket_id.not_in(held)))
    found.companions = sorted(set(_all(db, others, Call.sid, sids)) - set(found.calls))


def _held_anywhere(db: Session) -> Sequence[int]:
    """Holds are few."""
    lasting = Hold.lifted_at.is_(None), Hold.ticket_id.is_not(None)
    return [one for one in db.scalars(select(Hold.ticket_id).where(*lasting)) if one]


def _recordings(db: Session, found: Traces) -> None:
    there = select(Recording).where(Recording.state != RecordingState.DELETED)
    rows = _all(db, there, Recording.call_id, [*found.calls, *found.companions])
    rows += _all(db, there, Recording.ticket_id, found.tickets)
    rows = list(dict.fromkeys(rows))
    lasting = select(Hold.recording_id).where(Hold.lifted_at.is_(None))
    kept = set(_all(db, lasting, Hold.recording_id, [one.id for one in rows]))
    found.recordings = [one for one in rows if one.id not in kept]
    found.kept = sorted(kept)
    found.kept_sids = {one.sid for one in rows if one.id in kept}
    if found.held:
        on_held = select(Recording.id).where(Recording.state != RecordingState.DELETED)
        found.kept = sorted(kept | set(_all(db, on_held, Recording.ticket_id, found.held)))


def _lines(db: Session, found: Traces) -> None:
    held = set(_held_anywhere(db))
    lines = select(Entry.id).where(or_(Entry.ticket_id.is_(None), Entry.ticket_id.not_in(held)))
    mine = set(_all(db, lines, Entry.ticket_id, found.tickets))
    mine |= set(_all(db, lines, Entry.call_id, [*found.calls, *found.companions]))
    found.lines = sorted(mine)
    found.near = [one for one in _near(db, found) if one not in held]
    named, theirs = found.named, list[int]()
    for piece in pieces(found.near):
        rows = select(Entry.id, Entry.data).where(Entry.ticket_id.in_(piece))
        for row in db.execute(rows.where(Entry.kind.in_(SAID_BY_NAME))):
            if row.id not in mine and named.search(str(row.data)):
                theirs.append(row.id)
    spooled = select(Entry.id, Entry.data).where(Entry.kind == LIFELINE)
    theirs += [row.id for row in db.execute(spooled) if named.search(str(row.data))]
    found.elsewhere = theirs


def _near(db: Session, found: Traces) -> list[int]:
    """Other tickets on which they may have written: of their company, or that they wrote to."""
    company = found.contact.customer_id
    near = (
        set(db.scalars(select(Ticket.id).where(Ticket.customer_id == company)))
        if company
        else set()
    )
    near |= set(db.scalars(select(Mail.ticket_id).where(Mail.sender.in_(found.emails))))
    near |= set(db.scalars(select(Watcher.ticket_id).where(Watcher.email.in_(found.emails))))
    near |= set(db.scalars(select(Call.ticket_id).where(Call.contact_id == found.contact.id)))
    return sorted(one for one in near if one and one not in found.tickets)


def _letters(db: Session, found: Traces) -> None:
    held = set(_held_anywhere(db))
    mails = select(Mail.id).where(or_(Mail.ticket_id.is_(None), Mail.ticket_id.not_in(held)))
    theirs = set(db.scalars(mails.where(Mail.sender.in_(found.emails))))
    found.mails = sorted(theirs | set(_all(db, mails, Mail.ticket_id, found.tickets)))
    sent = select(Message.id).where(
        or_(Message.ticket_id.is_(None), Message.ticket_id.not_in(held))
    )
    to = set(db.scalars(sent.where(Message.to.in_([*found.emails, *found.numbers]))))
    to |= set(_all(db, sent, Message.ticket_id, found.tickets))
    found.messages = sorted(to | set(_that_name(db, found)))
    files = _all(db, select(Attachment), Attachment.ticket_id, found.tickets)
    files += _all(db, select(Attachment), Attachment.entry_id, found.elsewhere)
    found.attachments = list(dict.fromkeys(files))
    given = select(Feedback.id)
    answers = set(_all(db, given, Feedback.ticket_id, found.tickets))
    by_them = given.where(Feedback.contact_id == found.contact.id)
    answers |= set(db.scalars(by_them.where(Feedback.ticket_id.not_in(held))))
    found.feedback = sorted(answers)


def _that_name(db: Session, found: Traces) -> Iterator[int]:
    """Letters about tickets of others that tell what they wrote there."""
    named = found.named
    columns = (Message.id, Message.to, Message.subject, Message.body)
    for piece in pieces(found.near):
        for row in db.execute(select(*columns).where(Message.ticket_id.in_(piece))):
            if any(named.search(one) for one in row[1:]):
                yield row.id
