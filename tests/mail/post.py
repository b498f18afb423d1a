"""The post as a test sends it: in by the real spool, sorted by what the workers call."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from itertools import count

from sqlalchemy import select

from ivr import clock
from ivr.database import reading, transaction
from ivr.models import Attachment, Contact, Customer, Entry, Mail, Message, Page, Ticket
from ivr.services import due
from ivr.services.mail import inbox, spool
from ivr.services.tickets import timeline
from ivr.services.tickets.timeline import Kind
from tests.mail.corpus import mail
from tests.services.people import NOW, organization, technician
from tests.services.scripted_carrier import ScriptedCarrier

ANA, EVE = "ana@acme.example", "eve@elsewhere.example"


class Post:
    def __init__(self) -> None:
        self.now = NOW
        self.number = count(1)
        self.carrier = ScriptedCarrier()
        clock.use(lambda: self.now)
        with transaction() as db:
            organization(db)
            technician(db, "Bo", 1)
            technician(db, "Cy", 2)
            acme, other = Customer(name="Acme"), Customer(name="Lajoie")
            db.add_all([acme, other])
            db.flush()
            for name, address, of in (
                ("Ana Roy", ANA, acme),
                ("Al Roy", "al@acme.example", acme),
                ("Luc Lajoie", "luc@lajoie.example", other),
            ):
                db.add(Contact(name=name, email=address, customer_id=of.id, language="en-CA"))

    def passes(self, **time: float) -> datetime:
        self.now += timedelta(**time)
        return self.now

    def writes(self, body: str = "It is down.\n", sender: str = ANA, **headers: str | None) -> Mail:
        """A mail with a name of its own comes in, and everything that asks for is done."""
        given = {"From": sender, "Message_ID": f"<{next(self.number)}@them.example>"} | headers
        return self.comes(mail(body, **given))

    def comes(self, raw: bytes) -> Mail:
        """Returns what became of it."""
        spool.receive(raw)
        inbox.collect(self.now)
        self.sorts()
        with reading() as db:
            return db.scalars(select(Mail).order_by(Mail.id.desc()).limit(1)).one()

    def sorts(self) -> None:
        with reading() as db:
            rows = due.until(db, self.now)
        for row in rows:
            if row.kind == "mail":
                inbox.attend(row.id, self.carrier)

    def attends(self, *kinds: str) -> None:
        """Do whatever of these kinds is due by now."""
        with reading() as db:
            rows = due.until(db, self.now)
        for row in rows:
            if row.kind in kinds:
                due.attend(row.kind, row.id, self.carrier)

    # What is on record --------------------------------------------------------------------------

    def tickets(self) -> Sequence[Ticket]:
        with reading() as db:
            found = db.scalars(select(Ticket).order_by(Ticket.id)).all()
            for one in found:
                _ = one.customer, one.contact  # loaded while there is a session
            return found

    def ticket(self, of: Mail) -> Ticket:
        return next(one for one in self.tickets() if one.id == of.ticket_id)

    def letters(self, to: str) -> list[Message]:
        with reading() as db:
            return list(db.scalars(select(Message).where(Message.to == to).order_by(Message.id)))

    def subjects(self, to: str) -> list[str]:
        return [one.subject for one in self.letters(to)]

    def lines(self, ticket: Ticket, kind: Kind) -> list[str]:
        with reading() as db:
            of = (Entry.ticket_id == ticket.id, Entry.kind == kind)
            entries = db.scalars(select(Entry).where(*of).order_by(Entry.id))
            return [timeline.sentence(one) for one in entries]

    def said(self, ticket: Ticket) -> list[dict[str, object]]:
        with reading() as db:
            of = (Entry.ticket_id == ticket.id, Entry.kind == Kind.SAID)
            return list(db.scalars(select(Entry.data).where(*of).order_by(Entry.id)))

    def files(self, ticket: Ticket) -> list[Attachment]:
        with reading() as db:
            of = Attachment.ticket_id == ticket.id
            return list(db.scalars(select(Attachment).where(of).order_by(Attachment.id)))

    def pages(self) -> list[Page]:
        with reading() as db:
            return list(db.scalars(select(Page).order_by(Page.id)))

    def mails(self) -> list[Mail]:
        with reading() as db:
            return list(db.scalars(select(Mail).order_by(Mail.id)))


def does(act: Callable[..., object], ticket: Ticket, *args: object, **more: object) -> None:
    """Carry out something of the services on a ticket: act(db, now, ticket, …)."""
    with transaction() as db:
        act(db, clock.now(), db.get_one(Ticket, ticket.id), *args, **more)
