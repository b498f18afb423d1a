"""What was found, as it is shown: on which ticket or call, what it is, by whom, when, and where."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from ivr.models import Call, Entry, Outcome, Recording, Source, Ticket
from ivr.services.calls import sentences
from ivr.services.tickets.search import MARK, UNMARK, Excerpt
from ivr.services.tickets.timeline import Kind


@dataclass(frozen=True)
class Place:
    what: str
    """ticket, the kind of the line on the timeline, or transcript."""
    by: str
    """Who wrote or said it; of a transcript the recording's kind; may be nothing."""
    at: datetime
    entry: int | None = None
    """The line of the timeline where it is; none: at the head of the ticket."""
    call: Call | None = None
    """On which it was said, where that belongs to no ticket."""
    recording: str | None = None
    heard_at: float | None = None
    """From which second of the recording to listen, where that is known."""


@dataclass(frozen=True)
class Hit(Place):
    id: int = field(kw_only=True)
    ticket: Ticket | None = field(kw_only=True)
    text: str = field(kw_only=True)


def of(db: Session, excerpts: Sequence[Excerpt]) -> list[Hit]:
    """With as many statements, however many there are."""
    those = Ticket.id.in_({one.ticket_id for one in excerpts if one.ticket_id})
    query = select(Ticket).options(joinedload(Ticket.customer)).where(those)
    tickets = {one.id: one for one in db.scalars(query)}
    places: dict[Source, dict[int, Place]] = {
        Source.TICKET: {one.id: Place("ticket", "", one.opened_at) for one in tickets.values()},
        Source.ENTRY: _entries(db, _ids(excerpts, Source.ENTRY)),
        Source.RECORDING: _recordings(db, {
            one.source_id: one.text for one in excerpts if one.source == Source.RECORDING
        }),
    }  # fmt: skip
    return [
        Hit(**vars(place), id=one.passage, ticket=tickets.get(one.ticket_id or 0), text=one.text)
        for one in excerpts
        if (place := places[Source(one.source)].get(one.source_id))
    ]


def _ids(excerpts: Sequence[Excerpt], source: Source) -> list[int]:
    return [one.source_id for one in excerpts if one.source == source]


def _entries(db: Session, ids: list[int]) -> dict[int, Place]:
    rows = db.execute(select(Entry.id, Entry.kind, Entry.at, Entry.data).where(Entry.id.in_(ids)))
    return {id_: Place(kind, data.get("by") or "", at, id_) for id_, kind, at, data in rows}


def _recordings(db: Session, excerpts: dict[int, str]) -> dict[int, Place]:
    """A transcript stands with the line that tells of its recording; that of a call without a
    ticket, on the call's page. Nobody looks for the test calls of the line.
    """
    query = select(Recording, Call).join(Call, Call.id == Recording.call_id)
    found = db.execute(query.where(Recording.id.in_(excerpts))).all()
    of_them = Entry.ticket_id.in_({one.ticket_id for one, _call in found if one.ticket_id})
    lines = select(Entry.id, Entry.data).where(of_them, Entry.kind == Kind.RECORDING)
    line_of = {data.get("sid"): id_ for id_, data in db.execute(lines)}
    return {
        one.id: Place(
            "transcript", one.kind, one.made_at, line_of.get(one.sid),
            None if one.ticket_id else call, one.sid, _heard_at(one, excerpts[one.id]),
        )
        for one, call in found
        if call.outcome != Outcome.CANARY
    }  # fmt: skip


def _heard_at(recording: Recording, excerpt: str) -> float | None:
    those = sentences.read(recording.sentences)
    return sentences.where(those, excerpt, MARK, UNMARK)
