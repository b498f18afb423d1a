"""What a day tells of the calls of customers: at which hour of the week each came, and what came of
it.
"""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Row, select

from ivr.models import Call, Contact, Direction, Entry
from ivr.services.reports.counted import Counted, Day
from ivr.services.sureness import cage
from ivr.services.tickets.timeline import Kind

OURS = ("staff.", "shifts.")
"""Steps of the staff line: who calls there is no customer."""
TELLING = (Kind.CALLER_BLOCKED, Kind.LEFT, Kind.RECORDING, Kind.CALLBACK_ASKED)


def of(day: Day) -> Iterator[Counted]:
    columns = (Call.id, Call.number, Call.ticket_id, Call.known, Call.wish, Call.started_at,
               Call.ended_at, Contact.customer_id)  # fmt: skip
    came = select(*columns).outerjoin(Contact, Call.contact_id == Contact.id)
    came = came.where(Call.started_at >= day.begin, Call.started_at < day.end)
    came = came.where(Call.direction == Direction.INBOUND, Call.technician_id.is_(None))
    calls = [one for one in day.db.execute(came) if _a_customers(one)]
    day.learn({one.ticket_id for one in calls if one.ticket_id})
    lines = select(Entry.call_id, Entry.kind, Entry.data).where(Entry.kind.in_(TELLING))
    told = dict[int, list[Row[Any]]]()
    for line in day.among(lines.order_by(Entry.id), Entry.call_id, [one.id for one in calls]):
        told.setdefault(line.call_id, []).append(line)
    for call in calls:
        there, ended = call.started_at.astimezone(day.zone), call.ended_at
        ticket = day.tickets.get(call.ticket_id)
        yield Counted(
            "call",
            outcome(call.wish, told.get(call.id, []), over=ended is not None),
            call.ticket_id,
            call.id,
            (ticket.customer_id if ticket else None) or call.customer_id,
            ticket.team_id if ticket else None,
            hour=there.weekday() * 24 + there.hour,
            seconds=int((ended - call.started_at).total_seconds()) if ended else None,
        )


def _a_customers(call: Row[Any]) -> bool:
    at = str(call.known.get("at", ""))
    return not at.startswith(OURS) and not cage.is_its_number(call.number)


def outcome(wish: str | None, lines: list[Row[Any]], *, over: bool) -> str:
    """What came of a call, in a word of facts.KEYS."""
    kinds = {line.kind for line in lines}
    where = next((str(line.data.get("where")) for line in lines if line.kind == Kind.LEFT), "")
    spoken = {line.data.get("what") for line in lines if line.kind == Kind.RECORDING}
    if Kind.CALLER_BLOCKED in kinds:
        return "blocked"
    if not over:
        return "live"
    if where == "after the conversation" or "conversation" in spoken:
        return "answered"
    if wish == "callback" or Kind.CALLBACK_ASKED in kinds:
        return "callback"
    if "message" in spoken:
        return "message"
    if where == "while holding":
        return "abandoned"
    return "served" if where == "at the end" else "left"
