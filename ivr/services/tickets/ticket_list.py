"""The list of tickets: a leaf of it, how many there are, and what stands beside each.

So many rows are looked through for a leaf and no more; then the reader is told, and may go on from
there. No choice of filters takes longer than that.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Integer, Select, distinct, func, select, tuple_
from sqlalchemy.orm import Session, aliased, joinedload

from ivr.database import Utc
from ivr.models import Clock, ClockKind, Page, PageState, Ticket
from ivr.services.tickets import clocks
from ivr.services.tickets.ticket_filters import (
    Due,
    Moment,
    Order,
    Wanted,
    driver,
    elsewhere,
    fits,
    is_due,
    running,
    unresolved,
)

A_PAGE = 50
"""Tickets shown at a time."""
LOOKED_THROUGH = 10_000
MOST = 1000
"""What is more is not counted."""


@dataclass(frozen=True)
class Leaf:
    tickets: Sequence[Ticket] = ()
    more: str | None = None
    """Where the next leaf begins."""
    gave_up: bool = False
    """So many were looked through without finding enough."""


@dataclass(frozen=True)
class Count:
    count: int
    more: bool = False
    """There are more than that."""


def leaf(
    db: Session, wanted: Wanted, moment: Moment, order: str, after: str = "", most: int = 0
) -> Leaf:
    """From the begin, or from where another one ended; so many at most, or else a page."""
    most = most or A_PAGE
    if order == Order.DUE:
        return _by_due(db, wanted, moment, after, most)
    down = order != Order.OLDEST
    looked = _looked_through(wanted, moment, _row(after), down=down)
    of = aliased(Ticket, looked)
    query = _with_names(select(of), of).where(*fits(of, wanted))
    if db.get_bind().dialect.name != "sqlite":  # it takes them as they come, or sorts all of them
        query = query.order_by(of.id.desc() if down else of.id)
    found = db.scalars(query.limit(most + 1)).all()
    if len(found) > most:
        return Leaf(found[:most], str(found[most - 1].id))
    end = _end(db, looked, down=down) if wanted != Wanted() else None
    return Leaf(found, end, end is not None)


def count(db: Session, wanted: Wanted, moment: Moment) -> Count:
    looked = _looked_through(wanted, moment, None, down=True)
    of = aliased(Ticket, looked)
    some = select(of.id).where(*fits(of, wanted)).limit(MOST + 1).subquery()
    found = db.scalar(select(func.count()).select_from(some)) or 0
    if found > MOST:
        return Count(MOST, more=True)
    return Count(found, wanted != Wanted() and _end(db, looked, down=True) is not None)


def _with_names(query: Select[Any], of: Any) -> Select[Any]:
    names = (of.customer, of.contact, of.assignee, of.team)
    return query.options(*(joinedload(name) for name in names))


def _looked_through(wanted: Wanted, moment: Moment, key: int | None, *, down: bool) -> Any:
    query = select(Ticket).where(*driver(wanted, moment))
    if key is not None:
        query = query.where(Ticket.id < key if down else Ticket.id > key)
    query = query.order_by(Ticket.id.desc() if down else Ticket.id)
    return query.limit(LOOKED_THROUGH).subquery()


def _end(db: Session, looked: Any, *, down: bool) -> str | None:
    """The last row that was looked through, if there may be more behind it."""
    last = func.min(looked.c.id) if down else func.max(looked.c.id)
    count, end = db.execute(select(func.count(), last).select_from(looked)).one()
    return str(end) if count == LOOKED_THROUGH else None


def _row(after: str) -> int | None:
    number = int(after) if after.isascii() and after.isdigit() and len(after) < 11 else 0  # noqa: PLR2004
    return number if 0 < number < 2**31 else None


# By what is due -----------------------------------------------------------------------------------


def _by_due(db: Session, wanted: Wanted, moment: Moment, after: str, most: int) -> Leaf:
    """By that promise of each which ends first. Only who is not resolved has one, so these are few
    enough to be looked through whole.
    """
    both: Any = select(Ticket, Clock.ends_at)
    query = _with_names(both.join(Clock, Clock.ticket_id == Ticket.id), Ticket)
    query = query.where(running(Clock), *_fits_and_runs(wanted))
    query = query.where(_is_the_first(wanted.due))
    if wanted.due:
        query = query.where(*is_due(Clock, wanted.due, moment))
    query = query.where(*elsewhere(replace(wanted, due=""), moment))
    key = _moment_and_row(after)
    if key:
        here = tuple_(Clock.ends_at, Clock.ticket_id, types=[Utc(), Integer()])
        query = query.where(here > tuple_(*key, types=[Utc(), Integer()]))
    rows = db.execute(query.order_by(Clock.ends_at, Clock.ticket_id).limit(most + 1)).all()
    found = [one for one, _ends_at in rows[:most]]
    if len(rows) <= most:
        return Leaf(found)
    return Leaf(found, f"{rows[most - 1][1].isoformat()}~{found[-1].id}")


def _fits_and_runs(wanted: Wanted) -> list[Any]:
    """Whose promise runs is not resolved. That is said where an index of theirs helps, and left out
    where the index of the promises does better alone.
    """
    if wanted.status == "unresolved":
        wanted = replace(wanted, status="")
    narrow = wanted.assignee or wanted.team or wanted.severity
    return [*fits(Ticket, wanted), *([unresolved(Ticket)] if narrow else [])]


def _is_the_first(due: str) -> Any:
    if due == Due.UNANSWERED:  # of one kind each ticket has one
        return Clock.kind == ClockKind.RESPONSE
    other = aliased(Clock)
    both = tuple_(other.ends_at, other.id) < tuple_(Clock.ends_at, Clock.id)
    same = other.ticket_id == Clock.ticket_id
    return ~select(other.id).where(same, running(other), both).exists()


def _moment_and_row(after: str) -> tuple[datetime, int] | None:
    at, _, row = after.partition("~")
    number = _row(row)
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        return None
    return (moment, number) if number and moment.tzinfo else None


# What stands beside them --------------------------------------------------------------------------


def promises(db: Session, tickets: Iterable[Ticket]) -> dict[int, Clock]:
    """What is due next of each, by the ticket's row."""
    of = Clock.ticket_id.in_([one.id for one in tickets])
    found = select(Clock).where(of, running(Clock)).order_by(Clock.ends_at.desc(), Clock.id.desc())
    return {one.ticket_id: one for one in db.scalars(found)}


def summoned(db: Session, tickets: Iterable[Ticket]) -> set[int]:
    """Those for which technicians are summoned, and nobody has come yet."""
    of = Page.ticket_id.in_([one.id for one in tickets])
    return set(db.scalars(select(Page.ticket_id).where(of, Page.state == PageState.OPEN)))


def needed(db: Session) -> int:
    """Pages that are open or owed, over all; by the index of what is due."""
    live = select(func.count()).select_from(Page).join(Ticket, Ticket.id == Page.ticket_id)
    return db.scalar(live.where(Page.due_at.is_not(None), ~Ticket.canary)) or 0


def standing(db: Session, moment: Moment, me: int | None) -> dict[str, Count]:
    """How many there are in each of the views that everybody has, by its name."""
    ours = select(Ticket.id.label("id")).where(unresolved(Ticket), ~Ticket.canary)
    views = {"open": ours.limit(MOST + 1)}
    if me is not None:
        views["mine"] = ours.where(Ticket.assignee_id == me).limit(MOST + 1)
    for due in Due:
        those = select(Clock.ticket_id.label("id")).where(running(Clock))
        those = those.where(*is_due(Clock, due, moment))
        views[due] = those.limit(len(clocks.PROMISES) * MOST + 1)
    counts = (_distinct(query) for query in views.values())
    found = db.execute(select(*counts)).one()
    return {
        name: Count(min(number, MOST), number > MOST)
        for name, number in zip(views, found, strict=True)
    }


def _distinct(query: Select[Any]) -> Any:
    of = query.subquery()
    return select(func.count(distinct(of.c.id))).scalar_subquery()
