"""Texts that people send to the number."""

from ivr.exchange import Exchange
from ivr.exchange.phones import Phone
from tests.exchange.conftest import ACCOUNT, BO, NUMBER
from tests.exchange.scripted_app import Answer, ScriptedApp


def test_a_text_is_told_to_the_app_and_its_answers_come_back(
    app: ScriptedApp, exchange: Exchange, bo: Phone
) -> None:
    app.says("/sms", "<Message>Accepted</Message><Message>It is <Body>yours</Body></Message>")
    sid = bo.text("ACCEPT 4411 — ok")
    exchange.settle()
    told = app.last("/sms")
    assert {
        "MessageSid": sid,
        "AccountSid": ACCOUNT,
        "From": BO,
        "To": NUMBER,
        "Body": "ACCEPT 4411 — ok",
        "NumMedia": "0",
    }.items() <= told.form.items()
    assert bo.texts == ["Accepted", "It is yours"]


def test_an_app_that_is_silent_or_fails_answers_nothing(
    app: ScriptedApp, exchange: Exchange, bo: Phone
) -> None:
    app.gives("/sms", Answer(status=204), Answer(status=500), Answer("<Response/>"))
    for _ in range(3):
        bo.text("Hello?")
    exchange.settle()
    assert len(app.asked("/sms")) == 3
    assert bo.texts == []
    assert exchange.warnings == []


def test_an_answer_that_is_no_document_is_reported(
    app: ScriptedApp, exchange: Exchange, bo: Phone
) -> None:
    app.gives("/sms", Answer("OK"))
    bo.text("Hello?")
    exchange.settle()
    assert [warning for warning in exchange.warnings if "12100" in warning]
