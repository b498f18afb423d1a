"""A senior takes over a conversation that is under way: the customer is never dropped, and until the
new one has pressed 1 nothing changes for the two who talk.
"""

from typing import Any

import pytest
from sqlalchemy import select

from ivr.database import reading
from ivr.models import AuditLine
from ivr.phone.client import Carrier
from tests.stories.line import Line
from tests.stories.test_from_the_console import ALONE, press, told
from tests.stories.test_reaching_a_technician import hold, page

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""Where the engine does not matter."""


@pytest.fixture
def talk(line: Line) -> Any:
    """Ana talks to Bo."""
    line.world(on_call=ALONE)
    ana, bo = hold(line), line.technician("Bo Chan")
    bo.answer()
    line.passes(3)
    bo.press("1")
    line.until(lambda: ana.talking_to)
    line.passes(20)
    return ana


def takes_over(line: Line, by: str = "Cy Roy") -> Any:
    """Whose phone is answered, and says what it is about."""
    page_of_bo = line.ticket()["pages"][0]["id"]
    answer = press(f"/now/{page_of_bo}/over", by)
    assert answer.status_code == 200, told(answer)
    line.passes(2)
    phone = line.technician(by)
    assert phone.ringing
    phone.answer()
    line.passes(8)
    return phone


def unchanged(ana: Any, bo: Any) -> bool:
    return (ana.talking_to, bo.talking_to) == (["Bo Chan"], ["Ana Roy"])


def test_who_presses_1_has_the_customer_and_who_talked_is_let_go(line: Line, talk: Any) -> None:
    bo = line.technician("Bo Chan")
    cy = takes_over(line)
    assert "Bo Chan is on the line with the customer" in " ".join(cy.said)
    assert unchanged(talk, bo), "not before 1"
    rung = line.rings()
    cy.press("1")
    line.until(lambda: talk.talking_to == ["Cy Roy"], within=15)
    assert "Cy Roy takes over your call. One moment, please." in talk.said
    assert talk.said[-1] == "Here is Cy Roy. This call is recorded."
    line.until(lambda: not bo.in_call, within=15)
    assert bo.said[-1] == "Cy Roy has taken the call over. Thank you. Goodbye."
    ticket = line.ticket()
    assert (page(line)["state"], page(line)["accepted_by"]) == ("accepted", "Cy Roy")
    assert ticket["assignee"] == "Cy Roy"
    over = [one["data"] for one in ticket["entries"] if one["kind"] == "taken-over"]
    assert over == [{"technician": "Cy Roy", "other": "Bo Chan"}]
    with reading() as db:
        deeds = db.scalars(select(AuditLine).where(AuditLine.by == "Cy Roy")).all()
        assert [(one.about, one.data) for one in deeds] == [
            ("ticket-4411", {"deed": "conversation"})
        ]
    line.passes(300)
    assert line.rings() == rung, "nobody else is needed"
    talk.hang_up()
    line.until(lambda: cy.expects == "keys", within=10)
    assert "dictate a note" in cy.said[-1]
    line.passes(2)
    conversations = [one for one in line.ticket()["recordings"] if one["kind"] == "conversation"]
    assert len(conversations) == 2, "one of each"


@on_sqlite
@pytest.mark.parametrize("habit", ["", "voicemail"])
def test_who_does_not_press_1_changes_nothing(line: Line, talk: Any, habit: str) -> None:
    bo, cy = line.technician("Bo Chan"), line.technician("Cy Roy")
    cy.habit = habit or cy.habit
    press(f"/now/{page(line)['id']}/over", "Cy Roy")
    line.passes(120)
    assert not cy.in_call
    assert unchanged(talk, bo)
    assert page(line)["state"] == "closed"
    assert line.kinds().count("not-taken-over") == 1
    talk.hang_up()
    line.until(lambda: bo.expects == "keys", within=10)
    assert "dictate a note" in bo.said[-1], "it is still Bo's"
    line.passes(300)
    assert line.rings() == ["Bo Chan", "Cy Roy"]


@on_sqlite
@pytest.mark.parametrize("after", [0.0, 0.4, 4.0])
def test_who_hangs_up_just_after_1_leaves_nobody_in_silence(
    line: Line, talk: Any, after: float
) -> None:
    """Before the customer comes, on their way, or while they hear who it is."""
    bo, cy = line.technician("Bo Chan"), takes_over(line)
    cy.press("1")
    if after:
        line.passes(after)
    cy.hang_up()
    line.passes(12)
    assert talk.in_call
    if unchanged(talk, bo):
        return
    line.until(lambda: bo.ringing, within=60)
    bo.answer()
    line.passes(4)
    bo.press("1")
    line.until(lambda: talk.talking_to == ["Bo Chan"], within=20)


@on_sqlite
def test_the_customer_hangs_up_on_the_way(line: Line, talk: Any) -> None:
    cy = takes_over(line)
    cy.press("1")
    talk.hang_up()
    line.until(lambda: cy.expects == "keys", within=40)
    assert "The caller has hung up" in " ".join(cy.said[-2:])
    cy.press("1")
    line.until(lambda: talk.ringing)


@on_sqlite
def test_who_talked_hangs_up_on_the_way_and_the_customer_is_put_through(
    line: Line, talk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    bo, cy = line.technician("Bo Chan"), takes_over(line)
    with monkeypatch.context() as patch:  # the carrier is not asked yet
        patch.setattr(Line, "attend", lambda self, rows: None)
        patch.setattr(Line, "work", lambda self: self.exchange.settle())
        cy.press("1")
        line.exchange.settle()
        bo.hang_up()
        line.exchange.settle()
    line.until(lambda: talk.talking_to == ["Cy Roy"], within=20)
    line.passes(60)
    assert talk.talking_to == ["Cy Roy"]


@on_sqlite
def test_who_talked_hangs_up_while_the_phone_rings_and_the_customer_is_served(
    line: Line, talk: Any
) -> None:
    bo, cy = line.technician("Bo Chan"), takes_over(line)
    bo.hang_up()
    line.until(lambda: talk.expects == "keys", within=10)
    cy.press("1")
    line.passes(1)
    talk.press("1")
    line.until(lambda: talk.talking_to == ["Cy Roy"], within=30)


@on_sqlite
def test_of_two_at_once_one_takes_over(line: Line, talk: Any) -> None:
    line.world(on_call=ALONE)
    cy = takes_over(line)
    answer = press(f"/now/{line.ticket()['pages'][0]['id']}/over", "Di Wu")
    assert answer.status_code == 409
    assert "Somebody takes this conversation over already." in told(answer)
    assert press(f"/now/{page(line)['id']}/over", "Di Wu").status_code == 409, "nor from Cy"
    cy.press("1")
    line.until(lambda: talk.talking_to == ["Cy Roy"], within=15)
    di = takes_over_from(line, "Di Wu")
    di.press("1")
    line.until(lambda: talk.talking_to == ["Di Wu"], within=15)
    assert cy.said[-1] == "Di Wu has taken the call over. Thank you. Goodbye."


def takes_over_from(line: Line, by: str) -> Any:
    answer = press(f"/now/{page(line)['id']}/over", by)
    assert answer.status_code == 200, told(answer)
    line.passes(2)
    phone = line.technician(by)
    phone.answer()
    line.passes(8)
    return phone


class DiedError(Exception):
    """Stands for a worker that was killed."""


@on_sqlite
def test_a_worker_that_dies_while_it_asks_for_the_customer_costs_seconds(
    line: Line, talk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    bo, cy, bring = line.technician("Bo Chan"), takes_over(line), Carrier.bring
    died = list[bool]()

    def dies(self: Carrier, sid: str, turn: int, language: str) -> Any:
        if not died:  # before it was asked, or after
            died.append(True)
            raise DiedError
        return bring(self, sid, turn, language)

    monkeypatch.setattr(Carrier, "bring", dies)
    cy.press("1")
    with pytest.raises(DiedError):
        line.passes(1)
    assert unchanged(talk, bo)
    line.until(lambda: talk.talking_to == ["Cy Roy"], within=20)


@on_sqlite
def test_who_calls_about_the_same_ticket_meanwhile_is_rung_for(line: Line, talk: Any) -> None:
    """And whoever was to take over is there for them instead."""
    eve = line.customer("+14165550133", "Eve")
    cy = takes_over(line)
    eve.dial()
    line.passes(4)
    eve.press("4411#")
    line.passes(3)
    eve.press("1")
    line.passes(4)
    assert page(line)["state"] == "open"
    cy.press("1")
    line.until(lambda: eve.talking_to == ["Cy Roy"], within=30)
    assert unchanged(talk, line.technician("Bo Chan"))


@on_sqlite
def test_what_is_no_conversation_is_not_taken_over(line: Line, talk: Any) -> None:
    bo, of_bo = line.technician("Bo Chan"), page(line)["id"]
    assert "It is you who talks" in told(press(f"/now/{of_bo}/over", "Bo Chan"))
    shown = told(press(f"/now/{of_bo}/over", "Cy Roy"))
    assert "Your phone rings now" in shown
    assert "Cy Roy takes over from Bo Chan" in shown
    press(f"/now/{page(line)['id']}/close", "Bo Chan")
    line.passes(3)
    assert not line.technician("Cy Roy").in_call
    assert unchanged(talk, bo)
    talk.hang_up()
    line.passes(2)
    assert press(f"/now/{of_bo}/over", "Cy Roy").status_code == 409
