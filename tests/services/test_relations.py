"""Duplicates, links, watchers, tags."""

import pytest
from sqlalchemy.orm import Session

from callflows.turn import Severity
from ivr.models import Contact, PageState, Status, Ticket
from ivr.services.paging import paging
from ivr.services.tickets import intake, relations
from ivr.services.tickets.relations import NotPossibleError
from ivr.services.tickets.timeline import Kind
from tests.services.people import NOW, held_call, organization, technician, told


@pytest.fixture(autouse=True)
def _people(db: Session) -> None:
    organization(db)
    technician(db, "Bo", 1)


def taken(db: Session, email: str, severity: Severity = Severity.MINOR) -> Ticket:
    contact = Contact(name=email.partition("@")[0], email=email)
    db.add(contact)
    db.flush()
    return intake.take(db, NOW, title="Slow", severity=severity, contact=contact)


def test_whoever_a_duplicate_was_about_watches_the_other(db: Session) -> None:
    one, other = taken(db, "ana@acme.example"), taken(db, "tom@acme.example")
    relations.watch(db, NOW, one, "Boss@acme.example")
    assert relations.merge(db, NOW, one, other, "Bo") is other
    assert relations.watchers(db, other) == ["ana@acme.example", "boss@acme.example"]
    assert one.status == Status.CLOSED
    assert told(db, other, Kind.MERGED) == [f"Bo merged {one.number} into {other.number}"]
    assert relations.survivor(db, one) is other


def test_the_page_of_a_duplicate_goes_on_for_the_other_with_its_caller(db: Session) -> None:
    one = taken(db, "ana@acme.example", Severity.CRITICAL)
    other = taken(db, "tom@acme.example")
    page, call = paging.latest(db, one.id), held_call(db, one)
    assert page
    page.call_id = call.id
    relations.merge(db, NOW, one, other, "Bo")
    assert page.state == PageState.CLOSED
    fresh = paging.latest(db, other.id)
    assert fresh
    assert (fresh.state, fresh.call_id) == (PageState.OPEN, call.id)
    assert other.severity == Severity.CRITICAL


def test_a_chain_of_duplicates_ends_at_the_last_one(db: Session) -> None:
    one, two, three = (taken(db, f"{n}@acme.example") for n in "abc")
    relations.merge(db, NOW, one, two, "Bo")
    relations.merge(db, NOW, two, three, "Bo")
    assert relations.survivor(db, one) is three
    with pytest.raises(NotPossibleError):
        relations.merge(db, NOW, three, one, "Bo")
    assert three.merged_into_id is None


def test_a_link_is_one_for_both_and_made_once(db: Session) -> None:
    one, other = taken(db, "ana@acme.example"), taken(db, "tom@acme.example")
    relations.link(db, NOW, other, one, "Bo")
    relations.link(db, NOW, one, other, "Bo")
    assert relations.linked(db, one) == [other]
    assert relations.linked(db, other) == [one]
    assert told(db, one, Kind.LINKED) == [f"Bo linked it with {other.number}"]


def test_a_watcher_watches_once_and_the_contact_not_at_all(db: Session) -> None:
    one = taken(db, "ana@acme.example")
    for email in ("boss@acme.example", " BOSS@acme.example", "ana@acme.example"):
        relations.watch(db, NOW, one, email)
    assert relations.watchers(db, one) == ["boss@acme.example"]


def test_tags_are_small_and_each_once(db: Session) -> None:
    one = taken(db, "ana@acme.example")
    relations.tag(db, NOW, one, [" SIP ", "sip", "", "Night  Shift"], "Bo")
    assert one.tags == ["sip", "night shift"]
    relations.tag(db, NOW, one, ["sip", "night shift"], "Bo")
    assert len(told(db, one, Kind.TAGGED)) == 1
