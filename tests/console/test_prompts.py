"""What is said on the phone, changed on the staff pages: callers hear it from the next sentence on,
gaps stay filled, a recording is played, and everything can be put back.
"""

import io
import math
import re
import struct
import wave

import pytest

from callflows.prompts import spoken
from callflows.turn import say
from ivr.database import reading
from ivr.services.calls import recorded
from ivr.services.settings import in_force, versions
from ivr.services.settings.house_rules import RefusedError
from ivr.settings import settings
from ivr.web import app
from tests.console.colleague import Colleague
from tests.portal.browser import words
from tests.stories.line import Line

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
WELCOME = "/settings/prompts/prompts/en-CA/welcome"
GOODBYE = "/settings/prompts/prompts/en-CA/goodbye"


def wav(seconds: float = 1.0, rate: int = 8000, width: int = 2) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(width)
        sound.setframerate(rate)
        count = int(seconds * rate)
        if width == 2:
            samples = [int(9000 * math.sin(one / 5)) for one in range(count)]
            sound.writeframes(struct.pack(f"<{count}h", *samples))
        else:
            sound.writeframes(bytes(count * width))
    return file.getvalue()


FRAME = bytes.fromhex("fffb9064") + bytes(413)
"""MPEG 1, layer 3, 128 kbit/s, 44.1 kHz: 417 bytes."""


@pytest.mark.parametrize("data", [wav(), wav(rate=44_100), wav(width=1), FRAME * 50, b"ID3\4\0\0\0\0\0\2xx" + FRAME * 50])  # fmt: skip
def test_what_the_carrier_can_play_is_kept(database_url: str, data: bytes) -> None:
    kept = recorded.file(recorded.keep(data))
    assert kept is not None
    assert kept.read_bytes() == data


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"", "no_sound"),
        (b"%PDF-1.7 of something else entirely", "sound_wrong"),
        (wav()[:-100], "sound_wrong"),
        (wav(width=4), "sound_wrong"),
        (wav(rate=4000), "sound_wrong"),
        (wav(0.1), "sound_long"),
        (wav(61), "sound_long"),
        (FRAME * 50 + b"<html>" * 40, "sound_wrong"),
        (FRAME * 50 + FRAME[:200], "sound_wrong"),
        (bytes(recorded.LARGEST + 1), "sound_too_large"),
    ],
)
def test_what_it_cannot_play_is_refused(data: bytes, word: str) -> None:
    with pytest.raises(RefusedError) as refused:
        recorded.keep(data)
    assert refused.value.word == word


@on_sqlite
def test_callers_hear_other_words_from_the_next_call_on(line: Line) -> None:
    ada = Colleague()
    form = ada.form(WELCOME, WELCOME)
    wrongs = {
        "Hello.": "{organization} is missing",
        "{organization} {ticket:digits}": "no value for {ticket:digits}",
        "{organization.name} {organization}": "no value for {organization.name}",
        "{organization!r} {organization}": "no value for {organization!r}",
        "{organization} {": "A brace stands alone",
        " ": "Write what is to be said",
        "{organization} " + "x" * 300: "longer than 300",
    }
    for text, why in wrongs.items():
        answer = ada.send(WELCOME, form | {"text": text})
        assert (answer.status_code, why in words(answer)) == (422, True), text
    assert (
        ada.send(WELCOME, form | {"text": "You reach {organization}, day and night."}).status_code
        == 303
    )
    ana = line.customer()
    ana.dial()
    line.passes(3)
    assert ana.heard()[0].startswith("You reach 2N5, day and night.")
    page = ada.get(WELCOME)
    assert "{organization} support. Calls are recorded. → You reach {organization}" in words(page)
    late = ada.send(WELCOME, form | {"text": "{organization}."})
    assert "meanwhile" in words(late)
    assert 'value="0"' not in ada.get(WELCOME).text
    undo = re.findall(rf'action="({WELCOME}/versions/[0-9]+/undo)"', page.text)[0]
    assert ada.press(WELCOME, undo).status_code == 303
    in_force.look()
    assert (
        spoken("en-CA", say("welcome", organization="2N5")).text
        == "2N5 support. Calls are recorded."
    )
    for gone in ("/settings/prompts/prompts/en-CA/nothing", "/settings/prompts/minutes/en-CA/one"):
        assert ada.get(gone).status_code == 404


@on_sqlite
def test_a_recording_is_played_and_if_it_is_lost_the_words_are_said(line: Line) -> None:
    ada = Colleague()
    form = ada.form(GOODBYE, GOODBYE) | {"do": "record"}
    assert ada.send(GOODBYE, form | {"sound": (io.BytesIO(b"nothing"), "a.wav")}).status_code == 422
    assert ada.send(GOODBYE, form | {"sound": (io.BytesIO(wav()), "a.wav")}).status_code == 303
    in_force.look()
    name = spoken("en-CA", say("goodbye")).audio
    assert name is not None
    assert ada.get(f"/settings/prompts/sounds/{name}").data == wav()
    answer = app.test_client().get(f"/voice/audio/{name}", headers={"Host": "elsewhere.example"})
    assert (answer.data, answer.mimetype) == (wav(), "audio/wav")
    with app.test_request_context():
        from ivr.phone import twiml

        said = str(twiml.sentence("en-CA", "goodbye"))
        assert f"{settings().own_url}/voice/audio/{name}</Play>" in said
        (settings().var_dir / "prompts" / name).unlink()
        assert "Thank you for calling. Goodbye.</Say>" in str(twiml.sentence("en-CA", "goodbye"))
    gaps = ada.form(WELCOME, WELCOME) | {"do": "record", "sound": (io.BytesIO(wav()), "a.wav")}
    assert "cannot be recorded" in words(ada.send(WELCOME, gaps))
    form = ada.form(GOODBYE, GOODBYE)
    assert ada.send(GOODBYE, form | {"do": "written"}).status_code == 303
    in_force.look()
    assert spoken("en-CA", say("goodbye")).audio is None
    with reading() as db:
        assert versions.of(db, "prompts/en-CA/goodbye")[0].after is None


@on_sqlite
def test_every_sentence_has_a_page_and_what_it_would_sound_like(line: Line) -> None:
    ada = Colleague()
    listed = ada.get("/settings/prompts?language=fr-CA&text=carré")
    assert "Composez votre numéro de billet" in words(listed)
    assert "Merci de votre appel" not in words(listed)
    critical = words(ada.get("/settings/prompts/prompts/en-CA/page_critical"))
    assert "2N5 support. Critical ticket 4 4 1 1. Acme. Open for 12 minutes." in critical
    text = "/settings/prompts/texts/fr-CA/accepted"
    form = ada.form(text, text)
    assert ada.send(text, form | {"text": "Le billet {ticket} vous revient."}).status_code == 303
    in_force.look()
    from callflows import prompts

    assert prompts.text("fr-CA", "accepted", ticket="4411") == "Le billet 4411 vous revient."
