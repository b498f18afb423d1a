"""What programs do to tickets: the same as staff on the ticket's page, by the same services."""

from sqlalchemy import select

from callflows.turn import Severity
from ivr.api import sent, shapes
from ivr.api.on_ticket import act_on_ticket, refused, standing
from ivr.api.operations import Ask, writes
from ivr.models import Contact, Team, Ticket
from ivr.services.calls import numbers
from ivr.services.calls.numbers import dialled
from ivr.services.paging import policies
from ivr.services.settings import house
from ivr.services.staff import people
from ivr.services.staff.tokens import Scope
from ivr.services.tickets import customers, ticket_acts, tickets
from ivr.services.tickets.ticket_acts import TicketActs

WHO = "API"
"""How it was resolved, as the timeline tells it."""
WRITE = Scope.TICKETS_WRITE


@writes(
    "/tickets",
    WRITE,
    "Open a ticket: a critical one rings",
    takes=sent.NewTicket,
    tells=shapes.Written,
    stands_at="/tickets/{number}",
)
def open_ticket(ask: Ask) -> shapes.Written:
    asked: sent.NewTicket = ask.given
    contact = _contact(ask)
    ticket = ticket_acts.open_ticket(
        ask.db,
        ask.now,
        ask.by,
        title=" ".join(asked.title.split()),
        description=asked.description.strip(),
        severity=Severity(asked.severity),
        contact=contact,
        customer=contact.customer,
    )
    return standing(ticket)


def _contact(ask: Ask) -> Contact:
    """Whoever has the address or the number, or somebody new."""
    asked: sent.NewTicket = ask.given
    email, phone = asked.email.strip().lower(), None
    if asked.phone:
        phone = numbers.international(asked.phone, house.country(ask.db))
        if phone is None:
            raise refused("That is no telephone number.", "phone")
    if not email and not phone:
        raise refused("Give an e-mail address or a telephone number.", "email")
    by = Contact.email == email if email else Contact.phone == phone
    known = ask.db.scalar(select(Contact).where(by).order_by(Contact.id).limit(1))
    if known:
        return known
    customer = customers.named(ask.db, asked.customer) if asked.customer else None
    if asked.customer and customer is None:
        raise refused("There is no such customer.", "customer")
    if not asked.name.strip():
        raise refused("Nobody is known there yet: give a name.", "name")
    return customers.contact(
        ask.db,
        name=" ".join(asked.name.split()),
        email=email or None,
        phone=phone,
        customer=customer,
    )


# Words --------------------------------------------------------------------------------------------


@act_on_ticket("notes", WRITE, "Write a note, which stays among us", sent.Words)
def note(ask: Ask, acts: TicketActs) -> None:
    acts.note(ask.given.text.strip())


@act_on_ticket("replies", WRITE, "Answer the customer, by mail", sent.Words)
def reply(ask: Ask, acts: TicketActs) -> None:
    acts.reply(ask.given.text.strip())


@act_on_ticket("questions", WRITE, "Ask the customer, and wait for the answer", sent.Words)
def question(ask: Ask, acts: TicketActs) -> None:
    acts.ask(ask.given.text.strip())


# Where it stands ----------------------------------------------------------------------------------


@act_on_ticket("resolve", WRITE, "Resolve it: nobody is rung for it any more")
def resolve(_ask: Ask, acts: TicketActs) -> None:
    acts.resolve(WHO)


@act_on_ticket("reopen", WRITE, "Open it again")
def reopen(_ask: Ask, acts: TicketActs) -> None:
    acts.reopen()


@act_on_ticket("severity", WRITE, "Say how bad it is: critical rings", sent.Regrade)
def regrade(ask: Ask, acts: TicketActs) -> None:
    acts.grade(Severity(ask.given.severity))


@act_on_ticket("assign", WRITE, "Give it to a person, to a team, or to nobody", sent.Assign)
def assign(ask: Ask, acts: TicketActs) -> None:
    asked: sent.Assign = ask.given
    person = people.by_mail(ask.db, asked.person) if asked.person else None
    if asked.person and (person is None or not person.active):
        raise refused("There is nobody with this e-mail.", "person")
    team = ask.db.scalar(select(Team).where(Team.name == asked.team)) if asked.team else None
    if asked.team and team is None:
        raise refused("There is no such team.", "team")
    acts.assign(team, person)


@act_on_ticket("level", WRITE, "Take it to a level, which is rung for a critical one", sent.ToLevel)
def level(ask: Ask, acts: TicketActs) -> None:
    asked: sent.ToLevel = ask.given
    if asked.level not in [one["level"] for one in policies.default(ask.db)]:
        raise refused("There is no such level.", "level")
    acts.to_level(int(asked.level), " ".join(asked.why.split()))


# What belongs to it -------------------------------------------------------------------------------


@act_on_ticket("merge", WRITE, "Close it as a duplicate of another one", sent.Other)
def merge(ask: Ask, acts: TicketActs) -> None:
    acts.merge(_other(ask))


@act_on_ticket("link", WRITE, "Link it with another one", sent.Other)
def link(ask: Ask, acts: TicketActs) -> None:
    acts.link(_other(ask))


def _other(ask: Ask) -> Ticket:
    found = tickets.find(ask.db, dialled(ask.given.other) or "")
    if found is None:
        raise refused("There is no such ticket.", "other")
    return found


@act_on_ticket("watch", WRITE, "Tell somebody else about it, too", sent.Watcher)
def watch(ask: Ask, acts: TicketActs) -> None:
    acts.watch(ask.given.email)


@act_on_ticket("tags", WRITE, "Say which tags it has", sent.Tags)
def tag(ask: Ask, acts: TicketActs) -> None:
    acts.tag(ask.given.tags)


@act_on_ticket("category", WRITE, "Say what it is about", sent.Category)
def categorize(ask: Ask, acts: TicketActs) -> None:
    acts.categorize(" ".join(ask.given.category.split()))


@act_on_ticket("customer", WRITE, "Put it under a customer", sent.Under)
def put_under(ask: Ask, acts: TicketActs) -> None:
    found = customers.named(ask.db, " ".join(ask.given.customer.split()))
    if found is None:
        raise refused("There is no such customer.", "customer")
    acts.put_under(found)
