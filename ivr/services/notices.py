"""Who is told what about a ticket, by mail, and on which occasion; each occasion once.

The letters themselves are templates in ivr/mails, one a name.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.models import (
    Clock,
    ClockKind,
    Contact,
    Leg,
    Mail,
    MailOutcome,
    Message,
    Page,
    Technician,
    Ticket,
    Watcher,
)
from ivr.services import clocks, house, letters, life, numbers, outbox, rota, timeline
from ivr.services.timeline import Kind
from ivr.settings import settings

Reader = tuple[str, str | None]
"""An address and its language."""


# To the customer ----------------------------------------------------------------------------------


def acknowledged(db: Session, now: datetime, ticket: Ticket, *, paged: bool) -> None:
    due = _due(db, ticket, ClockKind.RESPONSE)
    _tell_customer(db, now, ticket, "acknowledged", "opened", paged=paged, respond_by=due)


def assigned(db: Session, now: datetime, ticket: Ticket) -> None:
    """Somebody has it now: they are told, and the customer."""
    person = ticket.assignee
    if person is None:
        return
    occasion = f"assigned-{person.id}-{int(now.timestamp())}"
    _tell_staff(db, now, ticket, "yours", occasion, [_reader(person)])
    _tell_customer(db, now, ticket, "assigned", occasion, assignee=person.name)


def replied(db: Session, now: datetime, ticket: Ticket, entry_id: int, **told: str) -> None:
    _tell_customer(db, now, ticket, "reply", f"entry-{entry_id}", by_hand=True, **told)


def asked(db: Session, now: datetime, ticket: Ticket, entry_id: int, **told: str) -> None:
    _tell_customer(db, now, ticket, "question", f"entry-{entry_id}", by_hand=True, **told)


def reminded(db: Session, now: datetime, ticket: Ticket, *, by: str, text: str) -> None:
    occasion = f"reminder-{int(now.timestamp())}"
    _tell_customer(db, now, ticket, "reminder", occasion, by=by, text=text)
    timeline.write(db, Kind.REMINDED, now, ticket_id=ticket.id)


def resolved(db: Session, now: datetime, ticket: Ticket, text: str = "") -> None:
    closes_on = _due(db, ticket, ClockKind.CLOSING)
    occasion = f"resolved-{int(now.timestamp())}"
    _tell_customer(db, now, ticket, "resolved", occasion, text=text, closes_on=closes_on)


def closed(db: Session, now: datetime, ticket: Ticket) -> None:
    reopen_by = letters.moment(life.reopen_by(db, ticket), house.ours(db).time_zone)
    occasion = f"closed-{int(now.timestamp())}"
    _tell_customer(db, now, ticket, "closed", occasion, reopen_by=reopen_by)


def raised(db: Session, now: datetime, ticket: Ticket) -> None:
    """A message to the escalation address has brought it to the management."""
    due = _due(db, ticket, ClockKind.ESCALATION)
    occasion = f"raised-{int(now.timestamp())}"
    _tell_customer(db, now, ticket, "raised", occasion, respond_by=due)


def _due(db: Session, ticket: Ticket, kind: ClockKind) -> str:
    clock = clocks.one(db, ticket.id, kind)
    ends_at = clock.ends_at if clock else None
    return letters.moment(ends_at, house.ours(db).time_zone) if ends_at else ""


def customers(db: Session, ticket: Ticket) -> list[Reader]:
    """The contact, and whoever watches."""
    contact = ticket.contact
    spoken = contact.language if contact else None
    readers: list[Reader] = [(contact.email, spoken)] if contact and contact.email else []
    watching = (
        select(Watcher.email, Contact.language)
        .outerjoin(Contact, Contact.email == Watcher.email)
        .where(Watcher.ticket_id == ticket.id)
        .order_by(Watcher.id)
    )
    return readers + [(email, language or spoken) for email, language in db.execute(watching)]


def _tell_customer(
    db: Session,
    now: datetime,
    ticket: Ticket,
    name: str,
    occasion: str,
    *,
    by_hand: bool = False,
    **values: Any,
) -> None:
    phone = numbers.readable(settings().twilio_number)
    thread = {"references": _thread(db, ticket), "by_hand": by_hand}
    key = f"ticket-{ticket.id}-{occasion}"
    _tell(db, now, ticket, name, key, customers(db, ticket), thread, phone=phone, **values)


def _thread(db: Session, ticket: Ticket) -> list[str]:
    """Our first mail about the ticket, and the last one that came and was no machine's."""
    ours = select(Message.message_id).where(
        Message.ticket_id == ticket.id, Message.message_id.is_not(None)
    )
    by_people = (MailOutcome.DUE, MailOutcome.OPENED, MailOutcome.JOINED)
    theirs = select(Mail.message_id).where(Mail.ticket_id == ticket.id, Mail.outcome.in_(by_people))
    first = db.scalar(ours.order_by(Message.id).limit(1))
    last = db.scalar(theirs.order_by(Mail.id.desc()).limit(1))
    return [found for found in (first, last) if found]


# To staff -----------------------------------------------------------------------------------------


def escalated(db: Session, now: datetime, page: Page, to: str, number: int) -> None:
    """The alarm of the last level; repeated until a human closes the ticket."""
    rung = [
        {"level": leg.level, "name": leg.technician.name, "outcome": leg.outcome or leg.state}
        for leg in db.scalars(select(Leg).where(Leg.page_id == page.id).order_by(Leg.id))
    ]
    minutes = int((now - page.opened_at).total_seconds() // 60)
    occasion = f"page-{page.id}-mail-{number}"
    readers = [(to, None)]
    _tell_staff(db, now, page.ticket, "escalated", occasion, readers, rung=rung, minutes=minutes)


def warned(db: Session, now: datetime, clock: Clock) -> None:
    """A clock is about to end: whoever has the ticket is told."""
    _tell_of_clock(db, now, clock, "warned", in_charge(db, clock.ticket))


def missed(db: Session, now: datetime, clock: Clock) -> None:
    """A clock has ended: the ticket's level, which is the next one by now, is told."""
    _tell_of_clock(db, now, clock, "missed", on_level(db, clock.ticket.level))


def _tell_of_clock(
    db: Session, now: datetime, clock: Clock, name: str, readers: list[Reader]
) -> None:
    occasion = f"{clock.kind}-{name}-{int(clock.started_at.timestamp())}"
    ends_at = letters.moment(clock.ends_at or now, house.ours(db).time_zone)
    told = {"kind": clock.kind, "ends_at": ends_at}
    _tell_staff(db, now, clock.ticket, name, occasion, readers, **told)


def written(db: Session, now: datetime, ticket: Ticket, entry_id: int, **told: str) -> None:
    """The customer has written: whoever has the ticket is told."""
    _tell_staff(db, now, ticket, "written", f"entry-{entry_id}", in_charge(db, ticket), **told)


def handed(db: Session, now: datetime, ticket: Ticket, level: int) -> None:
    """Handed to another level: those of it who are on call are told."""
    occasion = f"level-{level}-{int(now.timestamp())}"
    _tell_staff(db, now, ticket, "yours", occasion, on_level(db, level))


def in_charge(db: Session, ticket: Ticket) -> list[Reader]:
    """Its assignee and team; where it has neither, those of its level who are on call."""
    people = [ticket.assignee] if ticket.assignee else []
    people += ticket.team.members if ticket.team else []
    return [_reader(one) for one in people] or on_level(db, ticket.level)


def on_level(db: Session, level: int) -> list[Reader]:
    """Those of a level who are on call; where nobody is, the escalation list."""
    people = [_reader(one) for one in rota.on_call(db, level)]
    return people or [(rota.escalation_list(db), None)]


def _reader(person: Technician) -> Reader:
    return person.email, person.language


def _tell_staff(
    db: Session,
    now: datetime,
    ticket: Ticket,
    name: str,
    occasion: str,
    readers: Iterable[Reader],
    **values: Any,
) -> None:
    values["customer"] = ticket.customer.name if ticket.customer else "?"
    values["staff_url"] = f"{settings().own_url}/tickets/{ticket.number}"
    _tell(db, now, ticket, name, f"staff-{ticket.id}-{occasion}", readers, {}, **values)


def _tell(
    db: Session,
    now: datetime,
    ticket: Ticket,
    name: str,
    key: str,
    readers: Iterable[Reader],
    more: dict[str, Any],
    **values: Any,
) -> None:
    ours = house.ours(db)
    told = {"ticket": ticket, "organization": ours.name, **values}
    for to, language in dict(reversed(list(readers))).items():
        letter = letters.write(name, language or ours.languages[0], **told)
        if outbox.mail(db, now, key=f"{key}-{to}", to=to, letter=letter, ticket=ticket, **more):
            timeline.write(db, Kind.MAILED, now, ticket_id=ticket.id, to=to, letter=name)
