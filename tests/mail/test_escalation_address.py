"""A mail to the escalation address: it goes to the last level, and is answered within a business day."""

from datetime import timedelta

import pytest

from ivr.database import reading, transaction
from ivr.models import Clock, ClockKind, MailOutcome, PageState, Policy, Ticket
from ivr.services.tickets import clocks, conversation, tickets
from ivr.services.tickets.timeline import Kind
from tests.mail.post import ANA, EVE, Post, does
from tests.services.people import NOW

OPENED, JOINED = MailOutcome.OPENED, MailOutcome.JOINED
BO, LIST = "bo@2n5.example", "escalation@2n5.example"


@pytest.mark.parametrize(
    "headers",
    [{"To": f"Boss <{LIST.upper()}>"}, {"Cc": LIST}, {"To": "escalation+acme@2n5.example"},
     {"Delivered_To": LIST}],
)  # fmt: skip
def test_a_mail_to_the_escalation_address_opens_at_the_last_level(
    post: Post, headers: dict[str, str]
) -> None:
    ticket = post.ticket(post.writes("Nobody answers me.", **headers))
    assert ticket.level == 3
    assert post.lines(ticket, Kind.LEVEL) == ["Moved to level 3: written to the escalation address"]
    acknowledged, raised = post.subjects(ANA)
    assert acknowledged.startswith(f"[#{ticket.number}] We have your ticket")
    assert raised != acknowledged
    assert len(post.letters(LIST)) == 1
    with reading() as db:
        clock = clocks.one(db, ticket.id, ClockKind.ESCALATION)
        assert clock
        # Tuesday, three in the morning: a business day is that day's opening hours
        assert clock.ends_at == NOW.replace(hour=22)


def clock_of(ticket: Ticket) -> Clock:
    with reading() as db:
        found = clocks.one(db, ticket.id, ClockKind.ESCALATION)
        assert found
        return found


def test_it_raises_the_ticket_it_is_about_and_is_watched_like_a_target(post: Post) -> None:
    ticket = post.ticket(post.writes())
    post.writes("Still!", Subject=f"[#{ticket.number}]", To=LIST)
    assert post.tickets()[0].level == 3
    before = len(post.letters(LIST))
    clock = clock_of(ticket)
    assert clock.ends_at
    assert clock.warn_at
    business_day = clock.ends_at - NOW.replace(hour=14)
    assert clock.warn_at == NOW.replace(hour=14) + business_day * 0.8
    for moment, kind in ((clock.warn_at, Kind.WARNED), (clock.ends_at, Kind.MISSED)):
        post.now = moment - timedelta(seconds=1)
        post.attends("clock")
        told = len(post.lines(ticket, kind))
        post.now = moment
        post.attends("clock")
        post.attends("clock")
        about = [line for line in post.lines(ticket, kind) if "escalation" in line]
        assert len(about) == 1
        assert len(post.lines(ticket, kind)) > told
    told_of = [one for one in post.subjects(LIST)[before:] if "escalation" in one]
    assert len(told_of) == 2


def test_a_second_one_does_not_put_off_the_first(post: Post) -> None:
    ticket = post.ticket(post.writes(To=LIST))
    due = clock_of(ticket).ends_at
    post.passes(hours=10)
    post.writes(Subject=f"[#{ticket.number}]", To=LIST)
    assert clock_of(ticket).ends_at == due
    does(conversation.reply, ticket, "Bo", "I am on it.")
    assert clock_of(ticket).met_at == post.now
    post.passes(days=7)
    post.writes(Subject=f"[#{ticket.number}]", To=LIST)
    again = clock_of(ticket)
    assert (again.started_at, again.met_at) == (post.now, None)


def test_a_reply_answers_it_and_a_note_does_not(post: Post) -> None:
    ticket = post.ticket(post.writes(To=LIST))
    does(tickets.note, ticket, "Bo", "Hm")
    assert clock_of(ticket).met_at is None
    post.passes(hours=1)
    does(conversation.reply, ticket, "Bo", "I am on it.")
    assert clock_of(ticket).met_at == post.now
    assert clock_of(ticket).due_at is None


def test_a_critical_one_rings_on_as_it_does_and_the_management_knows(post: Post) -> None:
    ticket = post.ticket(post.writes(Subject="[critical] Down", To=f"support@2n5.example, {LIST}"))
    (page,) = post.pages()
    assert (page.level, page.state) == (0, PageState.OPEN)
    assert len(post.letters(LIST)) == 1
    assert clock_of(ticket).ends_at


def test_a_stranger_raises_no_ticket_of_others_and_is_answered_all_the_same(post: Post) -> None:
    ticket = post.ticket(post.writes())
    came = post.writes(Subject=f"[#{ticket.number}]", To=LIST, sender=EVE)
    first, own = post.tickets()
    assert (came.ticket_id, own.level, first.level) == (own.id, 3, 1)
    assert clock_of(own).ends_at


def test_where_the_last_level_is_mailed_at_the_support_address_no_mail_is_an_escalation(
    post: Post,
) -> None:
    with transaction() as db:
        db.get_one(Policy, 1).levels = [
            {"level": 1, "ring": "all", "ring_for": 25, "repeat": 1, "escalate_after": 60}
        ]
    assert post.ticket(post.writes()).level == 1
