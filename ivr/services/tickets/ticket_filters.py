"""What is wanted of the tickets: the filters of the list, as conditions that indexes fit.

One of them, the narrowest, is the driver: the index that is gone along. The others are looked at on
the way.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, literal_column, select

from ivr.models import Call, Clock, ClockKind, Contact, Status, Ticket
from ivr.services.tickets.clocks import PROMISES
from ivr.services.tickets.life import OVER

UNRESOLVED = tuple(status for status in Status if status not in OVER)
NOBODY = 0
"""Instead of a row: those that no team, or nobody, has."""
MOST_CALLS = 1000


class Due(StrEnum):
    LATE = "late"
    TODAY = "today"
    """Before midnight; what is late is due today as well."""
    UNANSWERED = "unanswered"
    """Nobody of us has said anything yet."""


class Order(StrEnum):
    NEWEST = "newest"
    OLDEST = "oldest"
    DUE = "due"
    """What must be done first; only those with a promise to keep."""


@dataclass(frozen=True)
class Wanted:
    """What is left out is not asked for."""

    status: str = ""
    """A status, or `unresolved`: any of the first three."""
    severity: str = ""
    team: int | None = None
    level: int | None = None
    customer: int | None = None
    assignee: int | None = None
    phone: str = ""
    """Whose: the contact's, the one that opened it, or one that called about it."""
    due: str = ""

    @property
    def is_of_few(self) -> bool:
        """Only tickets that are not resolved can be among them."""
        return self.status in {"unresolved", *UNRESOLVED} or bool(self.due)


@dataclass(frozen=True)
class Moment:
    """The two times that lateness depends on."""

    now: datetime
    midnight: datetime


def moment(now: datetime, zone: str) -> Moment:
    tomorrow = now.astimezone(ZoneInfo(zone)).date() + timedelta(days=1)
    return Moment(now, datetime.combine(tomorrow, time(), ZoneInfo(zone)))


def fits(of: Any, wanted: Wanted) -> list[ColumnElement[bool]]:
    """All that is wanted of a ticket, but for what is due and the telephone."""
    asked: list[ColumnElement[bool]] = [~of.canary]
    if wanted.status == "unresolved":
        asked.append(unresolved(of))
    elif wanted.status:
        asked.append(of.status == wanted.status)
    for column, value in (
        (of.severity, wanted.severity or None),
        (of.level, wanted.level),
        (of.customer_id, wanted.customer),
        (of.team_id, wanted.team),
        (of.assignee_id, wanted.assignee),
    ):
        if value is not None:
            asked.append(column.is_(None) if value == NOBODY else column == value)
    return asked


def elsewhere(wanted: Wanted, moment: Moment) -> list[ColumnElement[bool]]:
    """What other tables say: whose telephone it is, and what is due."""
    asked: list[ColumnElement[bool]] = []
    if wanted.phone:
        asked.append(Ticket.id.in_(_of_phone(wanted.phone)))
    if wanted.due:
        due = select(Clock.ticket_id).where(running(Clock), *is_due(Clock, wanted.due, moment))
        asked.append(Ticket.id.in_(due))
    return asked


def driver(wanted: Wanted, moment: Moment) -> list[ColumnElement[bool]]:
    few = [unresolved(Ticket)] if wanted.is_of_few else []
    if wanted.phone or wanted.due:
        return [*elsewhere(wanted, moment), *few]
    if wanted.customer is not None:
        return [Ticket.customer_id == wanted.customer]
    if wanted.assignee:
        return [Ticket.assignee_id == wanted.assignee, *few]
    if wanted.team:
        return [Ticket.team_id == wanted.team, *few]
    if wanted.level and wanted.level > 1:
        return [Ticket.level == wanted.level, Ticket.level > literal_column("1")]
    if wanted.severity and few:
        return [Ticket.severity == wanted.severity, *few]
    return few


def unresolved(of: Any) -> ColumnElement[bool]:
    return _one_of(of.status, UNRESOLVED)


def running(of: Any) -> ColumnElement[bool]:
    """A promise that is not kept yet."""
    return and_(of.met_at.is_(None), of.ends_at.is_not(None), _one_of(of.kind, PROMISES))


def _one_of(column: Any, values: tuple[str, ...]) -> ColumnElement[bool]:
    """Literally, as the partial indexes say it: a database knows them by that."""
    found: ColumnElement[bool] = column.in_([literal_column(f"'{one}'") for one in values])
    return found


def is_due(of: Any, due: str, moment: Moment) -> list[ColumnElement[bool]]:
    if due == Due.UNANSWERED:
        return [of.kind == ClockKind.RESPONSE]
    return [of.ends_at < (moment.now if due == Due.LATE else moment.midnight)]


def _of_phone(number: str) -> Select[Any]:
    """The tickets' rows, by three indexes; joined by OR, they would go through all tickets."""
    contacts = select(Contact.id).where(Contact.phone == number)
    theirs = select(Ticket.id).where(Ticket.contact_id.in_(contacts))
    opened = select(Ticket.id).where(Ticket.opened_by_number == number)
    called = select(Call.ticket_id).where(Call.number == number, Call.ticket_id.is_not(None))
    latest = called.order_by(Call.started_at.desc()).limit(MOST_CALLS).subquery()
    found = theirs.union(opened, select(latest.c.ticket_id)).subquery()
    return select(found.c[0])
