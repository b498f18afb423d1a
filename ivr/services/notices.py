"""Who is told what about a ticket, by mail, and on which occasion; each occasion once."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.models import Clock, Leg, Page, Technician, Ticket
from ivr.services import house, letters, outbox, rota, timeline
from ivr.services.timeline import Kind
from ivr.settings import settings

Reader = tuple[str, str | None]
"""An address and its language."""


def escalated(db: Session, now: datetime, page: Page, to: str, number: int) -> None:
    """The alarm of the last level; repeated until a human closes the ticket."""
    rung = [
        {"level": leg.level, "name": leg.technician.name, "outcome": leg.outcome or leg.state}
        for leg in db.scalars(select(Leg).where(Leg.page_id == page.id).order_by(Leg.id))
    ]
    minutes = int((now - page.opened_at).total_seconds() // 60)
    key = f"page-{page.id}-mail-{number}"
    readers = [(to, None)]
    _tell_staff(db, now, page.ticket, "escalated", key, readers, rung=rung, minutes=minutes)


def clock(db: Session, now: datetime, clock: Clock, name: str) -> None:
    """A clock is about to end (`warned`), or has ended (`missed`): who has the ticket is told."""
    key = f"clock-{clock.id}-{name}-{int(clock.started_at.timestamp())}"
    zone = house.ours(db).time_zone
    ends_at = letters.moment(clock.ends_at or now, zone)
    readers = in_charge(db, clock.ticket)
    _tell_staff(db, now, clock.ticket, name, key, readers, kind=clock.kind, ends_at=ends_at)


def in_charge(db: Session, ticket: Ticket) -> list[Reader]:
    """Those of its level who are on call; where nobody is, the escalation list."""
    people = rota.on_call(db, ticket.level)
    return [_reader(one) for one in people] or [(rota.escalation_list(db), None)]


def _reader(person: Technician) -> Reader:
    return person.email, person.language


def _tell_staff(
    db: Session,
    now: datetime,
    ticket: Ticket,
    name: str,
    key: str,
    readers: Iterable[Reader],
    **values: object,
) -> None:
    organization = house.ours(db)
    for to, language in dict(readers).items():
        letter = letters.write(
            name,
            language or organization.languages[0],
            ticket=ticket,
            organization=organization.name,
            customer=ticket.customer.name if ticket.customer else "?",
            staff_url=f"{settings().own_url}/tickets/{ticket.number}",
            **values,
        )
        if outbox.mail(db, now, key=f"{key}-{to}", to=to, letter=letter, ticket=ticket):
            timeline.write(db, Kind.MAILED, now, ticket_id=ticket.id, to=to)
