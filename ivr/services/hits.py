"""What was found, as it is shown: on which ticket, what it is, by whom, when, and where."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from ivr.models import Entry, Recording, Source, Ticket
from ivr.services.search import Excerpt
from ivr.services.timeline import Kind

Place = tuple[str, str, datetime, int | None]
"""What it is, by whom, when, and the line of the timeline."""


@dataclass(frozen=True)
class Hit:
    id: int
    ticket: Ticket
    what: str
    """ticket, the kind of the line on the timeline, or transcript."""
    by: str
    """Who wrote or said it; of a transcript the recording's kind; may be nothing."""
    at: datetime
    entry: int | None
    """The line of the timeline where it is; none: at the head of the ticket."""
    text: str


def of(db: Session, excerpts: Sequence[Excerpt]) -> list[Hit]:
    """With as many statements, however many there are."""
    those = Ticket.id.in_({one.ticket_id for one in excerpts})
    query = select(Ticket).options(joinedload(Ticket.customer)).where(those)
    tickets = {one.id: one for one in db.scalars(query)}
    places: dict[Source, dict[int, Place]] = {
        Source.TICKET: {one.id: ("ticket", "", one.opened_at, None) for one in tickets.values()},
        Source.ENTRY: _entries(db, _ids(excerpts, Source.ENTRY)),
        Source.RECORDING: _recordings(db, _ids(excerpts, Source.RECORDING)),
    }
    return [
        Hit(one.passage, tickets[one.ticket_id], *place, one.text)
        for one in excerpts
        if (place := places[Source(one.source)].get(one.source_id))
    ]


def _ids(excerpts: Sequence[Excerpt], source: Source) -> list[int]:
    return [one.source_id for one in excerpts if one.source == source]


def _entries(db: Session, ids: list[int]) -> dict[int, Place]:
    rows = db.execute(select(Entry.id, Entry.kind, Entry.at, Entry.data).where(Entry.id.in_(ids)))
    return {id_: (kind, data.get("by") or "", at, id_) for id_, kind, at, data in rows}


def _recordings(db: Session, ids: list[int]) -> dict[int, Place]:
    """A transcript stands with the line that tells of its recording."""
    found = db.scalars(select(Recording).where(Recording.id.in_(ids))).all()
    of_them = Entry.ticket_id.in_({one.ticket_id for one in found})
    lines = select(Entry.id, Entry.data).where(of_them, Entry.kind == Kind.RECORDING)
    line_of = {data.get("sid"): id_ for id_, data in db.execute(lines)}
    return {one.id: ("transcript", one.kind, one.made_at, line_of.get(one.sid)) for one in found}
