"""Gather: keys, words, silence; what ends it, what reaches the app, what is kept for the next one."""

import pytest

from ivr.exchange import Exchange
from ivr.exchange.phones import Phone
from tests.exchange.scripted_app import ScriptedApp

THEN = "<Say>Nothing came</Say><Pause length='60'/>"


class Asking:
    """A caller before one Gather with these attributes; what follows it is `THEN`."""

    def __init__(self, app: ScriptedApp, exchange: Exchange, ana: Phone) -> None:
        self.app, self.exchange, self.ana = app, exchange, ana
        app.says("/keyed", "<Pause length='60'/>")

    def gather(self, attributes: str = "", prompt: str = "", then: str = THEN) -> None:
        self.app.says("/voice", f"<Gather action='/keyed' {attributes}>{prompt}</Gather>{then}")
        self.ana.dial()
        self.exchange.settle()

    def keys(self, keys: str) -> None:
        self.ana.press(keys)
        self.exchange.settle()

    @property
    def digits(self) -> list[str | None]:
        return self.app.told("/keyed", "Digits")

    @property
    def gone_on(self) -> bool:
        return "Nothing came" in self.ana.said


@pytest.fixture
def line(app: ScriptedApp, exchange: Exchange, ana: Phone) -> Asking:
    return Asking(app, exchange, ana)


# Keys ---------------------------------------------------------------------------------------------


def test_enough_keys_end_it_at_once(line: Asking) -> None:
    line.gather("numDigits='4'")
    line.keys("441")
    assert line.digits == []
    line.keys("1")
    assert line.digits == ["4411"]


def test_the_pound_sign_ends_it_and_is_not_told(line: Asking) -> None:
    line.gather()
    line.keys("4411#")
    assert line.digits == ["4411"]


@pytest.mark.parametrize(
    ("finish", "pressed", "told"),
    [("*", "4#1*", "4#1"), ("", "4#1*", "4#1*"), ("5", "1#235", "1#23")],
)
def test_the_key_that_ends_it_can_be_another_or_none(
    line: Asking, finish: str, pressed: str, told: str
) -> None:
    line.gather(f"finishOnKey='{finish}'")
    line.keys(pressed)
    line.exchange.advance(5)
    assert line.digits == [told]


def test_the_pound_sign_alone_is_an_empty_input(line: Asking) -> None:
    line.gather()
    line.keys("#")
    assert line.digits == []
    assert line.gone_on


def test_silence_after_some_keys_tells_those(line: Asking) -> None:
    line.gather("timeout='3'")
    line.keys("44")
    line.exchange.advance(2.9)
    assert line.digits == []
    line.exchange.advance(0.2)
    assert line.digits == ["44"]


def test_every_key_gives_more_time(line: Asking) -> None:
    line.gather("timeout='3'")
    for key in "4411":
        line.keys(key)
        line.exchange.advance(2.9)
    assert line.digits == []
    line.exchange.advance(0.2)
    assert line.digits == ["4411"]


def test_keys_are_told_by_get_where_that_is_asked(line: Asking) -> None:
    line.gather("numDigits='1' method='GET'")
    line.keys("7")
    assert (line.app.last("/keyed").method, line.digits) == ("GET", ["7"])


def test_without_an_action_the_same_document_is_asked(
    app: ScriptedApp, exchange: Exchange, ana: Phone
) -> None:
    app.says("/voice", "<Gather numDigits='1'/>", "<Pause length='60'/>")
    ana.dial()
    exchange.settle()
    ana.press("7")
    exchange.settle()
    assert app.told("/voice", "Digits") == [None, "7"]


# Silence ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("attributes", "seconds"), [("", 5), ("timeout='2'", 2)])
def test_without_a_key_it_goes_on_to_the_next_verb(
    line: Asking, attributes: str, seconds: float
) -> None:
    line.gather(attributes)
    line.exchange.advance(seconds - 0.1)
    assert not line.gone_on
    line.exchange.advance(0.2)
    assert line.gone_on
    assert line.digits == []


def test_silence_begins_where_the_prompt_ends(line: Asking) -> None:
    line.gather("timeout='2'", "<Pause length='8'/><Say>Your number</Say>")  # 8 s, and 0.8 s
    line.exchange.advance(10.7)
    assert not line.gone_on
    line.exchange.advance(0.2)
    assert line.gone_on


@pytest.mark.parametrize("pressed", ["", "#"])
def test_emptiness_is_told_where_that_is_asked(line: Asking, pressed: str) -> None:
    line.gather("actionOnEmptyResult='true'")
    line.ana.press(pressed)
    line.exchange.advance(6)
    assert line.digits == [""]
    assert not line.gone_on


def test_who_hangs_up_while_asked_is_not_told_to_its_action(line: Asking) -> None:
    line.gather("actionOnEmptyResult='true'")
    line.keys("44")
    line.ana.hang_up()
    line.exchange.advance(10)
    assert line.digits == []
    assert line.app.told("/status", "CallStatus") == ["completed"]


# The prompt ---------------------------------------------------------------------------------------


def test_a_key_interrupts_the_prompt(line: Asking) -> None:
    line.gather("numDigits='2'", "<Say>First</Say><Say>Second</Say>")
    line.keys("1")
    line.exchange.advance(2)
    assert line.ana.heard() == ["First"]


def test_a_prompt_that_may_not_be_interrupted_is_heard_to_its_end(line: Asking) -> None:
    line.gather("numDigits='1' bargeIn='false'", "<Say>First</Say><Say>Second</Say>")
    line.keys("1")
    assert line.digits == []
    line.exchange.advance(2)
    assert line.ana.heard() == ["First", "Second"]
    assert line.digits == ["1"]


def test_a_prompt_can_be_said_more_than_once(line: Asking) -> None:
    line.gather("timeout='1'", f"<Say loop='3'>{70 * 'a'}</Say>")  # 5 s, three times
    line.exchange.advance(15.9)
    assert not line.gone_on
    line.exchange.advance(0.2)
    assert line.gone_on


# Keys typed ahead ---------------------------------------------------------------------------------


def test_keys_typed_too_early_reach_the_next_gather(line: Asking) -> None:
    line.app.says("/keyed", "<Gather action='/again' numDigits='4'><Say>Your PIN</Say></Gather>")
    line.gather("numDigits='1'")
    line.keys("14829")
    assert line.digits == ["1"]
    assert line.app.told("/again", "Digits") == ["4829"]


def test_what_one_gather_leaves_the_next_one_gets_even_without_the_app_between(
    line: Asking,
) -> None:
    line.app.says("/again", "<Pause length='60'/>")
    second = "<Gather action='/again' numDigits='2'/>"
    line.app.says("/voice", f"<Pause length='2'/><Gather action='/keyed'/>{second}")
    line.ana.dial()
    line.exchange.settle()
    line.keys("#12")
    line.exchange.advance(3)
    assert line.digits == []
    assert line.app.told("/again", "Digits") == ["12"]


def test_keys_typed_while_something_is_said_are_not_lost(line: Asking) -> None:
    line.app.says("/voice", "<Say>Welcome to the line</Say><Gather action='/keyed' numDigits='2'/>")
    line.ana.dial()
    line.exchange.settle()
    line.keys("12")
    line.exchange.advance(3)
    assert line.digits == ["12"]


# Words --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("listens", ["speech", "dtmf speech", "speech dtmf"])
def test_words_are_told_with_how_sure_it_is(line: Asking, listens: str) -> None:
    line.gather(f"input='{listens}' language='fr-CA' hints='oui, non' speechTimeout='auto'")
    line.ana.speak("ça brûle")
    line.exchange.settle()
    [told] = line.app.asked("/keyed")
    assert told["SpeechResult"] == "ça brûle"
    assert 0 <= float(told["Confidence"]) <= 1
    assert "Digits" not in told.form


def test_where_only_keys_count_words_are_not_heard(line: Asking) -> None:
    line.gather("numDigits='1'")
    line.ana.speak("four")
    line.exchange.advance(6)
    assert line.app.asked("/keyed") == []
    assert line.gone_on


def test_where_only_words_count_keys_are_not_heard(line: Asking) -> None:
    line.gather("input='speech'")
    line.keys("12#")
    line.exchange.advance(6)
    assert line.app.asked("/keyed") == []
    assert line.gone_on


def test_who_is_about_to_speak_is_waited_for(line: Asking) -> None:
    line.gather("input='speech' timeout='3'")
    for _ in range(3):
        line.exchange.advance(2)
        line.ana.speaking()
    assert not line.gone_on
    line.exchange.advance(3.1)
    assert line.gone_on


def test_every_attribute_of_the_vendors_page_is_known(line: Asking) -> None:
    line.gather(
        "method='POST' input='dtmf speech' numDigits='4' finishOnKey='*' timeout='3' "
        "actionOnEmptyResult='true' speechTimeout='2' hints='a,b' language='en-CA' "
        "speechModel='phone_call' enhanced='true' profanityFilter='false' bargeIn='true' "
        "partialResultCallback='/partial' partialResultCallbackMethod='POST' "
        "dtmfDetection='single-tone' debug='false'",
        "<Say>Hello</Say><Play>/tone.wav</Play><Pause/>",
    )
    assert line.exchange.warnings == []
