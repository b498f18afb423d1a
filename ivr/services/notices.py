"""Who is told what about a ticket, by mail, and on which occasion; each occasion once.

The letters themselves are templates in ivr/mails, one a name.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.models import (
    Clock,
    ClockKind,
    Contact,
    Feedback,
    Leg,
    Mail,
    Message,
    Page,
    Technician,
    Ticket,
    Watcher,
)
from ivr.services import (
    attachments,
    clocks,
    house,
    letters,
    life,
    links,
    numbers,
    outbox,
    rota,
    timeline,
)
from ivr.services.attachments import Kept
from ivr.services.timeline import Kind
from ivr.settings import settings

Reader = tuple[str, str | None]
"""An address and its language."""
Files = Sequence[Kept]


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


def replied(
    db: Session, now: datetime, ticket: Ticket, entry_id: int, files: Files, **told: Any
) -> None:
    _say(db, now, ticket, "reply", entry_id, files, **told)


def asked(
    db: Session, now: datetime, ticket: Ticket, entry_id: int, files: Files, **told: Any
) -> None:
    _say(db, now, ticket, "question", entry_id, files, **told)


def _say(
    db: Session,
    now: datetime,
    ticket: Ticket,
    name: str,
    entry_id: int,
    files: Files,
    **told: Any,
) -> None:
    """What one of us wrote goes out with its files; where they are too much, they are named."""
    fit = attachments.fit_a_mail(files)
    left = [] if fit else [file.name for file in files]
    told["by"] = house.signs(told["by"], house.ours(db).name)
    headers: dict[str, Any] = {"by_hand": True, "entry_id": entry_id if files and fit else None}
    _tell_customer(db, now, ticket, name, f"entry-{entry_id}", headers, left=left, **told)


def reminded(db: Session, now: datetime, ticket: Ticket, *, by: str, text: str) -> None:
    occasion = f"reminder-{int(now.timestamp())}"
    by = house.signs(by, house.ours(db).name)
    _tell_customer(db, now, ticket, "reminder", occasion, by=by, text=text)
    timeline.write(db, Kind.REMINDED, now, ticket_id=ticket.id)


def resolved(db: Session, now: datetime, ticket: Ticket, text: str = "") -> None:
    closes_on = _due(db, ticket, ClockKind.CLOSING)
    occasion = f"resolved-{int(now.timestamp())}"
    _tell_customer(db, now, ticket, "resolved", occasion, text=text, closes_on=closes_on)


def closed(db: Session, now: datetime, ticket: Ticket, request: Feedback | None) -> None:
    """The contact who is asked for feedback is asked in the same mail; watchers are only told."""
    reopen_by = letters.moment(life.reopen_by(db, ticket), house.ours(db).time_zone)
    occasion = f"closed-{int(now.timestamp())}"
    if request:
        _tell_customer(
            db,
            now,
            ticket,
            "feedback",
            occasion,
            readers=_contact(ticket),
            headers={"unsubscribe_url": links.no_feedback(request.token)},
            reopen_by=reopen_by,
            scores=[(str(one), links.feedback(request.token, one)) for one in range(1, 6)],
            stop_url=links.no_feedback(request.token),
        )
    # Whoever was just asked has been told on this occasion, and is not told twice.
    _tell_customer(db, now, ticket, "closed", occasion, reopen_by=reopen_by)


def raised(db: Session, now: datetime, ticket: Ticket) -> None:
    """A message to the escalation address has brought it to the management."""
    due = _due(db, ticket, ClockKind.ESCALATION)
    occasion = f"raised-{int(now.timestamp())}"
    _tell_customer(db, now, ticket, "raised", occasion, respond_by=due)


def sign_in_link(
    db: Session, now: datetime, contact: Contact, language: str, link_id: int, token: str
) -> None:
    """In the language that they read just now, unless we know which one they prefer."""
    assert contact.email
    told = {
        "organization": house.ours(db).name,
        "url": links.sign_in(token),
    }
    letter = letters.write("sign-in", contact.language or language, **told)
    outbox.mail(db, now, key=f"sign-in-{link_id}", to=contact.email, letter=letter)


def _due(db: Session, ticket: Ticket, kind: ClockKind) -> str:
    clock = clocks.one(db, ticket.id, kind)
    ends_at = clock.ends_at if clock else None
    return letters.moment(ends_at, house.ours(db).time_zone) if ends_at else ""


def customers(db: Session, ticket: Ticket) -> list[Reader]:
    """The contact, and whoever watches."""
    spoken = ticket.contact.language if ticket.contact else None
    watching = (
        select(Watcher.email, Contact.language)
        .outerjoin(Contact, Contact.email == Watcher.email)
        .where(Watcher.ticket_id == ticket.id)
        .order_by(Watcher.id)
    )
    watchers = [(email, language or spoken) for email, language in db.execute(watching)]
    return _contact(ticket) + watchers


def _contact(ticket: Ticket) -> list[Reader]:
    contact = ticket.contact
    return [(contact.email, contact.language)] if contact and contact.email else []


def _tell_customer(
    db: Session,
    now: datetime,
    ticket: Ticket,
    name: str,
    occasion: str,
    headers: dict[str, Any] | None = None,
    readers: list[Reader] | None = None,
    **values: Any,
) -> None:
    """To the contact and the watchers, or only to some of them."""
    values["phone"] = numbers.readable(settings().twilio_number)
    values["portal_url"] = links.ticket(ticket.number)
    readers = customers(db, ticket) if readers is None else readers
    headers = {"references": _thread(db, ticket), **(headers or {})}
    key = f"ticket-{ticket.id}-{occasion}"
    _tell(db, now, ticket, name, key, readers, headers, **values)


def _thread(db: Session, ticket: Ticket) -> list[str]:
    """Our first mail about the ticket, and the last one that came."""
    ours = select(Message.message_id).where(
        Message.ticket_id == ticket.id, Message.message_id.is_not(None)
    )
    theirs = select(Mail.message_id).where(Mail.ticket_id == ticket.id)
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


def unhappy(db: Session, now: datetime, ticket: Ticket, **told: Any) -> None:
    """The customer says that we did badly: whoever had the ticket is told."""
    occasion = f"unhappy-{int(now.timestamp())}"
    _tell_staff(db, now, ticket, "unhappy", occasion, in_charge(db, ticket), **told)


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
    values["staff_url"] = links.for_staff(ticket.number)
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
