"""What the carrier says of the line becomes `Heard`, and nothing else gets through."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callflows.turn import Heard
from ivr.phone.heard import heard, number


@pytest.mark.parametrize(
    ("form", "was"),
    [
        ({}, Heard()),
        ({"Digits": "4411"}, Heard(keys="4411")),
        ({"Digits": ""}, Heard()),
        ({"Digits": "hangup"}, Heard()),
        ({"Digits": "٤٤"}, Heard()),
        ({"Digits": "²"}, Heard()),
        ({"Digits": "12\n"}, Heard()),
        ({"Digits": "1" * 99}, Heard(keys="1" * 32)),
        ({"SpeechResult": "four four"}, Heard()),
        ({"Digits": "1", "keys": "2"}, Heard(keys="1")),
        ({"keys": "4411"}, Heard(keys="4411")),
        ({"QueueResult": "bridged"}, Heard(left="bridged")),
        ({"QueueResult": "bridging-in-process"}, Heard(left="bridged")),
        ({"QueueResult": "leave"}, Heard(left="leave")),
        ({"QueueResult": "hangup"}, Heard(left="hangup")),
        ({"QueueResult": "system-error"}, Heard(left="error")),
        ({"left": "missed"}, Heard(left="missed")),
        ({"left": "anything"}, Heard()),
    ],
)
def test_keys_and_places_are_heard(form: dict[str, str], was: Heard) -> None:
    assert heard(form) == was


@pytest.mark.parametrize(
    ("status", "bridged", "was"),
    [
        ("completed", "true", "bridged"),
        ("completed", "false", "missed"),
        ("completed", None, "bridged"),
        ("answered", None, "bridged"),
        ("busy", "false", "missed"),
        ("no-answer", None, "missed"),
        ("failed", None, "missed"),
        ("canceled", None, "missed"),
        ("completed", "", "missed"),
    ],
)
def test_a_dial_counts_only_when_people_were_bridged(
    status: str, bridged: str | None, was: str
) -> None:
    form = {"DialCallStatus": status} | ({"DialBridged": bridged} if bridged is not None else {})
    assert heard(form) == Heard(left=was)


@pytest.mark.parametrize(
    "form",
    [
        {"RecordingSid": "RE12"},
        {"RecordingUrl": "https://evil.example/2010/Recordings/RE12"},
        {"RecordingUrl": "https://api.twilio.com/Recordings/RE12.wav"},
        {"recording": "RE12"},
    ],
)
def test_of_a_recording_only_the_sid_counts(form: dict[str, str]) -> None:
    assert heard({**form, "RecordingDuration": "7"}) == Heard(recording="RE12", seconds=7)


@pytest.mark.parametrize("given_", ["../../etc/passwd", "RE 12", "R", "x" * 65, "RÉ12", "RE12\n"])
def test_a_sid_that_could_name_something_else_is_no_sid(given_: str) -> None:
    assert heard({"RecordingSid": given_}).recording == ""


@pytest.mark.parametrize("given_", ["-1", "1e3", "99999999", "٣", "", "7\n"])
def test_a_length_that_is_no_length_is_none(given_: str) -> None:
    assert heard({"RecordingDuration": given_}).seconds == 0


@pytest.mark.parametrize(
    ("given_", "was"),
    [
        ("+15145550100", "+15145550100"),
        (" +1 (514) 555-0100", "+15145550100"),
        ("anonymous", "anonymous"),
        ("Anonymous", "anonymous"),
        ("unknown", "anonymous"),
        ("client:bo", "anonymous"),
        ("sip:bo@pbx.example", "anonymous"),
        ("+266696687", "anonymous"),
        ("5145550100", "anonymous"),
        ("+1514555010٠", "anonymous"),
        ("", "anonymous"),
    ],
)
def test_a_caller_has_a_number_or_is_anonymous(given_: str, was: str) -> None:
    assert number(given_) == was


@given(
    st.dictionaries(
        st.sampled_from(["Digits", "QueueResult", "RecordingUrl", "seconds"]), st.text()
    )
)
def test_nothing_that_comes_in_breaks_it(form: dict[str, str]) -> None:
    was = heard(form)
    assert set(was.keys) <= set("0123456789*#")
    assert was.left in {"", "bridged", "leave", "hangup", "error"}
