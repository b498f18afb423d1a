"""What staff see of a call that was really made, and what they may do about it."""

import re
from typing import Any

import pytest
import requests

from ivr.settings import settings
from tests.stories.line import WORLD, Line


def get(path: str, **headers: str) -> requests.Response:
    return requests.get(f"{settings().own_url}{path}", headers=headers, timeout=10)


def post(path: str, **form: str) -> requests.Response:
    own = settings().own_url
    return requests.post(f"{own}{path}", data=form, headers={"Origin": own}, timeout=10)


def calls(line: Line) -> Any:
    ana = line.customer()
    ana.dial()
    line.passes(4)
    ana.press("4411#")
    line.passes(2)
    ana.press("1")
    line.until(line.rings)
    return ana


def words(answer: requests.Response) -> str:
    """The text of the page, without its tags."""
    assert answer.status_code == 200, answer.text
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text).split())


def test_the_list_shows_who_is_on_call_and_who_is_needed(line: Line) -> None:
    told = words(get("/tickets"))
    assert "Level 1 Bo Chan Di Wu Level 2 Cy Roy Level 3 Mail to escalation@2n5.example" in told
    assert "Somebody is needed" not in told
    calls(line)
    assert "Somebody is needed 4411 SIP trunk down ringing, level 1" in words(get("/tickets"))


def test_a_ticket_tells_all_that_happened(line: Line) -> None:
    ana, bo = calls(line), line.technician("Bo Chan")
    assert "Nobody has it yet." in words(get("/tickets/4411"))
    bo.answer()
    line.passes(5)
    bo.press("1")
    line.until(lambda: bo.talking_to)
    assert "Bo Chan has it, since Tue 24 Nov" in words(get("/tickets/4411"))
    ana.hang_up()
    line.passes(5)
    bo.press("1")
    line.passes(4)
    bo.speak("Restarted the trunk")
    line.passes(10)
    told = words(get("/tickets/4411"))
    for sentence in (
        "Severity: critical (was major)",
        "Bo Chan was put through to the caller",
        "Note by Bo Chan: Restarted the trunk",
        "Di Wu 1",
        "Ticket number pressed 4411",
        "Severity pressed 1",
        "Text to +15145550201: sent",
        "Times are in America/Toronto",
    ):
        assert sentence in told
    played = get(re.findall(r'src="(/recordings/[^"]+)"', get("/tickets/4411").text)[0])
    assert played.content[:4] == b"RIFF"
    assert played.headers["Content-Type"] == "audio/wav"
    assert played.headers["X-Content-Type-Options"] == "nosniff"


def test_a_part_of_a_recording_can_be_asked_for(line: Line) -> None:
    ana = line.customer()
    ana.dial()
    line.passes(4)
    ana.press("4411#")
    line.passes(2)
    ana.press("3")
    line.passes(4)
    ana.press("2")
    line.passes(5)
    ana.speak("The fax is mute")
    line.passes(10)
    sid = line.ticket()["recordings"][0]["sid"]
    part = get(f"/recordings/{sid}", Range="bytes=0-3")
    assert (part.status_code, part.content) == (206, b"RIFF")
    assert "Transcript: The fax is mute" in words(get("/tickets/4411"))


def test_resolving_stops_the_ringing(line: Line) -> None:
    calls(line).hang_up()
    line.passes(2)
    answer = post("/tickets/4411/resolve")
    line.passes(2)
    assert "Resolved. Nobody is being rung." in words(answer)
    assert not line.technician("Bo Chan").ringing
    line.passes(400)
    assert "Cy Roy" not in line.rings()
    assert post("/tickets/4411/resolve").status_code == 200, "twice is harmless"


def test_who_still_holds_on_a_resolved_ticket_is_rung_for_again(line: Line) -> None:
    calls(line)
    line.passes(2)
    post("/tickets/4411/resolve")
    rung = len(line.rings())
    line.until(lambda: len(line.rings()) > rung)


def test_a_note_of_staff_is_on_the_ticket_and_an_empty_one_is_not(line: Line) -> None:
    assert (
        "Note by staff: Rang &lt;Ana&gt; back"
        in post("/tickets/4411/notes", text="Rang <Ana> back").text
    )
    post("/tickets/4411/notes", text="  \n ")
    assert line.kinds().count("note") == 1


@pytest.mark.parametrize(
    "path", ["/tickets/99", "/tickets/x", "/tickets/4411;drop", "/recordings/RE404"]
)
def test_what_is_not_there_is_said_to_be_not_there(line: Line, path: str) -> None:
    answer = get(path)
    assert answer.status_code == 404
    assert "Not Found" in answer.text


def test_hostile_words_break_no_page(line: Line) -> None:
    hostile = '<script>alert("x")</script> \u202egnp.exe \U0001f4a5 ' + "W" * 140
    ticket = {"number": "77", "customer": "Acme", "title": hostile, "description": hostile}
    line.world(tickets=[*WORLD["tickets"], ticket])
    for path in ("/tickets", "/tickets/77"):
        page = get(path).text
        assert "<script>alert" not in page
        assert "&lt;script&gt;" in page


def test_fifty_tickets_a_page_and_the_older_ones_behind_a_link(line: Line) -> None:
    many = [
        {"number": str(9000 + n), "customer": "Acme", "title": f"Ticket {n}"} for n in range(60)
    ]
    line.world(tickets=many)
    first = get("/tickets").text
    assert first.count('<th scope="row">') == 50
    older = re.findall(r'href="(/tickets\?before=\d+)"', first)[0]
    assert get(older).text.count('<th scope="row">') == 12
    assert get("/tickets?before=nonsense").status_code == 200
