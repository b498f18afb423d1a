"""What becomes of a mail: it joins the ticket it answers, opens one, or is only kept.

It joins by the number in its subject, then by the mails it answers, then nothing is guessed. It may
answer and reopen, never close or accept (services/tickets/life.py). Nothing automatic opens a
ticket or is answered, so that no two programs can write to each other without end (RFC 3834, 2).
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from callflows.turn import Severity
from ivr.models import (
    ClockKind,
    Contact,
    Mail,
    MailOutcome,
    Message,
    Technician,
    Ticket,
    Watcher,
)
from ivr.services.mail import alerts, mail_budget, mailboxes, notices, quoting
from ivr.services.mail.mail_reading import Read
from ivr.services.paging import paging, policies
from ivr.services.tickets import (
    attachments,
    clocks,
    conversation,
    customers,
    intake,
    levels,
    life,
    relations,
    tickets,
    timeline,
)
from ivr.services.tickets.attachments import Kept
from ivr.services.tickets.timeline import Kind

ON_A_TICKET = (MailOutcome.OPENED, MailOutcome.JOINED, MailOutcome.LOOP)
"""With its files. Of the others the files are in the raw mail."""
SOON = 2
"""A mail that was tried so often at most is about to be on a ticket."""


def sort(db: Session, now: datetime, mail: Mail, read: Read, files: Sequence[Kept]) -> bool:
    """`files` are those of the mail that are on the disk. Returns whether they are a ticket's."""
    mail.sender, mail.subject = read.sender, read.subject
    found = _answered(db, read)
    mail.ticket_id = found.id if found else None
    mail.outcome = _outcome(db, now, mail, read, files, found)
    kept = mail.outcome in ON_A_TICKET
    if kept and read.all_files > len(files):
        left = read.all_files - len(files)
        told: dict[str, Any] = {"count": left, "mail": mail.id}
        timeline.write(db, Kind.FILES_LEFT, now, ticket_id=mail.ticket_id, **told)
    return kept


def is_early(db: Session, mail: Mail, read: Read) -> bool:
    """It answers a mail that came before it, and is about to be sorted."""
    before = select(Mail.id).where(
        Mail.message_id.in_(read.answers),
        Mail.id < mail.id,
        Mail.outcome == MailOutcome.DUE,
        Mail.tries <= SOON,
    )
    return bool(read.answers) and db.scalar(before.limit(1)) is not None


def _outcome(
    db: Session, now: datetime, mail: Mail, read: Read, files: Sequence[Kept], found: Ticket | None
) -> MailOutcome:
    if _is_ours(db, read):
        return MailOutcome.OWN
    if read.bounce or read.automatic:
        _tell(db, now, mail, found, read)
        return MailOutcome.BOUNCE if read.bounce else MailOutcome.AUTOMATIC
    text = quoting.split(read.text)
    if found is None or _needs_its_own(db, now, mail, read, found):
        last = mail_budget.last_of_many(db, now, mail)
        if last is None:
            _open(db, now, mail, read, files, found)
            return MailOutcome.OPENED
        found, text = last, (f"{read.title}\n\n{read.text}".strip(), "")
    loud = mail_budget.few(db, now, mail, found)
    mail.ticket_id = found.id
    _join(db, now, mail, read, files, found, text, loud=loud)
    return MailOutcome.JOINED if loud else MailOutcome.LOOP


# Which ticket -------------------------------------------------------------------------------------


def _answered(db: Session, read: Read) -> Ticket | None:
    for number in read.tickets:
        found = tickets.find(db, number.lstrip("0"))
        if found:
            return relations.survivor(db, found)
    for message_id in read.answers:
        for table in (Message, Mail):
            ticket_id = db.scalar(select(table.ticket_id).where(table.message_id == message_id))
            if ticket_id:
                return relations.survivor(db, db.get_one(Ticket, ticket_id))
    return None


def _needs_its_own(db: Session, now: datetime, mail: Mail, read: Read, found: Ticket) -> bool:
    """A ticket that is over for too long goes on in a new one. And what a stranger writes may not
    change a ticket, so what must not wait gets one of its own.
    """
    if _staff(db, read):
        return False
    if found.status in life.OVER and not life.may_reopen(db, now, found):
        return True
    urgent = read.severity == Severity.CRITICAL or _is_escalation(db, read)
    return urgent and not _is_known(db, found, mail, read)


def _is_known(db: Session, ticket: Ticket, mail: Mail, read: Read) -> bool:
    """Whether the sender has to do with the ticket, or answers somebody who has, or us: nobody can
    guess the name of a mail of ours.
    """
    if _has_to_do(db, ticket, read.sender):
        return True
    about = select(Ticket.id).where(or_(Ticket.id == ticket.id, Ticket.merged_into_id == ticket.id))
    answered = (Message.message_id.in_(read.answers), Message.ticket_id.in_(about))
    if db.scalar(select(Message.id).where(*answered).limit(1)) is not None:
        return True
    before = select(Mail.sender).where(Mail.message_id.in_(read.answers), Mail.id != mail.id)
    senders = db.scalars(before.where(Mail.ticket_id.in_(about)))
    return any(_has_to_do(db, ticket, one) for one in senders)


def _has_to_do(db: Session, ticket: Ticket, address: str) -> bool:
    contact = customers.known(db, address)
    if contact and (
        contact.id == ticket.contact_id
        or (contact.customer_id and contact.customer_id == ticket.customer_id)
    ):
        return True
    watching = select(Watcher.id).where(Watcher.ticket_id == ticket.id, Watcher.email == address)
    return db.scalar(watching) is not None


# Who writes ---------------------------------------------------------------------------------------


def _is_ours(db: Session, read: Read) -> bool:
    if mailboxes.plain(read.sender) in mailboxes.ours(db):
        return True
    own = select(Message.id).where(Message.message_id == read.message_id)
    return read.message_id is not None and db.scalar(own) is not None


def _staff(db: Session, read: Read) -> str | None:
    """The name of the one of us who writes: a technician, or whoever answers the alarm that the
    management gets.
    """
    person = db.scalar(select(Technician).where(Technician.email == read.sender))
    if person:
        return person.name
    alarm = select(Message.id).where(
        Message.message_id.in_(read.answers), Message.to == policies.escalation_list(db)
    )
    answers = bool(read.answers) and db.scalar(alarm.limit(1)) is not None
    return _called(db, read) if answers else None


def _called(db: Session, read: Read) -> str:
    contact = customers.known(db, read.sender)
    return contact.name if contact else f"{read.name} <{read.sender}>"


def _is_escalation(db: Session, read: Read) -> bool:
    return bool(mailboxes.escalation(db) & {mailboxes.plain(one) for one in read.recipients})


# What is done -------------------------------------------------------------------------------------


def _tell(db: Session, now: datetime, mail: Mail, found: Ticket | None, read: Read) -> None:
    if found is not None:
        kind = Kind.BOUNCED if read.bounce else Kind.AUTOMATIC
        told: dict[str, Any] = {"by": read.sender, "text": read.text[:2000], "mail": mail.id}
        timeline.write(db, kind, now, ticket_id=found.id, **told)


def _join(
    db: Session,
    now: datetime,
    mail: Mail,
    read: Read,
    files: Sequence[Kept],
    ticket: Ticket,
    text: tuple[str, str],
    *,
    loud: bool,
) -> None:
    """Not `loud`: it is put on the ticket, and nobody is written to."""
    staff = _staff(db, read)
    own, quoted = text
    if staff:  # it may have been meant for us alone
        entry = tickets.note(db, now, ticket, staff, own, quoted=quoted, mail=mail.id)
        attachments.attach(db, now, ticket.id, files, entry)
        return
    known = _is_known(db, ticket, mail, read)
    told = {"by": _called(db, read), "text": own, "quoted": quoted, "channel": "mail"}
    entry = conversation.said(
        db, now, ticket, life.MAIL, known=known, loud=loud, mail=mail.id, **told
    )
    attachments.attach(db, now, ticket.id, files, entry)
    if known and read.severity:
        conversation.worse(db, now, ticket, read.severity)
    if known and loud and _is_escalation(db, read):
        _escalate(db, now, ticket, mail)


def _open(
    db: Session,
    now: datetime,
    mail: Mail,
    read: Read,
    files: Sequence[Kept],
    earlier: Ticket | None,
) -> None:
    contact = _contact(db, read)
    ticket = intake.take(
        db,
        now,
        mail=mail,
        title=read.title or read.text.partition("\n")[0][:200] or "(no subject)",
        description=read.text,
        severity=read.severity or Severity.MINOR,
        contact=contact,
        customer=contact.customer if contact else None,
        how={"by": "mail", "mail": mail.id},
    )
    attachments.attach(db, now, ticket.id, files)
    if earlier is not None:
        relations.link(db, now, ticket, earlier, "mail")
    if _is_escalation(db, read):
        _escalate(db, now, ticket, mail)


def _contact(db: Session, read: Read) -> Contact | None:
    """None where a mail does not say who sent it."""
    if not read.sender:
        return None
    name = read.name or read.sender
    return customers.contact(db, name=name, email=read.sender, phone=None, customer=None)


def _escalate(db: Session, now: datetime, ticket: Ticket, mail: Mail) -> None:
    """A message to the escalation address: the last level has it, and owes a reply within one
    business day of its receipt (support policy, section 9). One that waits already is not put off.
    """
    waits = clocks.one(db, ticket.id, ClockKind.ESCALATION)
    if waits is None or waits.met_at or waits.missed_at:
        clocks.start(db, mail.received_at, ticket, ClockKind.ESCALATION)
    last = policies.default(db)[-1]["level"]
    if paging.live_page(db, ticket.id):  # who is rung now goes on being rung
        alerts.handed(db, now, ticket, last)
    else:
        levels.to_level(db, now, ticket, last, "written to the escalation address")
    notices.raised(db, now, ticket)
