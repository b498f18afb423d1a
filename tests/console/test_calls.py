"""The log of calls: what came of each, found again by its address, taken away, put elsewhere."""

import csv
import io
import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from ivr.database import reading, transaction
from ivr.models import AuditLine, Call, Customer, Direction, Outcome, Place
from ivr.services.staff import people
from tests.console.colleague import Colleague, account
from tests.console.staff import Staff
from tests.console.test_pages import leaves_a_message
from tests.console.test_statements import asked
from tests.services.people import NOW
from tests.stories.line import Line
from tests.stories.test_reaching_a_technician import hold

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
OF_CALLS = AuditLine.kind != "setting_changed"
"""The line itself is set up by a file."""


def rows(path: str) -> list[str]:
    """What each line of the log says."""
    answer = Staff().get(path)
    assert answer.status_code == 200, answer.text
    found = re.findall(r"<tr role=\"row\" class=.*?</tr>", answer.text, re.DOTALL)
    return [" ".join(unescape(re.sub(r"<[^>]+>", " ", one)).split()) for one in found]


def keys(line: Line, who: Any, *pressed: str) -> None:
    who.dial()
    for one in pressed:
        line.passes(6)
        who.press(one)
    line.passes(6)


def a_night(line: Line) -> None:
    """Everything that can come of a call, each once, one after the other."""
    with transaction() as db:
        bo = people.by_mail(db, "bo@2n5.example")
        assert bo
        people.set_pin(bo, "481516")
    leaves_a_message(line, line.customer(), "4411", "Down since nine")
    line.passes(30)
    stranger = line.customer("+15145550177", "Sam Low")
    keys(line, stranger, "99#")
    stranger.hang_up()
    ana = line.customer()
    keys(line, ana, "4411#", "3", "1", "482913")
    line.passes(5)
    ana.hang_up()
    keys(line, ana)
    ana.hang_up()
    bo = line.technician("Bo Chan")
    keys(line, bo, "481516")
    bo.hang_up()
    bo.habit = "no-answer"
    line.technician("Di Wu").habit = "busy"
    keys(line, ana, "4411#", "1", "2")
    line.passes(8)
    keys(line, ana, "4411#", "1")
    ana.hang_up()
    line.passes(1)


@on_sqlite
def test_what_came_of_a_call_is_written_when_it_ends(line: Line) -> None:
    a_night(line)
    told = rows("/calls?direction=inbound")
    for nth, came in enumerate(
        ("hung up after holding for", "asked to be called back", "staff line",
         "hung up at a question", "asked for the status", "keyed an unknown number",
         "left a message"),
    ):  # fmt: skip
        assert came in told[nth], told
    assert "Bo Chan" in told[2]
    assert "+1 514-555-0177" in told[5]
    assert "4411 SIP trunk down" in told[6]
    (only,) = rows("/calls?outcome=unknown-number")
    assert "0177" in only
    assert len(rows("/calls?number=514+555-0177")) == 1
    assert len(rows("/calls?customer=acme&outcome=status")) == 1
    with reading() as db:
        assert db.scalars(select(Call.id).where(Call.outcome.is_(None))).all() == []


@on_sqlite
def test_a_call_that_was_answered_tells_after_how_long_and_by_whom(line: Line) -> None:
    ana, bo = hold(line), line.technician("Bo Chan")
    bo.answer()
    line.passes(4)
    (now,) = rows("/calls?direction=inbound")
    assert "holding now" in now
    bo.press("1")
    line.until(lambda: bo.talking_to)
    line.passes(30)
    ana.hang_up()
    line.passes(5)
    bo.hang_up()
    line.passes(5)
    accepted = Staff().reads("/tickets/4411")
    seconds = re.findall(r"Bo Chan accepted after (\d+) s", accepted)[0]
    with reading() as db:
        call = db.scalars(select(Call).where(Call.direction == "inbound")).one()
    assert (call.outcome, call.outcome_seconds) == ("answered", int(seconds))
    (told,) = rows("/calls?direction=inbound")
    assert f"answered after {seconds} s" in told
    assert "Bo Chan" in told
    (ring,) = rows("/calls?direction=outbound&outcome=accepted")
    assert "accepted a page" in ring
    page = Staff().reads(f"/calls/{call.sid}")
    for words in ("Call from Ana Roy", "pressed 4411", "Who was rung", "Bo Chan", "Conversation",
                  "Acme", "4411 SIP trunk down"):  # fmt: skip
        assert words in page, words
    staff = Staff()
    staff.client.set_cookie("language", "fr-CA")
    assert f"répondu après {seconds} s" in staff.reads(f"/calls/{call.sid}")


@on_sqlite
def test_a_call_is_put_on_another_ticket_and_both_tell_of_it(line: Line) -> None:
    leaves_a_message(line, line.customer(), "4411", "The fan of rack 3 is loud")
    line.passes(30)
    with reading() as db:
        sid = db.scalars(select(Call.sid)).one()
    staff, page = Staff(), f"/calls/{sid}"
    wrong = staff.submits(page, f"{page}/ticket", ticket="777")
    assert (wrong.status_code, "There is no ticket 777." in wrong.text) == (422, True)
    assert "on that ticket already" in staff.submits(page, f"{page}/ticket", ticket="4411").text
    assert staff.submits(page, f"{page}/ticket", ticket="42").status_code == 200
    before, after = line.ticket("4411"), line.ticket("42")
    assert [one["kind"] for one in before["entries"]][-1] == "call-put-elsewhere"
    assert "transcript" not in [one["kind"] for one in before["entries"]]
    assert "severity" in [one["kind"] for one in before["entries"]], "that happened to it"
    assert before["calls"] == before["recordings"] == []
    assert [one["kind"] for one in after["entries"]][-1] == "call-put-here"
    words = [one["data"].get("text") for one in after["entries"] if one["kind"] == "transcript"]
    assert words == ["The fan of rack 3 is loud"]
    assert [one["kind"] for one in after["recordings"]] == ["message"]
    assert rows("/calls")[0].count("42 Question") == 1
    with reading() as db:
        assert db.scalars(select(AuditLine.kind).where(OF_CALLS)).all() == ["call-moved"]


# Many ---------------------------------------------------------------------------------------------


def put(count: int, **given: Any) -> None:
    """Calls of one moment after the other, the last one the newest; two begin at each moment."""
    with transaction() as db:
        for nth in range(count):
            at = NOW + timedelta(seconds=nth // 2)
            row = {
                "sid": f"CA{nth:05}", "number": f"+1514555{nth % 7:04}", "known": {"at": "customer.over"},
                "direction": Direction.INBOUND, "status": "completed", "place": Place.GONE,
                "started_at": at, "ended_at": at + timedelta(seconds=30),
                "outcome": list(Outcome)[nth % 5],
            }  # fmt: skip
            db.add(Call(**row | given))


@pytest.mark.usefixtures("staff")
def test_the_log_is_paged_by_key_and_asks_as_often_however_long_it_is(staff: Staff) -> None:
    put(3)
    with asked() as few:
        staff.get("/calls")
    with transaction() as db:
        for row in db.scalars(select(Call)):
            db.delete(row)
    put(120)
    seen, path, sent = list[str](), "/calls", list[str]()
    while path:
        with asked() as statements:
            page = staff.get(path).text
        seen += re.findall(r'href="/calls/(CA\d+)"', page)
        found = re.findall(r'<a href="([^"]+)" rel="next">', page)
        path, sent = unescape(found[0]) if found else "", statements
    assert seen == [f"CA{nth:05}" for nth in reversed(range(120))]
    assert len(sent) == len(few) + 1, "one more for the call that the leaf begins after"
    assert len(rows("/calls?outcome=message&number=%2B15145550001")) == 4
    assert len(rows("/calls?from=2026-11-24&to=2026-11-24")) == 50
    assert rows("/calls?from=2026-11-25") == []
    assert "There is no customer of that name." in staff.reads("/calls?customer=Nobody")


@pytest.mark.usefixtures("staff")
@on_sqlite
def test_the_log_is_taken_away_whole_and_harmless_by_who_may() -> None:
    account("Bo")
    account("Cy", role="senior")  # type: ignore[arg-type]
    with transaction() as db:
        db.add(Customer(name="=HYPERLINK(1)", id=7))
    put(1200)
    put(1, sid="CAx", customer_id=7, number="anonymous", started_at=NOW + timedelta(days=1))
    bo, cy = Colleague(), Colleague()
    bo.signs_in()
    assert bo.get("/calls.csv").status_code == 403
    assert "/calls.csv" not in bo.get("/calls").text
    cy.signs_in("cy@2n5.example")
    answer = cy.get("/calls.csv?outcome=answered")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    lines = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert len(lines) == 1 + 240 + 1
    assert lines[0][0] == "Began"
    assert lines[1][4] == "'=HYPERLINK(1)"
    assert lines[2][2].startswith("'+1514")
    assert lines[2][0] == "2026-11-24 03:09:57"
    with reading() as db:
        line = db.scalars(select(AuditLine).where(AuditLine.about == "calls")).one()
    assert (line.by, line.act, line.data) == ("Cy", "took", {"filters": ["outcome"]})


@on_sqlite
def test_in_a_browser_the_log_leads_to_a_call_whose_recording_plays(line: Line, page: Page) -> None:
    leaves_a_message(line, line.customer(), "4411", "The fan of rack 3 is loud")
    line.passes(30)
    page.goto("/calls")
    page.get_by_text("Filter", exact=True).click()
    page.get_by_label("What came of it").select_option("message")
    page.get_by_role("button", name="Show").click()
    expect(page).to_have_url(re.compile("outcome=message"))
    page.locator("tbody th a").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Call from Ana Roy")
    sound = page.locator("audio")
    sound.evaluate("one => { one.muted = true; return one.play() }")
    sound.evaluate("one => new Promise(done => { one.onseeked = done; one.currentTime = 1; })")
    assert sound.evaluate("one => one.error") is None
    with reading() as db:
        kinds = db.scalars(select(AuditLine.kind).where(OF_CALLS)).all()
    assert kinds == ["recording-heard"], "once, however many pieces were asked for"
