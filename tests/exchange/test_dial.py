"""Dial: who is rung, who wins, what the app is told of it (twilio.com/docs/voice/twiml/dial)."""

import pytest

from ivr.exchange import Exchange
from ivr.exchange.phones import Phone
from tests.exchange.conftest import ANA, BO, DI, NUMBER
from tests.exchange.scripted_app import Asked, ScriptedApp

SCREENING = (
    "<Gather numDigits='1' timeout='8' action='/choice'><Say>Press 1</Say></Gather><Hangup/>"
)


class Dialling:
    """A caller whose call is passed on; /done is asked when that is over."""

    def __init__(self, app: ScriptedApp, exchange: Exchange, ana: Phone) -> None:
        self.app, self.exchange, self.ana = app, exchange, ana
        app.says("/done", "<Say>Done</Say><Pause length='60'/>")
        app.says("/whisper", SCREENING)
        app.says("/choice", "<Say>Connecting</Say>")

    def dial(self, inside: str = f"<Number>{BO}</Number>", attributes: str = "") -> str:
        self.app.says("/voice", f"<Dial action='/done' {attributes}>{inside}</Dial>")
        sid = self.ana.dial()
        self.exchange.advance(1)
        return sid

    @property
    def outcome(self) -> tuple[str, str]:
        """Of the dialling, as its action was told: status and whether it was bridged."""
        [told] = self.app.asked("/done")
        return told["DialCallStatus"], told["DialBridged"]

    @property
    def done(self) -> Asked:
        return self.app.last("/done")


@pytest.fixture
def line(app: ScriptedApp, exchange: Exchange, ana: Phone) -> Dialling:
    return Dialling(app, exchange, ana)


# The matrix ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("habit", "outcome"),
    [("busy", "busy"), ("invalid", "failed"), ("no-answer", "no-answer")],
)
def test_who_does_not_answer(line: Dialling, bo: Phone, habit: str, outcome: str) -> None:
    bo.habit = habit
    line.dial(attributes="timeout='20'")
    line.exchange.advance(30)
    assert line.outcome == (outcome, "false")
    assert line.done["DialCallDuration"] == "0"
    assert line.done["DialCallSid"] != line.done["CallSid"]
    assert line.ana.heard() == ["Done"]


def test_a_number_that_is_none_fails(line: Dialling) -> None:
    line.dial("<Number>0800-CALL</Number>")
    assert line.outcome == ("failed", "false")


def test_who_rejects_is_busy(line: Dialling, bo: Phone) -> None:
    line.dial()
    bo.reject()
    line.exchange.settle()
    assert line.outcome == ("busy", "false")


def test_a_phone_in_a_call_is_busy(line: Dialling, bo: Phone, di: Phone) -> None:
    line.app.says("/voice", "<Pause length='1'/><Say>Hello</Say><Pause length='600'/>")
    bo.dial()
    line.exchange.advance(5)
    line.dial()
    assert line.outcome == ("busy", "false")


def test_a_conversation_is_completed_and_bridged(line: Dialling, bo: Phone) -> None:
    line.dial()
    bo.answer()
    line.exchange.advance(61)
    assert (line.ana.talking_to, bo.talking_to) == (["Bo Chan"], ["Ana Roy"])
    bo.hang_up()
    line.exchange.settle()
    assert line.outcome == ("completed", "true")
    assert line.done["DialCallDuration"] == "61"
    assert line.ana.heard() == ["Done"]


def test_a_voicemail_counts_as_completed_and_bridged(line: Dialling, bo: Phone) -> None:
    bo.habit = "voicemail"
    line.dial()
    line.exchange.advance(60)
    assert line.outcome == ("completed", "true")
    assert "You have reached my voicemail" in line.ana.heard()[0]


def test_a_voicemail_that_is_screened_is_completed_but_not_bridged(
    line: Dialling, bo: Phone
) -> None:
    bo.habit = "voicemail"
    line.dial(f"<Number url='/whisper'>{BO}</Number>")
    line.exchange.advance(60)
    assert line.outcome == ("completed", "false")
    assert line.ana.heard() == ["Done"]


def test_who_hangs_up_while_screened_is_completed_but_not_bridged(
    line: Dialling, bo: Phone
) -> None:
    line.dial(f"<Number url='/whisper'>{BO}</Number>")
    bo.answer()
    line.exchange.settle()
    bo.hang_up()
    line.exchange.settle()
    assert line.outcome == ("completed", "false")


def test_a_screening_that_hangs_up_is_completed_but_not_bridged(line: Dialling, bo: Phone) -> None:
    line.dial(f"<Number url='/whisper'>{BO}</Number>")
    bo.answer()
    line.exchange.advance(10)
    assert not bo.in_call
    assert line.outcome == ("completed", "false")


def test_a_screening_that_ends_bridges_even_without_a_key(line: Dialling, bo: Phone) -> None:
    line.app.says("/whisper", "<Say>Call for you</Say>")
    line.dial(f"<Number url='/whisper'>{BO}</Number>")
    bo.answer()
    line.exchange.settle()
    assert line.ana.talking_to == []
    line.exchange.advance(2)
    assert line.ana.talking_to == ["Bo Chan"]


def test_a_screening_is_the_dialled_legs_own(line: Dialling, bo: Phone) -> None:
    parent = line.dial(f"<Number url='/whisper'>{BO}</Number>")
    bo.answer()
    line.exchange.settle()
    bo.press("1")
    line.exchange.advance(2)
    bo.hang_up()
    line.exchange.settle()
    for path in ("/whisper", "/choice"):
        [told] = line.app.asked(path)
        assert (told["ParentCallSid"], told["Direction"]) == (parent, "outbound-dial")
        assert (told["From"], told["To"], told["CallStatus"]) == (ANA, BO, "in-progress")
        assert told["CallSid"] == line.done["DialCallSid"] != parent
    assert line.app.last("/choice")["Digits"] == "1"
    assert bo.heard() == ["Press 1", "Connecting"]
    assert line.outcome == ("completed", "true")


def test_without_an_action_the_next_verb_follows(
    app: ScriptedApp, exchange: Exchange, ana: Phone, bo: Phone
) -> None:
    bo.habit = "busy"
    app.says("/voice", f"<Dial>{BO}</Dial><Say>Nobody is free</Say>")
    ana.dial()
    exchange.advance(1)
    assert ana.heard() == ["Nobody is free"]


# Time ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("attributes", "seconds"), [("timeout='20'", 25), ("", 35)])
def test_the_carrier_rings_five_seconds_longer_than_it_was_asked(
    line: Dialling, bo: Phone, attributes: str, seconds: float
) -> None:
    line.dial(attributes=attributes)  # takes a second
    line.exchange.advance(seconds - 1.1)
    assert bo.ringing
    line.exchange.advance(0.2)
    assert not bo.ringing
    assert line.outcome == ("no-answer", "false")


def test_a_conversation_has_a_limit(line: Dialling, bo: Phone) -> None:
    line.dial(attributes="timeLimit='60'")
    bo.answer()
    line.exchange.advance(61)
    assert not bo.in_call
    assert line.outcome == ("completed", "true")
    assert line.done["DialCallDuration"] == "60"


# Several numbers ----------------------------------------------------------------------------------

BOTH = f"<Number statusCallback='/bo'>{BO}</Number><Number statusCallback='/di'>{DI}</Number>"


def test_the_first_to_pick_up_wins_and_the_others_stop_ringing(
    line: Dialling, bo: Phone, di: Phone
) -> None:
    line.dial(BOTH)
    assert (bo.ringing, di.ringing) == (True, True)
    bo.answer()
    line.exchange.settle()
    assert not di.ringing
    assert line.app.told("/di", "CallStatus") == ["canceled"]
    bo.hang_up()
    line.exchange.settle()
    assert line.done["DialCallSid"] == line.app.last("/bo")["CallSid"]
    assert line.outcome == ("completed", "true")


def test_one_busy_phone_does_not_end_the_ringing_of_the_other(
    line: Dialling, bo: Phone, di: Phone
) -> None:
    line.dial(BOTH)
    bo.reject()
    line.exchange.settle()
    assert di.ringing
    assert line.app.asked("/done") == []


def test_one_after_the_other_each_has_its_own_time(line: Dialling, bo: Phone, di: Phone) -> None:
    line.dial(BOTH, "sequential='true' timeout='10'")
    assert (bo.ringing, di.ringing) == (True, False)
    line.exchange.advance(15)
    assert (bo.ringing, di.ringing) == (False, True)
    line.exchange.advance(10)
    di.answer()
    line.exchange.settle()
    assert line.ana.talking_to == ["Di Wu"]


def test_one_after_the_other_goes_on_after_who_was_screened_out(
    line: Dialling, bo: Phone, di: Phone
) -> None:
    line.dial(
        f"<Number url='/whisper'>{BO}</Number><Number>{DI}</Number>",
        "sequential='true' timeout='10'",
    )
    bo.answer()
    line.exchange.settle()
    bo.hang_up()
    line.exchange.settle()
    assert di.ringing


# The caller ---------------------------------------------------------------------------------------


def test_the_caller_who_hangs_up_stops_the_ringing(line: Dialling, bo: Phone) -> None:
    line.dial("<Number statusCallback='/bo'>" + BO + "</Number>")
    line.ana.hang_up()
    line.exchange.settle()
    assert not bo.ringing
    assert line.app.told("/bo", "CallStatus") == ["canceled"]
    assert line.app.told("/status", "CallStatus") == ["completed"]


def test_the_caller_who_hangs_up_ends_the_conversation(line: Dialling, bo: Phone) -> None:
    line.dial()
    bo.answer()
    line.exchange.settle()
    line.ana.hang_up()
    line.exchange.settle()
    assert not bo.in_call


def test_with_the_answer_on_the_bridge_the_caller_hears_it_ring(line: Dialling, bo: Phone) -> None:
    line.dial(f"<Number url='/whisper'>{BO}</Number>", "answerOnBridge='true'")
    bo.answer()
    line.exchange.settle()
    assert line.ana.state == "dialling"
    bo.press("1")
    line.exchange.advance(2)
    assert line.ana.state == "in-call"


def test_with_the_answer_on_the_bridge_a_call_without_one_is_no_answer(
    app: ScriptedApp, exchange: Exchange, ana: Phone, bo: Phone
) -> None:
    bo.habit = "busy"
    app.says("/voice", f"<Dial answerOnBridge='true'>{BO}</Dial>")
    ana.dial()
    exchange.advance(2)
    assert app.told("/status", "CallStatus") == ["no-answer"]


def test_a_star_ends_the_conversation_only_where_that_is_asked_and_only_the_callers(
    line: Dialling, bo: Phone
) -> None:
    line.dial(attributes="hangupOnStar='true'")
    bo.answer()
    line.exchange.settle()
    bo.press("*")
    line.ana.press("1")
    assert bo.in_call
    line.ana.press("*")
    line.exchange.settle()
    assert not bo.in_call
    assert line.outcome == ("completed", "true")


def test_a_star_is_a_key_like_any_other_where_it_is_not_asked(line: Dialling, bo: Phone) -> None:
    line.dial()
    bo.answer()
    line.exchange.settle()
    line.ana.press("*")
    line.ana.speak("Hello?")
    line.exchange.settle()
    assert bo.heard() == ["(key *)", "Hello?"]


@pytest.mark.parametrize(("attributes", "shown"), [("", ANA), (f"callerId='{NUMBER}'", NUMBER)])
def test_the_phone_shows_the_caller_or_the_number_that_is_given(
    line: Dialling, bo: Phone, attributes: str, shown: str
) -> None:
    line.dial(attributes=attributes)
    assert bo.ringing_call
    assert bo.ringing_call.caller == shown


# Taken over ---------------------------------------------------------------------------------------


def test_a_caller_taken_elsewhere_has_the_action_asked_and_its_answer_ignored(
    line: Dialling, bo: Phone
) -> None:
    sid = line.dial()
    bo.answer()
    line.exchange.settle()
    line.app.says("/elsewhere", "<Say>Elsewhere</Say><Pause length='60'/>")
    call = line.exchange.calls[sid]
    with line.exchange.acting():
        call.redirect(lambda: call.run(f"{line.app.url}/elsewhere"))
    line.exchange.advance(5)
    assert not bo.in_call
    assert line.outcome == ("completed", "true")
    assert line.ana.heard() == ["Elsewhere"]


# Recording ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("record", "channels"),
    [("record-from-answer", "1"), ("record-from-answer-dual", "2"), ("true", "1")],
)
def test_a_recording_is_told_of_after_the_action(
    line: Dialling, bo: Phone, record: str, channels: str
) -> None:
    sid = line.dial(attributes=f"record='{record}' recordingStatusCallback='/recorded'")
    bo.answer()
    line.exchange.advance(42)
    bo.hang_up()
    line.exchange.advance(5)
    paths = [asked.path for asked in line.app.requests]
    assert paths.index("/done") < paths.index("/recorded")
    [told] = line.app.asked("/recorded")
    assert told["RecordingUrl"] == line.done["RecordingUrl"]
    assert {
        "CallSid": sid,
        "RecordingStatus": "completed",
        "RecordingDuration": "42",
        "RecordingChannels": channels,
        "RecordingSource": "DialVerb",
    }.items() <= told.form.items()
    assert "From" not in told.form


@pytest.mark.parametrize("who", ["caller", "callee", "limit"])
def test_a_conversation_is_recorded_once_whoever_ends_it(
    line: Dialling, bo: Phone, who: str
) -> None:
    recorded = "record='record-from-answer' recordingStatusCallback='/recorded'"
    line.dial(attributes=f"{recorded} timeLimit='60'")
    bo.answer()
    line.exchange.advance(59)
    {"caller": line.ana.hang_up, "callee": bo.hang_up, "limit": bo.speaking}[who]()
    line.exchange.advance(5)
    assert len(line.app.asked("/recorded")) == len(line.exchange.recordings) == 1


def test_a_conversation_that_never_was_is_not_recorded(line: Dialling, bo: Phone) -> None:
    bo.habit = "busy"
    line.dial(attributes="record='record-from-answer' recordingStatusCallback='/recorded'")
    line.exchange.advance(5)
    assert line.app.asked("/recorded") == []
    assert "RecordingUrl" not in line.done.form
