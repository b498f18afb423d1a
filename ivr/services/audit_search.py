"""The audit, looked through: by who, what, about what, when, and by text.

One thing that is asked for goes by an index, and the newest lines come first. What else is asked
for, and text, is looked for in the newest LOOKED lines of those, and then in as many older ones.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, String, cast, func, or_, select
from sqlalchemy.orm import Session

from ivr.models import Act, AuditLine

LEAF = 100
LOOKED = 5_000
TOGETHER = 1_000
"""Lines of an export that are read at once."""
ASKEW = timedelta(minutes=5)
"""Lines written at the same time have their numbers in another order than their times; by no more
than the longest transaction.
"""
INDEXED = ("about", "by", "kind", "act")
"""The fewest lines first."""
Conditions = list[ColumnElement[bool]]


class Leaf(NamedTuple):
    lines: Sequence[AuditLine]
    older: int | None
    """Where the older ones begin."""
    unseen: bool = False
    """Whether those are still to be looked through, rather than known to be there."""


@dataclass(frozen=True)
class Search:
    by: str = ""
    act: Act | None = None
    about: str = ""
    kind: str = ""
    since: datetime | None = None
    until: datetime | None = None
    text: str = ""
    kinds: Collection[str] = ()
    """Those whose sentence has the text in it, in the language of whoever looks."""

    def newest(self, db: Session, before: int | None, most: int = LEAF) -> Leaf:
        """The newest lines that fit, below `before`."""
        first, rest = self._conditions()
        wanted = [*first, *self._times(db)]
        if before is not None:
            wanted.append(AuditLine.id < before)
        limit = _looked(db, wanted) if rest else None
        if limit is not None:
            wanted.append(AuditLine.id >= limit)
        those = select(AuditLine).where(*wanted, *rest).order_by(AuditLine.id.desc())
        found = db.scalars(those.limit(most + 1)).all()
        if len(found) > most:
            return Leaf(found[:most], found[most - 1].id)
        return Leaf(found, limit, unseen=limit is not None)

    def _conditions(self) -> tuple[Conditions, Conditions]:
        """The one that goes by an index, and the rest."""
        given = [(name, getattr(self, name)) for name in INDEXED]
        wanted = [getattr(AuditLine, name) == value for name, value in given if value]
        text = [self._has_text()] if self.text else []
        return wanted[:1], [*wanted[1:], *text]

    def _has_text(self) -> ColumnElement[bool]:
        places = (cast(AuditLine.data, String), AuditLine.by, AuditLine.about)
        there = [one.icontains(self.text, autoescape=True) for one in places]
        return or_(*there, AuditLine.kind.in_(self.kinds))

    def _times(self, db: Session) -> Conditions:
        """By the numbers of the lines as well: whatever index is used, it is read from an end."""
        wanted: Conditions = []
        if self.since:
            edge = select(AuditLine.id).where(AuditLine.at >= self.since - ASKEW)
            first = db.scalar(edge.order_by(AuditLine.at).limit(1))
            wanted += [AuditLine.id >= (first or 0), AuditLine.at >= self.since]
        if self.until:
            edge = select(AuditLine.id).where(AuditLine.at < self.until + ASKEW)
            last = db.scalar(edge.order_by(AuditLine.at.desc()).limit(1))
            wanted += [AuditLine.id <= (last or 0), AuditLine.at < self.until]
        return wanted


def _looked(db: Session, wanted: Conditions) -> int | None:
    """Down to which line it is looked; None: to the first."""
    those = select(AuditLine.id).where(*wanted).order_by(AuditLine.id.desc()).limit(LOOKED)
    ids = those.subquery()
    count, last = db.execute(select(func.count(), func.min(ids.c.id))).one()
    return last if count == LOOKED else None


def last(db: Session) -> int:
    return db.scalar(select(func.max(AuditLine.id))) or 0
