"""Record: what ends it, what is told of it and when, and what is kept of a voice."""

import io
import wave

import pytest
import requests

from ivr.exchange import Exchange
from ivr.exchange.phones import NotPossibleError, Phone
from tests.exchange.conftest import ACCOUNT, TOKEN
from tests.exchange.scripted_app import Asked, ScriptedApp

WORDS = "The trunk in Laval is down since this morning, please call."  # 59 letters: 4.2 s


class Recording:
    """A caller before one Record with these attributes."""

    def __init__(self, app: ScriptedApp, exchange: Exchange, ana: Phone) -> None:
        self.app, self.exchange, self.ana = app, exchange, ana
        app.says("/done", "<Say>Thank you</Say><Pause length='60'/>")

    def record(self, attributes: str = "") -> None:
        then = "<Say>Nothing came</Say><Pause length='600'/>"
        self.app.says("/voice", f"<Record action='/done' {attributes}/>{then}")
        self.sid = self.ana.dial()
        self.exchange.settle()

    def passes(self, seconds: float) -> None:
        self.exchange.advance(seconds)

    @property
    def done(self) -> Asked:
        [asked] = self.app.asked("/done")
        return asked

    @property
    def gone_on(self) -> bool:
        return "Nothing came" in self.ana.said


@pytest.fixture
def line(app: ScriptedApp, exchange: Exchange, ana: Phone) -> Recording:
    return Recording(app, exchange, ana)


def sound(seconds: float) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as made:
        made.setnchannels(1)
        made.setsampwidth(2)
        made.setframerate(8000)
        made.writeframes(b"\x01\x02" * int(8000 * seconds))
    return file.getvalue()


# The end ------------------------------------------------------------------------------------------


def test_silence_ends_it(line: Recording) -> None:
    line.record("timeout='3'")
    line.passes(2)
    line.ana.speak(WORDS)
    line.passes(2.9)
    assert line.app.asked("/done") == []
    line.passes(0.2)
    assert line.done["RecordingDuration"] == "4"
    assert line.done["Digits"] == ""
    assert line.ana.heard() == ["Thank you"]


@pytest.mark.parametrize(("attributes", "key"), [("", "#"), ("", "5"), ("finishOnKey='*'", "*")])
def test_a_key_ends_it_and_is_told(line: Recording, attributes: str, key: str) -> None:
    line.record(attributes)
    line.ana.speak(WORDS)
    line.ana.press(key)
    line.exchange.settle()
    assert line.done["Digits"] == key


def test_another_key_does_not_end_it(line: Recording) -> None:
    line.record("finishOnKey='*'")
    line.ana.speak(WORDS)
    line.ana.press("#")
    line.exchange.settle()
    assert line.app.asked("/done") == []


def test_hanging_up_ends_it_and_its_action_is_asked_all_the_same(line: Recording) -> None:
    line.record()
    line.ana.speak(WORDS)
    line.ana.hang_up()
    line.exchange.settle()
    assert line.done["Digits"] == "hangup"
    assert line.done["CallStatus"] == "completed"
    assert line.ana.heard() == []


def test_its_limit_ends_it_and_bounds_what_is_kept(line: Recording) -> None:
    line.record("maxLength='3' timeout='60'")
    line.ana.speak(WORDS)
    line.exchange.settle()
    assert line.done["RecordingDuration"] == "3"


def test_its_limit_ends_it_while_somebody_still_types(line: Recording) -> None:
    line.record("maxLength='10' timeout='4'")
    for _ in range(4):
        line.passes(2)
        line.ana.speaking()
    assert not line.gone_on
    line.passes(2.1)
    assert line.gone_on


def test_typing_and_talking_are_no_silence(line: Recording) -> None:
    line.record("timeout='3'")
    for _ in range(4):
        line.passes(2.5)
        line.ana.speaking()
    line.ana.speak(WORDS)
    line.passes(3.1)
    assert line.done["RecordingDuration"] == "4"


def test_a_timeout_of_nought_is_no_timeout(line: Recording) -> None:
    line.record("timeout='0' maxLength='90'")
    line.passes(89)
    assert not line.gone_on
    line.passes(2)
    assert line.gone_on


def test_where_nothing_was_said_it_goes_on_to_the_next_verb(line: Recording) -> None:
    line.record("recordingStatusCallback='/recorded'")
    line.passes(4.9)
    assert not line.gone_on
    line.passes(0.2)
    assert line.gone_on
    line.passes(10)
    assert line.app.asked("/done") == line.app.asked("/recorded") == []


def test_who_hangs_up_without_a_word_leaves_nothing(line: Recording) -> None:
    line.record("recordingStatusCallback='/recorded'")
    line.ana.hang_up()
    line.passes(10)
    assert line.app.asked("/done") == line.app.asked("/recorded") == []
    assert line.exchange.recordings == {}


# What is told -------------------------------------------------------------------------------------


def test_the_recording_is_told_of_after_the_action(line: Recording) -> None:
    line.record("recordingStatusCallback='/recorded'")
    line.ana.speak(WORDS)
    line.ana.press("#")
    line.passes(5)
    paths = [asked.path for asked in line.app.requests]
    assert paths == ["/voice", "/done", "/recorded"]
    told = line.app.last("/recorded")
    assert {
        "AccountSid": ACCOUNT,
        "CallSid": line.sid,
        "RecordingSid": line.done["RecordingSid"],
        "RecordingUrl": line.done["RecordingUrl"],
        "RecordingStatus": "completed",
        "RecordingDuration": "4",
        "RecordingChannels": "1",
        "RecordingSource": "RecordVerb",
    }.items() <= told.form.items()
    assert not {"From", "To"} & told.form.keys()


def test_typed_words_come_back_as_the_transcription_later(line: Recording) -> None:
    line.record("transcribe='true' transcribeCallback='/words' recordingStatusCallback='/recorded'")
    line.ana.speak("It burns.")
    line.ana.speak("Call me — vite!")
    line.ana.press("#")
    line.passes(2)
    assert line.app.asked("/words") == []
    line.passes(2)
    [told] = line.app.asked("/words")
    assert (told["TranscriptionStatus"], told["TranscriptionText"]) == (
        "completed",
        "It burns. Call me — vite!",
    )
    assert told["RecordingSid"] == line.done["RecordingSid"]
    assert told["TranscriptionSid"].startswith("TR")
    assert told["From"] == line.ana.number


def test_a_voice_that_nobody_typed_cannot_be_transcribed(line: Recording) -> None:
    line.record("transcribe='true' transcribeCallback='/words'")
    line.ana.speak("", sound(2))
    line.ana.press("#")
    line.passes(5)
    [told] = line.app.asked("/words")
    assert (told["TranscriptionStatus"], told["TranscriptionText"]) == ("failed", "")


def test_without_being_asked_nothing_is_transcribed(line: Recording) -> None:
    line.record("transcribeCallback='/words'")
    line.ana.speak(WORDS)
    line.ana.press("#")
    line.passes(10)
    assert line.app.asked("/words") == []


def test_what_is_transcribed_lasts_two_minutes_at_most(line: Recording) -> None:
    line.record("transcribe='true' transcribeCallback='/words' timeout='600'")
    line.ana.speak(40 * WORDS)
    line.exchange.settle()
    assert line.done["RecordingDuration"] == "120"


# The sound ----------------------------------------------------------------------------------------


def fetched(address: str) -> bytes:
    answer = requests.get(address, auth=(ACCOUNT, TOKEN), timeout=60)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "audio/wav")
    return answer.content


def test_typed_words_have_a_sound_of_their_length(line: Recording) -> None:
    line.exchange.serve()
    line.record()
    line.ana.speak(WORDS)
    line.ana.press("#")
    line.exchange.settle()
    with wave.open(io.BytesIO(fetched(line.done["RecordingUrl"]))) as made:
        assert made.getnframes() / made.getframerate() == 4


def test_a_microphones_sound_is_kept_as_it_is_with_its_own_length(line: Recording) -> None:
    line.exchange.serve()
    line.record()
    line.ana.speak("", sound(6.6))
    line.ana.press("#")
    line.exchange.settle()
    assert line.done["RecordingDuration"] == "7"
    assert fetched(line.done["RecordingUrl"]) == sound(6.6)


@pytest.mark.parametrize("sent", [b"OggS" + bytes(60), b"RIFF", sound(1)[:20], sound(0)])
def test_what_is_no_sound_is_refused(line: Recording, sent: bytes) -> None:
    line.record()
    with pytest.raises(NotPossibleError, match="not a WAV file"):
        line.ana.speak("", sent)


def test_a_sound_at_no_speed_is_refused(line: Recording) -> None:
    line.record()
    frozen = sound(1)[:24] + bytes(4) + sound(1)[28:]  # the sample rate is 0
    with pytest.raises(NotPossibleError, match="not a WAV file"):
        line.ana.speak("", frozen)
