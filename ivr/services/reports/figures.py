"""Figures of a period: how many, by whatever is asked for. Months that are over were summed up
before, so a year costs little more than a month; of one customer the facts themselves are counted.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Date,
    Select,
    and_,
    case,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from ivr.database import connection
from ivr.models import Reckoning
from ivr.services.reports.counted import zone
from ivr.services.reports.counting import (
    COUNT,
    CUSTOMERS,
    CUSTOMERS_OF_TEAMS,
    DAY,
    FACTS,
    FIGURES,
    MONTH,
    first_of,
)
from ivr.services.reports.facts import ANSWER, CALL, HOUR, KEYS
from ivr.services.reports.periods import A_DAY, Period, next_month

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


@dataclass(frozen=True)
class Standing:
    """How far the counting is."""

    as_of: datetime | None = None
    behind: int = 0
    """Days that are still to be counted."""
    version: int = 0
    summed: date | None = None
    """Before this day every month has been summed up."""


def standing(db: Session) -> Standing:
    columns = (Reckoning.done_at, Reckoning.days, Reckoning.version)
    row = db.execute(select(*columns).where(Reckoning.name == "figures")).first()
    if row is None:
        return Standing()
    done, days, version = row
    summed = first_of(done.astimezone(zone(db)).date()) if done else None
    return Standing(done, len(days), version, summed)


def count(db: Session, asked: Asked, what: Sequence[str], *by: str, weekly: bool = False
          ) -> Iterator[tuple[Any, ...]]:  # fmt: skip
    """The count, and before it what it is by: `first` is a day of the week, where it is `weekly`,
    or else of the month.
    """
    for row in connection(db).execute(_query(asked, what, by, weekly=weekly)):
        yield tuple(row)


def _query(
    asked: Asked, what: Sequence[str], by: Sequence[str], *, weekly: bool = False
) -> Select[Any]:
    if asked.customer:
        return _summed([_of_customer(asked, what, by)])
    months = [] if weekly else asked.months()
    edges = [(asked.period.first, asked.period.last)] if weekly else asked.edges()
    first = FIGURES.c.week if weekly else FIGURES.c.first
    columns = [first.label(name) if name == "first" else FIGURES.c[name] for name in by]
    spans: list[tuple[ColumnElement[bool], ...]] = []
    if edges:
        spans.append((FIGURES.c.span == DAY, or_(*(FIGURES.c.first.between(*e) for e in edges))))
    if months:
        spans.append((FIGURES.c.span == MONTH, FIGURES.c.first.in_(months)))
    those = (FIGURES.c.what.in_(what), *_of_team(asked, FIGURES))
    return _summed([select(*columns, COUNT).where(*span, *those) for span in spans])


def _of_customer(asked: Asked, what: Sequence[str], by: Sequence[str]) -> Select[Any]:
    """Their facts, each with a count of one."""
    parts = asked.period.parts()
    ways = [(FACTS.c.day < end, literal(part)) for part, end in pairwise(parts)]
    first = case(*ways, else_=literal(parts[-1])) if ways else literal(parts[0])
    columns = [first.label(name) if name == "first" else FACTS.c[name] for name in by]
    return select(*columns, literal(1).label("count")).where(
        FACTS.c.customer_id == asked.customer,
        FACTS.c.what.in_([CALL if one == HOUR else one for one in what]),
        FACTS.c.day.between(asked.period.first, asked.period.last),
        *_of_team(asked, FACTS),
    )


def _summed(parts: list[Select[Any]]) -> Select[Any]:
    rows = (union_all(*parts) if len(parts) > 1 else parts[0]).subquery()
    *by, counted = rows.c
    return select(*by, cast(func.sum(counted), BigInteger).label("count")).group_by(*by)


def _of_team(asked: Asked, table: Any) -> tuple[Any, ...]:
    return (table.c.team_id == asked.team,) if asked.team else ()


def waits(db: Session, asked: Asked, percents: Sequence[int]) -> Iterator[tuple[Any, ...]]:
    """The times to answer, by `first` as above, and None for all: how many, the longest, and the
    percentiles by nearest rank, which is the time that so many did not pass.
    """
    weekly = asked.period.by_week
    each = _query(asked, [ANSWER], ("first", "seconds"), weekly=weekly).cte("each")
    own, all_ = (_ranked(each, percents, part=part) for part in (True, False))
    for row in connection(db).execute(union_all(own, all_)):
        yield tuple(row)


def _ranked(each: Any, percents: Sequence[int], *, part: bool) -> Select[Any]:
    answered = select(each.c.first, each.c.seconds, each.c["count"].label("many"))
    one = answered.where(each.c.seconds.is_not(None)).subquery()
    over: dict[str, Any] = {"partition_by": one.c.first} if part else {}
    ranked = select(
        one.c.first if part else cast(null(), Date).label("first"),
        *(one.c.seconds, one.c.many),
        func.sum(one.c.many).over(order_by=one.c.seconds, **over).label("upto"),
        func.sum(one.c.many).over(**over).label("total"),
    ).subquery()
    at = [
        func.min(case((ranked.c.upto * 100 >= ranked.c.total * percent, ranked.c.seconds)))
        for percent in percents
    ]
    count = cast(func.sum(ranked.c.many), BigInteger)
    found = select(ranked.c.first, count, func.max(ranked.c.seconds), *at)
    return found.group_by(ranked.c.first)


def worst(db: Session, asked: Asked, what: Sequence[str], most: int) -> dict[int, Kinds]:
    """The customers with the most misses, then those with the most tickets: whole months as they
    were summed up, and the days around them from the facts.
    """
    by = ("customer_id", "what", "key")
    columns = [FACTS.c[name] for name in by]
    parts = [
        select(*columns, func.count().label("count"))
        .where(FACTS.c.what.in_(what), FACTS.c.day.between(*edge), *_of_team(asked, FACTS))
        .where(FACTS.c.customer_id.is_not(None))
        .group_by(*columns)
        for edge in asked.edges()
    ]
    if months := asked.months():
        span = CUSTOMERS_OF_TEAMS if asked.team else CUSTOMERS
        those = select(*(FIGURES.c[name] for name in by), COUNT).where(FIGURES.c.span == span)
        those = those.where(FIGURES.c.what.in_(what), FIGURES.c.first.in_(months))
        parts.append(those.where(*_of_team(asked, FIGURES)))
    rows = (union_all(*parts) if len(parts) > 1 else parts[0]).subquery()
    ways = [(kind, key) for kind in what for key in KEYS[kind]]
    each = [
        func.sum(case((and_(rows.c.what == kind, rows.c.key == key), rows.c["count"]), else_=0))
        for kind, key in ways
    ]
    late = func.sum(case((rows.c.key == "missed", rows.c["count"]), else_=0))
    query = select(rows.c.customer_id, *each).group_by(rows.c.customer_id)
    query = query.order_by(late.desc(), func.sum(rows.c["count"]).desc(), rows.c.customer_id)
    found = connection(db).execute(query.limit(most))
    return {
        customer: Kinds({way: int(many) for way, many in zip(ways, counts, strict=True) if many})
        for customer, *counts in found
    }
