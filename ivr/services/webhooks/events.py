"""What outgoing webhooks are told of, and the telling: a row for each that wants it, in the
transaction of whatever happened.

Most of it is what the timeline is told, so nothing can be forgotten (see timeline.write). With no
webhook it costs a look-up in a dictionary, and once a second in each process a statement.
"""

import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from ivr.database import append, connection, hurry, table_of
from ivr.models import Delivery, Page, Ticket, Webhook
from ivr.services import links

OPENED, RUNG, ACCEPTED = "page.opened", "page.rung", "page.accepted"
ESCALATED, EXHAUSTED, CHANGED = "page.escalated", "page.exhausted", "ticket.changed"
CHOICES = (OPENED, RUNG, ACCEPTED, ESCALATED, EXHAUSTED, CHANGED)
"""What a webhook may want."""
SUMMONED = "page.summoned"
"""A level of the policy names the webhook itself."""
TEST = "webhook.test"

CHANGES = (
    *("opened", "regraded", "severity", "reopened", "waits", "goes-on", "resolved", "closed"),
    *("assigned", "level", "next-level", "level-empty", "joined", "called-back", "owed"),
    *("reply", "asked", "said", "note", "callback-asked", "warned", "missed", "feedback"),
    *("merged", "categorized", "tagged", "put-under", "taken-over", "stopped"),
)
OF_KIND: dict[str, str] = {
    "paged": OPENED,
    "rings-again": OPENED,
    "rang": RUNG,
    "accepted": ACCEPTED,
    "escalated": ESCALATED,
    "exhausted": EXHAUSTED,
    **dict.fromkeys(CHANGES, CHANGED),
}
"""The event that a line of the timeline is."""
TOLD = ("technician", "level", "outcome", "seconds", "clock", "change")
"""What may leave the house of that line. Never what somebody wrote, nor a number or an address."""

KNOWN_FOR = 1.0
"""Seconds; as long may a new webhook have to wait for its first event."""


@dataclass(frozen=True)
class _Known:
    """Who wants what, as it was read a moment ago."""

    engine: Engine
    at: float
    wanted: tuple[tuple[int, list[str]], ...]


_known: _Known | None = None
_WEBHOOKS = table_of(Webhook)
_WANTED = select(_WEBHOOKS.c.id, _WEBHOOKS.c.events).where(_WEBHOOKS.c.active)


def forget() -> None:
    """A webhook is new or has changed: this process looks again at once."""
    global _known  # noqa: PLW0603  one for the process
    _known = None


def _wanted(db: Session) -> tuple[tuple[int, list[str]], ...]:
    global _known  # noqa: PLW0603
    at, asked = time.monotonic(), connection(db)
    known = _known
    if known is None or known.engine is not asked.engine or not 0 <= at - known.at < KNOWN_FOR:
        rows = tuple((id_, events) for id_, events in asked.execute(_WANTED))
        known = _known = _Known(asked.engine, at, rows)
    return known.wanted


def happened(
    db: Session, now: datetime, kind: str, ticket_id: int | None, told: Mapping[str, Any]
) -> None:
    """A line was put on the timeline."""
    event = OF_KIND.get(kind)
    if event is None or ticket_id is None:
        return
    if kind == "severity" and told["severity"] == told["was"]:
        return
    tell(db, now, event, ticket_id, {**told, "change": kind} if event == CHANGED else told)


def tell(db: Session, now: datetime, event: str, ticket_id: int, told: Mapping[str, Any]) -> None:
    """Tell every webhook that wants the event."""
    to = [id_ for id_, events in _wanted(db) if event in events]
    if to:
        put(db, now, event, db.get_one(Ticket, ticket_id), to, told)


def put(
    db: Session, now: datetime, event: str, ticket: Ticket, to: list[int], told: Mapping[str, Any]
) -> None:
    if ticket.canary:  # the line rings itself, which is nobody's business
        return
    data = _about(db, ticket) | {name: told[name] for name in TOLD if name in told}
    for webhook_id in to:
        write(db, now, webhook_id, event, ticket.number, data)


def write(
    db: Session, now: datetime, webhook_id: int, event: str, order_key: str, data: dict[str, Any]
) -> None:
    """A plain INSERT that locks nothing: whoever sends puts the rows in order."""
    append(
        db,
        Delivery,
        webhook_id=webhook_id,
        key=f"msg_{secrets.token_hex(12)}",
        event=event,
        order_key=order_key,
        data=data,
        made_at=now,
        due_at=now,
    )
    hurry(db)


def _about(db: Session, ticket: Ticket) -> dict[str, Any]:
    """How the ticket stands at this moment, whether it is written already or not."""
    of_it = select(Page).where(Page.ticket_id == ticket.id).order_by(Page.id.desc()).limit(1)
    with db.no_autoflush:
        page, holder = db.scalar(of_it), ticket.assignee
    return {
        "ticket": ticket.number,
        "title": ticket.title,
        "severity": ticket.severity,
        "status": ticket.status,
        "level": ticket.level,
        "page": page.state if page else None,
        "technician": holder.name if holder else None,
        "url": links.for_staff(ticket.number),
    }
