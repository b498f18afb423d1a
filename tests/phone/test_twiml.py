"""Answers as TwiML: what each kind of waiting becomes, and that no words can break it."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callflows.turn import (
    Bridge,
    Dial,
    End,
    Hold,
    Keys,
    Leave,
    Pause,
    Record,
    Say,
    Then,
    say,
)
from ivr.phone import twiml
from ivr.services.calls.answer import Answer
from ivr.settings import settings
from tests.phone.door import Document


@pytest.fixture(autouse=True, scope="module")
def _settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv("VAR_DIR", str(tmp_path_factory.mktemp("var")))
        monkeypatch.setenv("TWILIO_NUMBER", "+18005550100")
        settings.cache_clear()
        yield
    settings.cache_clear()


def spoken(
    then: Then, *said: Say, language: str = "en-CA", queue: str | None = None, waiting: bool = False
) -> Document:
    answer = Answer(3, language, said or (say("ask_severity"),), then, queue, "leg-key")
    return Document(str(twiml.speak(answer, waiting=waiting)))


def test_a_fixed_number_of_keys_ends_by_itself_and_silence_goes_on() -> None:
    document = spoken(Keys(count=1, seconds=6))
    gather = document.find("Gather")
    assert (gather.get("numDigits"), gather.get("finishOnKey"), gather.get("timeout")) == (
        "1",
        "",
        "6",
    )
    assert document.verbs == ["Gather", "Redirect"]
    assert document.path("Gather", "action") == "/voice/turns/4?language=en-CA"
    assert document.path("Redirect") == "/voice/turns/4?language=en-CA"


def test_a_number_of_any_length_ends_with_pound() -> None:
    gather = spoken(Keys(count=None)).find("Gather")
    assert (gather.get("numDigits"), gather.get("finishOnKey")) == (None, "#")


def test_a_pin_is_marked_as_secret() -> None:
    assert "secret=1" in spoken(Keys(count=6, secret=True)).path("Gather", "action")
    assert "secret=1" in spoken(Keys(count=6, secret=True)).path("Redirect")


def test_the_hold_tone_is_played_while_keys_are_awaited() -> None:
    gather = spoken(Keys(music=True), waiting=True).find("Gather")
    assert [child.tag for child in gather] == ["Say", "Play"]
    assert (gather[1].text or "").endswith("/voice/hold.wav")


def test_a_message_is_recorded_and_transcribed() -> None:
    document = spoken(Record("message", seconds=90))
    record = document.find("Record")
    assert document.verbs == ["Say", "Record", "Redirect"]
    assert (record.get("maxLength"), record.get("playBeep"), record.get("trim")) == (
        "90",
        "true",
        "do-not-trim",
    )
    assert document.path("Record", "recordingStatusCallback") == "/voice/recordings/message"
    assert document.find("Record").get("transcribe") is None, "it is written down with times"


def test_without_a_configuration_twilio_is_asked_for_a_text_but_not_in_french(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TWILIO_ACCOUNT_SID", "AC1")
    settings.cache_clear()
    assert spoken(Record("note"), language="fr-CA").find("Record").get("transcribe") is None
    english = spoken(Record("note"), language="en-CA")
    assert english.find("Record").get("transcribe") == "true"
    assert english.path("Record", "transcribeCallback") == "/voice/transcripts"
    settings.cache_clear()


def test_a_caller_holds_in_a_queue_of_their_own() -> None:
    document = spoken(Hold(), queue="call-7")
    assert document.verbs == ["Say", "Enqueue"]
    assert document.find("Enqueue").text == "call-7"
    assert document.path("Enqueue", "action") == "/voice/turns/3/left?language=en-CA"
    assert document.path("Enqueue", "waitUrl") == "/voice/turns/4?language=en-CA&waiting=1"


def test_a_waiting_caller_stays_marked_as_waiting() -> None:
    assert "waiting=1" in spoken(Keys(), waiting=True).path("Gather", "action")
    assert "waiting=1" in spoken(Pause(), waiting=True).path("Redirect")
    assert "waiting" not in spoken(Keys()).path("Gather", "action")
    assert spoken(Leave(), waiting=True).verbs == ["Say", "Leave"]


def test_a_bridge_takes_the_caller_out_of_the_queue_and_records() -> None:
    document = spoken(Bridge(), queue="call-7")
    dial = document.find("Dial")
    assert (dial.get("record"), dial.get("timeLimit")) == ("record-from-answer-dual", "14400")
    assert document.find("Queue").text == "call-7"
    assert document.path("Queue", "url") == "/voice/joined/leg-key"
    assert document.path("Dial", "action") == "/voice/turns/4?language=en-CA"


def test_a_bridge_to_a_caller_who_is_gone_is_still_a_good_document() -> None:
    assert spoken(Bridge()).find("Queue").text == "nobody"


def test_a_call_back_shows_the_support_lines_number() -> None:
    document = spoken(Dial("+15145550100"), language="fr-CA")
    assert document.find("Dial").get("callerId") == "+18005550100"
    assert document.find("Number").text == "+15145550100"
    assert document.path("Number", "url") == "/voice/notice/fr-CA"
    assert document.path("Number", "statusCallback") == "/voice/legs/leg-key/called"


def test_the_rest_is_what_it_says() -> None:
    assert spoken(Pause(3)).verbs == ["Say", "Pause", "Redirect"]
    assert spoken(End()).verbs == ["Say", "Hangup"]


def test_each_language_has_its_voice_and_the_other_one_is_offered_in_its_own() -> None:
    document = spoken(Keys(), say("ask_ticket"), say("other_language_en-CA"), language="fr-CA")
    assert [one.get("language") for one in document.root.iter("Say")] == ["fr-CA", "en-US"]
    assert [one.get("voice") for one in document.root.iter("Say")] == [
        "Polly.Gabrielle-Neural",
        "Polly.Joanna-Neural",
    ]


def test_an_unknown_language_is_spoken_in_english() -> None:
    assert spoken(End(), language="xx").find("Say").get("language") == "en-US"


def test_a_recorded_prompt_is_played(monkeypatch: pytest.MonkeyPatch) -> None:
    from callflows.prompts import FILES

    monkeypatch.setitem(FILES["en-CA"]["prompts"], "goodbye", {"audio": "goodbye.wav"})
    play = spoken(End(), say("goodbye")).find("Play")
    assert play.text == f"{settings().own_url}/voice/audio/goodbye.wav"


@given(st.text(st.characters(), max_size=3000))
def test_no_name_or_title_breaks_a_call(words: str) -> None:
    document = spoken(Keys(), say("page_taken", name=words))
    assert document.verbs == ["Gather", "Redirect"]
    assert [child.tag for child in document.find("Gather")] == ["Say"]
    assert 0 < len(document.said) <= twiml.LONGEST


def test_markup_is_spoken_as_words() -> None:
    nasty = 'A & B <break time="9s"/> \x00\x07\ufffe\ud800 end'
    assert (
        'A & B <break time="9s"/> end has taken it'
        in spoken(End(), say("page_taken", name=nasty)).said
    )
