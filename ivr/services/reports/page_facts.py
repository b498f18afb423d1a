"""What a day tells of pages: how long a critical caller waited for somebody to press 1, what became
of each page and on which level, and whose phone rang, also at night.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, select

from callflows.turn import Severity
from ivr.models import Entry, Leg, Page, PageState, Technician
from ivr.services.reports.counted import Counted, Day
from ivr.services.tickets.timeline import Kind

NIGHT_BEGINS, NIGHT_ENDS = 22, 7
"""By the technician's own clock."""
KEYS: dict[str, str] = {
    PageState.OPEN: "open",
    PageState.OWED: "answered",
    PageState.ACCEPTED: "answered",
    PageState.CLOSED: "closed",
}


def of(day: Day) -> Iterator[Counted]:
    yield from _answers(day)
    yield from _pages(day)
    yield from _rings(day)


def _answers(day: Day) -> Iterator[Counted]:
    """From the key (or the silence) that made a call critical to the 1 that accepted its page."""
    critical = dict[int, Row[Any]]()
    for one in day.of_kind(Kind.SEVERITY):
        if one.call_id and one.data.get("severity") == Severity.CRITICAL:
            critical.setdefault(one.call_id, one)
    kinds = (Kind.PAGED, Kind.ACCEPTED)
    later = select(Entry.ticket_id, Entry.kind, Entry.at).where(
        Entry.kind.in_(kinds), Entry.at >= day.begin
    )
    ids = {one.ticket_id for one in critical.values()}
    follows = dict[int, list[Row[Any]]]()
    for line in day.among(later.order_by(Entry.id), Entry.ticket_id, ids):
        follows.setdefault(line.ticket_id, []).append(line)
    for call_id, keyed in critical.items():
        at = _accepted(keyed.at, follows.get(keyed.ticket_id, []))
        took = int((at - keyed.at).total_seconds()) if at else None
        key = "answered" if at else "unanswered"
        yield day.of_ticket("answer", key, keyed.ticket_id, call_id=call_id, seconds=took)


def _accepted(keyed: datetime, lines: list[Row[Any]]) -> datetime | None:
    """When the page that the call was about was accepted; a later page is another matter."""
    for line in lines:
        if line.kind == Kind.ACCEPTED and line.at >= keyed:
            at: datetime = line.at
            return at
        if line.kind == Kind.PAGED and line.at > keyed:
            return None
    return None


def _pages(day: Day) -> Iterator[Counted]:
    ids = {one.ticket_id for one in day.of_kind(Kind.PAGED)}
    columns = (Page.ticket_id, Page.call_id, Page.state, Page.level, Page.policy, Page.opened_at,
               Page.accepted_at)  # fmt: skip
    summons = select(*columns).where(Page.takes_over_id.is_(None))
    for page in day.among(summons, Page.ticket_id, ids):
        if day.has(page.opened_at):
            at = page.accepted_at
            yield day.of_ticket(
                "page",
                KEYS[page.state],
                page.ticket_id,
                call_id=page.call_id,
                level=page.policy[page.level]["level"],
                seconds=int((at - page.opened_at).total_seconds()) if at else None,
            )


def _rings(day: Day) -> Iterator[Counted]:
    zones = {one.id: one.time_zone for one in day.db.execute(
        select(Technician.id, Technician.time_zone))}  # fmt: skip
    rung = select(
        Leg.technician_id, Leg.placed_at, Leg.outcome, Leg.state, Leg.level, Page.ticket_id
    ).join(Page, Leg.page_id == Page.id)
    rung = rung.where(Leg.placed_at >= day.begin, Leg.placed_at < day.end)
    legs = list(day.among(rung, Leg.technician_id, zones.keys()))
    day.learn({leg.ticket_id for leg in legs})
    for leg in legs:
        if leg.ticket_id not in day.tickets:
            continue
        about = {"level": leg.level, "technician_id": leg.technician_id}
        yield day.of_ticket("ring", leg.outcome or leg.state, leg.ticket_id, **about)
        if _at_night(leg.placed_at, zones[leg.technician_id] or day.zone.key):
            yield day.of_ticket("night", "", leg.ticket_id, **about)


def _at_night(at: datetime, zone: str) -> bool:
    hour = at.astimezone(ZoneInfo(zone)).hour
    return hour >= NIGHT_BEGINS or hour < NIGHT_ENDS
