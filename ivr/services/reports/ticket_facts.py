"""What a day tells of tickets: opened, their promises kept or not, waits for the customer, repeats,
feedback.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import select

from ivr.models import Clock, ClockKind, Feedback, Ticket
from ivr.services.reports import titles
from ivr.services.reports.counted import Counted, Day
from ivr.services.tickets.timeline import Kind

PROMISED = (ClockKind.RESPONSE, ClockKind.RESOLUTION)
REPEATS_WITHIN = timedelta(days=30)


def of(day: Day) -> Iterator[Counted]:
    for opened in day.of_kind(Kind.OPENED):
        yield day.of_ticket("opened", "", opened.ticket_id)
    for waits in {one.ticket_id for one in day.of_kind(Kind.WAITS)}:
        yield day.of_ticket("paused", "", waits)
    yield from _promises(day)
    yield from _repeats(day)
    yield from _feedback(day)


# Promises -----------------------------------------------------------------------------------------


def _promises(day: Day) -> Iterator[Counted]:
    """On the day on which it came out: kept, or not. Only a line of the timeline makes it so, so
    whoever has none on that day need not be asked.
    """
    ids = {one.ticket_id for one in day.entries if one.ticket_id in day.tickets}
    clocks = select(Clock.ticket_id, Clock.kind, Clock.ends_at, Clock.missed_at, Clock.met_at)
    for clock in day.among(clocks.where(Clock.kind.in_(PROMISED)), Clock.ticket_id, ids):
        at, key = decided(clock.ends_at, clock.missed_at, clock.met_at)
        if day.has(at):
            took = None
            if clock.met_at and key == "met":
                opened = day.tickets[clock.ticket_id].opened_at
                took = int((clock.met_at - opened).total_seconds())
            yield day.of_ticket(clock.kind, key, clock.ticket_id, seconds=took)


def decided(
    ends_at: datetime | None, missed_at: datetime | None, met_at: datetime | None
) -> tuple[datetime | None, str]:
    """When a promise was kept or broken, and which; None while that is open, also in a pause."""
    if missed_at and (met_at is None or missed_at <= met_at):
        return missed_at, "missed"
    if met_at is None:
        return None, ""
    late = ends_at is not None and met_at > ends_at  # nobody looked between the end and the answer
    return met_at, "missed" if late else "met"


# Repeats ------------------------------------------------------------------------------------------


def _repeats(day: Day) -> Iterator[Counted]:
    """A ticket whose customer had one like it within the days before; kept under the first one."""
    ids = {one.ticket_id for one in day.of_kind(Kind.OPENED)}
    opened = [day.tickets[one] for one in sorted(ids)]
    customers = {one.customer_id for one in opened if one.customer_id}
    before = select(
        Ticket.id, Ticket.customer_id, Ticket.title, Ticket.opened_at, Ticket.opened_by_number
    ).where(
        Ticket.canary.is_(False),
        Ticket.opened_at >= day.begin - REPEATS_WITHIN,
        Ticket.opened_at < day.end,
    )
    theirs = dict[int, list[titles.Titled]]()
    for row in day.among(before, Ticket.customer_id, customers):
        if words := titles.words(row.title, by_phone=bool(row.opened_by_number)):
            theirs.setdefault(row.customer_id, []).append(
                titles.Titled(row.id, row.opened_at, words)
            )
    for ticket in opened:
        first = titles.first_like(ticket.id, theirs.get(ticket.customer_id, []), REPEATS_WITHIN)
        if first:
            yield day.of_ticket("repeat", str(first), ticket.id)


# Feedback -----------------------------------------------------------------------------------------


def _feedback(day: Day) -> Iterator[Counted]:
    ids = {one.ticket_id for one in day.of_kind(Kind.FEEDBACK)}
    given = select(Feedback.ticket_id, Feedback.score, Feedback.answered_at)
    for row in day.among(given, Feedback.ticket_id, ids):
        if day.has(row.answered_at):
            yield day.of_ticket("feedback", str(row.score), row.ticket_id)
