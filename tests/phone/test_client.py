"""The carrier's REST API: every outcome is told apart, because each asks for something else."""

import json
import logging
import socket
from datetime import timedelta

import pytest

from ivr.exchange import Exchange, recordings
from ivr.exchange.calls import Call
from ivr.phone import client
from ivr.phone.client import Carrier
from ivr.services.calls.carrier import NotNow, Outcome, Placed, PlacedCall, Refused, Unknown
from ivr.settings import settings
from tests.phone.conftest import START, point_at
from tests.phone.scripted_api import Script, scripted_api

BO = "+15145550201"


def error(status: int, code: int) -> bytes:
    return json.dumps({"code": code, "message": "no", "more_info": "", "status": status}).encode()


@pytest.mark.parametrize(
    ("status", "body", "outcome"),
    [
        (201, b'{"sid": "CA12"}', Placed("CA12")),
        (429, error(429, 20429), NotNow("429")),
        (400, error(400, 21217), Refused("21217")),
        (400, error(400, 21215), Refused("21215")),
        (401, error(401, 20003), Refused("20003")),
        (500, error(500, 20500), Unknown("HTTP 500")),
        (503, b"busy", Unknown("HTTP 503")),
        (408, error(408, 20408), Unknown("HTTP 408")),
    ],
)
def test_the_outcome_of_a_ring_is_told_apart(
    api: Script, status: int, body: bytes, outcome: Outcome
) -> None:
    api.status, api.body = status, body
    assert Carrier().ring(BO, "key", 25) == outcome


@pytest.mark.parametrize("body", [b"<html>oops", b"", b"[1]", b"null", b"{}", b'{"sid": null}'])
def test_an_answer_that_makes_no_sense_is_an_unknown_outcome(api: Script, body: bytes) -> None:
    api.status, api.body = 201, body
    assert isinstance(Carrier().ring(BO, "key", 25), Unknown)
    assert isinstance(Carrier().text(BO, "hello"), Unknown)


def test_a_line_that_is_cut_after_asking_is_an_unknown_outcome(api: Script) -> None:
    api.cut = True
    assert isinstance(Carrier().ring(BO, "key", 25), Unknown)
    assert isinstance(Carrier().status("CA1"), Unknown)
    assert isinstance(Carrier().calls_to(BO, START), Unknown)
    assert len(api.asked) == 3, "nothing is asked twice behind our back"


def test_an_answer_that_never_comes_is_an_unknown_outcome(
    api: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "TIMEOUT", 0.1)
    api.slow = 0.4
    assert isinstance(Carrier().ring(BO, "key", 25), Unknown)


def test_a_carrier_that_cannot_be_reached_has_done_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with socket.socket() as taken:  # bound, and not listening: refused
        taken.bind(("127.0.0.1", 0))
        point_at(monkeypatch, f"http://127.0.0.1:{taken.getsockname()[1]}")
        carrier = Carrier()
        assert isinstance(carrier.ring(BO, "key", 25), NotNow)
        assert isinstance(carrier.text(BO, "hello"), NotNow)
        with carrier.recording("RE1") as audio:
            assert isinstance(audio, NotNow)
    settings.cache_clear()


@pytest.mark.parametrize("code", [21220, 20404])
def test_stopping_a_call_that_is_over_is_no_failure(api: Script, code: int) -> None:
    api.status, api.body = 400, error(400, code)
    assert Carrier().stop("CA1") == Placed("CA1")
    assert Carrier().tell_taken("CA1", "key") == Placed("CA1")
    assert Carrier().bring("CA1", 4, "en-CA") == Placed("CA1")
    assert Carrier().forget_recording("RE1") == Placed("RE1")


def test_a_recording_is_written_down_once_for_a_key(
    exchange: Exchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRANSCRIPTION_CONFIGURATION", "configuration_1")
    settings.cache_clear()
    call = Call(exchange, "inbound", BO, settings().twilio_number, exchange.phone(BO))
    sid = recordings.make(call, 3, "RecordVerb", None).sid
    assert Carrier().transcribe(sid, "key") == Refused("94002"), "no such configuration"
    exchange.written.told["configuration_1"] = "http://127.0.0.1:1/"
    exchange.faults.rest_500_after = 1
    assert Carrier().transcribe(sid, "key") == Unknown("HTTP 500")
    again = Carrier().transcribe(sid, "key")
    assert again == Placed(next(iter(exchange.written.jobs.values()))["id"])
    assert len(exchange.written.jobs) == 1
    assert Carrier().transcribe("RE404", "other") == Refused("20404")


def test_what_twilio_says_to_a_job_is_told_apart(api: Script) -> None:
    api.status, api.body = 202, b'{"status": "PENDING", "transcription": {"id": "T1"}}'
    assert Carrier().transcribe("RE1", "key") == Placed("T1")
    assert api.asked == ["POST /v3/Transcriptions"]
    api.body = b'{"id": "T2", "status": "PENDING"}'
    assert Carrier().transcribe("RE1", "key") == Placed("T2")
    api.status, api.body = 429, error(429, 20429)
    assert Carrier().transcribe("RE1", "key") == NotNow("429")
    for status, body in ((202, b""), (202, b"<html>"), (202, b"[]"), (503, b"")):
        api.status, api.body = status, body
        assert isinstance(Carrier().transcribe("RE1", "key"), Unknown), body


def test_stopping_may_fail_like_anything_else(api: Script) -> None:
    api.status, api.body = 500, b""
    assert Carrier().stop("CA1") == Unknown("HTTP 500")


def test_settings_for_twilios_own_host_names_do_not_bend_another_carriers(
    api: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TWILIO_EDGE", "dublin")
    monkeypatch.setenv("TWILIO_REGION", "ie1")
    api.status, api.body = 201, b'{"sid": "CA12"}'
    assert Carrier().ring(BO, "key", 25) == Placed("CA12")


def test_numbers_are_not_logged(api: Script, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("twilio.http_client").setLevel(logging.WARNING)
    api.status, api.body = 201, b'{"sid": "CA12"}'
    Carrier().ring(BO, "key", 25)
    assert BO[1:] not in caplog.text


# With the exchange ---------------------------------------------------------------------------------


def test_a_phone_rings_and_stops(exchange: Exchange) -> None:
    bo = exchange.phone(BO, name="Bo Chan", role="technician")
    carrier = Carrier()
    placed = carrier.ring(BO, "key", 25)
    assert isinstance(placed, Placed)
    exchange.settle()
    assert bo.ringing
    assert carrier.status(placed.sid) == "ringing"
    assert carrier.calls_to(BO, START) == [PlacedCall(placed.sid, "ringing")]
    assert carrier.calls_to(BO, START + timedelta(seconds=1)) == []
    assert carrier.calls_to("+15145550999", START) == []
    assert carrier.stop(placed.sid) == placed
    exchange.settle()
    assert not bo.ringing
    assert carrier.stop(placed.sid) == placed
    urls = {str(value) for event in exchange.log for value in event.detail.values()}
    fragment = "#rc=2&rp=5xx,ct,rt&ct=2000&rt=5000"
    assert f"https://support.example.com/voice/legs/key{fragment}" in urls


def test_a_text_arrives(exchange: Exchange) -> None:
    assert isinstance(Carrier().text(BO, "Ticket 4411"), Placed)
    exchange.settle()
    assert any("Ticket 4411" in str(one) for one in exchange.phone(BO).texts)


def test_what_was_done_before_the_answer_broke_can_be_found(exchange: Exchange) -> None:
    exchange.faults.rest_500_after = 1
    assert isinstance(Carrier().ring(BO, "key", 25), Unknown)
    found = Carrier().calls_to(BO, START)
    assert not isinstance(found, Unknown)
    assert len(found) == 1


def fetch(sid: str = "RE1") -> bytes:
    with Carrier().recording(sid) as audio:
        assert not isinstance(audio, Refused | NotNow)
        return b"".join(audio)


def test_a_recording_is_fetched_by_its_sid(api: Script) -> None:
    api.body = b"RIFF" + b"\0" * 200_000
    assert fetch() == api.body
    assert api.asked == [f"GET /2010-04-01/Accounts/AC{'1' * 32}/Recordings/RE1.wav"]


def test_a_recording_that_is_not_there_yet_is_asked_for_later(api: Script) -> None:
    api.status = 404
    with Carrier().recording("RE1") as audio:
        assert audio == NotNow("HTTP 404")


def test_a_recording_is_not_fetched_from_anywhere_else(api: Script) -> None:
    with scripted_api() as elsewhere:
        api.status, api.headers = 302, {"Location": f"{elsewhere.url}/RE1.wav"}
        with Carrier().recording("RE1") as audio:
            assert audio == NotNow("HTTP 302")
        assert elsewhere.asked == []


def test_a_recording_that_breaks_off_or_never_ends_is_no_recording(
    api: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    api.body, api.promised = b"RIFF", 1000
    with pytest.raises(OSError, match="broke"):
        fetch()
    api.body, api.promised = b"\0" * 100_000, None
    monkeypatch.setattr(client, "LONGEST_AUDIO", 50_000)
    with pytest.raises(OSError, match="too long"):
        fetch()


def test_a_call_that_the_carrier_does_not_know_rings_nowhere_any_more(api: Script) -> None:
    api.status, api.body = 404, b'{"code": 20404, "message": "not found", "status": 404}'
    assert Carrier().status("CA1") == "canceled"
