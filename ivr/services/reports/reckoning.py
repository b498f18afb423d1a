"""Counting: every few minutes the days that have something new are counted whole, from the
timeline, and put in the place of what was counted before; so it can be done any number of times.

Today is always counted; and a day on which a ticket counts is counted again when something comes
later that changes how, such as a call that is answered after midnight or another team.
"""

from collections.abc import Collection, Iterator
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from ivr import clock
from ivr.database import connection, reading, transaction
from ivr.models import Call, Entry, Fact, Reckoning, Ticket
from ivr.services.reports import facts
from ivr.services.reports.counted import A_DAY, AT_A_TIME, zone
from ivr.services.reports.counting import count
from ivr.services.reports.periods import next_month
from ivr.services.reports.ticket_facts import REPEATS_WITHIN
from ivr.services.tickets.timeline import Kind

FIGURES = "figures"
EVERY = timedelta(minutes=5)
LEASE = timedelta(minutes=2)
"""Longer than one go takes."""
GRACE = timedelta(hours=1)
"""As long yesterday is counted as well: a line may be written a moment late."""
A_GO = 10
"""Days counted at a time, beside today."""
LINES = 20_000
"""Of the timeline, looked through at a time."""

WHOSE = (Kind.ASSIGNED, Kind.PUT_UNDER, Kind.MERGED, Kind.REGRADED, Kind.SEVERITY)
"""The ticket may count under another customer, team or severity."""
MARKS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(WHOSE, tuple(facts.KEYS)),
    Kind.ACCEPTED: (facts.PAGE, facts.ANSWER),
    Kind.REOPENED_PAGE: (facts.PAGE,),
    Kind.ESCALATED: (facts.PAGE,),
    Kind.NEXT_LEVEL: (facts.PAGE,),
    Kind.RESOLVED: (facts.PAGE,),
    Kind.CLOSED: (facts.PAGE,),
    Kind.REOPENED: (facts.RESOLUTION,),
    Kind.FEEDBACK: (facts.FEEDBACK,),
    Kind.RANG: (facts.RING,),
}
"""Which facts of earlier days a line may change."""
OF_CALL = (Kind.LEFT, Kind.RECORDING)
"""May change what came of a call that began the day before."""


def attend() -> None:
    """Look through what is new, and count what it marks; the rest is due again at once."""
    now = clock.now()
    with reading() as db:
        row = of(db)
        marked, seen = _marked(db, row, now) if row else (set[date](), 0)
        today = now.astimezone(zone(db)).date()
    first, *rest = sorted(marked | {today}, reverse=True)
    count([first, *rest[:A_GO]], now)
    with transaction() as db:
        row = of(db, lock=True)
        if row:
            row.entry_id, row.done_at = seen, now
            row.days = [one.isoformat() for one in rest[A_GO:]]
            behind = row.days or seen < _newest(db)
            row.due_at = now if behind else now + EVERY


def of(db: Session, *, lock: bool = False) -> Reckoning | None:
    query = select(Reckoning).where(Reckoning.name == FIGURES)
    return db.scalar(query.with_for_update() if lock else query)


def rebuild(since: date | None = None) -> Iterator[date]:
    """Count every day afresh, from the first one on, some at a time; tells how far it is."""
    now = clock.now()
    with reading() as db:
        there = zone(db)
        oldest = db.scalar(select(func.min(Entry.at))) or now
        newest = _newest(db)
    first, today = oldest.astimezone(there).date(), now.astimezone(there).date()
    day = max(first, since) if since else first
    while day <= today:
        month = next_month(day)
        those = [day + A_DAY * more for more in range(A_GO)]
        those = [one for one in those if one <= today and one < month]
        count(those, now)
        yield those[-1]
        day = those[-1] + A_DAY
    with transaction() as db:
        row = of(db, lock=True)
        if row and not since:
            row.entry_id, row.days = newest, []
        if row:
            row.done_at = now


def _newest(db: Session) -> int:
    return db.scalar(select(func.max(Entry.id))) or 0


# Which days ---------------------------------------------------------------------------------------


def _marked(db: Session, row: Reckoning, now: datetime) -> tuple[set[date], int]:
    """The days to count, and the line up to which was looked."""
    there = zone(db)
    since = min(row.done_at or now, now) - GRACE
    days = {date.fromisoformat(one) for one in row.days}
    day, today = since.astimezone(there).date(), now.astimezone(there).date()
    while day < today:
        days.add(day)
        day += A_DAY
    lines = select(Entry.id, Entry.at, Entry.kind, Entry.ticket_id, Entry.call_id)
    new = connection(db).execute(
        lines.where(Entry.id > row.entry_id).order_by(Entry.id).limit(LINES)
    )
    found = new.all()
    days |= {one.at.astimezone(there).date() for one in found}
    days |= _of_earlier(db, found)
    calls = {one.call_id for one in found if one.kind in OF_CALL and one.call_id}
    days |= {at.astimezone(there).date() for at in _in(db, Call.started_at, Call.id, calls)}
    moved = {one.ticket_id for one in found if one.kind == Kind.PUT_UNDER and one.ticket_id}
    for at in _in(db, Ticket.opened_at, Ticket.id, moved):  # and what repeats it
        opened = at.astimezone(there).date()
        days |= {opened + A_DAY * later for later in range(REPEATS_WITHIN.days + 1)}
    return {one for one in days if one <= today}, found[-1].id if found else row.entry_id


def _of_earlier(db: Session, lines: Collection[Row[*tuple[Any, ...]]]) -> set[date]:
    """On which a ticket counts in a way that a line may have changed."""
    found = set[date]()
    for kinds in {*MARKS.values()}:
        ids = {one.ticket_id for one in lines if MARKS.get(one.kind) == kinds and one.ticket_id}
        found |= set(_in(db, Fact.day, Fact.ticket_id, ids, kinds))
    return found


def _in(
    db: Session,
    column: InstrumentedAttribute[Any],
    by: InstrumentedAttribute[Any],
    ids: Collection[int],
    what: tuple[str, ...] = (),
) -> list[Any]:
    left, found = sorted(ids), list[Any]()
    for at in range(0, len(left), AT_A_TIME):
        those = select(column).where(by.in_(left[at : at + AT_A_TIME])).distinct()
        found += db.scalars(those.where(Fact.what.in_(what)) if what else those)
    return found
