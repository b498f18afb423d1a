"""Counting a day, and summing up a month: what was counted before is put away, what is counted now
put in its place. Done twice, it comes out the same.
"""

from collections import Counter
from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    case,
    delete,
    func,
    insert,
    literal,
    null,
    select,
    union_all,
    update,
)
from sqlalchemy.orm import Session

from ivr.database import connection, reading, table_of, transaction
from ivr.models import Fact, Figure, Reckoning
from ivr.services.reports import facts, periods
from ivr.services.reports.counted import AT_A_TIME, Counted, zone
from ivr.services.reports.facts import (
    ANSWER,
    CALL,
    HOUR,
    NIGHT,
    OPENED,
    PAGE,
    REPEAT,
    RESOLUTION,
    RESPONSE,
    RING,
)

FACTS, FIGURES = map(table_of, (Fact, Figure))
COUNT = FIGURES.c["count"]
DAY, MONTH = "day", "month"
CUSTOMERS, CUSTOMERS_OF_TEAMS = "customers", "customers of teams"
"""A month by customer, and by customer and team."""
DIMENSIONS = ("what", "key", "team_id", "severity", "level", "technician_id", "hour", "seconds")
COLUMNS = ("span", "first", "week", *DIMENSIONS, "count")
TOLD_OF: dict[str, tuple[str, ...]] = {
    "severity": (OPENED, RESPONSE, RESOLUTION),
    "level": (PAGE,),
    "technician_id": (RING, NIGHT),
    "hour": (),
    "seconds": (ANSWER,),
}
"""Of which figures these are told. Of the time to answer all are, so that percentiles are exact."""
KINDS = (*facts.KEYS, HOUR)
AT_ONCE = 3000
"""Facts in a transaction, or those of a single day."""
OF_CUSTOMERS = (RESPONSE, RESOLUTION)
"""What is told of every customer, so that a month of it is kept by customer."""


def first_of(day: date) -> date:
    return day.replace(day=1)


def _begin(db: Session) -> None:
    """One at a time writes what is counted; whoever has read it before can tell."""
    db.execute(update(Reckoning).values(version=Reckoning.version + 1))


def count(days: Collection[date], now: datetime) -> None:
    """Count days whole, and sum up the months that are over and have one of them. It is counted
    beside the transactions, which are short: a caller may wait for them.
    """
    with reading() as db:
        wanted = {day: facts.of_day(db, day) for day in days}
        this_month = first_of(now.astimezone(zone(db)).date())
    while wanted:
        with transaction() as db:
            _begin(db)
            written = 0
            while wanted and written < AT_ONCE:
                day, found = wanted.popitem()
                written += len(found)
                _replace(db, day, found)
    months = {first_of(day) for day in days}
    over = sorted(month for month in months if month < this_month)
    if over:
        with transaction() as db:
            _begin(db)
            for month in over:
                _sum_up(db, month)


def _replace(db: Session, day: date, wanted: list[Counted]) -> None:
    """Only what differs is written, so a day of which most is the same costs little."""
    missing, gone = Counter(wanted), list[int]()
    kept = select(FACTS.c.id, *(FACTS.c[name] for name in Counted._fields))
    for id_, *row in connection(db).execute(kept.where(FACTS.c.day == day)):
        one = Counted(*row)
        if missing[one] > 0:
            missing[one] -= 1
        else:
            gone.append(id_)
    for at in range(0, len(gone), AT_A_TIME):
        db.execute(delete(FACTS).where(FACTS.c.id.in_(gone[at : at + AT_A_TIME])))
    new = [one._asdict() | {"day": day} for one in missing.elements()]
    if new:
        db.execute(insert(FACTS), new)
    if new or gone:
        _put(db, DAY, day, _of_facts(day))


def _of_facts(day: date) -> Select[Any]:
    """The figures of a day, each by what is told of it and no more."""
    rows = select(*(_told(name) for name in DIMENSIONS)).where(FACTS.c.day == day)
    hours = select(
        *(literal(HOUR) if name == "what" else literal("") if name == "key"
          else FACTS.c[name] if name in {"hour", "team_id"} else null()
          for name in DIMENSIONS)
    ).where(FACTS.c.day == day, FACTS.c.what == CALL)  # fmt: skip
    each = union_all(rows, hours).subquery()
    week = literal(periods.week_of(day))
    counted = select(literal(DAY), literal(day), week, *each.c, func.count())
    return counted.group_by(*each.c)


def _told(name: str) -> ColumnElement[Any]:
    """A column of the facts, where its figures are told by it."""
    column = FACTS.c[name]
    if name == "key":
        return case((FACTS.c.what == REPEAT, ""), else_=column).label(name)
    if name in TOLD_OF:
        return case((FACTS.c.what.in_(TOLD_OF[name]), column)).label(name)
    return column


def _sum_up(db: Session, month: date) -> None:
    of_days = (FIGURES.c.span == DAY, FIGURES.c.what.in_(KINDS))
    dimensions = [FIGURES.c[name] for name in DIMENSIONS]
    days = select(literal(MONTH), literal(month), null(), *dimensions, func.sum(COUNT))
    days = days.where(*of_days, *_within(FIGURES.c.first, month)).group_by(*dimensions)
    _put(db, MONTH, month, days)
    for span, more in ((CUSTOMERS, ()), (CUSTOMERS_OF_TEAMS, ("team_id",))):
        names = ("what", "key", "customer_id", *more)
        by = [FACTS.c[name] for name in names]
        each = select(literal(span), literal(month), *by, func.count()).group_by(*by)
        each = each.where(FACTS.c.what.in_(OF_CUSTOMERS), *_within(FACTS.c.day, month))
        each = each.where(FACTS.c.customer_id.is_not(None))
        _put(db, span, month, each, ("span", "first", *names, "count"))


def _within(column: ColumnElement[date], month: date) -> tuple[ColumnElement[bool], ...]:
    return column >= month, column < periods.next_month(month)


def _put(
    db: Session, span: str, first: date, those: Select[Any], columns: tuple[str, ...] = COLUMNS
) -> None:
    old = (FIGURES.c.span == span, FIGURES.c.what.in_(KINDS), FIGURES.c.first == first)
    db.execute(delete(FIGURES).where(*old))
    db.execute(insert(FIGURES).from_select(columns, those))
