"""What becomes of a mail: it joins the ticket it answers, opens one, or is only kept.

It joins by the number in its subject, then by the mails it answers, then nothing is guessed. It may
answer and reopen, never close or accept (services/life.py). Nothing automatic opens a ticket, and
after a few mails an hour nobody is written to on account of one, so that no two programs can write
to each other without end (RFC 3834, 2). What was written is kept on the ticket all the same.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
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
from ivr.services import (
    attachments,
    clocks,
    conversation,
    intake,
    levels,
    life,
    notices,
    paging,
    quoting,
    relations,
    rota,
    tickets,
    timeline,
)
from ivr.services.attachments import Kept
from ivr.services.mail_reading import Read
from ivr.services.timeline import Kind
from ivr.settings import settings

MOST_IN_A_THREAD = 10
MOST_NEW = 10
AN_HOUR = timedelta(hours=1)


def sort(db: Session, now: datetime, mail: Mail, read: Read, files: Sequence[Kept]) -> None:
    """`files` are those of the mail that are on the disk."""
    mail.sender, mail.subject = read.sender, read.subject
    mail.due_at = None
    found = _answered(db, read)
    mail.ticket_id = found.id if found else None
    mail.outcome = _outcome(db, now, mail, read, files, found)
    if mail.outcome == MailOutcome.OWN:
        attachments.discard(files)
    elif mail.ticket_id and read.all_files > len(files):
        left = read.all_files - len(files)
        told: dict[str, Any] = {"count": left, "mail": mail.id}
        timeline.write(db, Kind.FILES_LEFT, now, ticket_id=mail.ticket_id, **told)


def _outcome(
    db: Session, now: datetime, mail: Mail, read: Read, files: Sequence[Kept], found: Ticket | None
) -> MailOutcome:
    if _is_ours(db, read):
        return MailOutcome.OWN
    if read.bounce or read.automatic:
        _tell(db, now, mail, found, read)
        return MailOutcome.BOUNCE if read.bounce else MailOutcome.AUTOMATIC
    if not read.sender:
        mail.cause = "it does not say who sent it"
        return MailOutcome.FAILED
    if found is None or not _may_go_on(db, now, found):
        flood = _flood(db, now, mail)
        if flood is None:
            mail.ticket_id = _open(db, now, mail, read, files, found).id
            return MailOutcome.OPENED
        found = flood
    loud = _few(db, now, mail, found)
    mail.ticket_id = found.id
    _join(db, now, mail, found, read, files, loud=loud)
    return MailOutcome.JOINED if loud else MailOutcome.LOOP


# Which ticket -------------------------------------------------------------------------------------


def _answered(db: Session, read: Read) -> Ticket | None:
    for number in read.tickets:
        found = tickets.find(db, number.lstrip("0"))
        if found:
            return relations.survivor(db, found)
    found = _of_thread(db, read)
    return relations.survivor(db, found) if found else None


def _of_thread(db: Session, read: Read) -> Ticket | None:
    """By the mails that it answers, ours or others': who knows their names has had them."""
    for message_id in read.answers:
        for table in (Message, Mail):
            ticket_id = db.scalar(select(table.ticket_id).where(table.message_id == message_id))
            if ticket_id:
                return db.get(Ticket, ticket_id)
    return None


def _may_go_on(db: Session, now: datetime, ticket: Ticket) -> bool:
    return ticket.status not in life.OVER or life.may_reopen(db, now, ticket)


# What is not answered -----------------------------------------------------------------------------


def _is_ours(db: Session, read: Read) -> bool:
    addresses = {settings().support_email, settings().escalation, rota.escalation_list(db)}
    if read.sender in {one.lower() for one in addresses}:
        return True
    own = select(Message.id).where(Message.message_id == read.message_id)
    return read.message_id is not None and db.scalar(own) is not None


def _flood(db: Session, now: datetime, mail: Mail) -> Ticket | None:
    """The last ticket of somebody who opens one after the other: what comes next is put there, and
    not acknowledged.
    """
    lately = select(Mail.ticket_id).where(
        Mail.sender == mail.sender,
        Mail.received_at > now - AN_HOUR,
        Mail.outcome == MailOutcome.OPENED,
    )
    opened = db.scalars(lately.order_by(Mail.id.desc())).all()
    last = opened[0] if len(opened) >= MOST_NEW else None
    return relations.survivor(db, db.get_one(Ticket, last)) if last else None


def _few(db: Session, now: datetime, mail: Mail, ticket: Ticket) -> bool:
    """Whether nobody would think of a loop: as many in the last hour as a person writes."""
    lately = select(func.count()).where(
        Mail.sender == mail.sender,
        Mail.received_at > now - AN_HOUR,
        Mail.ticket_id == ticket.id,
        Mail.id != mail.id,
    )
    return (db.scalar(lately) or 0) < MOST_IN_A_THREAD


def _tell(db: Session, now: datetime, mail: Mail, found: Ticket | None, read: Read) -> None:
    if found is not None:
        kind = Kind.BOUNCED if read.bounce else Kind.AUTOMATIC
        told: dict[str, Any] = {"by": read.sender, "text": read.text[:2000], "mail": mail.id}
        timeline.write(db, kind, now, ticket_id=found.id, **told)


# Joining ------------------------------------------------------------------------------------------


def _join(
    db: Session,
    now: datetime,
    mail: Mail,
    ticket: Ticket,
    read: Read,
    files: Sequence[Kept],
    *,
    loud: bool,
) -> None:
    """Not `loud`: it is put on the ticket, and nobody is written to."""
    own, quoted = quoting.split(read.text)
    staff = db.scalar(select(Technician).where(Technician.email == read.sender))
    if staff:  # it may have been meant for us alone
        entry = tickets.note(db, now, ticket, staff.name, own, quoted=quoted, mail=mail.id)
    else:
        known = _is_known(db, ticket, read)
        told = {"by": _called(db, read), "text": own, "quoted": quoted, "channel": "mail"}
        entry = conversation.said(
            db, now, ticket, life.MAIL, known=known, loud=loud, mail=mail.id, **told
        )
        if known and read.severity:
            conversation.worse(db, now, ticket, read.severity)
    attachments.attach(db, now, ticket.id, files, entry)
    if loud and _is_escalation(db, read):
        _escalate(db, now, ticket)


def _is_known(db: Session, ticket: Ticket, read: Read) -> bool:
    """Whether the sender has to do with the ticket, or was written to about it."""
    contact = db.scalar(select(Contact).where(Contact.email == read.sender))
    if contact and (
        contact.id == ticket.contact_id
        or (contact.customer_id and contact.customer_id == ticket.customer_id)
    ):
        return True
    watching = select(Watcher.id).where(
        Watcher.ticket_id == ticket.id, Watcher.email == read.sender
    )
    if db.scalar(watching) is not None:
        return True
    answered = _of_thread(db, read)
    return answered is not None and relations.survivor(db, answered).id == ticket.id


def _called(db: Session, read: Read) -> str:
    contact = db.scalar(select(Contact).where(Contact.email == read.sender))
    return contact.name if contact else f"{read.name} <{read.sender}>"


# Opening ------------------------------------------------------------------------------------------


def _open(
    db: Session,
    now: datetime,
    mail: Mail,
    read: Read,
    files: Sequence[Kept],
    earlier: Ticket | None,
) -> Ticket:
    contact = _contact(db, read)
    ticket = intake.take(
        db,
        now,
        title=read.title or read.text.partition("\n")[0][:200] or "(no subject)",
        description=read.text,
        severity=read.severity or Severity.MINOR,
        contact=contact,
        customer=contact.customer,
        how={"by": "mail", "mail": mail.id},
    )
    attachments.attach(db, now, ticket.id, files)
    if earlier is not None:
        relations.link(db, now, ticket, earlier, "mail")
    if _is_escalation(db, read):
        _escalate(db, now, ticket)
    return ticket


def _contact(db: Session, read: Read) -> Contact:
    found = db.scalar(select(Contact).where(Contact.email == read.sender))
    if found is None:
        found = Contact(name=read.name or read.sender, email=read.sender)
        db.add(found)
        db.flush()
    return found


def _is_escalation(db: Session, read: Read) -> bool:
    addresses = {settings().escalation_email, rota.escalation_list(db)} - {""}
    return bool({one.lower() for one in addresses} & read.recipients)


def _escalate(db: Session, now: datetime, ticket: Ticket) -> None:
    """A message to the escalation address: the last level has it, and owes a reply within one
    business day (support policy, section 9).
    """
    clocks.start(db, now, ticket, ClockKind.ESCALATION)
    last = rota.frozen_policy(db)[-1]["level"]
    if paging.live_page(db, ticket.id):  # who is rung now goes on being rung
        notices.handed(db, now, ticket, last)
    else:
        levels.to_level(db, now, ticket, last, "written to the escalation address")
    notices.raised(db, now, ticket)
