"""Records: scenario 34, all that is known of a ticket's calls on its one page."""

import re

import requests

from ivr.settings import settings
from tests.console.test_pages import leaves_a_message
from tests.stories.line import Line
from tests.stories.test_reaching_a_technician import hold


def page(number: str = "4411") -> str:
    """The words of the ticket's page, as staff read them."""
    answer = requests.get(f"{settings().own_url}/tickets/{number}", timeout=60)
    assert answer.status_code == 200
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text).split())


def test_staff_see_every_call_who_was_rung_and_why_not_and_what_was_said(line: Line) -> None:
    leaves_a_message(line, line.customer(), "4411", "The trunk is down since nine")
    line.technician("Di Wu").habit = "busy"
    ana, bo = hold(line), line.technician("Bo Chan")
    bo.answer()
    line.passes(4)
    bo.press("1")
    line.until(lambda: bo.talking_to)
    line.passes(30)
    ana.hang_up()
    line.passes(6)
    bo.press("1")
    line.until(lambda: bo.expects == "speech", within=30)
    bo.speak("Restarted the trunk")
    line.passes(30)
    shown = page()
    accepted = re.findall(r"Bo Chan accepted after (\d+) s", shown)
    assert len(accepted) == 1
    assert 0 < int(accepted[0]) < 60
    for words in (
        "Ana Roy called",
        "Ticket number pressed 4411",
        "Severity pressed 1",
        "Rang Di Wu (level 1): busy",
        "Bo Chan was put through to the caller",
        "The trunk is down since nine",
        "Restarted the trunk",
    ):
        assert words in shown, words
    kinds = {one["kind"] for one in line.ticket()["recordings"]}
    assert kinds == {"message", "conversation", "note"}
    raw = requests.get(f"{settings().own_url}/tickets/4411", timeout=60).text
    recordings = re.findall(r'<audio[^>]*src="([^"]+)"', raw)
    assert len(set(recordings)) == 3
    for path in recordings:
        sound = requests.get(f"{settings().own_url}{path}", timeout=60)
        assert sound.headers["Content-Type"] == "audio/wav"
        assert sound.content[:4] == b"RIFF"
