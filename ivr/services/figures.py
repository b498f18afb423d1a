"""Figures of a period: how many, by whatever is asked for. Months that are over were summed up
before, so a year costs little more than a month; of one customer the facts themselves are counted.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import CompoundSelect, Select, func, or_, select, union_all
from sqlalchemy.orm import Session

from ivr.database import connection
from ivr.models import Reckoning
from ivr.services.counted import zone
from ivr.services.counting import CUSTOMERS, DAY, FACTS, FIGURES, MONTH, first_of
from ivr.services.periods import A_DAY, Period, next_month

COUNT = FIGURES.c["count"]
Kinds = Counter[tuple[str, str]]
"""By what, and how it went."""


@dataclass(frozen=True)
class Asked:
    """Which figures: of a period, and of a team or a customer only, or of all."""

    period: Period
    team: int | None = None
    customer: int | None = None
    summed: date | None = None
    """Before this day every month has been summed up."""

    def months(self) -> list[date]:
        """Those that lie whole in the period and have been summed up."""
        found, month = [], first_of(self.period.first)
        if month < self.period.first:
            month = next_month(month)
        while self.summed and month < self.summed and next_month(month) <= self.period.last + A_DAY:
            found.append(month)
            month = next_month(month)
        return found

    def edges(self) -> list[tuple[date, date]]:
        """The rest of the period, before and after these months: first and last day."""
        months, first, last = self.months(), self.period.first, self.period.last
        if not months:
            return [(first, last)]
        ends = [(first, months[0] - A_DAY), (next_month(months[-1]), last)]
        return [(begin, end) for begin, end in ends if begin <= end]


def summed(db: Session) -> tuple[date | None, datetime | None, int]:
    """Before which day every month is summed up, as of when all is counted, and how many days are
    still to be.
    """
    done, days = db.execute(
        select(Reckoning.done_at, Reckoning.days).where(Reckoning.name == "figures")
    ).first() or (None, [])
    return first_of(done.astimezone(zone(db)).date()) if done else None, done, len(days)


def count(db: Session, asked: Asked, what: Sequence[str], *by: str, daily: bool = False
          ) -> Iterator[tuple[Any, ...]]:  # fmt: skip
    """The count, and before it what it is by: `first` is a day, or where months will do, which is
    not `daily`, the first one of a month.
    """
    for row in connection(db).execute(_query(asked, what, by, daily=daily)):
        yield tuple(row)


def total(db: Session, asked: Asked, what: Sequence[str], *by: str) -> Counter[tuple[Any, ...]]:
    return Counter({row[:-1]: row[-1] for row in count(db, asked, what, *by)})


def _query(
    asked: Asked, what: Sequence[str], by: Sequence[str], *, daily: bool
) -> Select[Any] | CompoundSelect[Any]:
    if asked.customer:
        period = asked.period
        columns = [FACTS.c.day if name == "first" else FACTS.c[name] for name in by]
        own = select(*columns, func.count()).where(
            FACTS.c.customer_id == asked.customer,
            FACTS.c.what.in_(what),
            FACTS.c.day.between(period.first, period.last),
        )
        own = own.where(FACTS.c.team_id == asked.team) if asked.team else own
        return own.group_by(*columns)
    months = [] if daily else asked.months()
    edges = [(asked.period.first, asked.period.last)] if daily else asked.edges()
    columns = [FIGURES.c[name] for name in by]
    parts = [(FIGURES.c.span == DAY, or_(*(FIGURES.c.first.between(*one) for one in edges)))] \
        if edges else []  # fmt: skip
    if months:
        parts.append((FIGURES.c.span == MONTH, FIGURES.c.first.in_(months)))
    return _summed([
        select(*columns, COUNT).where(*part, FIGURES.c.what.in_(what), *_of_team(asked, FIGURES))
        for part in parts
    ])  # fmt: skip


def _summed(parts: list[Select[Any]]) -> Select[Any]:
    rows = (union_all(*parts) if len(parts) > 1 else parts[0]).subquery()
    *by, counted = rows.c
    return select(*by, func.sum(counted)).group_by(*by)


def _of_team(asked: Asked, table: Any) -> tuple[Any, ...]:
    return (table.c.team_id == asked.team,) if asked.team else ()


def by_customer(db: Session, asked: Asked, what: Sequence[str]) -> dict[int, Kinds]:
    """Of every customer, by what and how it went: whole months as they were summed up, and the days
    around them from the facts.
    """
    parts = []
    by = ("customer_id", "what", "key")
    for begin, end in asked.edges():
        columns = [FACTS.c[name] for name in by]
        days = FACTS.c.day.between(begin, end)
        one = select(*columns, func.count().label("count")).where(FACTS.c.what.in_(what), days)
        parts.append(one.where(*_of_team(asked, FACTS)).group_by(*columns))
    if months := asked.months():
        those = (FIGURES.c.span == CUSTOMERS, FIGURES.c.first.in_(months))
        one = select(*(FIGURES.c[name] for name in by), COUNT).where(*those)
        parts.append(one.where(FIGURES.c.what.in_(what), *_of_team(asked, FIGURES)))
    found = dict[int, Kinds]()
    for customer, kind, key, counted in connection(db).execute(_summed(parts)):
        if customer and asked.customer in {None, customer}:
            found.setdefault(customer, Counter())[kind, key] = counted
    return found
