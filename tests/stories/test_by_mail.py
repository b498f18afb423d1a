"""By mail: scenario 7 (a critical mail rings as a call does) and scenario 27 (an answer ends a wait)."""

from datetime import datetime, timedelta

import pytest

from ivr import clock
from ivr.database import transaction
from ivr.services.tickets import conversation, tickets
from tests.stories.line import Line
from tests.stories.test_reaching_a_technician import hold

FIRST_LEVEL = ["Bo Chan", "Di Wu"]
ANA, LIST = "ana@acme.example", "escalation@2n5.example"


def test_a_critical_mail_rings_the_first_level_within_seconds_and_nobody_else(line: Line) -> None:
    line.mail("No calls at all, since nine.", "[critical] All dead")
    line.passes(3)
    assert all(line.technician(name).ringing for name in FIRST_LEVEL)
    assert sorted(line.rings()) == FIRST_LEVEL
    number = line.numbers()[-1]
    ticket = line.ticket(number)
    assert (ticket["severity"], ticket["title"], ticket["contact"]) == (
        "critical",
        "All dead",
        "Ana Roy",
    )
    assert ticket["description"] == "No calls at all, since nine."
    assert line.mails(number) == [ANA], "acknowledged, and nobody else is written to"
    bo = line.technician("Bo Chan")
    bo.answer()
    line.passes(3)
    bo.press("1")
    line.passes(5)
    assert not line.technician("Di Wu").ringing
    assert line.ticket(number)["assignee"] == "Bo Chan"
    assert sorted(line.rings()) == FIRST_LEVEL
    assert line.ticket()["pages"] == [], "of another ticket nobody was summoned"


def test_a_critical_mail_that_nobody_takes_goes_up_level_by_level(line: Line) -> None:
    line.mail("Dead", "[CRITIQUE] Plus rien")
    number = line.numbers()[-1]
    line.passes(400)
    assert set(line.rings()) == {*FIRST_LEVEL, "Cy Roy"}
    pages = line.ticket(number)["pages"]
    opened = datetime.fromisoformat(pages[0]["opened_at"])
    escalated = [
        (datetime.fromisoformat(entry["at"]) - opened).total_seconds()
        for entry in line.ticket(number)["entries"]
        if entry["kind"] == "escalated"
    ]
    assert [round(seconds) for seconds in escalated] == [60, 180]
    assert line.mails(number) == [ANA, LIST]


@pytest.mark.parametrize("subject", ["Fax", "[major] Slow", "critical without a tag"])
def test_a_mail_that_is_not_critical_wakes_nobody(line: Line, subject: str) -> None:
    line.mail("It can wait.", subject)
    line.passes(60 * 60)
    assert line.rings() == []


@pytest.mark.parametrize(
    "headers",
    ["\r\nAuto-Submitted: auto-replied", "\r\nList-Id: <x.example>", "\r\nReturn-Path: <>"],
)
def test_no_program_wakes_anybody(line: Line, headers: str) -> None:
    line.mail("I am away.", f"[critical] Re: [#4411] x{headers}")
    line.passes(600)
    assert line.rings() == []
    assert len(line.numbers()) == 2
    assert line.mails() == []


def test_an_answer_that_says_it_is_critical_now_rings(line: Line) -> None:
    line.mail("Now nothing works.", "Re: [#4411] [critical] SIP trunk down")
    line.passes(3)
    assert sorted(line.rings()) == FIRST_LEVEL
    assert line.ticket()["severity"] == "critical"
    assert "said" in line.kinds()


def test_whoever_rings_already_is_not_rung_again_for_a_mail(line: Line) -> None:
    hold(line)
    before = line.rings()
    line.mail("And it is urgent!", "[critical] [#4411]")
    line.passes(5)
    assert line.rings() == before
    assert len(line.ticket()["pages"]) == 1


def test_the_number_of_the_mail_s_ticket_can_be_keyed(line: Line) -> None:
    line.mail("Slow", "[major] Slow")
    number = line.numbers()[-1]
    hold(line, f"{number}#")
    assert line.ticket(number)["severity"] == "critical"
    assert [call["contact"] for call in line.ticket(number)["calls"]] == ["Ana Roy"]


def ends_at(line: Line) -> datetime | None:
    ends = line.ticket()["clocks"]["resolution"]["ends_at"]
    return datetime.fromisoformat(ends) if ends else None


def asks(words: str) -> None:
    with transaction() as db:
        ticket = tickets.find(db, "4411")
        assert ticket
        conversation.ask(db, clock.now(), ticket, "Bo Chan", words)


def test_while_we_wait_for_the_customer_the_clock_stands_and_an_answer_by_mail_starts_it(
    line: Line,
) -> None:
    due = ends_at(line)
    assert due
    line.passes(600)
    asks("Which phone?")
    assert line.ticket()["status"] == "waiting"
    assert ends_at(line) is None
    line.passes(20 * 3600)
    assert "missed" not in line.kinds()
    line.mail("All of them.\n\nOn Tue, Nov 24, 2026 Bo wrote:\n> Which phone?", "RE: [#4411]")
    assert line.ticket()["status"] == "open"
    assert ends_at(line) == due + timedelta(hours=20)
    said = next(one["data"] for one in line.ticket()["entries"] if one["kind"] == "said")
    assert (said["text"], said["by"]) == ("All of them.", "Ana Roy")
    assert line.rings() == []


def test_an_answer_by_phone_ends_the_wait_as_well(line: Line) -> None:
    due = ends_at(line)
    assert due
    asks("Which phone?")
    line.passes(3600)
    hold(line)
    assert line.ticket()["status"] == "open"
    assert ends_at(line)


def test_no_automatic_answer_ends_the_wait(line: Line) -> None:
    asks("Which phone?")
    line.mail("Away until Monday", "Re: [#4411]\r\nAuto-Submitted: auto-replied")
    assert line.ticket()["status"] == "waiting"
    assert "automatic" in line.kinds()
