"""What we tell each other about a ticket, by mail: whoever has it, or the people of its level. Each
occasion once. The letters are templates in ivr/mails, one a name.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from ivr.models import Clock, Leg, Page, Role, Technician, Ticket
from ivr.services import links
from ivr.services.calls import moments
from ivr.services.mail import telling
from ivr.services.mail.telling import Reader
from ivr.services.paging import policies
from ivr.services.settings import house


def escalated(db: Session, now: datetime, page: Page, to: str, number: int) -> None:
    """The alarm of the last level; repeated until a human closes the ticket."""
    legs = select(Leg).where(Leg.page_id == page.id).options(joinedload(Leg.technician))
    rung = [
        {"level": leg.level, "name": leg.technician.name, "outcome": leg.outcome or leg.state}
        for leg in db.scalars(legs.order_by(Leg.id))
    ]
    minutes = int((now - page.opened_at).total_seconds() // 60)
    occasion = f"page-{page.id}-mail-{number}"
    readers = [(to, None)]
    _tell(db, now, page.ticket, "escalated", occasion, readers, rung=rung, minutes=minutes)


def summoned(db: Session, now: datetime, page: Page, to: str, level: int) -> None:
    """A level that names an address begins: once, beside the ringing."""
    occasion = f"page-{page.id}-{page.first_round}-level-{level}"
    minutes = int((now - page.opened_at).total_seconds() // 60)
    _tell(db, now, page.ticket, "summoned", occasion, [(to, None)], minutes=minutes, step=level)


def limited(db: Session, now: datetime, ticket: Ticket, person: Technician, what: str) -> None:
    """Somebody, or a number of theirs, was rung as often as may be: once an hour, or a day."""
    period = f"{now:%Y-%m-%d-%H}" if what == "person" else f"{now:%Y-%m-%d}"
    admins = select(Technician).where(Technician.role == Role.ADMIN, Technician.active)
    readers = [_reader(one) for one in db.scalars(admins)]
    readers.append((policies.escalation_list(db), None))
    told = {"person": person.name, "what": what}
    _tell(db, now, ticket, "limited", f"{what}-{person.id}-{period}", readers, **told)


def given(db: Session, now: datetime, ticket: Ticket, person: Technician) -> None:
    """Somebody of us has it now."""
    occasion = f"assigned-{person.id}-{int(now.timestamp())}"
    _tell(db, now, ticket, "yours", occasion, [_reader(person)])


def warned(db: Session, now: datetime, clock: Clock) -> None:
    """A clock is about to end: whoever has the ticket is told."""
    _tell_of_clock(db, now, clock, "warned", in_charge(db, now, clock.ticket))


def missed(db: Session, now: datetime, clock: Clock) -> None:
    """A clock has ended: the ticket's level, which is the next one by now, is told."""
    _tell_of_clock(db, now, clock, "missed", on_level(db, now, clock.ticket.level))


def _tell_of_clock(
    db: Session, now: datetime, clock: Clock, name: str, readers: list[Reader]
) -> None:
    occasion = f"{clock.kind}-{name}-{int(clock.started_at.timestamp())}"
    ends_at = moments.Moment(clock.ends_at or now, house.ours(db).time_zone)
    told = {"kind": clock.kind, "ends_at": ends_at}
    _tell(db, now, clock.ticket, name, occasion, readers, **told)


def written(db: Session, now: datetime, ticket: Ticket, entry_id: int, **told: str) -> None:
    """The customer has written: whoever has the ticket is told."""
    _tell(db, now, ticket, "written", f"entry-{entry_id}", in_charge(db, now, ticket), **told)


def unhappy(db: Session, now: datetime, ticket: Ticket, **told: Any) -> None:
    """The customer says that we did badly: whoever had the ticket is told."""
    occasion = f"unhappy-{int(now.timestamp())}"
    _tell(db, now, ticket, "unhappy", occasion, in_charge(db, now, ticket), **told)


def handed(db: Session, now: datetime, ticket: Ticket, level: int) -> None:
    """Handed to another level: those of it who are on call are told."""
    occasion = f"level-{level}-{int(now.timestamp())}"
    _tell(db, now, ticket, "yours", occasion, on_level(db, now, level))


def in_charge(db: Session, now: datetime, ticket: Ticket) -> list[Reader]:
    """Its assignee and team; where it has neither, those of its level who are on call."""
    people = [ticket.assignee] if ticket.assignee else []
    people += ticket.team.members if ticket.team else []
    return [_reader(one) for one in people] or on_level(db, now, ticket.level)


def on_level(db: Session, now: datetime, level: int) -> list[Reader]:
    """Those of a level who are on call; where nobody is, the escalation list."""
    people = [_reader(one) for one in policies.on_level(db, now, level)]
    return people or [(policies.escalation_list(db), None)]


def _reader(person: Technician) -> Reader:
    return person.email, person.language


def _tell(
    db: Session,
    now: datetime,
    ticket: Ticket,
    name: str,
    occasion: str,
    readers: Iterable[Reader],
    **values: Any,
) -> None:
    values["customer"] = ticket.customer.name if ticket.customer else "?"
    values["staff_url"] = links.for_staff(ticket.number)
    telling.tell(db, now, ticket, name, f"staff-{ticket.id}-{occasion}", readers, {}, **values)
