"""By portal: scenario 7 (a critical ticket rings as a call does), 27 (an answer ends a wait) and 28
(what is promised knows business days and holidays).
"""

import re
from datetime import UTC, datetime
from typing import Any

import pytest

from ivr import clock
from ivr.database import transaction
from ivr.services.tickets import conversation, tickets
from tests.portal.browser import Customer, words
from tests.stories.line import Line
from tests.stories.test_reaching_a_technician import hold

AN_HOUR, A_DAY = 3600, 86_400
FIRST_LEVEL = ["Bo Chan", "Di Wu"]


def signed_in(line: Line) -> Customer:
    ana = Customer()
    ana.signs_in()
    line.work()
    return ana


def opens(line: Line, ana: Customer, **fields: Any) -> str:
    given = {"title": "No calls at all", "severity": "critical"} | fields
    answer = ana.press("/portal/tickets/new", "/portal/tickets", **given)
    line.work()
    return re.findall(r"\d+$", answer.location)[0]


def shown(ana: Customer, number: str) -> str:
    return words(ana.get(f"/portal/tickets/{number}"))


def test_a_critical_ticket_rings_the_first_level_and_its_page_tells_how_it_goes(line: Line) -> None:
    ana = signed_in(line)
    number = opens(line, ana)
    line.passes(3)
    assert sorted(line.rings()) == FIRST_LEVEL
    assert "We are ringing our technicians now." in shown(ana, number)
    line.passes(90)
    assert "We are still ringing our technicians, for 1 min now." in shown(ana, number)
    cy = line.technician("Cy Roy")
    line.until(lambda: cy.ringing)
    cy.answer()
    line.passes(3)
    cy.press("1")
    line.passes(3)
    assert "Cy Roy has your ticket and is about to contact you." in shown(ana, number)
    assert set(line.rings()) == {*FIRST_LEVEL, "Cy Roy"}
    assert line.mails(number) == ["ana@acme.example"]


def test_where_nobody_accepts_the_customer_reads_that_management_knows(line: Line) -> None:
    ana = signed_in(line)
    number = opens(line, ana)
    line.passes(200)
    assert "Our management has been alerted, and we go on." in shown(ana, number)


@pytest.mark.parametrize("severity", ["major", "minor"])
def test_what_is_not_critical_wakes_nobody(line: Line, severity: str) -> None:
    opens(line, signed_in(line), severity=severity)
    line.passes(AN_HOUR)
    assert line.rings() == []
    assert line.technician("Bo Chan").texts == []


def test_said_to_be_worse_it_rings_and_said_to_be_solved_it_stops(line: Line) -> None:
    ana, path = signed_in(line), "/portal/tickets/4411"
    ana.press(path, f"{path}/worse", severity="critical")
    line.passes(3)
    assert sorted(line.rings()) == FIRST_LEVEL
    ana.press(path, f"{path}/solved")
    line.passes(3)
    assert not any(line.technician(name).ringing for name in FIRST_LEVEL)
    line.passes(AN_HOUR)
    assert sorted(line.rings()) == FIRST_LEVEL


# Time ---------------------------------------------------------------------------------------------


def resolution(line: Line, number: str) -> datetime | None:
    ends_at = line.ticket(number)["clocks"]["resolution"]["ends_at"]
    return datetime.fromisoformat(ends_at) if ends_at else None


@pytest.mark.parametrize("channel", ["portal", "phone"])
def test_while_the_customer_has_to_answer_the_clock_stands_still(line: Line, channel: str) -> None:
    ana = signed_in(line)
    before = resolution(line, "4411")
    with transaction() as db:
        ticket = tickets.find(db, "4411")
        assert ticket
        conversation.ask(db, clock.now(), ticket, "Bo Chan", "Which office?")
    line.work()
    assert resolution(line, "4411") is None
    line.passes(3 * A_DAY)
    assert "late" not in " ".join(entry["sentence"] for entry in line.ticket()["entries"])
    if channel == "portal":
        path = "/portal/tickets/4411"
        ana.press(path, f"{path}/replies", text="Montreal")
    else:
        hold(line).hang_up()
    line.work()
    assert line.ticket()["status"] == "open"
    after = resolution(line, "4411")
    assert before
    assert after
    if channel == "portal":  # a caller makes it critical, for which less time is promised
        assert (after - before).total_seconds() == pytest.approx(3 * A_DAY, abs=60)


@pytest.mark.parametrize(
    ("opened", "due"),
    [
        ("2026-11-20 21:50", "on Monday by 4:50 p.m."),  # a Friday, 16:50 in Toronto
        ("2026-10-09 20:50", "on Tuesday by 4:50 p.m."),  # Thanksgiving is the Monday after
    ],
)
def test_a_minor_ticket_is_due_in_the_next_business_day(line: Line, opened: str, due: str) -> None:
    moment = datetime.fromisoformat(opened).replace(tzinfo=UTC)
    clock.use(lambda: moment)
    ana = signed_in(line)
    number = opens(line, ana, severity="minor")
    assert f"Your ticket is noted. You hear from us {due} Call" in shown(ana, number)
