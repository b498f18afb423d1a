"""However much there is to show, a page asks the database just as often."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from callflows.turn import Severity
from ivr.database import engine, transaction
from ivr.models import (
    Contact,
    Customer,
    Leg,
    LegState,
    Link,
    Message,
    Page,
    PageState,
    Phone,
    Recording,
    TakenTurn,
    Team,
    Technician,
    Ticket,
    Watcher,
)
from ivr.services.settings import in_force
from ivr.services.tickets import tickets, timeline
from ivr.services.tickets.timeline import Kind
from ivr.web import app
from tests.services.people import LEVELS, NOW, held_call, organization, technician


@contextmanager
def asked() -> Iterator[list[str]]:
    """Every statement that is sent to the database meanwhile, but for the look at settings, which
    belongs to no request.
    """
    sent: list[str] = []

    def note(_connection, _cursor, statement: str, *_rest: object) -> None:
        if threading.current_thread().name != in_force.THREAD:
            sent.append(statement)

    event.listen(engine(), "before_cursor_execute", note)
    yield sent
    event.remove(engine(), "before_cursor_execute", note)


def statements(path: str) -> list[str]:
    with asked() as sent:
        answer = app.test_client().get(path)
    assert answer.status_code == 200, answer.text
    return sent


@pytest.fixture
def people(database: str) -> None:
    with transaction() as db:
        organization(db)
        for name, level in (("Bo", 1), ("Di", 1), ("Cy", 2)):
            technician(db, name, level)


def opened(db: Session, name: str) -> Ticket:
    """A ticket whose customer, contact, team and assignee nobody else has."""
    customer = Customer(name=f"Customer {name}")
    contact = Contact(name=f"Contact {name}", customer=customer, language="fr-CA")
    team = Team(name=f"Team {name}")
    assignee = Technician(name=f"Assignee {name}", email=f"{name}@2n5.example")
    db.add_all([customer, contact, team, assignee])
    db.flush()
    made = tickets.open_ticket(
        db, NOW, title="No dial tone", severity=Severity.MINOR, customer=customer, contact=contact
    )
    made.team, made.assignee = team, assignee
    return made


def summoned(db: Session, ticket: Ticket, state: PageState) -> Page:
    """A page with a ringing phone on it."""
    bo = db.scalars(select(Technician).where(Technician.name == "Bo")).one()
    live = state != PageState.ACCEPTED
    page = Page(
        ticket=ticket,
        policy=LEVELS,
        state=state,
        level_since=NOW,
        due_at=NOW + timedelta(days=365) if live else None,
        opened_at=NOW,
        accepted_by=None if state == PageState.OPEN else ticket.assignee,
    )
    db.add(page)
    db.flush()
    key = f"leg {page.id}"
    ringing = LegState.RINGING if live else LegState.ENDED
    db.add(Leg(key=key, page=page, technician=bo, number="+1", level=1, round=0, state=ringing))
    return page


# The list -----------------------------------------------------------------------------------------


def tickets_are_opened(count: int) -> None:
    with transaction() as db:
        for number in range(count):
            opened(db, f"{count}-{number}")


def pages_are_opened(count: int) -> None:
    with transaction() as db:
        for number in range(count):
            page = summoned(db, opened(db, f"page {count}-{number}"), PageState.OPEN)
            page.state, page.accepted_by = PageState.OWED, page.ticket.assignee


def test_the_list_of_fifty_tickets_asks_as_often_as_one_of_five(people: None) -> None:
    tickets_are_opened(5)
    pages_are_opened(1)
    few = statements("/tickets")
    tickets_are_opened(50)
    assert len(statements("/tickets")) == len(few)
    pages_are_opened(20)
    assert len(statements("/tickets")) == len(few)


# One ticket ---------------------------------------------------------------------------------------


def happened(db: Session, ticket: Ticket, nth: int) -> None:
    """A call with turns and a recording, a page, a text, a mail, a note, a link, a watcher."""
    call = held_call(db, ticket)
    call.sid = f"CA{nth}"
    call.contact_id, call.ended_at = opened(db, f"other {nth}").contact_id, NOW
    heard = {"at": NOW, "heard": {}, "answer": {"say": []}}
    for number in range(2):
        db.add(TakenTurn(call_id=call.id, number=number, step="customer.ticket", **heard))
    about = {"call_id": call.id, "ticket_id": ticket.id}
    db.add(Recording(sid=f"RE{nth}", kind="message", made_at=NOW, seconds=3, **about))
    timeline.write(db, Kind.CALLED, NOW, **about)
    summoned(db, ticket, PageState.ACCEPTED)
    mate = Technician(
        name=f"Mate {nth}", email=f"mate-{nth}@2n5.example", phones=[Phone(number=f"+1514{nth:07}")]
    )
    db.add(mate)
    for channel, to in (("text", f"+1514{nth:07}"), ("mail", "ana@acme.example")):
        key = f"{channel} {nth}"
        db.add(Message(key=key, channel=channel, ticket_id=ticket.id, to=to, body="?",
                       written_at=NOW))  # fmt: skip
    for _ in range(8):
        tickets.note(db, NOW, ticket, "Bo", "Rebooted it.")
    db.add(Watcher(ticket_id=ticket.id, email=f"watcher-{nth}@acme.example"))
    other = opened(db, f"linked {nth}")
    db.add(Link(ticket_id=ticket.id, other_id=other.id))
    other.merged_into_id = ticket.id


def test_a_ticket_of_two_hundred_lines_asks_as_often_as_one_of_a_few(people: None) -> None:
    with transaction() as db:
        ticket = opened(db, "the one")
        happened(db, ticket, 0)
    few = statements(f"/tickets/{ticket.number}")
    with transaction() as db:
        for nth in range(1, 25):
            happened(db, db.get_one(Ticket, ticket.id), nth)
    answer = app.test_client().get(f"/tickets/{ticket.number}").text
    assert answer.count('<li id="entry-') > 200
    for shown in ('<details id="turns-CA', "<b>Text to Mate", "Duplicate</dt>"):
        assert answer.count(shown) == 25, shown
    many = statements(f"/tickets/{ticket.number}")
    assert len(many) == len(few) + 1, "and whether there is more before this leaf"
