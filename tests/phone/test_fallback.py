"""The fallback document: short enough for the carrier to keep, in both languages, and it rings."""

import pytest
from sqlalchemy import select

from ivr import clock
from ivr.cli import parser
from ivr.database import reading
from ivr.exchange import grammar
from ivr.models import Phone
from ivr.phone import fallback
from ivr.services.calls import lifeline
from ivr.services.calls.lifeline import Roster
from ivr.settings import settings
from tests.phone.scripted_api import scripted_api
from tests.stories.line import Line

BO, DI, CY = "+15145550201", "+15145550202", "+15145550203"


def numbers(many: int) -> list[str]:
    return [f"+1514555{number:04}" for number in range(many)]


def test_it_rings_everybody_twice_and_speaks_both_languages() -> None:
    made = fallback.document(Roster("2N5 & sons", "fr-CA", [BO, CY]))
    assert grammar.problems(made) == []
    assert [made.count(one) for one in (BO, CY)] == [2, 2]
    assert made.index(BO) < made.index(CY)
    assert made.index("Soutien de 2N5 &amp; sons") < made.index("2N5 &amp; sons support")
    assert "support at 2n5.example" in made


@pytest.mark.parametrize("many", [0, 1, 25, 400])
def test_it_is_never_too_long_for_the_carrier_to_keep(many: int) -> None:
    made = fallback.document(Roster("2N5", "en-CA", numbers(many)))
    assert len(made) <= 4000
    assert grammar.problems(made) == []
    assert made.count("<Dial") >= min(many, 20)


def test_with_our_servers_down_the_caller_gets_through_past_a_voicemail(
    line: Line, capsys: pytest.CaptureFixture[str]
) -> None:
    """The carrier cannot reach us, and asks elsewhere for the document that `ivr fallback` wrote."""
    file = line.folder / "fallback.xml"
    args = parser().parse_args(["fallback", "--out", str(file)])
    assert args.act(args) == 0
    bo, di = line.technician("Bo Chan"), line.technician("Di Wu")
    bo.habit = "voicemail"
    with scripted_api() as elsewhere:
        elsewhere.body, elsewhere.headers = file.read_bytes(), {"Content-Type": "text/xml"}
        number = line.exchange.line
        number.voice_url = "http://127.0.0.1:1/voice/inbound"
        number.fallback_url, number.fallback_method = f"{elsewhere.url}/fallback.xml", "GET"
        ana = line.customer()
        ana.dial()
        line.exchange.advance(30)
        assert ana.talking_to == ["Bo Chan"]  # her words go to his voicemail
        ana.press("*")
        line.exchange.advance(1)
        assert di.ringing
        di.answer()
        line.exchange.advance(1)
        assert ana.talking_to == ["Di Wu"]
        ana.hang_up()
        line.exchange.settle()
        assert not di.in_call
        assert [one.partition("?")[0] for one in elsewhere.asked] == ["GET /fallback.xml"]


def test_nobody_on_call_is_said_and_the_caller_asked_to_write(
    line: Line, capsys: pytest.CaptureFixture[str]
) -> None:
    line.world(on_call={"level_1": [], "level_2": []})
    args = parser().parse_args(["fallback"])
    assert args.act(args) == 0
    told = capsys.readouterr()
    assert "nobody is on call" in told.err
    assert "<Dial" not in told.out
    assert "write to support at" in told.out


def test_the_levels_come_one_after_the_other(line: Line) -> None:
    with reading() as db:
        roster = lifeline.on_call(db, clock.now())
        assert set(db.scalars(select(Phone.number))) == {BO, DI, CY}
    assert roster.numbers == [BO, DI, CY]
    assert settings().twilio_number in fallback.document(roster)
