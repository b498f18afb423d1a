"""A leaf of all that happened on a ticket: the newest of it, or what came before a moment; all of
it, or one kind. However long the story is, a page of it costs the same.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, exists, false, not_, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session

from ivr.models import Call, Entry, Message, Recording
from ivr.services.calls import attaching
from ivr.services.tickets.timeline import Kind

A_LEAF = 200
"""Of each kind of row, on one page."""


class Show(StrEnum):
    CALLS = "calls"
    MAIL = "mail"
    NOTES = "notes"
    SYSTEM = "system"


OF: dict[Show, tuple[Kind, ...]] = {
    Show.CALLS: (
        *(Kind.CALLED, Kind.SEVERITY, Kind.LEFT, Kind.CALLBACK_ASKED, Kind.CALLED_BACK, Kind.OWED),
        *(Kind.RECORDING, Kind.RECORDING_MISSING, Kind.RECORDING_DELETED, Kind.CORRECTED),
        *(Kind.CALL_PUT_HERE, Kind.CALL_PUT_ELSEWHERE),
        *(Kind.TAKEN_OVER, Kind.NOT_TAKEN_OVER, Kind.STOPPED, Kind.NOT_REACHED),
        *(Kind.TRANSCRIPT, Kind.TRANSCRIPT_FAILED),
        *(Kind.PAGED, Kind.LEVEL_EMPTY, Kind.PASSED_OVER, Kind.ESCALATED, Kind.EXHAUSTED),
        *(Kind.RANG, Kind.PASSED, Kind.ACCEPTED, Kind.JOINED, Kind.REOPENED_PAGE),
        *(Kind.CALLER_BLOCKED, Kind.MANY_CALLS, Kind.LIFELINE),
    ),
    Show.MAIL: (
        *(Kind.REPLY, Kind.ASKED, Kind.SAID, Kind.REMINDED, Kind.MAILED, Kind.NOT_SENT),
        *(Kind.BOUNCED, Kind.AUTOMATIC, Kind.FILES_LEFT, Kind.WATCHED),
    ),
    Show.NOTES: (Kind.NOTE,),
    Show.SYSTEM: (
        *(Kind.OPENED, Kind.REGRADED, Kind.REOPENED, Kind.WAITS, Kind.GOES_ON, Kind.CLOSED),
        *(Kind.ASSIGNED, Kind.MERGED, Kind.LINKED, Kind.TAGGED, Kind.CATEGORIZED, Kind.PUT_UNDER),
        *(Kind.NEXT_LEVEL, Kind.LEVEL, Kind.WARNED, Kind.MISSED, Kind.RESOLVED),
        *(Kind.FEEDBACK, Kind.NO_FEEDBACK, Kind.HELD, Kind.HOLD_LIFTED, Kind.ERASED),
    ),
}
"""Each kind of line is in one of them."""


@dataclass(frozen=True)
class Leaf:
    show: Show | None = None
    since: datetime | None = None
    """The first moment on it; none: from the beginning."""
    before: datetime | None = None
    """The first moment that is no longer on it; none: until now."""
    earlier: bool = False
    """Whether there is more before it."""

    def entries(self, of: ColumnElement[bool]) -> ColumnElement[bool]:
        return and_(
            of, self.within(Entry.at), Entry.kind.in_(OF[self.show]) if self.show else true()
        )

    def calls(self, ticket_id: int) -> ColumnElement[bool]:
        """Whoever is on the line now is told of on every leaf."""
        wanted = self.within(Call.started_at) if self.show in {None, Show.CALLS} else false()
        return and_(Call.ticket_id == ticket_id, or_(Call.ended_at.is_(None), wanted))

    def messages(self, ticket_id: int) -> ColumnElement[bool]:
        wanted = self.within(Message.written_at) if self.show in {None, Show.MAIL} else false()
        return and_(Message.ticket_id == ticket_id, wanted)

    def recordings(self, ticket_id: int, told: Iterable[str]) -> ColumnElement[bool]:
        """Those whose lines are on it."""
        wanted = true() if self == WHOLE else Recording.sid.in_(told)
        return and_(Recording.ticket_id == ticket_id, wanted)

    def within(self, at: InstrumentedAttribute[datetime]) -> ColumnElement[bool]:
        since = at >= self.since if self.since else true()
        return and_(since, at < self.before if self.before else true())

    def holds(self, at: datetime) -> bool:
        return not (self.since and at < self.since) and not (self.before and at >= self.before)


WHOLE = Leaf()


def lines(db: Session, ticket_id: int) -> ColumnElement[bool]:
    """The lines of a ticket. What was said on a call goes with the call when it is put on another
    ticket.
    """
    here = select(Call.id).where(Call.ticket_id == ticket_id, Call.moved_at.is_not(None))
    moved = list(db.scalars(here))
    of_it, follows = Entry.ticket_id == ticket_id, Entry.kind.in_(attaching.FOLLOWS)
    elsewhere = (Call.id == Entry.call_id, Call.moved_at.is_not(None), Call.ticket_id != ticket_id)
    went = and_(follows, exists().where(*elsewhere).correlate(Entry))
    stayed = or_(Entry.call_id.is_(None), not_(went))
    if not moved:
        return and_(of_it, stayed)
    came = or_(of_it, Entry.call_id.in_(moved))  # by one index or the other
    return and_(came, or_(of_it, follows), stayed)


def around(db: Session, ticket_id: int, show: Show | None, at: datetime) -> Leaf:
    """The leaf that has a moment on it: the newest, if it is there."""
    found = leaf(db, ticket_id, show, None)
    if found.holds(at):
        return found
    return leaf(db, ticket_id, show, at + timedelta(microseconds=1))


def leaf(db: Session, ticket_id: int, show: Show | None, before: datetime | None) -> Leaf:
    """The newest rows of each kind before a moment; those of one moment stay together."""
    all_before = Leaf(show, None, before)
    streams: list[tuple[InstrumentedAttribute[datetime], ColumnElement[bool]]] = [
        (Entry.at, all_before.entries(lines(db, ticket_id))),
        (Call.started_at, and_(all_before.calls(ticket_id), all_before.within(Call.started_at))),
        (Message.written_at, all_before.messages(ticket_id)),
    ]
    ends = [
        select(at).where(which).order_by(at.desc()).offset(A_LEAF - 1).limit(1).scalar_subquery()
        for at, which in streams
    ]
    since = max((at for at in db.execute(select(*ends)).one() if at is not None), default=None)
    if since is None:
        return all_before
    older = (exists(select(at).where(which, at < since)) for at, which in streams)
    return Leaf(show, since, before, bool(db.scalar(select(or_(*older)))))
