"""The grammar: everything that the carrier would skip or refuse is reported, and nothing else."""

import pytest

from ivr.exchange import Exchange
from ivr.exchange.grammar import LARGEST, TABLE, FatalError, problems, verbs
from ivr.exchange.phones import Phone
from tests.exchange.scripted_app import ScriptedApp

GOOD = """
<Response>
  <!-- a remark -->
  <Say voice="Polly.Joanna-Neural" language="en-CA" loop="2">Ticket
    <say-as interpret-as="digits">4411</say-as> <break time="300ms"/> is <prosody rate="slow">open</prosody>
  </Say>
  <Play loop="0">https://example.com/tone.wav</Play>
  <Pause length="2"/>
  <Gather action="/keyed?a=1" method="POST" input="dtmf speech" numDigits="4" finishOnKey="" timeout="7"
          actionOnEmptyResult="true" speechTimeout="auto" bargeIn="false" language="fr-CA" hints="oui, non">
    <Say>Bonjour</Say><Pause/><Play>/a.wav</Play>
  </Gather>
  <Record action="/done" maxLength="120" timeout="5" finishOnKey="1234567890*#" playBeep="true"
          trim="trim-silence" recordingStatusCallback="/rec" recordingStatusCallbackEvent="completed absent"
          transcribe="true" transcribeCallback="/words"/>
  <Dial action="/dialled" timeout="25" timeLimit="3600" callerId="+18005550100" hangupOnStar="true"
        record="record-from-answer-dual" answerOnBridge="true" sequential="true" ringTone="us-old">
    <Number url="/whisper" statusCallback="/leg" statusCallbackEvent="initiated ringing answered completed"
            sendDigits="ww1">+15145550201</Number>
    <Number>+15145550202</Number>
  </Dial>
  <Dial>+15145550201</Dial>
  <Dial><Queue url="/notice">support</Queue></Dial>
  <Dial><Conference beep="onEnter" endConferenceOnExit="true" waitUrl="">room</Conference></Dial>
  <Enqueue action="/left" waitUrl="/wait" waitUrlMethod="POST">support</Enqueue>
  <Redirect method="GET">/menu</Redirect>
</Response>
"""
NAMES = frozenset(TABLE) - {"Response"}


def document(body: str) -> str:
    return f"<Response>{body}</Response>"


def test_a_good_document_has_no_problems() -> None:
    assert problems(GOOD) == []
    assert problems("<Response/>") == []


BAD = {
    "<Speak>Hello</Speak>": "<Speak> may not stand in <Response> (12200)",
    "<say>Hello</say>": "<say> may not stand in <Response> (12200)",
    "<Number>+15145550201</Number>": "<Number> may not stand in <Response> (12200)",
    "<Gather><Gather/></Gather>": "<Gather> may not stand in <Gather> (12200)",
    "<Gather><Redirect>/a</Redirect></Gather>": "<Redirect> may not stand in <Gather> (12200)",
    "<Dial><Say>Hello</Say></Dial>": "<Say> may not stand in <Dial> (12200)",
    "<Enqueue>a<Say>b</Say></Enqueue>": "<Say> may not stand in <Enqueue> (12200)",
    "<Say>a<blink>b</blink></Say>": "<blink> may not stand in <Say> (12200)",
    "<Gather numDigit='4'/>": "<Gather> has no attribute numDigit (12200)",
    "<Gather NumDigits='4'/>": "<Gather> has no attribute NumDigits (12200)",
    "<Hangup reason='busy'/>": "<Hangup> has no attribute reason (12200)",
    "<Dial><Number timeout='5'>+1</Number></Dial>": "<Number> has no attribute timeout (12200)",
    "<Gather numDigits='0'/>": "<Gather numDigits='0'> is not allowed (12200)",
    "<Gather numDigits='four'/>": "<Gather numDigits='four'> is not allowed (12200)",
    "<Gather finishOnKey='##'/>": "<Gather finishOnKey='##'> is not allowed (12200)",
    "<Gather input='keys'/>": "<Gather input='keys'> is not allowed (12200)",
    "<Gather actionOnEmptyResult='True'/>": "<Gather actionOnEmptyResult='True'> is not allowed (12200)",
    "<Gather timeout='2.5'/>": "<Gather timeout='2.5'> is not allowed (12200)",
    "<Gather action=''/>": "<Gather action=''> is not allowed (12200)",
    "<Gather action='/a b'/>": "<Gather action='/a b'> is not allowed (12200)",
    "<Pause length='-1'/>": "<Pause length='-1'> is not allowed (12200)",
    "<Say language='english'>a</Say>": "<Say language='english'> is not allowed (12200)",
    "<Record trim='yes'/>": "<Record trim='yes'> is not allowed (12200)",
    "<Record finishOnKey='a'/>": "<Record finishOnKey='a'> is not allowed (12200)",
    "<Dial record='always'>+1</Dial>": "<Dial record='always'> is not allowed (12200)",
    "<Dial><Number statusCallbackEvent=\"['answered']\">+1</Number></Dial>": (
        "<Number statusCallbackEvent=\"['answered']\"> is not allowed (12200)"
    ),
    "<Reject reason='rude'/>": "<Reject reason='rude'> is not allowed (12200)",
    "<Redirect method='PUT'>/a</Redirect>": "<Redirect method='PUT'> is not allowed (12200)",
    "<Gather>Hello</Gather>": "<Gather> holds no words (12200)",
    "<Redirect> </Redirect>": "<Redirect> is empty",
    "<Dial><Number/></Dial>": "<Number> is empty",
    "<Hangup/><Say>Bye</Say>": "nothing after <Hangup> is ever reached",
    "<Redirect>/a</Redirect><Say>Bye</Say>": "nothing after <Redirect> is ever reached",
    "<Dial>" + 11 * "<Number>+15145550201</Number>" + "</Dial>": "<Dial> has more than ten numbers",
}


@pytest.mark.parametrize(("body", "problem"), BAD.items())
def test_what_the_carrier_would_skip_is_reported(body: str, problem: str) -> None:
    assert problems(document(body)) == [problem]


@pytest.mark.parametrize("name", sorted(NAMES))
def test_an_attribute_that_no_element_has_is_reported_of_each(name: str) -> None:
    found = _inside(name, f"<{name} nonsense='1'/>")
    assert f"<{name}> has no attribute nonsense (12200)" in found


@pytest.mark.parametrize("name", sorted(NAMES))
def test_each_value_that_is_bound_is_checked(name: str) -> None:
    for attribute, pattern in TABLE[name].attributes.items():
        element = f"<{name} {attribute}='\t§ §'/>"
        reported = any(f"<{name} {attribute}=" in one for one in _inside(name, element))
        assert reported == (pattern not in {r".*", r".{0,50}", r".{1,128}"}), attribute


def _inside(name: str, element: str) -> list[str]:
    parent = next((tag for tag, rule in TABLE.items() if name in rule.children), "Response")
    return problems(
        document(element if parent == "Response" else f"<{parent}>{element}</{parent}>")
    )


def test_ten_numbers_are_not_too_many() -> None:
    assert problems(document(f"<Dial>{10 * '<Number>+15145550201</Number>'}</Dial>")) == []


def test_a_document_may_have_64_kilobytes_and_no_more() -> None:
    frame = len(document("<Say></Say>"))
    fits = document(f"<Say>{'é' * ((LARGEST - frame) // 2)}</Say>")
    assert LARGEST - 2 < len(fits.encode()) <= LARGEST
    assert problems(fits) == []
    assert problems(fits.replace("é", "éé", 1)) == ["the document is larger than 64 kB (11750)"]
    with pytest.raises(FatalError) as error:
        verbs(fits.replace("é", "éé", 1))
    assert error.value.code == 11750


@pytest.mark.parametrize("character", ["\x00", "\x07", "\x1b", "\ufffe"])
def test_control_characters_are_refused(character: str) -> None:
    assert problems(document(f"<Say>a{character}b</Say>")) == ["control characters (12100)"]


def test_new_lines_and_tabs_are_no_control_characters() -> None:
    assert problems(document("<Say>a\n\tb\r\nc</Say>")) == []


@pytest.mark.parametrize("text", ["<Response>", "Hello", "<Response/><Response/>", "{}", "<Say>a"])
def test_what_is_no_document_is_refused(text: str) -> None:
    [problem] = problems(text)
    assert problem.startswith("cannot be parsed")
    with pytest.raises(FatalError) as error:
        verbs(text)
    assert error.value.code == 12100


def test_another_root_is_refused() -> None:
    assert problems("<response/>") == ["the root is <response>, not <Response>"]
    with pytest.raises(FatalError):
        verbs("<response/>")


def test_what_is_not_known_is_skipped_and_the_rest_is_executed(
    app: ScriptedApp, exchange: Exchange, ana: Phone
) -> None:
    app.says(
        "/voice",
        "<Speak>One</Speak><Say loud='yes'>Two</Say>"
        "<Gather numDigits='x' timeout='soon' action='/keyed'><Dial/><Say>Three</Say></Gather>",
    )
    ana.dial()
    exchange.advance(2)
    assert ana.heard() == ["Two", "Three"]
    ana.press("12#")
    exchange.settle()
    assert app.told("/keyed", "Digits") == ["12"]
    assert exchange.warnings == [
        "<Speak> may not stand in <Response> (12200)",
        "<Say> has no attribute loud (12200)",
        "<Gather numDigits='x'> is not allowed (12200)",
        "<Gather timeout='soon'> is not allowed (12200)",
        "<Dial> may not stand in <Gather> (12200)",
    ]
    assert [event.detail["problem"] for event in exchange.log if event.kind == "warning"] == (
        exchange.warnings
    )
