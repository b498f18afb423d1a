"""What a customer is told about a ticket, by mail, and on which occasion; each occasion once.

The letters themselves are templates in ivr/mails, one a name.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.models import (
    ClockKind,
    Contact,
    Feedback,
    Mail,
    MailOutcome,
    Message,
    Ticket,
    Watcher,
)
from ivr.services import links
from ivr.services.calls import moments, numbers
from ivr.services.mail import alerts, letters, outbox, telling
from ivr.services.mail.letters import Letter
from ivr.services.mail.telling import Reader
from ivr.services.settings import house
from ivr.services.tickets import attachments, clocks, feedback, life, timeline
from ivr.services.tickets.attachments import Kept
from ivr.services.tickets.timeline import Kind
from ivr.settings import settings

Files = Sequence[Kept]


def acknowledged(db: Session, now: datetime, ticket: Ticket, *, paged: bool) -> None:
    due = _due(db, ticket, ClockKind.RESPONSE)
    _tell_customer(db, now, ticket, "acknowledged", "opened", paged=paged, respond_by=due)


def assigned(db: Session, now: datetime, ticket: Ticket) -> None:
    """Somebody has it now: they are told, and the customer."""
    person = ticket.assignee
    if person is None:
        return
    alerts.given(db, now, ticket, person)
    occasion = f"assigned-{person.id}-{int(now.timestamp())}"
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
    reopen_by = moments.Moment(life.reopen_by(db, ticket), house.ours(db).time_zone)
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
            scores=[(str(one), links.feedback(request.token, one)) for one in feedback.SCORES],
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


def _due(db: Session, ticket: Ticket, kind: ClockKind) -> moments.Moment | str:
    clock = clocks.one(db, ticket.id, kind)
    ends_at = clock.ends_at if clock else None
    return moments.Moment(ends_at, house.ours(db).time_zone) if ends_at else ""


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
    values |= _where_we_are(ticket)
    readers = customers(db, ticket) if readers is None else readers
    headers = {"references": _thread(db, ticket), **(headers or {})}
    key = f"ticket-{ticket.id}-{occasion}"
    telling.tell(db, now, ticket, name, key, readers, headers, **values)


def _where_we_are(ticket: Ticket) -> dict[str, Any]:
    return {
        "phone": numbers.readable(settings().twilio_number),
        "portal_url": links.ticket(ticket.number),
    }


def preview(
    db: Session, ticket: Ticket, *, asks: bool, by: str, text: str
) -> tuple[list[Reader], Letter]:
    """Who would get an answer or a question of ours, and the letter as the first of them would."""
    ours, readers = house.ours(db), customers(db, ticket)
    language = (readers[0][1] if readers else None) or ours.languages[0]
    told = {"ticket": ticket, "organization": ours.name, "text": text, "left": []}
    name = "question" if asks else "reply"
    signed = house.signs(by, ours.name)
    return readers, letters.write(name, language, by=signed, **told, **_where_we_are(ticket))


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
