"""What staff do to a ticket from its page, and what they are told when it cannot be done."""

import re

import pytest

from ivr.database import transaction
from ivr.models import CannedReply, Layer, Team, Technician
from ivr.services.tickets import clocks
from ivr.services.tickets import tickets as all_tickets
from tests.console.test_pages import get, post, words
from tests.stories.line import Line

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""What lies behind the forms is tested on both databases, in tests/services."""


def act(name: str, number: str = "4411", **form: str) -> str:
    return words(post(f"/tickets/{number}/{name}", **form))


def refused(name: str, **form: str) -> str:
    answer = post(f"/tickets/4411/{name}", **form)
    assert answer.status_code == 422
    return re.findall(r'role="alert">([^<]+)<', answer.text)[0]


def sent(line: Line) -> list[tuple[str, str]]:
    messages = line.ticket()["messages"]
    return [(one["to"], one["subject"]) for one in messages if one["channel"] == "mail"]


def test_a_reply_goes_to_the_customer_and_answers(line: Line) -> None:
    told = act("replies", text="We are <looking>.", by="Bo Chan")
    assert "Bo Chan to the customer &lt;looking&gt;" in told or "We are &lt;looking&gt;." in told
    assert sent(line) == [("ana@acme.example", "[#4411] SIP trunk down")]
    assert line.ticket()["clocks"]["response"]["met_at"]
    assert line.ticket()["status"] == "open"


def test_a_question_waits_for_the_customer(line: Line) -> None:
    told = act("questions", text="Which phone?", by="Bo Chan")
    assert "waiting" in told
    assert "Solution due paused" in told
    assert sent(line)[0][1] == "[#4411] A question about your ticket: SIP trunk down"


def test_who_acts_is_remembered_and_a_stranger_is_just_staff(line: Line) -> None:
    answer = post("/tickets/4411/notes", text="One", by="Bo Chan")
    assert "by=" in answer.history[0].headers["Set-Cookie"]
    assert "Note by Bo Chan" in words(answer)
    assert "Note by staff" in act("notes", text="Two", by="Mallory")


def test_a_ticket_is_assigned_to_a_person_a_team_or_nobody(line: Line) -> None:
    with transaction() as db:
        bo = db.query(Technician).filter_by(name="Bo Chan").one()
        db.add(Team(name="Voice", members=[bo]))
        db.flush()
        team, person = db.query(Team).one().id, bo.id
    assert "Assigned to Bo Chan (staff)" in act("assign", to=f"person-{person}")
    assert sent(line) == [
        ("bo@2n5.example", "[#4411] Yours now: SIP trunk down"),
        ("ana@acme.example", "[#4411] Bo Chan has your ticket: SIP trunk down"),
    ]
    assert "Assigned Bo Chan, Voice" in act("assign", to=f"team-{team}")
    assert "Assigned to nobody" in act("assign", to="")
    for odd in ("person-999", "team-x", "king"):
        assert refused("assign", to=odd) == "There is no such team or person."


def test_critical_rings_and_less_does_not(line: Line) -> None:
    act("severity", severity="major")
    line.passes(5)
    assert line.rings() == []
    told = act("severity", severity="critical", by="Bo Chan")
    assert "Bo Chan made it critical (it was major)" in told
    line.until(line.rings)
    assert refused("severity", severity="awful").startswith("The severity is")


def test_a_level_is_moved_with_its_reason(line: Line) -> None:
    act("severity", severity="major")
    assert "Moved to level 2: needs a specialist (staff)" in act(
        "level", level="2", why="needs a specialist"
    )
    assert sent(line) == [("cy@2n5.example", "[#4411] Yours now: SIP trunk down")]
    assert refused("level", level="2", why=" ").startswith("Say why")
    assert refused("level", level="7", why="x") == "There is no such level."
    act("severity", severity="critical")
    act("level", level="2", why="needs a specialist")
    line.until(lambda: "Cy Roy" in line.rings())


def test_a_resolved_ticket_is_opened_again(line: Line) -> None:
    act("resolve", by="Bo Chan")
    assert "Resolved by Bo Chan (staff page)" in words(get("/tickets/4411"))
    assert "Ticket reopened" in act("reopen")
    assert line.ticket()["status"] == "open"


def test_a_duplicate_is_merged_and_the_other_rings_in_its_place(line: Line) -> None:
    act("severity", severity="critical")
    line.until(line.rings)
    assert "staff merged 4411 into 42" in act("merge", other="42")
    assert line.ticket("4411")["status"] == "closed"
    other = line.ticket("42")
    assert (other["severity"], other["pages"][0]["state"]) == ("critical", "open")
    assert "Duplicate 4411" in words(get("/tickets/42"))
    assert "Merged into 42" in words(get("/tickets/4411"))
    assert refused("merge", other="42").startswith("That is not possible")
    assert refused("merge", other="99999") == "There is no ticket 99999."


def test_who_keys_a_duplicate_gets_the_ticket_it_was_merged_into(line: Line) -> None:
    act("merge", other="42")
    ana = line.customer()
    ana.dial()
    line.passes(4)
    ana.press("4411#")
    line.passes(2)
    ana.press("1")
    line.until(line.rings)
    assert line.ticket("42")["severity"] == "critical"
    assert line.ticket("4411")["status"] == "closed"


def test_tickets_are_linked_tagged_and_watched(line: Line) -> None:
    assert "Linked 42" in act("link", other="42")
    assert "Linked 4411" in words(get("/tickets/42"))
    assert refused("link", other="4411").startswith("That is not possible")
    assert "Tags sip, night shift" in act("tags", tags="SIP, night  shift,, sip")
    assert "Category voice" in act("category", category=" voice ")
    assert "Copies go to boss@acme.example" in act("watch", email="Boss@acme.example")
    assert refused("watch", email="nobody") == "nobody is no e-mail address."
    act("replies", text="Done.")
    assert [to for to, _ in sent(line)] == ["boss@acme.example", "ana@acme.example"]


def test_a_canned_text_is_put_after_what_is_written_already(line: Line) -> None:
    with transaction() as db:
        db.add(CannedReply(name="Hello", language="fr-CA", text="Bonjour,\nnous regardons."))
        db.flush()
        id_ = db.query(CannedReply).one().id
    assert "Hello (French)" in words(get("/tickets/4411"))
    answer = post("/tickets/4411/canned", canned=str(id_), text="Half a thought ")
    assert "Half a thought\n\nBonjour,\nnous regardons.</textarea>" in answer.text
    assert sent(line) == []
    for odd in ("x", "999", "-1"):
        assert refused("canned", canned=odd, text="kept") == "There is no such text."


def test_what_cannot_be_done_is_told_and_the_text_is_kept(line: Line) -> None:
    act("resolve")
    assert (
        refused("severity", severity="x", text="kept")
        == "The severity is critical, major or minor."
    )
    answer = post("/tickets/4411/severity", severity="x", text="Half a thought")
    assert "Half a thought</textarea>" in answer.text


def test_the_page_tells_when_the_solution_is_due(line: Line) -> None:
    with transaction() as db:
        db.query(Layer).delete()
        ticket = all_tickets.find(db, "4411")
        assert ticket
        assert clocks.of(db, ticket.id)
    assert "Solution due Tue 24 Nov, 11:00" in words(get("/tickets/4411"))
