"""The mails of the month: those that went out, with their lines on the ticket, and those that
came.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from ivr.demo.rows import Row
from ivr.models import ClockKind, Mail, MailOutcome, Message, MessageState, Technician
from ivr.services import letters, links, numbers
from ivr.services.moments import Moment
from ivr.services.telling import Reader
from ivr.services.timeline import Kind
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
        self._tell(at, name, key, readers, {**thread, **(headers or {})}, **values)

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
    ) -> None:  # fmt: skip
        ours = self.world.ours
        told = {"ticket": self.case, "organization": ours.name, **values}
        for to, language in dict(reversed(list(readers))).items():
            letter = letters.write(name, language or ours.languages[0], **told)
            message_id = self.world.message_id()
            self.first = self.first or message_id
            self.world.rows.add(
                Message, key=(*key, f"-{to}"), channel="mail", ticket_id=self.case.row, to=to,
                subject=letter.subject, body=letter.text, html=letter.html, message_id=message_id,
                state=MessageState.SENT, tries=1, written_at=at, sent_at=at + SENT_AFTER, **headers,
            )  # fmt: skip
            self.world.tell(Kind.MAILED, at, self.case.row, to=to, letter=name)

    def text(self, at: datetime, key: tuple[Any, ...], to: str, body: str) -> None:
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
        self.last = message_id
        return self.world.rows.add(
            Mail, message_id=message_id, file=file, received_at=at, tries=1, outcome=outcome,
            sender=sender, subject=subject, ticket_id=self.case.row,
        )  # fmt: skip


def _parts(occasion: Any) -> tuple[Any, ...]:
    return occasion if isinstance(occasion, tuple) else (occasion,)


def reader(person: Technician) -> Reader:
    return person.email, person.language
