"""Recordings written down by the exchange as the carrier does it: asked for by REST, told as JSON."""

import hashlib
import json

import pytest
import requests
from twilio.request_validator import RequestValidator

from ivr.exchange import Exchange
from ivr.exchange.phones import Phone
from tests.exchange.conftest import ACCOUNT, TOKEN
from tests.exchange.scripted_app import ScriptedApp
from tests.exchange.test_record import sound


@pytest.fixture
def configuration(app: ScriptedApp, exchange: Exchange) -> str:
    exchange.serve()
    app.says("/done", "<Pause length='60'/>")
    wanted = {
        "unique_name": "support_line",
        "configuration": {
            "configurationType": "Transcription",
            "transcriptionStatusCallback": {"url": f"{app.url}/told?a=1", "method": "POST"},
        },
    }
    answer = ask(exchange, "/v2/Configurations/Transcription", wanted)
    assert answer.status_code == 201
    return str(answer.json()["id"])


def ask(exchange: Exchange, path: str, given: object, key: str = "") -> requests.Response:
    headers = {"Idempotency-Key": key} if key else {}
    url, login = f"{exchange.base_url}{path}", (ACCOUNT, TOKEN)
    return requests.post(url, json=given, auth=login, headers=headers, timeout=5)


def written_down(exchange: Exchange, configuration: str, key: str = "key") -> str:
    """The newest recording."""
    given = {
        "transcriptionConfigurationId": configuration,
        "sourceId": list(exchange.recordings)[-1],
    }
    answer = ask(exchange, "/v3/Transcriptions", given, key)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["transcription"]["id"])


def told(app: ScriptedApp) -> dict[str, object]:
    """What was told, signed by the sum of its body."""
    asked = app.last("/told")
    assert asked.headers["Content-Type"] == "application/json"
    path = f"/told?a=1&bodySHA256={hashlib.sha256(asked.body).hexdigest()}"
    signature = RequestValidator(TOKEN).compute_signature(f"{app.url}{path}", {})
    assert asked.headers["X-Twilio-Signature"] == signature
    return dict(json.loads(asked.body))


def test_each_sentence_of_a_message_has_the_second_at_which_it_is_said(
    app: ScriptedApp, exchange: Exchange, ana: Phone, configuration: str
) -> None:
    app.says("/voice", "<Record action='/done' timeout='9'/>")
    ana.dial()
    exchange.settle()
    ana.speak("This is Ana. The fax in Laval is mute.")  # 38 letters: 2.7 s, 9 words
    exchange.advance(5)
    ana.speak("Call me!")
    ana.press("#")
    exchange.settle()
    job = written_down(exchange, configuration)
    assert written_down(exchange, configuration) == job, "the same key, the same job"
    exchange.advance(3)
    made = list(exchange.recordings)[-1]
    assert len(app.asked("/told")) == 1
    assert told(app) == {
        "id": job,
        "sourceId": made,
        "status": "completed",
        "sentences": [
            {"audioChannelIndex": 1, "sentenceIndex": nth, "startTimeSeconds": at, "text": text}
            for nth, (at, text) in enumerate(
                [(0.0, "This is Ana."), (0.9, "The fax in Laval is mute."), (2.71, "Call me!")]
            )
        ],
    }


def test_of_a_conversation_each_side_is_a_channel(
    app: ScriptedApp, exchange: Exchange, ana: Phone, bo: Phone, configuration: str
) -> None:
    app.says("/voice", f"<Dial record='record-from-answer-dual'>{bo.number}</Dial>")
    ana.dial()
    exchange.settle()
    bo.answer()
    exchange.advance(2)
    bo.speak("Support, this is Bo.")
    exchange.advance(3)
    ana.speak("We are mute.")
    exchange.advance(4)
    ana.hang_up()
    exchange.settle()
    written_down(exchange, configuration)
    exchange.advance(3)
    lines = told(app)["sentences"]
    assert [(one["audioChannelIndex"], one["startTimeSeconds"], one["text"]) for one in lines] == [  # type: ignore[attr-defined]
        (2, 2.0, "Support, this is Bo."),
        (1, 5.0, "We are mute."),
    ]


def test_a_voice_that_nobody_typed_fails_and_so_does_what_is_deleted(
    app: ScriptedApp, exchange: Exchange, ana: Phone, configuration: str
) -> None:
    app.says("/voice", "<Record action='/done'/>")
    ana.dial()
    exchange.settle()
    ana.speak("", sound(2))
    ana.press("#")
    exchange.settle()
    job = written_down(exchange, configuration)
    exchange.advance(3)
    made = list(exchange.recordings)[-1]
    assert told(app) == {"id": job, "sourceId": made, "status": "failed"}
    url, login = f"{exchange.base_url}/v3/Transcriptions/{job}", (ACCOUNT, TOKEN)
    assert requests.get(url, auth=login, timeout=5).json()["status"] == "FAILED"
    assert requests.get(url, timeout=5).status_code == 401


def test_what_is_not_there_is_refused_as_the_carrier_refuses_it(
    exchange: Exchange, configuration: str
) -> None:
    for given, code in (
        ({"transcriptionConfigurationId": "nothing", "sourceId": "RE1"}, 94002),
        ({"transcriptionConfigurationId": configuration}, 17500),
        ({"transcriptionConfigurationId": configuration, "sourceId": "RE1"}, 20404),
        ([], 20001),
    ):
        assert ask(exchange, "/v3/Transcriptions", given).json()["code"] == code
    assert ask(exchange, "/v2/Configurations/Transcription", {}).status_code == 400
