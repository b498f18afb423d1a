"""Staff act on what is live from the first page: they are put through on their own phone, and call
customers back. An unexpected ring fails a story as much as a missing one.
"""

import re
from html import unescape
from typing import Any

import pytest
import requests
from sqlalchemy import select, update

from ivr.database import reading, transaction
from ivr.models import Contact, Leg, Page, Technician
from ivr.services.paging import paging
from ivr.services.tickets import tickets
from ivr.settings import settings
from tests.stories.line import WORLD, Line
from tests.stories.test_reaching_a_technician import hold, page

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""What lies behind it is tested on both databases, in tests/services."""
ALONE = {"level_1": ["bo@2n5.example"], "level_2": ["cy@2n5.example"]}


@pytest.fixture
def held(line: Line) -> Any:
    line.world(on_call=ALONE)
    return hold(line)


def press(path: str, by: str, page_of: str = "/", **form: str) -> requests.Response:
    shown = requests.get(f"{settings().own_url}{page_of}", cookies={"by": by}, timeout=60).text
    token = re.findall(r'name="token" value="([^"]+)"', shown.partition("<main")[2])[0]
    filled = {"token": token, "by": by, **form}
    return requests.post(f"{settings().own_url}{path}", data=filled, timeout=60)


def does(act: str, by: str, number: str = "4411") -> requests.Response:
    with reading() as db:
        ticket = tickets.find(db, number)
        assert ticket
        live = db.scalars(select(Page).where(Page.ticket_id == ticket.id)).all()[-1]
    return press(f"/now/{live.id}/{act}", by)


def calls(by: str, number: str = "4411", **form: str) -> requests.Response:
    path = f"/tickets/{number}/call"
    return press(path, by, path, **{"to": "file", **form})


def told(answer: requests.Response) -> str:
    return unescape(" ".join(re.sub(r"<[^>]+>", " ", answer.text.partition("<main")[2]).split()))


def test_who_accepts_is_rung_and_put_through_by_1(line: Line, held: Any) -> None:
    cy = line.technician("Cy Roy")
    assert "Your phone rings now. Answer it, and press 1." in told(does("accept", "Cy Roy"))
    line.passes(2)
    assert not line.technician("Bo Chan").ringing
    assert cy.ringing
    assert "Cy Roy has it, and their phone rings" in told(does("close", "Bo Chan"))
    cy.answer()
    line.passes(4)
    assert not held.talking_to, "not before 1"
    assert any("Ticket 4 4 1 1 is yours" in one for one in cy.said)
    cy.press("1")
    line.until(lambda: held.talking_to)
    assert (page(line)["state"], page(line)["accepted_by"]) == ("accepted", "Cy Roy")
    line.passes(300)
    assert line.rings() == ["Bo Chan", "Cy Roy"]
    assert not cy.texts, "who accepted is not asked to"


def test_a_voicemail_that_picks_up_for_the_acceptor_is_not_put_through(
    line: Line, held: Any
) -> None:
    line.technician("Cy Roy").habit = "voicemail"
    does("accept", "Cy Roy")
    line.passes(60)
    assert not held.talking_to
    assert page(line)["state"] == "open", "the page rings again"
    assert line.rings().count("Bo Chan") > 1


def test_the_next_level_and_ring_now_keep_the_caller(line: Line, held: Any) -> None:
    assert does("ring", "Di Wu").status_code == 409, "phones ring already"
    assert "The next level is being rung." in told(does("next", "Di Wu"))
    line.passes(3)
    cy = line.technician("Cy Roy")
    assert cy.ringing
    assert line.ticket()["level"] == 2
    line.passes(240)
    assert page(line)["level"] == 3
    rung = len(line.rings())
    assert does("ring", "Di Wu").status_code == 200
    assert line.rings()[rung:] == [], "management is mailed at once, and nobody is rung"
    assert does("close", "Di Wu").status_code == 409, "a caller holds"
    does("accept", "Bo Chan")
    line.passes(2)
    line.technician("Bo Chan").answer()
    line.passes(3)
    line.technician("Bo Chan").press("1")
    line.until(lambda: held.talking_to)


def test_who_does_nothing_about_a_page_is_taken_over_from(line: Line, held: Any) -> None:
    bo, cy = line.technician("Bo Chan"), line.technician("Cy Roy")
    does("accept", "Bo Chan")
    line.passes(3)
    assert bo.ringing
    does("over", "Cy Roy")
    line.passes(3)
    assert not bo.ringing
    cy.answer()
    line.passes(3)
    cy.press("1")
    line.until(lambda: held.talking_to)
    assert page(line)["accepted_by"] == "Cy Roy"
    assert "taken-over" in line.kinds()
    assert does("over", "Cy Roy").status_code == 409, "it is Cy who talks"


def test_a_page_whose_caller_left_is_accepted_and_called_back(line: Line, held: Any) -> None:
    held.hang_up()
    line.passes(3)
    answer = does("accept", "Cy Roy")
    assert answer.url.endswith("/tickets/4411/call")
    assert calls("Bo Chan").status_code == 409, "Cy has it"
    calls("Cy Roy")
    line.passes(2)
    cy = line.technician("Cy Roy")
    assert not line.technician("Bo Chan").ringing
    cy.answer()
    line.passes(4)
    assert not held.ringing, "not before 1"
    cy.press("1")
    line.until(lambda: held.ringing)
    held.answer()
    line.passes(8)
    assert held.talking_to
    does("close", "Bo Chan")
    line.passes(600)
    assert held.talking_to, "nothing ends a conversation"
    cy.hang_up()
    line.passes(5)
    assert line.rings() == ["Bo Chan", "Cy Roy"]


def test_a_customer_is_called_though_nobody_is_summoned(line: Line) -> None:
    line.world(on_call=ALONE)
    cy, ana = line.technician("Cy Roy"), line.customer()
    assert calls("Cy Roy").url.endswith("/?done=ringing")
    assert calls("Bo Chan").status_code == 409, "one at a time"
    line.passes(2)
    cy.answer()
    line.passes(4)
    cy.press("1")
    line.until(lambda: ana.ringing)
    ana.answer()
    line.passes(10)
    assert ana.talking_to
    cy.hang_up()
    line.passes(5)
    assert "called-back" in line.kinds()
    assert line.ticket()["clocks"]["response"]["met_at"]
    line.passes(400)
    assert line.rings() == ["Cy Roy"]
    assert line.mails() == []


def test_a_call_back_that_comes_to_nothing_summons_nobody(line: Line) -> None:
    line.world(on_call=ALONE)
    calls("Cy Roy")
    line.passes(200)
    line.technician("Cy Roy").habit = "voicemail"
    calls("Cy Roy")
    line.passes(900)
    assert line.rings() == ["Cy Roy", "Cy Roy"]
    assert line.kinds().count("not-reached") == 2
    assert line.mails() == []
    assert page(line)["state"] == "closed"


def test_who_calls_in_meanwhile_makes_it_a_page_for_everybody(line: Line) -> None:
    line.world(on_call=ALONE)
    calls("Cy Roy")
    line.passes(1)
    hold(line)
    assert (page(line)["state"], page(line)["accepted_by"]) == ("open", None)


def test_nothing_is_dialled_that_is_not_on_file_or_has_not_called(line: Line) -> None:
    line.world(on_call=ALONE)
    assert calls("Cy Roy", to="+19005550199").status_code == 409
    assert calls("Cy Roy", phone="+15145550999").status_code == 409
    assert calls("").status_code == 422
    assert calls("Cy Roy", number="42").status_code == 409, "no number on file"
    with transaction() as db:
        db.execute(update(Contact).values(phone="+19005550199"))
    assert calls("Cy Roy").status_code == 409, "it costs whoever calls it"
    line.passes(5)
    assert line.rings() == []
    with reading() as db:
        assert db.scalars(select(Leg)).all() == []
        assert paging.live_page(db, 1) is None


def test_a_phone_is_rung_at_its_owners_wish_no_more_often_than_at_others(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    line.world(on_call=ALONE)
    monkeypatch.setenv("RINGS_AN_HOUR", "2")
    settings.cache_clear()
    for _ in range(2):
        assert calls("Cy Roy").status_code == 200
        line.passes(120)
    assert calls("Cy Roy").status_code == 409
    assert line.rings() == ["Cy Roy", "Cy Roy"]


def test_who_has_no_phone_cannot_be_put_through(line: Line, held: Any) -> None:
    with transaction() as db:
        cy = db.scalars(select(Technician).where(Technician.name == "Cy Roy")).one()
        cy.phones.clear()
    assert "no phone of yours" in told(does("accept", "Cy Roy"))
    assert page(line)["state"] == "open"


def test_the_number_that_called_is_offered_and_dialled(line: Line) -> None:
    line.world(on_call=ALONE, tickets=[*WORLD["tickets"]])
    eve = line.customer("+14165550133", "Eve")
    eve.dial()
    line.passes(4)
    eve.press("42#")
    line.passes(3)
    eve.press("3")
    line.passes(6)
    eve.hang_up()
    line.passes(2)
    path = "/tickets/42/call"
    shown = requests.get(f"{settings().own_url}{path}", cookies={"by": "Cy Roy"}, timeout=60)
    assert "+1 416-555-0133" in told(shown)
    calls("Cy Roy", "42", to=re.findall(r'value="(call-\d+)"', shown.text)[0])
    line.passes(2)
    cy = line.technician("Cy Roy")
    cy.answer()
    line.passes(4)
    cy.press("1")
    line.until(lambda: eve.ringing)
