"""A day as it is counted: its part of the timeline, the tickets in it, and what a fact of it is.

A day is the organization's own, so one has 23 hours and one has 25.
"""

from collections.abc import Collection, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from ivr.database import connection
from ivr.models import Entry, Ticket
from ivr.services.settings import house

A_DAY = timedelta(days=1)
AT_A_TIME = 1000
"""IDs in a statement."""


class Counted(NamedTuple):
    """A fact, but for its day."""

    what: str
    key: str = ""
    ticket_id: int | None = None
    call_id: int | None = None
    customer_id: int | None = None
    team_id: int | None = None
    severity: str | None = None
    level: int | None = None
    technician_id: int | None = None
    hour: int | None = None
    seconds: int | None = None


def zone(db: Session) -> ZoneInfo:
    return ZoneInfo(house.ours(db).time_zone)


def bounds(day: date, there: ZoneInfo) -> tuple[datetime, datetime]:
    """When a day begins and ends."""
    begin, end = (datetime.combine(one, time(), there) for one in (day, day + A_DAY))
    return begin.astimezone(UTC), end.astimezone(UTC)


class Day:
    """What is on record of a day. A ticket counts under the customer, the team and the severity
    that it has now; the canary's count nowhere.
    """

    def __init__(self, db: Session, day: date) -> None:
        self.db, self.day, self.zone = db, day, zone(db)
        self.begin, self.end = bounds(day, self.zone)
        lines = select(Entry.id, Entry.ticket_id, Entry.call_id, Entry.kind, Entry.at, Entry.data)
        of_day = lines.where(Entry.at >= self.begin, Entry.at < self.end)
        self.entries = connection(db).execute(of_day.order_by(Entry.id)).all()
        self.tickets: dict[int, Row[Any]] = {}
        self.learn({one.ticket_id for one in self.entries if one.ticket_id})

    def has(self, at: datetime | None) -> bool:
        return at is not None and self.begin <= at < self.end

    def of_kind(self, *kinds: str) -> list[Row[Any]]:
        """Lines of its timeline, of tickets that count."""
        return [one for one in self.entries if one.kind in kinds and one.ticket_id in self.tickets]

    def learn(self, ids: Collection[int]) -> None:
        """The tickets with these IDs are asked about too."""
        columns = (Ticket.id, Ticket.customer_id, Ticket.team_id, Ticket.severity, Ticket.title,
                   Ticket.opened_at, Ticket.opened_by_number)  # fmt: skip
        known = select(*columns).where(Ticket.canary.is_(False))
        new = {one for one in ids if one not in self.tickets}
        self.tickets |= {one.id: one for one in self.among(known, Ticket.id, new)}

    def among(
        self,
        query: Select[*tuple[Any, ...]],
        column: InstrumentedAttribute[Any],
        ids: Collection[int],
    ) -> Iterator[Row[Any]]:
        """The rows of a query in which the column is one of these."""
        left = sorted(ids)
        for at in range(0, len(left), AT_A_TIME):
            those = query.where(column.in_(left[at : at + AT_A_TIME]))
            yield from connection(self.db).execute(those)

    def of_ticket(self, what: str, key: str, ticket_id: int, **more: Any) -> Counted:
        """Under the ticket's customer, team and severity."""
        ticket = self.tickets[ticket_id]
        return Counted(
            what,
            key,
            ticket_id,
            customer_id=ticket.customer_id,
            team_id=ticket.team_id,
            severity=ticket.severity,
        )._replace(**more)
