"""Deliveries to webhooks: in order, again and again, bounded, and nobody else waits for them."""

from collections.abc import Iterator
from datetime import timedelta
from email.utils import format_datetime

import pytest

from ivr import clock
from ivr.database import reading, transaction
from ivr.models import Delivery, DeliveryState
from ivr.services import due
from ivr.services.mail import outbox, undelivered
from ivr.services.webhooks import delivering, endpoint, webhooks
from tests.receiver import Receiver, free_of_anybody, receiver
from tests.services import hooks, people
from tests.services.hooks import deliveries, moved, now_is, passes, ticket, webhook, work
from tests.services.people import NOW
from tests.services.scripted_carrier import ScriptedCarrier
from tests.services.test_races import race


@pytest.fixture(autouse=True)
def _still(database: str) -> None:
    clock.use(lambda: NOW)
    with transaction() as db:
        people.organization(db)


@pytest.fixture
def other() -> Iterator[Receiver]:
    with receiver() as one:
        yield one


def attended(*kinds: str) -> None:
    with reading() as db:
        rows = due.until(db, clock.now())
    for row in rows:
        if row.kind in kinds:
            due.attend(row.kind, row.id, ScriptedCarrier())


def states() -> list[str]:
    return [one.state for one in deliveries()]


# In order, and with the same name each time --------------------------------------------------------


def test_what_fails_is_sent_again_before_anything_later_of_its_ticket(other: Receiver) -> None:
    other.answers = [(500, {}), (502, {})]
    secret = webhook(other.url).secret
    first = ticket()
    hooks.note(first)
    work()
    assert len(other.posted) == 1
    second = ticket()
    passes(minutes=2)
    of_first = [one for one in other.posted if one.body["data"]["ticket"] == first]
    assert [one.body["sequence"] for one in of_first][-2:] == [1, 2]
    tries = [one for one in of_first if one.body["sequence"] == 1]
    assert len(tries) >= 2
    assert len({one.headers["webhook-id"] for one in tries}) == 1
    assert len({one.raw for one in tries}) == 1
    assert len({one.headers["webhook-timestamp"] for one in tries}) == len(tries)
    assert (second, 1) in hooks.sequences(other)
    assert all(hooks.signed_by(one, secret) for one in other.posted)
    assert states() == ["sent"] * 3


def test_a_late_commit_comes_after_what_was_tried_before_it(other: Receiver) -> None:
    """A row with a smaller ID may appear after one with a larger ID was sent or is under way."""
    other.answers = [(500, {})]
    hook = webhook(other.url)
    number = ticket()
    work()
    with transaction() as db:
        late = Delivery(
            id=deliveries()[0].id - 1,
            webhook_id=hook.id,
            key="late",
            event="ticket.changed",
            order_key=number,
            data={"ticket": number},
            made_at=NOW,
            due_at=NOW,
        )
        db.add(late)
    passes(minutes=1)
    keys = [one.headers["webhook-id"] for one in other.posted]
    assert keys == [keys[0], keys[0], "late"]
    assert hooks.sequences(other) == [(number, 1), (number, 1), (number, 2)]


def test_all_who_work_at_once_send_each_once_and_in_order(other: Receiver) -> None:
    webhook(other.url)
    number = ticket()
    for _ in range(9):
        hooks.note(number)
    race(lambda _index: work())
    passes(minutes=1)
    assert hooks.sequences(other) == [(number, one) for one in range(1, 11)]


def test_a_worker_that_dies_costs_half_a_minute_and_perhaps_a_double(other: Receiver) -> None:
    webhook(other.url)
    ticket()
    with transaction() as db:
        assert delivering._claim(db, NOW, deliveries()[0].id)
    work()
    assert not other.posted
    moved(seconds=31)
    work()
    assert [one.body["sequence"] for one in other.posted] == [1]
    assert (states(), deliveries()[0].tries) == (["sent"], 2)


# Again and again, and at last not ------------------------------------------------------------------


def test_pauses_grow_for_a_day_then_it_is_dead_and_shown_and_can_be_sent_again(
    other: Receiver,
) -> None:
    other.always = (500, {})
    hook = webhook(other.url)
    ticket("<b>A</b>")
    waits = []
    while states() == ["due"]:
        work()
        (one,) = deliveries()
        if one.due_at:
            waits.append((one.due_at - clock.now()).total_seconds())
            clock.use(lambda at=one.due_at: at)
    assert waits[:8] == sorted(waits[:8])
    assert waits[0] < 7
    assert max(waits) < 10 * 3600
    assert timedelta(hours=18) < clock.now() - NOW < timedelta(hours=40)
    assert len(other.posted) == len(waits) + 1 < 15
    (dead,) = deliveries()
    assert (dead.state, dead.code, dead.cause) == ("dead", 500, "answered 500")
    assert now_is(hook.id).failing_since == NOW
    with reading() as db:
        assert undelivered.count(db) == 1
    other.always = (204, {})
    with transaction() as db:
        assert webhooks.again(db, clock.now(), hook.id, dead.id)
    work()
    assert states() == ["sent"]
    assert now_is(hook.id).failing_since is None
    assert {one.headers["webhook-id"] for one in other.posted} == {dead.key}


@pytest.mark.parametrize("as_date", [False, True])
def test_whoever_asks_to_be_left_alone_is(other: Receiver, as_date: bool) -> None:
    after = format_datetime(NOW + timedelta(seconds=7200), usegmt=True) if as_date else "7200"
    other.answers = [(429, {"Retry-After": after})]
    webhook(other.url)
    ticket()
    work()
    ticket("Another, which waits as well")
    passes(seconds=7190)
    assert len(other.posted) == 1
    passes(seconds=60)
    assert len(other.posted) == 3


def test_410_stops_it(other: Receiver) -> None:
    other.answers = [(500, {}), (410, {})]
    hook = webhook(other.url)
    number = ticket()
    hooks.note(number)
    passes(hours=2)
    assert not now_is(hook.id).active
    assert "410" in (now_is(hook.id).stopped or "")
    assert states() == ["dead", "dismissed"]
    ticket("Nothing is written for it any more")
    assert len(deliveries()) == 2
    with transaction() as db:
        one = db.merge(now_is(hook.id))
        webhooks.switch(db, clock.now(), one, on=True)
        assert webhooks.all_again(db, clock.now(), hook.id)
    hooks.note(number)
    passes(minutes=5)
    assert states() == ["sent", "dismissed", "sent"]


def test_no_redirect_is_followed(other: Receiver) -> None:
    with receiver() as elsewhere:
        other.always = (307, {"Location": elsewhere.url})
        webhook(other.url)
        ticket()
        work()
        assert not elsewhere.posted
    (one,) = deliveries()
    assert (one.state, one.code) == ("due", 307)


# Nobody else waits ----------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["hangs", "drips", "is away"])
def test_one_that_is_stuck_holds_up_neither_others_nor_mail(
    other: Receiver, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    monkeypatch.setattr(endpoint, "TIMEOUT", 1.0)
    monkeypatch.setattr(endpoint, "WHOLE", 1.5)
    with receiver() as stuck:
        stuck.hangs, stuck.drips = (3.0 if how == "hangs" else 0.0), how == "drips"
        bad = webhook(free_of_anybody() if how == "is away" else stuck.url, name="Stuck")
        webhook(other.url, name="Well")
        for number in range(20):
            ticket(f"Ticket {number}")
        with transaction() as db:
            outbox.write(db, NOW, key="a", channel="mail", to="a@b.example", body="Soon.")
        race(lambda _index: attended("webhook", "message"))
        work()
        assert len(other.posted) == 20
        assert stuck.most_at_once <= delivering.MOST_AT_ONCE
        assert len(stuck.posted) <= delivering.MOST_AT_ONCE
    with reading() as db:
        assert db.query(outbox.Message).one().state == "kept"
    failed = [one for one in deliveries() if one.webhook_id == bad.id]
    assert [one.state for one in failed] == ["due"] * 20
    assert any(
        (one.cause or "").startswith(("no answer", "no whole", "not reached")) for one in failed
    )
    assert all("s3cret" not in (one.cause or "") for one in failed)


def test_what_waits_for_one_that_fails_is_bounded_and_goes_out_when_it_is_well(
    other: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivering, "MOST_WAITING", 10)
    other.always = (503, {})
    webhook(other.url)
    ticket("Ticket 0")
    passes(minutes=5)
    tries = len(other.posted)
    assert tries == 4
    for number in range(1, 30):
        ticket(f"Ticket {number}")
    work()
    assert len(other.posted) == tries, "one at a time tries it, after its pause"
    assert states().count(DeliveryState.DUE) == 10
    assert states().count(DeliveryState.DEAD) == 20
    dead = [one.cause for one in deliveries() if one.state == "dead"]
    assert set(dead) == {"more than 10 were waiting"}
    other.always = (204, {})
    passes(hours=1)
    assert states().count(DeliveryState.SENT) == 10
    assert {one.body["data"]["title"] for one in other.posted[tries + 1 :]} <= {
        f"Ticket {number}" for number in range(20, 30)
    }


def test_a_thousand_times_poison_is_not_the_others_outage(other: Receiver) -> None:
    """One that the other side never takes is tried ever more rarely, the others go out."""
    webhook(other.url)
    other.answers = [(422, {})]
    poison = ticket("Poison")
    work()
    for number in range(30):
        other.answers = []
        ticket(f"Ticket {number}")
        other.answers = [(422, {})] if _is_due(poison) else []
        passes(minutes=1)
    sent = [one for one in deliveries() if one.state == "sent"]
    assert len(sent) >= 30


def _is_due(number: str) -> bool:
    first = next(one for one in deliveries() if one.order_key == number)
    return bool(first.due_at and first.due_at <= clock.now() + timedelta(minutes=1))


# Kept, but not for ever -----------------------------------------------------------------------------


def test_the_log_is_kept_for_a_month_and_sequences_go_on(other: Receiver) -> None:
    webhook(other.url)
    number = ticket()
    hooks.note(number)
    work()
    moved(days=31)
    with transaction() as db:
        webhooks.sweep(db, clock.now())
    assert [one.sequence for one in deliveries()] == [2]
    hooks.note(number)
    work()
    assert hooks.sequences(other)[-1] == (number, 3)


def test_a_test_waits_for_nothing_and_a_new_secret_is_changed_over_to(other: Receiver) -> None:
    other.answers = [(500, {})]
    hook = webhook(other.url)
    ticket()
    work()
    with transaction() as db:
        one = db.merge(now_is(hook.id))
        webhooks.new_secret(db, clock.now(), one)
        webhooks.test(db, clock.now(), one)
        fresh = one.secret
    work()
    tried = other.posted[-1]
    assert tried.body["type"] == "webhook.test"
    assert hooks.signed_by(tried, fresh)
    assert hooks.signed_by(tried, hook.secret), "good for another day"
    moved(days=2)
    work()
    last = other.posted[-1]
    assert hooks.signed_by(last, fresh)
    assert not hooks.signed_by(last, hook.secret)
    assert len(hooks.signatures(last)) == 1
