"""A letter to several readers: each gets it once for its occasion, in their own language."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from ivr.models import Ticket
from ivr.services.mail import letters, outbox
from ivr.services.settings import house
from ivr.services.tickets import timeline
from ivr.services.tickets.timeline import Kind

Reader = tuple[str, str | None]
"""An address and its language."""


def tell(
    db: Session,
    now: datetime,
    ticket: Ticket,
    name: str,
    key: str,
    readers: Iterable[Reader],
    headers: dict[str, Any],
    **values: Any,
) -> None:
    """`name` is the letter's, `key` says the occasion, `headers` is what the outbox takes."""
    if ticket.canary:
        return
    ours = house.ours(db)
    told = {"ticket": ticket, "organization": ours.name, **values}
    for to, language in dict(reversed(list(readers))).items():
        letter = letters.write(name, language or ours.languages[0], **told)
        if outbox.mail(db, now, key=f"{key}-{to}", to=to, letter=letter, ticket=ticket, **headers):
            timeline.write(db, Kind.MAILED, now, ticket_id=ticket.id, to=to, letter=name)
