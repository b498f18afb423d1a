"""The timeline of a ticket's page: one for everything, filtered, leaf by leaf, in both languages."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from callflows.turn import Severity
from ivr.database import transaction
from ivr.models import Entry, Message, Ticket
from ivr.services import vocabulary
from ivr.services.tickets import happenings, tickets, timeline
from ivr.services.tickets.timeline import Kind
from tests.console.on_call import NOW
from tests.console.staff import Staff
from tests.console.test_statements import statements

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def ticket(staff: Staff) -> str:
    with transaction() as db:
        return tickets.open_ticket(db, NOW, title="Mute", severity=Severity.MINOR).number


def notes(number: str, count: int, every: int = 60) -> None:
    with transaction() as db:
        found = tickets.find(db, number)
        assert found
        for nth in range(count):
            tickets.note(db, NOW + timedelta(seconds=every * nth), found, "Bo", f"Line {nth};")


def told(page: str) -> list[int]:
    return [int(nth) for nth in re.findall(r">Line (\d+);<", page)]


def test_a_long_story_is_read_leaf_by_leaf_and_no_line_is_lost_or_told_twice(
    staff: Staff, ticket: str
) -> None:
    notes(ticket, 2 * happenings.A_LEAF + 50)
    notes(ticket, 1000, every=0)  # of one moment, which no leaf may cut in two
    path, found = f"/tickets/{ticket}", list[list[int]]()
    while path:
        page = staff.get(path).text
        found.insert(0, told(page))
        earlier = re.findall(r'id="earlier" class="more"><a href="([^"]+)"', page)
        path = earlier[0].replace("&amp;", "&") if earlier else ""
    assert len(found) == 3
    alone = [nth for leaf in found for nth in leaf]
    assert sorted(alone) == sorted([*range(2 * happenings.A_LEAF + 50), *range(1000)])
    assert "Ticket opened" in page, "it is on the last leaf"


@on_sqlite
def test_a_moment_is_found_on_whatever_leaf_it_is(staff: Staff, ticket: str) -> None:
    notes(ticket, 3 * happenings.A_LEAF)
    for nth in (0, 1, happenings.A_LEAF, 2 * happenings.A_LEAF + 1):
        at = (NOW + timedelta(seconds=60 * nth)).isoformat().replace("+", "%2B")
        assert nth in told(staff.get(f"/tickets/{ticket}?at={at}").text)
    newest = told(staff.get(f"/tickets/{ticket}").text)
    assert told(staff.get(f"/tickets/{ticket}?at={at}").text) == newest, "what is there, stays"
    assert told(staff.get(f"/tickets/{ticket}?at=nonsense").text) == newest


@on_sqlite
def test_a_leaf_costs_the_same_however_long_the_story_is(staff: Staff, ticket: str) -> None:
    notes(ticket, happenings.A_LEAF + 10)
    few = statements(f"/tickets/{ticket}")
    notes(ticket, 1000)
    assert len(statements(f"/tickets/{ticket}")) == len(few)


@on_sqlite
def test_the_filter_is_in_the_address(staff: Staff, ticket: str) -> None:
    notes(ticket, 1)
    with transaction() as db:
        id_ = db.scalar(select(Ticket.id).where(Ticket.number == ticket))
        timeline.write(db, Kind.RANG, NOW, ticket_id=id_, technician="Bo", level=1, outcome="busy")
        db.add(Message(key="m", channel="mail", ticket_id=id_, to="ana@acme.example", body="Hello.",
                       subject="About it", written_at=NOW))  # fmt: skip
    shown = {"notes": "Line 0;", "mail": "About it", "calls": "Rang Bo", "system": "Ticket opened"}
    for show in shown:
        page = staff.get(f"/tickets/{ticket}?show={show}").text
        assert [one for one, words in shown.items() if words in page] == [show]
        assert re.search(rf'show={show}" aria-current="true"', page)
    everything = staff.get(f"/tickets/{ticket}").text
    assert all(words in everything for words in shown.values())
    for odd in ("show=x", "before=x", "before=2026-01-01", "before=2026-01-01T00:00:00%2B00:00"):
        assert staff.get(f"/tickets/{ticket}?{odd}").status_code == 200
    filtered = f"/tickets/{ticket}?show=notes"
    kept = staff.submits(filtered, f"/tickets/{ticket}/notes?show=notes", text="Once more")
    assert 'show=notes" aria-current="true"' in kept.text
    assert "Once more" in kept.text
    wrong = staff.submits(filtered, f"/tickets/{ticket}/watch?show=notes", email="nobody")
    assert 'show=notes" aria-current="true"' in wrong.text
    assert f'/tickets/{ticket}/notes?show=notes"' in wrong.text, "and so do its own forms"


def test_every_kind_of_line_has_one_filter_and_a_sentence_in_every_language() -> None:
    told = [kind for kinds in happenings.OF.values() for kind in kinds]
    assert sorted(told) == sorted(Kind)
    gaps = re.compile(r"{(\w+)}")
    english, french = (vocabulary.of(one)["timeline"] for one in vocabulary.LANGUAGES)
    assert [kind for kind in Kind if kind not in english] == []
    for form, sentence in english.items():
        assert set(gaps.findall(sentence)) == set(gaps.findall(french[form])), form
        assert sentence != french[form], form


@on_sqlite
def test_a_french_reader_reads_words_of_ours_in_french_and_what_people_said_as_they_did(
    staff: Staff, ticket: str
) -> None:
    with transaction() as db:
        id_ = db.scalar(select(Ticket.id).where(Ticket.number == ticket))
        about = {"ticket_id": id_}
        passed = [{"name": "Cy", "why": "absent"}, {"name": "Bo", "why": "no phone"}]
        timeline.write(db, Kind.LEVEL_EMPTY, NOW, **about, level=1, passed=passed)
        rang = {"technician": "Bo", "level": 1, "outcome": "failed"}
        timeline.write(db, Kind.RANG, NOW, **about, **rang, cause="connection refused")
        timeline.write(db, Kind.SEVERITY, NOW, **about, severity="major", was="major")
        timeline.write(db, Kind.RESOLVED, NOW, **about, by="staff", how="keypad")
        timeline.write(db, Kind.LEVEL, NOW, **about, level=2, why="He asked for it (Mona)")
        timeline.write(db, Kind.SAID, NOW, **about, by="Ana", channel="portal", text="It is mute.")
    staff.submits(f"/tickets/{ticket}", "/language", language="fr-CA")
    page = staff.reads(f"/tickets/{ticket}")
    for sentence in (
        "Niveau 1 sauté, personne de garde n’est joignable : Cy (absent), Bo (sans téléphone)",
        "Appel à Bo (niveau 1) : n'a pas pu être appelé (connexion refusée)",
        "Gravité selon le client : majeur 10:20:00",
        "Résolu par l’équipe (au clavier)",
        "Mis au niveau 2 : He asked for it (Mona)",
        "Ana, par portail It is mute.",
        "Client inconnu",
        "Personne n’est appelé pour ce billet.",
    ):
        assert sentence in page, sentence
    with transaction() as db:
        lines = [timeline.sentence(one) for one in db.scalars(select(Entry).order_by(Entry.id))]
    assert lines[-1] == "Ana by portal: It is mute."
