"""Tickets go to a team by rules that are data, and in it to whose turn it is."""

import pytest
from sqlalchemy.orm import Session

from callflows.turn import Severity
from ivr.models import AssignmentRule, Customer, Team, Technician, Ticket
from ivr.services.tickets import assignment, intake, tickets
from ivr.services.tickets.assignment import Member, choose
from ivr.services.tickets.timeline import Kind
from tests.services.people import NOW, on_call, organization, technician, told


@pytest.mark.parametrize(
    ("members", "chosen"),
    [
        ([], None),
        ([Member(1, False, 5), Member(2, False, 3)], 2),
        ([Member(1, True, 5), Member(2, False, 0)], 1),
        ([Member(1, True, 5), Member(2, True, 4)], 2),
        ([Member(2, True, 4), Member(1, True, 4)], 1),
    ],
)
def test_who_is_on_call_comes_first_then_who_has_the_least(
    members: list[Member], chosen: int | None
) -> None:
    assert choose(members) == chosen


def rule(**given: object) -> AssignmentRule:
    return AssignmentRule(**({"words": []} | given))


@pytest.mark.parametrize(
    ("given", "fits"),
    [
        ({}, True),
        ({"severity": "major"}, True),
        ({"severity": "minor"}, False),
        ({"customer_id": 7}, True),
        ({"customer_id": 8}, False),
        ({"category": "voice"}, True),
        ({"category": "data"}, False),
        ({"words": ["fax", "TRUNK"]}, True),
        ({"words": ["fax"]}, False),
        ({"severity": "major", "words": ["fax"]}, False),
    ],
)
def test_a_rule_fits_when_all_of_it_does(given: dict[str, object], fits: bool) -> None:
    ticket = Ticket(title="SIP trunk down", severity="major", customer_id=7, category="voice")
    assert assignment.fits(rule(**given), ticket) is fits


@pytest.fixture
def voice(db: Session) -> Team:
    organization(db)
    people = [technician(db, "Bo", 1), technician(db, "Di", 2)]
    on_call(db, 2, [])
    team = Team(name="Voice", members=people)
    db.add(team)
    db.flush()
    return team


def taken(db: Session, title: str = "SIP trunk down") -> Ticket:
    customer = db.query(Customer).first() or Customer(name="Acme")
    db.add(customer)
    db.flush()
    return intake.take(db, NOW, title=title, severity=Severity.MAJOR, customer=customer)


def test_the_first_rule_that_fits_assigns(db: Session, voice: Team) -> None:
    other = Team(name="Data", members=[])
    db.add(other)
    db.flush()
    db.add(AssignmentRule(position=1, words=["sip"], team_id=voice.id))
    db.add(AssignmentRule(position=0, words=["wifi"], team_id=other.id))
    ticket = taken(db)
    assert (ticket.team, ticket.assignee and ticket.assignee.name) == (voice, "Bo")
    assert told(db, ticket, Kind.ASSIGNED) == ["Assigned to Bo, Voice (by rule)"]
    empty = taken(db, "WiFi is slow")
    assert (empty.team, empty.assignee) == (other, None)


def test_without_a_rule_nobody_is_assigned(db: Session, voice: Team) -> None:
    ticket = taken(db)
    assert (ticket.team, ticket.assignee) == (None, None)


def test_where_nobody_of_the_team_is_on_call_the_least_loaded_gets_it(
    db: Session, voice: Team
) -> None:
    on_call(db, 1, [])
    db.add(AssignmentRule(position=0, words=[], team_id=voice.id))
    names = [taken(db).assignee.name for _ in range(4)]
    assert names == ["Bo", "Di", "Bo", "Di"]


def test_by_hand_to_a_person_or_to_nobody(db: Session, voice: Team) -> None:
    ticket = taken(db)
    di = db.query(Technician).filter_by(name="Di").one()
    assert assignment.to(db, NOW, ticket, None, di, "Bo")
    assert not assignment.to(db, NOW, ticket, None, di, "Bo"), "twice changes nothing"
    assert assignment.to(db, NOW, ticket, None, None, "Bo")
    assert told(db, ticket, Kind.ASSIGNED) == ["Assigned to Di (Bo)", "Assigned to nobody (Bo)"]


def test_an_accepting_technician_has_the_ticket(db: Session, voice: Team) -> None:
    from ivr.services.paging import paging

    ticket = taken(db)
    tickets.change_severity(db, NOW, ticket, Severity.CRITICAL, "Bo")
    page = paging.open_page(db, NOW, ticket)
    paging.accept(db, NOW, page.id, voice.members[1])
    db.flush()
    assert ticket.assignee is voice.members[1]
    assert ticket.status == "open"


def test_the_category_asks_the_rules_again_where_nobody_has_it(db: Session, voice: Team) -> None:
    from ivr.services.tickets import relations

    db.add(AssignmentRule(position=0, category="voice", words=[], team_id=voice.id))
    ticket = taken(db)
    assert ticket.team is None
    relations.categorize(db, NOW, ticket, "billing", "Di")
    assert ticket.team is None
    relations.categorize(db, NOW, ticket, "voice", "Di")
    assert (ticket.team, ticket.assignee and ticket.assignee.name) == (voice, "Bo")
    assert told(db, ticket, Kind.CATEGORIZED)[-1] == "Di said what it is about: voice"
