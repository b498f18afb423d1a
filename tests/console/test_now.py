"""The first page: who calls and at which step, who is needed, who is on call, what is due, whether
the system is well. However much goes on, it asks the database just as often.
"""

import re
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import update

from callflows.steps import STEPS
from ivr import clock
from ivr.console import tongue
from ivr.database import transaction
from ivr.models import Call, CheckState, PageState, Technician
from ivr.services import due
from ivr.services.sureness import checks
from ivr.services.tickets import clocks
from ivr.services.tickets import tickets as all_tickets
from tests.console.test_pages import calls, get, words
from tests.console.test_statements import opened, people, statements, summoned
from tests.services.people import NOW, held_call
from tests.stories.line import Line

__all__ = ["people"]
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def keys(line: Line, who: Any, *pressed: str) -> None:
    for one in pressed:
        who.press(one)
        line.passes(3)


@on_sqlite
def test_it_tells_who_calls_at_which_step_and_whom_we_ring(line: Line) -> None:
    assert "Nobody calls, and nobody is needed" in words(get("/"))
    eve = line.customer("+14165550133", "Eve")
    eve.dial()
    line.passes(4)
    assert "Nobody waits for an answer. 1 caller is on the line." in words(get("/"))
    assert re.search(r"\+1 416-555-0133 is keying the ticket \d s", words(get("/")))
    keys(line, eve, "42#")
    assert "Acme keyed the ticket, is choosing severity 42" in words(get("/"))
    eve.hang_up()
    calls(line)
    line.passes(9)
    now = words(get("/"))
    assert "One critical page is unanswered 1 caller is on the line." in now
    assert "4411 SIP trunk down Acme critical summoned for 9 s" in now
    assert re.search(r"Nobody has it. Ringing Bo Chan and Di Wu \(level 1\). Level 2 in \d+ s", now)
    assert re.search(r"☎?\s?Ana Roy is holding \d s Accept Next level", now)
    line.technician("Bo Chan").answer()
    line.passes(3)
    assert "Bo Chan has picked up. Ringing Di Wu (level 1)." in words(get("/"))
    line.passes(300)
    now = words(get("/"))
    assert "Nobody has it. Mail goes to escalation@2n5.example (level 3). Next mail in" in now
    assert "Ring now" in now


@on_sqlite
def test_nobody_on_call_and_people_without_a_phone_are_pointed_out(line: Line) -> None:
    assert "Level 1 Bo Chan Di Wu Level 2 Cy Roy Level 3 Mail to escalation@2n5.example" in words(
        get("/")
    )
    line.world(on_call={"level_1": ["bo@2n5.example"], "level_2": []})
    with transaction() as db:
        bo = db.query(Technician).filter_by(name="Bo Chan").one()
        bo.phones.clear()
    assert "Level 1 Bo Chan has no phone Level 2 Nobody" in words(get("/"))


@on_sqlite
def test_it_tells_what_is_due_soon_and_what_is_late(line: Line) -> None:
    assert "4411 SIP trunk down major first response in 30 min" in words(get("/"))
    line.exchange.advance(31 * 60)
    now = words(get("/"))
    assert "4411 SIP trunk down major first response late by 1 min" in now
    with transaction() as db:
        ticket = all_tickets.find(db, "4411")
        assert ticket
        clocks.meet(db, clock.now(), ticket.id, *clocks.PROMISES)
    assert "Nothing is due in the next two hours, and nothing is late." in words(get("/"))


@on_sqlite
def test_it_tells_whether_the_system_is_well(line: Line) -> None:
    assert "Nothing is done on time: the ticker has never ticked." in words(get("/"))
    with transaction() as db:
        checks.keep(db, clock.now())
        due.beat(db, clock.now(), "tick")
    now = get("/")
    assert "What is due is done on time." in words(now)
    assert re.search(r'id="unwell"[^>]* hidden', now.text)
    line.exchange.advance(60)
    assert "the ticker is silent for 1 min" in words(get("/"))
    assert not re.search(r'id="unwell"[^>]* hidden', get("/").text)


def test_every_step_every_check_and_every_promise_has_its_words() -> None:
    flows = {step.partition(".")[0] for step in STEPS}
    built = [f"at_{flow}" for flow in flows]
    built += [f"check_{name.replace('-', '_')}" for name in checks.CHECKS]
    built += [f"check_{state}" for state in (CheckState.BAD, CheckState.WARN)]
    built += [f"{way}_{kind}" for way in ("due", "late") for kind in clocks.PROMISES]
    assert [one for one in built if not tongue.is_known(f"now.{one}")] == []


def test_two_hundred_calls_ask_as_often_as_two(people: None) -> None:
    clock.use(lambda: NOW + timedelta(minutes=1))

    def held(count: int) -> None:
        with transaction() as db:
            for nth in range(count):
                ticket = opened(db, f"{count}-{nth}")
                call = held_call(db, ticket)
                call.sid = f"CA{count}-{nth}"
                summoned(db, ticket, PageState.OPEN).call_id = call.id

    held(2)
    few = statements("/")
    held(198)
    assert len(statements("/")) == len(few)
    assert len(few) < 35
    with transaction() as db:
        db.execute(update(Call).values(ended_at=NOW))


@pytest.mark.browser
@on_sqlite
def test_sound_is_switched_on_and_remembered_and_times_run(
    line: Line, page: Page, context: BrowserContext
) -> None:
    calls(line)
    page.goto("/")
    button = page.get_by_role("button", name="Sound is off")
    expect(button).to_have_attribute("aria-pressed", "false")
    button.click()
    expect(page.get_by_role("button", name="Sound is on")).to_have_attribute("data-state", "on")
    later = context.new_page()
    later.goto("/")
    expect(later.locator("#sound")).to_have_attribute("aria-pressed", "true")
    line.passes(10)
    expect(page.locator(".age time")).to_have_text(re.compile("1[0-9] s"))
    page.get_by_role("combobox", name="You are").select_option("Cy Roy")
    page.get_by_role("button", name="Accept").press("Enter")
    expect(page.get_by_text("Your phone rings now. Answer it, and press 1.")).to_be_visible()
    line.until(lambda: line.technician("Cy Roy").ringing)
    expect(page.get_by_text("Cy Roy has it, and their phone rings")).to_be_visible()
