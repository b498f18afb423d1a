"""What the page of phones asks of the exchange: the state, and what people do."""

import io
import wave
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from ivr.exchange import Exchange
from ivr.exchange.phones import Phone
from ivr.exchange.serving import make_app
from tests.exchange.conftest import ANA, BO, NUMBER
from tests.exchange.scripted_app import ScriptedApp

OURS = {"X-Requested-With": "phones"}


@pytest.fixture
def page(app: ScriptedApp, exchange: Exchange, ana: Phone, bo: Phone) -> FlaskClient:
    app.says("/voice", "<Gather numDigits='4' action='/keyed'><Say>Your ticket</Say></Gather>")
    return make_app(exchange).test_client()


def does(page: FlaskClient, path: str, **given: Any) -> TestResponse:
    return page.post(f"/phones{path}", json=given, headers=OURS)


def state(page: FlaskClient, number: str = ANA) -> dict[str, Any]:
    told = page.get("/phones/state").get_json()
    return next(phone for phone in told["phones"] if phone["number"] == number)


def sound(seconds: int) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as made:
        made.setnchannels(1)
        made.setsampwidth(2)
        made.setframerate(8000)
        made.writeframes(bytes(16000 * seconds))
    return file.getvalue()


# A call on the page -------------------------------------------------------------------------------


def test_a_call_is_dialled_keyed_and_ended(
    page: FlaskClient, app: ScriptedApp, exchange: Exchange
) -> None:
    assert state(page)["state"] == "idle"
    assert does(page, f"/{ANA}/dial").status_code == 204
    exchange.settle()
    ringing = state(page)
    assert (ringing["state"], ringing["with"], ringing["expects"]) == (
        "in-call", "Support line", "keys",
    )  # fmt: skip
    assert ringing["since"] == "2026-11-24T12:00:00+00:00"
    assert does(page, f"/{ANA}/press", keys="44x11<").status_code == 204
    exchange.settle()
    assert app.last("/keyed")["Digits"] == "4411"
    lines = [(line["kind"], line["text"]) for line in state(page)["lines"]]
    assert lines[:2] == [("heard", "Your ticket"), ("pressed", "4411")]
    assert state(page)["state"] == "idle"


def test_a_phone_is_answered_and_hung_up(
    page: FlaskClient, app: ScriptedApp, exchange: Exchange
) -> None:
    app.says("/voice", f"<Dial><Number>{BO}</Number></Dial>")
    does(page, f"/{ANA}/dial")
    exchange.settle()
    assert (state(page, BO)["state"], state(page, BO)["with"]) == ("ringing", ANA)
    assert does(page, f"/{BO}/answer").status_code == 204
    assert state(page, BO)["bridged_with"] == ["Ana Roy"]
    does(page, f"/{ANA}/speak", text="It burns")
    assert state(page, BO)["lines"][-1]["text"] == "It burns"
    assert does(page, f"/{BO}/hang-up").status_code == 204
    assert state(page, BO)["state"] == "idle"


def test_a_voice_is_sent_into_a_recording(
    page: FlaskClient, app: ScriptedApp, exchange: Exchange
) -> None:
    app.says("/voice", "<Record action='/done' timeout='3'/>")
    does(page, f"/{ANA}/dial")
    exchange.settle()
    for _ in range(3):
        exchange.advance(2)
        assert does(page, f"/{ANA}/speaking").status_code == 204
    sent = page.post(f"/phones/{ANA}/speak", data=sound(6), headers=OURS, content_type="audio/wav")
    assert sent.status_code == 204
    exchange.advance(3)
    assert app.last("/done")["RecordingDuration"] == "6"


def test_a_text_is_sent_and_its_answer_shown(
    page: FlaskClient, app: ScriptedApp, exchange: Exchange
) -> None:
    app.says("/sms", "<Message>Accepted</Message>")
    assert does(page, f"/{BO}/text", body="ACCEPT 4411").status_code == 204
    exchange.settle()
    [text] = state(page, BO)["texts"]
    assert (text["from"], text["body"]) == (NUMBER, "Accepted")


# The state ----------------------------------------------------------------------------------------


def test_a_state_that_did_not_change_is_not_sent_again(
    page: FlaskClient, exchange: Exchange
) -> None:
    tag = page.get("/phones/state").headers["ETag"]
    exchange.advance(60)
    same = page.get("/phones/state", headers={"If-None-Match": tag})
    assert (same.status_code, same.data) == (304, b"")
    does(page, f"/{ANA}/dial")
    assert page.get("/phones/state", headers={"If-None-Match": tag}).status_code == 200


def test_the_state_tells_the_time_and_the_number(page: FlaskClient) -> None:
    told = page.get("/phones/state").get_json()
    assert (told["now"], told["number"]) == ("2026-11-24T12:00:00+00:00", NUMBER)
    assert [phone["name"] for phone in told["phones"]] == ["Ana Roy", "Bo Chan"]


# Refusals -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("act", "why"),
    [
        ("answer", "this phone does not ring"),
        ("reject", "this phone does not ring"),
        ("hang-up", "this phone is not in a call"),
        ("press", "this phone is not in a call"),
        ("speak", "this phone is not in a call"),
        ("speaking", "this phone is not in a call"),
    ],
)
def test_what_an_idle_phone_cannot_do_is_said_in_one_line(
    page: FlaskClient, act: str, why: str
) -> None:
    answer = does(page, f"/{ANA}/{act}")
    assert (answer.status_code, answer.get_json()) == (409, {"error": why})


def test_a_phone_in_use_cannot_dial(page: FlaskClient) -> None:
    does(page, f"/{ANA}/dial")
    again = does(page, f"/{ANA}/dial")
    assert (again.status_code, again.get_json()) == (409, {"error": "this phone is in use"})


def test_what_is_no_sound_is_refused(
    page: FlaskClient, app: ScriptedApp, exchange: Exchange
) -> None:
    app.says("/voice", "<Record/>")
    does(page, f"/{ANA}/dial")
    exchange.settle()
    sent = page.post(f"/phones/{ANA}/speak", data=b"OggS", headers=OURS, content_type="audio/wav")
    assert (sent.status_code, sent.get_json()) == (409, {"error": "that is not a WAV file"})


@pytest.mark.parametrize(("path", "status"), [("/+15140000000/dial", 404), (f"/{ANA}/fly", 404)])
def test_an_unknown_phone_or_act_is_not_found(page: FlaskClient, path: str, status: int) -> None:
    assert does(page, path).status_code == status


@pytest.mark.parametrize("number", ["+15145550999", "anonymous"])
def test_a_phone_is_added(page: FlaskClient, number: str) -> None:
    assert does(page, "", number=number, name="Cy").status_code == 204
    assert state(page, number)["name"] == "Cy"


@pytest.mark.parametrize(
    "number",
    ["", "5145550999", "+1", "+1514555099x", "+015145550999", "Anonymous", "<b>", "+1" * 9],
)
def test_what_is_no_number_becomes_no_phone(
    page: FlaskClient, exchange: Exchange, number: str
) -> None:
    answer = does(page, "", number=number, name="Cy")
    assert answer.status_code == 409
    assert answer.get_json() == {"error": "a number looks like +15145550100, or is anonymous"}
    assert set(exchange.phones) == {ANA, BO}


@pytest.mark.parametrize("body", [b"", b"[1]", b"{", b'"text"', b"null"])
def test_a_body_that_is_no_object_is_no_number_either(page: FlaskClient, body: bytes) -> None:
    answer = page.post("/phones", data=body, headers=OURS, content_type="application/json")
    assert answer.status_code == 409


def test_a_foreign_page_cannot_dial(page: FlaskClient) -> None:
    assert page.post(f"/phones/{ANA}/dial").status_code == 403
    assert state(page)["state"] == "idle"


@pytest.mark.parametrize(
    ("host", "status"),
    [("127.0.0.1:9000", 200), ("localhost", 200), ("evil.example", 403), ("127.0.0.1.evil", 403)],
)
def test_only_a_name_of_this_machine_is_answered(page: FlaskClient, host: str, status: int) -> None:
    assert page.get("/phones/state", headers={"Host": host}).status_code == status


def test_the_page_takes_scripts_from_nowhere_else(page: FlaskClient) -> None:
    answer = page.get("/")
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
