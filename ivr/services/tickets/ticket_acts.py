"""What one of us does to a ticket at the console or by the API: carried out, and in the audit.

Both doors do it by what is here, so nothing that is done by one is done otherwise, or goes
unwritten, by the other. Where nothing came of it, because it was so already, nothing is written.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from callflows.turn import Severity
from ivr.models import Customer, Status, Team, Technician, Ticket
from ivr.services import audit
from ivr.services.audit import Deed
from ivr.services.mail import notices
from ivr.services.tickets import (
    assignment,
    attachments,
    conversation,
    customers,
    intake,
    levels,
    life,
    relations,
    tickets,
)
from ivr.services.tickets.attachments import Kept


def open_ticket(
    db: Session, now: datetime, by: str, files: Sequence[Kept] = (), **what: Any
) -> Ticket:
    """For somebody who has told us by another way than ours."""
    ticket = intake.take(db, now, how={"by": by}, **what)
    attachments.attach(db, now, ticket.id, files)
    audit.did(db, now, by, ticket, Deed.OPEN)
    return ticket


@dataclass(frozen=True)
class TicketActs:
    """Of one of us, by name."""

    db: Session
    now: datetime
    ticket: Ticket
    by: str

    @property
    def _it(self) -> tuple[Session, datetime, Ticket]:
        return self.db, self.now, self.ticket

    def _did(self, deed: Deed) -> None:
        audit.did(self.db, self.now, self.by, self.ticket, deed)

    # Words ----------------------------------------------------------------------------------------

    def note(self, text: str, files: Sequence[Kept] = ()) -> None:
        entry = tickets.note(*self._it, self.by, text)
        attachments.attach(self.db, self.now, self.ticket.id, files, entry)
        self._did(Deed.NOTE)

    def reply(self, text: str, files: Sequence[Kept] = ()) -> None:
        conversation.reply(*self._it, self.by, text, files)
        self._did(Deed.REPLY)

    def ask(self, text: str, files: Sequence[Kept] = ()) -> None:
        conversation.ask(*self._it, self.by, text, files)
        self._did(Deed.QUESTION)

    # Where it stands ------------------------------------------------------------------------------

    def resolve(self, how: str) -> None:
        """`how`: by which door, as the timeline tells it."""
        conversation.resolve(*self._it, self.by, how)
        self._did(Deed.RESOLVE)

    def reopen(self) -> None:
        if life.move(*self._it, Status.OPEN, life.STAFF, by=self.by):
            self._did(Deed.REOPEN)

    def assign(self, team: Team | None, person: Technician | None) -> None:
        """Whoever has it now is told, and the customer."""
        if assignment.to(*self._it, team, person, self.by):
            notices.assigned(*self._it)
            self._did(Deed.ASSIGN)

    def grade(self, severity: Severity) -> None:
        """Critical rings."""
        if conversation.regrade(*self._it, severity, self.by):
            self._did(Deed.SEVERITY)

    def to_level(self, level: int, why: str) -> None:
        levels.to_level(*self._it, level, f"{why} ({self.by})")
        self._did(Deed.LEVEL)

    # What belongs to it ---------------------------------------------------------------------------

    def merge(self, into: Ticket) -> None:
        relations.merge(*self._it, into, self.by)
        self._did(Deed.MERGE)

    def link(self, other: Ticket) -> None:
        if relations.link(*self._it, other, self.by):
            self._did(Deed.LINK)

    def watch(self, email: str) -> None:
        if relations.watch(*self._it, email):
            self._did(Deed.WATCH)

    def categorize(self, category: str) -> None:
        if relations.categorize(*self._it, category, self.by):
            self._did(Deed.CATEGORY)

    def tag(self, tags: list[str]) -> None:
        if relations.tag(*self._it, tags, self.by):
            self._did(Deed.TAGS)

    def put_under(self, customer: Customer) -> None:
        customers.put_under(*self._it, customer, self.by)
        self._did(Deed.CUSTOMER)
