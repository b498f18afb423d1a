"""The mails of the month: those that went out, with their lines on the ticket, and those that
came.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from ivr.demo.rows import Row
from ivr.models import (
    Attachment,
    ClockKind,
    Mail,
    MailOutcome,
    Message,
    MessageState,
    Technician,
)
from ivr.services import links
from ivr.services.calls import numbers
from ivr.services.calls.moments import Moment
from ivr.services.mail import letters
from ivr.services.mail.telling import Reader
from ivr.services.tickets.timeline import Kind
from ivr.settings import settings

if TYPE_CHECKING:
    from ivr.demo.case import Case

SENT_AFTER = timedelta(seconds=2)


class Post:
    """Of one ticket."""

    def __init__(self, case: "Case") -> None:
        self.case, self.world = case, case.world
        self.first: str | None = None
        """Our first mail about it."""
        self.last: str | None = None
        """The last one that came."""
        self.theirs: Row | None = None
        """The last one to the customer."""

    def to_customer(
        self, at: datetime, name: str, occasion: Any, headers: dict[str, Any] | None = None,
        **values: Any,
    ) -> None:  # fmt: skip
        case = self.case
        contact = case.contact
        readers = [(contact.email, contact.language)] if contact and contact.email else []
        values["phone"] = numbers.readable(settings().twilio_number)
        values["portal_url"] = links.ticket(case.number)
        thread = {"references": [one for one in (self.first, self.last) if one]}
        key = ("ticket-", case.row, "-", *_parts(occasion))
        sent = self._tell(at, name, key, readers, {**thread, **(headers or {})}, **values)
        self.theirs = sent or self.theirs

    def to_staff(
        self, at: datetime, name: str, occasion: Any, readers: Iterable[Reader], **values: Any
    ) -> None:
        case = self.case
        values["customer"] = case.customer.name if case.customer else "?"
        values["staff_url"] = links.for_staff(case.number)
        self._tell(at, name, ("staff-", case.row, "-", *_parts(occasion)), readers, {}, **values)

    def _tell(
        self, at: datetime, name: str, key: tuple[Any, ...], readers: Iterable[Reader],
        headers: dict[str, Any], **values: Any,
    ) -> Row | None:  # fmt: skip
        sent = None
        if self.case.canary:  # nobody's business
            return sent
        ours = self.world.ours
        told = {"ticket": self.case, "organization": ours.name, **values}
        for to, language in dict(reversed(list(readers))).items():
            letter = letters.write(name, language or ours.languages[0], **told)
            message_id = self.world.message_id()
            self.first = self.first or message_id
            sent = self.world.rows.add(
                Message, key=(*key, f"-{to}"), channel="mail", ticket_id=self.case.row, to=to,
                subject=letter.subject, body=letter.text, html=letter.html, message_id=message_id,
                state=MessageState.SENT, tries=1, written_at=at, sent_at=at + SENT_AFTER, **headers,
            )  # fmt: skip
            self.world.tell(Kind.MAILED, at, self.case.row, to=to, letter=name)
        return sent

    def text(self, at: datetime, key: tuple[Any, ...], to: str, body: str) -> None:
        if self.case.canary:
            return
        self.world.rows.add(
            Message, key=key, channel="text", ticket_id=self.case.row, to=to, body=body,
            state=MessageState.SENT, tries=1, written_at=at, sent_at=at + SENT_AFTER,
        )  # fmt: skip

    def moment(self, kind: ClockKind) -> Moment | str:
        row = self.case.clocks.rows.get(kind)
        ends_at = row["ends_at"] if row else None
        return Moment(ends_at, self.world.ours.time_zone) if ends_at else ""

    def came(
        self, at: datetime, sender: str, name: str, subject: str, text: str, outcome: MailOutcome
    ) -> Row:
        """A mail to us, which is kept as it came."""
        message_id = f"<{self.world.opaque()}@{sender.partition('@')[2]}>"
        file = f"{self.world.opaque(digits=24)}.eml"
        heads = {"From": f'"{name}" <{sender}>', "To": settings().support_email}
        if self.first and outcome == MailOutcome.JOINED:
            heads["In_Reply_To"] = self.first
        heads |= {"Subject": subject, "Message_ID": message_id}
        self.world.files.mail(file, at, text, **heads)
        if outcome in {MailOutcome.OPENED, MailOutcome.JOINED}:
            self.last = message_id
        return self.world.rows.add(
            Mail, message_id=message_id, file=file, received_at=at, tries=1, outcome=outcome,
            sender=sender, subject=subject, ticket_id=self.case.row,
        )  # fmt: skip

    def attach(self, at: datetime, entry: Row | None) -> None:
        """A picture or a log that came."""
        world = self.world
        key, picture = world.opaque(digits=22), world.chance.random() < 0.6
        content = world.files.picture(key) if picture else world.files.log(key, at)
        name, kind = ("screen.png", "image/png") if picture else ("gateway.log", "text/plain")
        world.rows.add(
            Attachment, key=key, ticket_id=self.case.row, entry_id=entry, name=name,
            media_type=kind, size=len(content), sha256=world.files.checksum(content), at=at,
        )  # fmt: skip

    # What does not get through -----------------------------------------------------------------

    def comes_back(self, at: datetime, sent: Row) -> None:
        """The other side's mail server could not deliver it."""
        sender = f"mailer-daemon@{sent['to'].partition('@')[2]}"
        told = f"{sent['to']}: mailbox full (552 5.2.2)"
        subject = "Undelivered Mail Returned to Sender"
        mail = self.came(at, sender, "Mail Delivery System", subject, told, MailOutcome.BOUNCE)
        self.case.tell(Kind.BOUNCED, at, by=sender, text=told, mail=mail)

    def is_answered_by_itself(self, at: datetime, sent: Row) -> None:
        told = self.case.tongue.says("away")
        name, subject = (
            self.case.contact.name if self.case.contact else "",
            f"Re: {sent['subject']}",
        )
        mail = self.came(at, sent["to"], name, subject, told, MailOutcome.AUTOMATIC)
        self.case.tell(Kind.AUTOMATIC, at, by=sent["to"], text=told, mail=mail)

    def is_refused(self, sent: Row) -> None:
        """There is no such mailbox. One of us sees to it, mostly."""
        at, cause = sent["sent_at"] + SENT_AFTER, "recipient refused"
        unseen = self.world.now_and_then("refused and not seen to", 4)
        state = MessageState.DEAD if unseen else MessageState.DISMISSED
        sent.update(state=state, cause=cause, sent_at=None)
        self.case.tell(Kind.NOT_SENT, at, channel="mail", cause=cause)

    def leaves_files(self, at: datetime, mail: Row) -> None:
        self.case.tell(Kind.FILES_LEFT, at, count=self.world.chance.randrange(2, 9), mail=mail)


def _parts(occasion: Any) -> tuple[Any, ...]:
    return occasion if isinstance(occasion, tuple) else (occasion,)


def reader(person: Technician) -> Reader:
    return person.email, person.language
