"""A transcript is corrected, and what was heard at first is kept, with who changed it and when."""

import re
import wave
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from callflows.turn import Severity
from ivr import clock
from ivr.database import transaction
from ivr.models import AuditLine, Call, Entry, Recording
from ivr.services.calls import recordings, sentences
from ivr.services.calls.sentences import Sentence
from ivr.services.tickets import tickets
from ivr.services.tickets.timeline import Kind
from tests.console.on_call import NOW
from tests.console.staff import Staff, text
from tests.services.people import held_call

PAGE = "/recordings/RE1/transcript"


@pytest.fixture
def ticket(staff: Staff) -> str:
    """With a message on it, and a machine that has heard something."""
    with transaction() as db:
        found = tickets.open_ticket(db, NOW, title="Mute", severity=Severity.MINOR)
        call = held_call(db, found, NOW)
        call.known["language"] = "en-CA"
        recordings.keep(db, NOW, call, "RE1", "message", 3)
        recordings.transcribed(db, NOW, sid="RE1", status="completed", text="The facts is mute")
        return found.number


def kept() -> Recording:
    with transaction() as db:
        return db.scalars(select(Recording)).one()


def test_the_words_that_hold_are_shown_and_every_version_before_them_is_kept(
    staff: Staff, ticket: str
) -> None:
    assert "The facts is mute Correct the transcript" in staff.reads(f"/tickets/{ticket}")
    answer = staff.submits(PAGE, text="The fax is mute", seen="0", by="Bo")
    assert "The fax is mute Corrected by Bo, Thu 26 Nov, 10:20 · Correct" in text(answer)
    assert "facts" not in text(answer)
    assert "Bo corrected a transcript" in text(answer)
    clock.use(lambda: NOW + timedelta(hours=1))
    staff.submits(PAGE, text="The fax is <b>mute</b>", seen="1", by="Cy")
    assert kept().transcript == "The fax is <b>mute</b>"
    page = staff.reads(PAGE)
    assert page.index("when Cy corrected it The fax is mute") < page.index(
        "when Bo corrected it · As it was heard at first The facts is mute"
    )
    with transaction() as db:
        audited = db.scalars(select(AuditLine).where(AuditLine.about == "recording-RE1")).all()
        heard = db.scalars(select(Entry).where(Entry.kind == Kind.TRANSCRIPT)).one()
    assert [(one.by, one.act, one.kind) for one in audited] == [
        (by, "changed", "transcript_corrected") for by in ("Bo", "Cy")
    ]
    assert all("fax" not in str(one.data) for one in audited), "whose words are the customer's"
    assert heard.data["text"] == "The facts is mute", "the timeline is never changed"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_of_two_at_once_the_second_is_told_and_loses_nothing(staff: Staff, ticket: str) -> None:
    staff.submits(PAGE, text="The fax is mute", seen="0", by="Bo")
    answer = staff.submits(PAGE, text="The faxes are mute", seen="0", by="Cy")
    assert answer.status_code == 409
    assert "Somebody else has corrected it meanwhile" in text(answer)
    assert ">The faxes are mute</textarea>" in answer.text
    assert kept().transcript == "The fax is mute"
    again = re.findall(r'name="seen" value="(\d)"', answer.text)[0]
    staff.submits(PAGE, text="The faxes are mute", seen=again, by="Cy")
    assert kept().transcript == "The faxes are mute"
    assert staff.get("/recordings/RE2/transcript").status_code == 404
    assert staff.client.post(PAGE, data={"token": "x", "text": "?"}).status_code == 403


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_no_machine_understood_is_written_down_by_hand(staff: Staff, ticket: str) -> None:
    with transaction() as db:
        db.scalars(select(Recording)).one().transcript = None
    assert "Write down what is said" in staff.reads(f"/tickets/{ticket}")
    staff.submits(PAGE, text="Le télécopieur est muet", seen="0", by="Bo")
    assert "Nothing: it could not be transcribed." in staff.reads(PAGE)
    assert "Le télécopieur est muet Corrected by Bo" in staff.reads(f"/tickets/{ticket}")


# Times --------------------------------------------------------------------------------------------

SAID = [Sentence("The facts is mute", 0.5), Sentence("Since <nine>", 12.25, 2)]


def timed(number: str) -> str:
    """The same message, written down with times. Returns its call."""
    with transaction() as db:
        made = db.scalars(select(Recording)).one()
        made.sentences, made.transcript = sentences.kept(SAID), sentences.words(SAID)
        return db.get_one(Call, made.call_id).sid


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_each_sentence_leads_to_where_it_is_said_also_once_it_is_corrected(
    staff: Staff, ticket: str
) -> None:
    call = timed(ticket)
    told = "What is said"
    pages = (f"/tickets/{ticket}", f"/calls/{call}")
    for path in pages:
        page = staff.get(path).text
        assert "data-jump" not in page, "there is no sound yet"
        assert f'aria-label="{told}"' in page
        assert "0:00" in page
    stored()
    for path in pages:
        page = staff.get(path).text
        assert '<a class="at" href="/recordings/RE1#t=12.25"' in page
        assert 'aria-label="Listen from 0:12">0:12</a>' in page
        assert "<b>Voice 2:</b> Since &lt;nine&gt;" in page
        assert page.count("The facts is mute") == 1
    staff.submits(PAGE, text="The fax is mute\nSince nine\nBye", seen="0", by="Bo")
    assert [(one["text"], one["at"]) for one in kept().sentences or ()] == [
        ("The fax is mute", 0.5),
        ("Since nine", 12.25),
        ("Bye", None),
    ]
    page = staff.get(PAGE).text
    before = page.partition('id="history"')[2]
    assert "0:12</a>" in before, "also what was heard at first leads there"
    assert "The facts is mute" in before


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_hit_of_the_search_leads_to_one_second_before_its_sentence(
    staff: Staff, ticket: str
) -> None:
    call = timed(ticket)
    page = staff.get("/tickets?text=nine").text
    assert re.search(rf'href="/tickets/{ticket}\?at=[^"#]+#t=11.25&amp;of=RE1"', page)
    assert "from 0:11" in page
    assert "#t=0.0&amp;of=RE1" in staff.get("/tickets?text=facts").text, "not before it begins"
    with transaction() as db:
        made = db.scalars(select(Recording)).one()
        made.ticket_id = db.get_one(Call, made.call_id).ticket_id = None
    page = staff.get("/tickets?text=nine").text
    assert f'href="/calls/{call}#t=11.25&amp;of=RE1">Call without a ticket</a>' in page


# The waveform -------------------------------------------------------------------------------------


def stored(content: bytes | None = None) -> Path:
    """The recording's file: quiet for a second, loud for one, as the carrier sends it."""
    file = recordings.folder() / "RE1.wav"
    file.parent.mkdir(parents=True, exist_ok=True)
    if content is not None:
        file.write_bytes(content)
    else:
        with wave.open(str(file), "wb") as sound:
            sound.setparams((1, 2, 8000, 0, "NONE", ""))
            sound.writeframes(b"\0\1" * 8000 + b"\0\x60" * 8000)
    with transaction() as db:
        db.scalars(select(Recording)).one().file = file.name
    return file


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_recording_is_seen_and_one_that_is_broken_has_a_plain_player(
    staff: Staff, ticket: str
) -> None:
    address, page = "/recordings/RE1/waveform.svg", f"/tickets/{ticket}"
    stored(b"RIFF, and then nothing")
    assert address in staff.get(page).text, "nobody has looked at it yet"
    assert staff.get(address).status_code == 404
    assert address not in staff.get(page).text
    assert "<audio" in staff.get(page).text
    stored().with_suffix(".svg").unlink()
    drawn = staff.get(address)
    assert drawn.mimetype == "image/svg+xml"
    assert "sandbox" in drawn.headers["Content-Security-Policy"]
    bars = [float(one) for one in re.findall(r"v([\d.]+)", drawn.text)]
    drawn.close()
    assert max(bars[:99]) < 3
    assert min(bars[101:]) > 40
    stored().unlink()
    assert staff.get(address).status_code == 404
