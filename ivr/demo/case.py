"""One ticket of the month and what is done with it: the moves of services/tickets/life and
services/tickets/conversation, written as rows. Before each act the time until then passes: what
falls due is done, as the ticker would have done it.
"""

import contextlib
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from ivr.demo import asking, overdue, pages
from ivr.demo.clocks import Clocks
from ivr.demo.letters import Post, reader
from ivr.demo.rows import Row
from ivr.demo.words import Tongue
from ivr.demo.world import World
from ivr.models import (
    Act,
    ClockKind,
    Contact,
    Customer,
    Status,
    Team,
    Technician,
    Ticket,
    Why,
)
from ivr.services import audit
from ivr.services.mail.telling import Reader
from ivr.services.tickets import life
from ivr.services.tickets.life import Who
from ivr.services.tickets.timeline import Kind

if TYPE_CHECKING:
    from ivr.demo.pages import Summons


class NotYetError(Exception):
    """It would be after the month."""


class Case:
    """Named like the ticket's columns, so that letters and rules take it for one."""

    def __init__(
        self, world: World, contact: Contact | None, severity: str, tongue: Tongue, **more: Any
    ) -> None:
        self.world, self.contact, self.severity, self.tongue = world, contact, severity, tongue
        self.customer: Customer | None = contact.customer if contact else None
        self.customer_id = self.customer.id if self.customer else None
        self.kind = more.pop("kind", "")
        """What it is really about, whether or not somebody says so."""
        self.canary: bool = more.get("canary", False)
        self.category, self.status, self.level = "", str(Status.NEW), 1
        self.team: Team | None = None
        self.team_id: int | None = None
        self.assignee: Technician | None = None
        self.number = world.next_number()
        self.resolved_at: datetime | None = None
        self.title, self.description = more.pop("title"), more.pop("description", "")
        self.row = world.rows.add(
            Ticket, number=self.number, dialled=self.number, severity=severity, title=self.title,
            customer_id=self.customer_id, contact_id=contact.id if contact else None,
            description=self.description, **more,
        )  # fmt: skip
        self.clocks, self.post = Clocks(self), Post(self)
        self.summons: list[Summons] = []
        self.question: dict[str, Any] = {}
        self.opened_at: datetime = world.until
        self.now: datetime = world.begin
        """Until when the time has passed."""

    def settle(self) -> None:
        """Let the time run to the end of the month, and keep what is known then. Nobody is left
        being rung.
        """
        if self.live:
            at = max(self.summons[-1].busy_until + timedelta(seconds=1), self.now)
            self.resolve_at(at, self.by, "staff page")
        with contextlib.suppress(NotYetError):
            self.reach(self.world.until)
        self.row.update(
            severity=self.severity, status=self.status, level=self.level, category=self.category,
            team_id=self.team_id, assignee_id=self.assignee.id if self.assignee else None,
            opened_at=self.opened_at, resolved_at=self.resolved_at,
        )  # fmt: skip

    def tell(self, kind: Kind, at: datetime, call: Row | None = None, **data: Any) -> Row:
        return self.world.tell(kind, at, self.row, call, **data)

    def did(self, at: datetime, deed: str, by: str = "") -> None:
        """One of us, on the ticket's page."""
        about = ("ticket-", self.number)
        self.world.audit(at, by or self.by, Act.DID, about, audit.Kind.TICKET_ACT, deed=deed)

    @property
    def live(self) -> "Summons | None":
        last = self.summons[-1] if self.summons else None
        return last if last and last.over_at is None else None

    # Time --------------------------------------------------------------------------------------

    def reach(self, at: datetime) -> datetime:
        """Let the time pass until then, or until those who are summoned are done."""
        if self.summons:
            at = max(at, self.summons[-1].busy_until + timedelta(seconds=5))
        if at > self.world.until:
            raise NotYetError
        if not overdue.passes(self, at):
            raise NotYetError
        return max(at, self.summons[-1].busy_until + timedelta(seconds=5)) if self.summons else at

    def passes(self, at: datetime) -> None:
        """What falls due by then is done."""
        overdue.passes(self, at)

    # Who is told -------------------------------------------------------------------------------

    def in_charge(self, at: datetime) -> list[Reader]:
        people = [self.assignee] if self.assignee else []
        people += self.team.members if self.team else []
        return [reader(one) for one in people] or self.on_level(at, self.level)

    def on_level(self, at: datetime, level: int) -> list[Reader]:
        people = [reader(one) for one in self.world.of_level(at, level)]
        return people or [(str(self.world.default[-1]["mail"]), None)]

    # How it begins -----------------------------------------------------------------------------

    def open(self, at: datetime, since: datetime | None = None, *, page: bool, **how: Any) -> None:
        self.opened_at = since or at
        self.tell(Kind.OPENED, at, severity=self.severity, **how)
        self.clocks.start(self.opened_at, ClockKind.RESPONSE, ClockKind.RESOLUTION)
        self._assign(at)
        critical = self.severity == "critical"
        due = self.post.moment(ClockKind.RESPONSE)
        self.post.to_customer(at, "acknowledged", "opened", paged=critical, respond_by=due)
        if critical and page:
            pages.summon(self, at, None, None)

    def _assign(self, at: datetime) -> None:
        self.team = self.world.team_of(self)
        if self.team:
            self.team_id = self.team.id
            self.assignee = self.world.whose_turn(at, self.team)
            names = f"{self.assignee.name}, {self.team.name}"
            self.tell(Kind.ASSIGNED, at, to=names, by="by rule")

    def give(self, at: datetime, person: Technician) -> None:
        """To another of the team, by the one who had it."""
        at = self.reach(at)
        if self.assignee is person or self.assignee is None:
            return
        self.did(at, "assign")
        by, self.assignee = self.assignee.name, person
        names = [person.name, *([self.team.name] if self.team else [])]
        self.tell(Kind.ASSIGNED, at, to=", ".join(names), by=by)
        occasion = f"assigned-{person.id}-{int(at.timestamp())}"
        self.post.to_staff(at, "yours", occasion, [reader(person)])
        self.post.to_customer(at, "assigned", occasion, assignee=person.name)

    # What we say and do ------------------------------------------------------------------------

    @property
    def by(self) -> str:
        return self.assignee.name if self.assignee else "staff"

    def reply(self, at: datetime, text: str) -> datetime:
        at = self.reach(at)
        entry = self._say(at, Kind.REPLY, text)
        self.did(at, "replies")
        if self.status == Status.NEW:
            self.move(at, Status.OPEN, life.STAFF, by=self.by)
        occasion = ("entry-", entry)
        self.post.to_customer(
            at, "reply", occasion, {"by_hand": True}, by=self.by, text=text, left=[]
        )
        return at

    def ask(self, at: datetime, text: str) -> datetime:
        at = self.reach(at)
        if self.status in life.OVER:  # whoever was summoned meanwhile has solved it
            return at
        entry = self._say(at, Kind.ASKED, text)
        self.did(at, "questions")
        self.question = {"by": self.by, "text": text}
        self.move(at, Status.WAITING, life.STAFF, by=self.by)
        headers = {"by_hand": True}
        self.post.to_customer(at, "question", ("entry-", entry), headers, left=[], **self.question)
        return at

    def _say(self, at: datetime, kind: Kind, text: str) -> Row:
        self.passes(at)
        self.clocks.meet(at, ClockKind.RESPONSE, ClockKind.ESCALATION)
        return self.tell(kind, at, by=self.by, text=text)

    def note(self, at: datetime, text: str) -> None:
        at = self.reach(at)
        self.tell(Kind.NOTE, at, by=self.by, text=text)
        self.did(at, "notes")

    def set_level(self, at: datetime, level: int, why: str) -> None:
        if self.level != level:
            self.level = level
            self.tell(Kind.LEVEL, at, level=level, why=why)

    def resolve(self, at: datetime, by: str, how: str, call: Row | None = None) -> datetime:
        at = self.reach(at) if call is None else at
        self.resolve_at(at, by, how)
        return at

    def resolve_at(self, at: datetime, by: str, how: str) -> None:
        pages.close(self, at)
        if self.status not in life.OVER:
            self.move(at, Status.RESOLVED, life.STAFF, by=by, how=how)
            if how == "staff page":
                self.did(at, "resolve", by)
            self.tell_resolved(at)

    def tell_resolved(self, at: datetime) -> None:
        occasion = f"resolved-{int(at.timestamp())}"
        closes_on = self.post.moment(ClockKind.CLOSING)
        self.post.to_customer(at, "resolved", occasion, text="", closes_on=closes_on)

    def close(self, at: datetime, who: Who, **told: Any) -> None:
        pages.close(self, at)
        if self.status == Status.CLOSED:
            return
        self.move(at, Status.CLOSED, who, **told)
        asking.after_closing(self, at)

    # What the customer says --------------------------------------------------------------------

    def said(self, at: datetime, text: str, channel: str, mail: Row | None = None) -> Row:
        """Of a contact that has to do with the ticket."""
        by = self.contact.name if self.contact else "?"
        told: dict[str, Any] = {"by": by, "text": text, "channel": channel}
        more = {"mail": mail} if mail else {}
        entry = self.tell(Kind.SAID, at, **told, quoted="", known=True, **more)
        who = life.MAIL if mail else life.CUSTOMER
        if self.status in (Status.WAITING, *life.OVER):
            self.move(at, Status.OPEN, who, by=by)
        occasion = ("entry-", entry)
        self.post.to_staff(at, "written", occasion, self.in_charge(at), by=by, text=text)
        return entry

    def declare(self, at: datetime, severity: str, call: Row) -> None:
        """On the phone: worse, never better."""
        self.passes(at)
        if self.status in (*life.OVER, Status.WAITING):
            self.move(at, Status.OPEN, life.CUSTOMER)
        was, order = self.severity, ("minor", "major", "critical")
        worse = order.index(severity) > order.index(was)
        if worse:
            self.severity = severity
        self.tell(Kind.SEVERITY, at, call, severity=severity, was=was)
        if worse:
            self.clocks.recompute()

    def regrade(self, at: datetime, severity: str) -> None:
        was, self.severity = self.severity, severity
        self.tell(Kind.REGRADED, at, by=self.by, severity=severity, was=was)
        self.did(at, "severity")
        self.clocks.recompute()

    # How it moves (services/tickets/life) ---------------------------------------------------------

    def move(self, at: datetime, to: Status, who: Who, **told: Any) -> None:
        self.passes(at)
        was = Status(self.status)
        if was == to:
            return
        assert who in life.MOVES.get((was, to), ()), (was, to, who)
        self.status = str(to)
        if was is not Status.NEW or to is not Status.OPEN:
            self.tell(_kind(was, to), at, **{"by": who, **told})
        if was is Status.WAITING:
            self.clocks.meet(at, ClockKind.REMINDER)
            self.clocks.resume(at)
        if was in life.OVER and to not in life.OVER:
            self.resolved_at = None
            self.clocks.meet(at, ClockKind.CLOSING)
            self.clocks.resume(at)
            self.clocks.unmeet(ClockKind.RESOLUTION)
        if to is Status.WAITING:
            self.clocks.pause(at, Why.WAITING)
            self.clocks.start(at, ClockKind.REMINDER)
        if to in life.OVER:
            self.clocks.meet(at, *ClockKind)
            if self.resolved_at is None:
                self.resolved_at = at
                self.clocks.pause(at, Why.RESOLVED)
        if to is Status.RESOLVED:
            self.clocks.start(at, ClockKind.CLOSING)


def _kind(was: Status, to: Status) -> Kind:
    if to is Status.OPEN:
        return Kind.REOPENED if was in life.OVER else Kind.GOES_ON
    moves = {Status.WAITING: Kind.WAITS, Status.RESOLVED: Kind.RESOLVED, Status.CLOSED: Kind.CLOSED}
    return moves[to]
