"""Conference: several people in one room."""

import pytest

from ivr.exchange import Exchange
from ivr.exchange.phones import Phone
from tests.exchange.scripted_app import ScriptedApp


@pytest.fixture
def room(app: ScriptedApp, exchange: Exchange, ana: Phone, bo: Phone, di: Phone) -> None:
    """Bo, Ana and Di; Bo closes it when he goes."""
    plain = "<Dial action='/done'><Conference>room</Conference></Dial>"
    host = plain.replace("<Conference>", "<Conference endConferenceOnExit='true'>")
    app.says("/voice", host, plain, plain)
    app.says("/done", "<Say>Closed</Say>")
    for phone in (bo, ana, di):
        phone.dial()
        exchange.settle()


def test_everybody_hears_everybody_else(room: None, ana: Phone, bo: Phone, di: Phone) -> None:
    ana.speak("It burns")
    assert (ana.heard(), bo.heard(), di.heard()) == ([], ["It burns"], ["It burns"])
    assert ana.talking_to == ["Bo Chan", "Di Wu"]


def test_who_goes_leaves_the_others_talking(
    room: None, app: ScriptedApp, exchange: Exchange, ana: Phone, bo: Phone, di: Phone
) -> None:
    di.hang_up()
    exchange.settle()
    assert (ana.talking_to, bo.talking_to) == (["Bo Chan"], ["Ana Roy"])
    assert app.asked("/done") == []


def test_the_host_who_goes_closes_the_room(
    room: None, app: ScriptedApp, exchange: Exchange, ana: Phone, bo: Phone, di: Phone
) -> None:
    bo.hang_up()
    exchange.settle()
    assert app.told("/done", "DialCallStatus") == ["answered", "answered"]
    assert "DialCallSid" not in app.last("/done").form
    assert (ana.heard(), di.heard()) == (["Closed"], ["Closed"])
