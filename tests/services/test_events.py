"""What happens becomes deliveries in the same transaction; where nobody listens it costs nothing."""

import pytest
from sqlalchemy import insert

from ivr import clock
from ivr.database import reading, table_of, transaction
from ivr.models import Page, Ticket, Webhook
from ivr.services.paging import paging
from ivr.services.tickets import timeline
from ivr.services.tickets.timeline import Kind
from ivr.services.webhooks import events, webhooks
from tests.console.test_statements import asked
from tests.services import hooks, people
from tests.services.people import NOW
from tests.services.test_races import race

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def ticket(database: str) -> Ticket:
    clock.use(lambda: NOW)
    with transaction() as db:
        people.organization(db)
        people.technician(db, "Bo", 1)
        return people.ticket(db)


def note(ticket: Ticket) -> list[str]:
    """What the database is asked for a line of the timeline."""
    with asked() as sent, transaction() as db:
        timeline.write(db, Kind.WARNED, NOW, ticket_id=ticket.id, clock="response")
    return [one for one in sent if not one.startswith(("BEGIN", "SELECT 1"))]


def test_with_no_webhook_a_line_is_one_statement(ticket: Ticket) -> None:
    hooks.note(ticket.number)  # looks who listens
    (only,) = note(ticket)
    assert only.startswith("INSERT INTO entries")


def test_one_that_another_process_has_added_is_told_within_a_second(
    ticket: Ticket, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = [1000.0]
    monkeypatch.setattr(events.time, "monotonic", lambda: at[0])
    note(ticket)
    row = {"name": "n", "url": "u", "secret": "s", "events": ["ticket.changed"], "made_at": NOW}
    with transaction() as db:
        db.execute(insert(table_of(Webhook)).values(row))
    at[0] += 1.0
    note(ticket)
    assert len(hooks.deliveries()) == 1


def test_what_is_rolled_back_was_never_told(ticket: Ticket) -> None:
    hooks.webhook("https://example.com/")
    with reading() as db:
        timeline.write(db, Kind.WARNED, NOW, ticket_id=ticket.id, clock="response")
    assert not hooks.deliveries()


def test_a_level_of_a_policy_may_name_a_webhook_that_wants_nothing_else(ticket: Ticket) -> None:
    hook = hooks.webhook("https://example.com/", "page.exhausted")
    with transaction() as db:
        found = db.get_one(Ticket, ticket.id)
        told = {"level": 2, "to": "nobody@2n5.example"}
        assert webhooks.post(db, NOW, hook.id, events.SUMMONED, found, **told)
        assert not webhooks.post(db, NOW, 99, events.SUMMONED, found)
        webhooks.switch(db, NOW, db.get_one(Webhook, hook.id), on=False)
        assert not webhooks.post(db, NOW, hook.id, events.SUMMONED, found)
    (one,) = hooks.deliveries()
    assert (one.event, one.data["level"], one.order_key) == ("page.summoned", 2, ticket.number)
    assert "to" not in one.data
    assert one.state == "dismissed"


@pytest.mark.parametrize("_again", range(3))
def test_those_who_send_and_those_who_page_never_wait_for_each_other(
    ticket: Ticket, _again: int
) -> None:
    """A page locks itself, then tells; a leg tells, then locks its page: no order of locks is safe
    with a row that both would have to change. There is none.
    """
    hook = hooks.webhook("http://localhost:9/")
    with transaction() as db:
        page = paging.open_page(db, NOW, db.get_one(Ticket, ticket.id)).id

    def act(index: int) -> str:
        try:
            for step in range(10):
                if index == 0:
                    with transaction() as db:
                        db.get_one(Page, page, with_for_update=True)
                        timeline.write(db, Kind.WARNED, NOW, ticket_id=ticket.id, clock="x")
                elif index == 1:
                    with transaction() as db:
                        timeline.write(db, Kind.WARNED, NOW, ticket_id=ticket.id, clock="x")
                        db.get_one(Page, page, with_for_update=True)
                elif index == 2:
                    hooks.work()
                else:
                    with transaction() as db:
                        one = db.get_one(Webhook, hook.id)
                        webhooks.switch(db, clock.now(), one, on=step % 2 == 1)
        except Exception as error:  # noqa: BLE001  told to the test
            return type(error).__name__
        return "fine"

    assert race(act) == ["fine"] * 4
