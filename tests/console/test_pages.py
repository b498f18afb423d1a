"""What staff see of a call that was really made, and what they may do about it."""

import re
from typing import Any

import pytest
import requests
from sqlalchemy import update

from ivr.database import transaction
from ivr.models import Call, Ticket
from ivr.services.tickets import tickets
from ivr.settings import settings
from tests.stories.line import WORLD, Line

FRENCH = {
    "name": "Boulangerie Lajoie",
    "contacts": [
        {
            "name": "Luc Lajoie",
            "phone": "+15145550112",
            "email": "luc@lajoie.example",
            "language": "fr-CA",
        },
    ],
}


def get(path: str, **headers: str) -> requests.Response:
    return requests.get(f"{settings().own_url}{path}", headers=headers, timeout=10)


def post(path: str, **form: str) -> requests.Response:
    """Press a button as a browser does: with the token of the ticket's page."""
    page = get(path.rpartition("/")[0]).text
    token = re.findall(r'name="token" value="([^"]+)"', page.partition("<main")[2])[0]
    return requests.post(f"{settings().own_url}{path}", data={"token": token, **form}, timeout=10)


def calls(line: Line) -> Any:
    """Ana, holding on ticket 4411, while level 1 rings."""
    ana = line.customer()
    ana.dial()
    line.passes(4)
    ana.press("4411#")
    line.passes(2)
    ana.press("1")
    line.until(line.rings)
    return ana


def leaves_a_message(line: Line, who: Any, number: str, said: str) -> None:
    who.dial()
    line.passes(6)
    who.press(f"{number}#")
    line.passes(3)
    who.press("3")
    line.passes(4)
    who.press("2")
    line.passes(6)
    who.speak(said)
    line.passes(15)


def words(answer: requests.Response) -> str:
    """The text of the page, without its tags."""
    assert answer.status_code == 200, answer.text
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text).split())


# The list -----------------------------------------------------------------------------------------


def test_the_list_says_that_somebody_is_needed(line: Line) -> None:
    assert "somebody is needed" not in words(get("/tickets"))
    calls(line)
    page = get("/tickets")
    assert "1 open page: somebody is needed." in words(page)
    assert re.search(r"4411 SIP trunk down Acme critical \w+ nobody yet", words(page))


def test_the_list_says_who_has_what_and_what_is_late(line: Line) -> None:
    ana, bo = calls(line), line.technician("Bo Chan")
    bo.answer()
    line.passes(5)
    bo.press("1")
    line.until(lambda: bo.talking_to)
    told = words(get("/tickets"))
    assert re.search(r"4411 SIP trunk down Acme critical open Bo Chan .* 05:00 resolution", told)
    assert 'id="ticket-4411" role="row" class="open"' in get("/tickets").text, "nobody is needed"
    ana.hang_up()
    line.passes(48 * 3600)
    told = words(get("/tickets"))
    assert "Tue 24 Nov, 17:00 late · answer" in told, "the minor one of 03:00"


def test_fifty_tickets_a_page_and_the_older_ones_behind_a_link(line: Line) -> None:
    many = [
        {"number": str(9000 + n), "customer": "Acme", "title": f"Ticket {n}"} for n in range(60)
    ]
    line.world(tickets=many)
    first = get("/tickets").text
    assert first.count('<th scope="row"') == 50
    assert first.index("Ticket 59") < first.index("Ticket 58")
    older = re.findall(r'href="(/tickets\?before=\d+)"', first)[0]
    second = get(older).text
    assert second.count('<th scope="row"') == 12
    assert 'href="/tickets">From the begin</a>' in second
    for odd in ("nonsense", "-1", "0", "9" * 30):
        assert get(f"/tickets?before={odd}").status_code == 200


# One ticket ---------------------------------------------------------------------------------------


def test_a_ticket_says_whom_we_ring_and_who_waits(line: Line) -> None:
    calls(line)
    line.passes(80)
    told = words(get("/tickets/4411"))
    assert "Nobody has it yet. Ringing Cy Roy (level 2). Summoned for 1 min 20 s." in told
    assert re.search(r"Ana Roy is holding, on the line for 1 min 2\d s\.", told)
    assert "03:00:00 Ana Roy called +1 514-555-0100, holding now" in told
    assert re.search(r"Holding \d times, until 03:01:\d\d", told)
    assert "Rang Bo Chan (level 1): no answer" in told
    assert re.search(r"03:01:\d\d Cy Roy rung \(level 2\)", told)
    line.passes(300)
    told = words(get("/tickets/4411"))
    assert "Mail goes to escalation@2n5.example (level 3), the next one at 03:" in told
    assert "Nobody on call has answered for 3 minutes." in told, "the whole mail can be read"
    assert "kept here, no mail server is set" in told


def test_a_ticket_tells_all_that_happened(line: Line) -> None:
    ana, bo = calls(line), line.technician("Bo Chan")
    bo.answer()
    line.passes(5)
    bo.press("1")
    line.until(lambda: bo.talking_to)
    assert "Bo Chan has it. Since Tue 24 Nov, 03:00. Ana Roy is talking" in words(
        get("/tickets/4411")
    )
    ana.hang_up()
    line.passes(5)
    bo.press("1")
    line.passes(4)
    bo.speak("Restarted the trunk")
    line.passes(10)
    told = words(get("/tickets/4411"))
    for sentence in (
        "Tuesday 24 November 2026 03:00:00 Ticket opened, major",
        "The customer said critical (it was major)",
        "Bo Chan was put through to the caller",
        "Note by Bo Chan Restarted the trunk",
        "03:00:06 Di Wu rung (level 1)",
        "Di Wu 1 03:00:06",
        "stopped ringing, no longer needed",
        "Ticket number pressed 4411",
        "Severity pressed 1",
        "Left the queue hung up",
        "Bo Chan Accept, pass or repeat pressed 1",
        "Text to Bo Chan +1 514-555-0201, sent",
        "Recording: conversation,",
        f"SHA-256 {line.ticket()['recordings'][0]['sha256']}",
        "All times are in America/Toronto.",
    ):
        assert sentence in told, sentence
    assert "Ana Roy is" not in told


def test_accepted_but_not_yet_put_through_is_told_apart(line: Line) -> None:
    calls(line).hang_up()
    line.passes(2)
    bo = line.technician("Bo Chan")
    bo.answer()
    line.passes(5)
    told = words(get("/tickets/4411"))
    assert "on the line now" in told
    bo.text("accept 4411")
    line.passes(2)
    told = words(get("/tickets/4411"))
    assert "Bo Chan has it. Accepted at 03:00:" in told
    assert "has not talked to the caller yet" in told


def test_an_anonymous_caller_and_an_unknown_step_break_nothing(line: Line) -> None:
    calls(line)
    with transaction() as db:
        db.execute(update(Call).values(number="anonymous", contact_id=None, place="elsewhere"))
    assert "number withheld called" in words(get("/tickets/4411"))


def test_a_recording_is_played_and_a_part_of_it_can_be_asked_for(line: Line) -> None:
    leaves_a_message(line, line.customer(), "4411", "The fax is mute")
    told = words(get("/tickets/4411"))
    assert re.search(r"Recording: message, \d+ s Speed .* The fax is mute Correct the", told)
    assert re.search(r"SHA-256 [0-9a-f]{64}", told)
    src = re.findall(r'<audio [^>]*src="(/recordings/[^"]+)"', get("/tickets/4411").text)[0]
    whole = get(src)
    assert whole.content[:4] == b"RIFF"
    assert whole.headers["Content-Type"] == "audio/wav"
    assert whole.headers["X-Content-Type-Options"] == "nosniff"
    assert whole.headers["Cache-Control"] == "no-store"
    assert whole.headers["Accept-Ranges"] == "bytes"
    part = get(src, Range="bytes=4-11")
    assert (part.status_code, part.content) == (206, whole.content[4:12])
    assert get(src, Range="bytes=99999999-").status_code == 416


def test_a_recording_that_is_not_here_says_why(line: Line) -> None:
    leaves_a_message(line, line.customer(), "4411", "The fax is mute")
    (file,) = (settings().var_dir / "recordings").glob("*.wav")
    file.unlink()
    answer = get(f"/recordings/{file.stem}")
    assert (answer.status_code, "It is lost." in answer.text) == (404, True)


def test_what_came_in_french_is_marked_as_french(line: Line) -> None:
    ticket = {
        "number": "4437",
        "customer": FRENCH["name"],
        "contact": "luc@lajoie.example",
        "title": "Télécopieur muet",
        "description": "Il ne reçoit plus rien.",
    }
    staff = [{**one, "language": "fr-CA"} for one in WORLD["staff"]]
    line.world(
        customers=[*WORLD["customers"], FRENCH], tickets=[*WORLD["tickets"], ticket], staff=staff
    )
    luc = line.exchange.phone("+15145550112", name="Luc", role="customer", language="fr-CA")
    leaves_a_message(line, luc, "4437", "Rappelez-moi avant midi")
    page = get("/tickets/4437").text
    for french in ("Télécopieur muet", "Il ne reçoit plus rien."):
        assert re.search(rf'lang="fr"[^>]*>{french}<', page), french
    said = page.partition('<ol class="said" lang="fr"')[2].partition("</ol>")[0]
    assert "Rappelez-moi avant midi" in said
    assert re.search(r'lang="fr"[^>]*>Télécopieur muet<', get("/tickets").text)
    calls(line)
    page = get("/tickets/4411").text
    assert '<div class="letter" lang="fr">' in page, "the text to a French technician"
    assert 'lang="fr">SIP trunk down' not in page


# What staff do ------------------------------------------------------------------------------------


def test_resolving_stops_the_ringing(line: Line) -> None:
    calls(line).hang_up()
    line.passes(2)
    told = words(post("/tickets/4411/resolve"))
    assert "Resolved Tue 24 Nov, 03:00" in told
    assert "Resolved by staff (staff page)" in told
    line.passes(2)
    assert not line.technician("Bo Chan").ringing
    assert 'form="resolve"' not in get("/tickets/4411").text
    line.passes(400)
    assert "Cy Roy" not in line.rings()
    assert post("/tickets/4411/resolve").status_code == 200, "twice is harmless"
    assert line.mails() == ["ana@acme.example"], "the customer is told, once"
    assert line.kinds().count("resolved") == 1


def test_resolving_ends_the_mails_of_the_last_level(line: Line) -> None:
    calls(line).hang_up()
    line.passes(400)
    before = line.mails()
    assert set(before) == {"escalation@2n5.example"}
    post("/tickets/4411/resolve")
    line.passes(900)
    assert line.mails() == [*before, "ana@acme.example"]


def test_who_still_holds_on_a_resolved_ticket_is_rung_for_again(line: Line) -> None:
    calls(line)
    line.passes(2)
    post("/tickets/4411/resolve")
    rung = len(line.rings())
    line.until(lambda: len(line.rings()) > rung)
    page = get("/tickets/4411")
    assert "Nobody has it yet. Ringing" in words(page)
    assert 'form="resolve"' in page.text


def test_a_note_of_staff_is_on_the_ticket_and_an_empty_one_is_not(line: Line) -> None:
    noted = post("/tickets/4411/notes", text=" Rang <Ana> back\nat noon ").text
    assert re.search(r"Note by staff</p>\s*<blockquote[^>]*>Rang &lt;Ana&gt; back\nat noon<", noted)
    post("/tickets/4411/notes", text="  \n ")
    assert line.kinds().count("note") == 1
    assert post("/tickets/4411/notes", text="x" * 2_000_000).status_code == 413
    post("/tickets/4411/notes", text="y" * 20_000)
    assert len(line.ticket()["entries"][-1]["data"]["text"]) == 10_000


# What changes -------------------------------------------------------------------------------------


def test_the_live_part_is_sent_only_when_it_has_changed(line: Line) -> None:
    for path in ("/", "/tickets", "/tickets/4411"):
        first = get(f"{path}?part=live")
        assert first.text.strip().startswith('<div id="live"')
        assert "token" not in first.text
        same = get(f"{path}?part=live", **{"If-None-Match": first.headers["ETag"]})
        assert (same.status_code, same.content) == (304, b"")
        assert same.headers["Cache-Control"] == "no-store"
    tag = first.headers["ETag"]
    assert 'data-quick=""' in first.text
    calls(line)
    changed = get("/tickets/4411?part=live", **{"If-None-Match": tag})
    assert changed.status_code == 200
    assert 'data-quick="1"' in changed.text


@pytest.mark.parametrize(
    "hostile",
    [
        '<script>alert("x")</script>',
        "\u202egnp.exe \u2066\u202b",
        "\U0001f4a5\U0001f468\u200d\U0001f469\u200d\U0001f467",
        "{{ 7 * 7 }} {% raw %}",
        "W" * 300,
        "' onmouseover='x' \" autofocus \"",
    ],
)
def test_hostile_words_break_no_page(line: Line, hostile: str) -> None:
    from markupsafe import escape

    with transaction() as db:
        db.execute(update(Ticket).values(title=hostile, description=hostile))
        found = tickets.find(db, "4411")
        assert found
        tickets.note(db, line.exchange.clock.now(), found, hostile, hostile)
    for path, times in (("/", 1), ("/tickets", 2), ("/tickets/4411", 5)):
        page = get(path).text
        assert page.count(str(escape(hostile))) >= times
        assert "<script>" not in page
        assert " onmouseover=" not in page.replace("&#39; onmouseover=&#39;", "")
