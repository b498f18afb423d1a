"""Counting a day, and summing up a month: what was counted before is put away, what is counted now
put in its place. Done twice, it comes out the same.
"""

from collections import Counter
from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, case, delete, func, insert, literal, select
from sqlalchemy.orm import Session

from ivr.database import connection, reading, table_of, transaction
from ivr.models import Fact, Figure, Reckoning
from ivr.services import facts
from ivr.services.counted import AT_A_TIME, Counted, zone
from ivr.services.facts import ANSWER, REPEAT, RESOLUTION, RESPONSE

FACTS, FIGURES = map(table_of, (Fact, Figure))
DAY, MONTH, CUSTOMERS = "day", "month", "customers"
DIMENSIONS = ("what", "key", "team_id", "severity", "level", "technician_id", "hour", "seconds")
COLUMNS = ("span", "first", *DIMENSIONS, "count")
OF_CUSTOMERS = (RESPONSE, RESOLUTION)
"""What is told of every customer, so that a month of it is kept by customer."""


def first_of(day: date) -> date:
    return day.replace(day=1)


def lock(db: Session) -> None:
    """One at a time writes what is counted."""
    db.execute(select(Reckoning.id).with_for_update())


def count(days: Collection[date], now: datetime) -> None:
    """Count days whole, and sum up the months that are over and have one of them. Counted beside
    the transaction, which is short.
    """
    with reading() as db:
        wanted = {day: facts.of_day(db, day) for day in days}
        this_month = first_of(now.astimezone(zone(db)).date())
    with transaction() as db:
        lock(db)
        for day, found in wanted.items():
            _replace(db, day, found)
        for month in sorted({first_of(day) for day in days}):
            if month < this_month:
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
    """The figures of a day. Of the time to answer each is kept, so that percentiles are exact."""
    key = case((FACTS.c.what == REPEAT, ""), else_=FACTS.c.key)
    seconds = case((FACTS.c.what == ANSWER, FACTS.c.seconds))
    own = {"key": key, "seconds": seconds}
    rows = select(*(own.get(name, FACTS.c[name]).label(name) for name in DIMENSIONS))
    each = rows.where(FACTS.c.day == day).subquery()
    return select(literal(DAY), literal(day), *each.c, func.count()).group_by(*each.c)


def _sum_up(db: Session, month: date) -> None:
    of_days = (FIGURES.c.span == DAY, FIGURES.c.what.in_(facts.KEYS))
    dimensions = [FIGURES.c[name] for name in DIMENSIONS]
    days = select(literal(MONTH), literal(month), *dimensions, func.sum(FIGURES.c["count"]))
    days = days.where(*of_days, *_within(FIGURES.c.first, month)).group_by(*dimensions)
    _put(db, MONTH, month, days)
    by = [FACTS.c[name] for name in ("what", "key", "team_id", "customer_id")]
    each = select(literal(CUSTOMERS), literal(month), *by, func.count())
    each = each.where(FACTS.c.what.in_(OF_CUSTOMERS), *_within(FACTS.c.day, month)).group_by(*by)
    columns = ("span", "first", "what", "key", "team_id", "customer_id", "count")
    _put(db, CUSTOMERS, month, each, columns)


def _within(column: Any, month: date) -> tuple[Any, ...]:
    following = date(month.year + month.month // 12, month.month % 12 + 1, 1)
    return column >= month, column < following


def _put(
    db: Session, span: str, first: date, those: Select[Any], columns: tuple[str, ...] = COLUMNS
) -> None:
    old = (FIGURES.c.span == span, FIGURES.c.what.in_(facts.KEYS), FIGURES.c.first == first)
    db.execute(delete(FIGURES).where(*old))
    db.execute(insert(FIGURES).from_select(columns, those))
