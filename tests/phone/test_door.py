"""The door itself: what is turned away, and that it is turned away before anything happens."""

import pytest
from sqlalchemy import func, select
from twilio.request_validator import RequestValidator

from ivr.database import reading
from ivr.models import Call
from ivr.settings import settings
from ivr.web import app
from tests.phone.door import Door

PHONE_ROUTES = [
    rule.rule.replace("<int:turn_number>", "1")
    .replace("<int:position>", "1")
    .replace("<int:check>", "1")
    .replace("<key>", "k")
    for rule in app.url_map.iter_rules()
    if rule.endpoint.startswith("phone.") and "POST" in (rule.methods or ())
]


def calls() -> int:
    with reading() as db:
        return db.scalar(select(func.count(Call.id))) or 0


@pytest.mark.parametrize("path", PHONE_ROUTES)
def test_nobody_gets_in_anywhere_without_a_signature(forlorn_door: Door, path: str) -> None:
    form = {"AccountSid": forlorn_door.account, "CallSid": "CA1"}
    assert forlorn_door.client.post(path, data=form).status_code == 403
    wrong = {"X-Twilio-Signature": "L/OH5YylLD5NRKLltdqwSvS0BnU="}
    assert forlorn_door.client.post(path, data=form, headers=wrong).status_code == 403
    assert forlorn_door.client.get(path).status_code in {404, 405}


def test_a_forged_call_leaves_no_trace(door: Door) -> None:
    form = {"AccountSid": door.account, "CallSid": "CA1", "From": "+15145550100"}
    door.client.post("/voice/inbound", data=form)
    assert calls() == 0
    assert door.post("/voice/inbound").status_code == 200
    assert calls() == 1


def test_without_any_token_the_door_is_closed(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWILIO_ACCOUNT_SID", door.account)
    settings.cache_clear()
    assert settings().signing_tokens == ()
    door.token = ""
    assert door.post("/voice/inbound").status_code == 403


def test_the_old_token_and_the_new_one_pass_while_they_are_rotated(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TWILIO_ACCOUNT_SID", door.account)
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", "old")
    monkeypatch.setenv("TWILIO_AUTH_TOKEN_SECONDARY", "new")
    settings.cache_clear()
    for door.token, expected in (("old", 200), ("new", 200), ("older", 403)):
        assert door.post("/voice/inbound").status_code == expected


@pytest.mark.parametrize("account", ["AC" + "0" * 32, ""])
def test_another_account_is_refused_although_it_has_signed(door: Door, account: str) -> None:
    assert door.post("/voice/inbound", AccountSid=account).status_code == 403


def test_a_foreign_account_is_refused_and_none_is_taken_for_ours(door: Door) -> None:
    """The signature has shown already who speaks."""
    foreign = {"CallSid": "CA1", "AccountSid": "AC" + "9" * 32}
    assert door.send("/voice/inbound", foreign).status_code == 403
    assert door.send("/voice/inbound", {"CallSid": "CA1"}).status_code == 200


def test_forwarded_headers_are_never_believed(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PUBLIC_URL", "https://support.example.com/line")
    settings.cache_clear()
    assert door.post("/voice/inbound").status_code == 200  # signed for PUBLIC_URL
    form = {"AccountSid": door.account, "CallSid": "CA2"}
    forged = RequestValidator(door.token).compute_signature(
        "https://evil.example/voice/inbound", form
    )
    headers = {
        "X-Twilio-Signature": forged,
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "https",
        "Host": "evil.example",
    }
    assert door.client.post("/voice/inbound", data=form, headers=headers).status_code == 403


@pytest.mark.parametrize("query", ["?keys=4%2A2", "?language=fr-CA&a=%C3%A9", "?q=a+b", "?empty="])
def test_the_path_and_query_count_as_they_came(door: Door, query: str) -> None:
    assert door.post(f"/voice/inbound{query}").status_code == 200


def test_an_absolute_request_line_changes_nothing(door: Door) -> None:
    form, raw = {"AccountSid": door.account, "CallSid": "CA1"}, "http://evil.example/voice/inbound"
    url = f"{settings().own_url}/voice/inbound"
    answer = door.client.post(
        "/voice/inbound",
        data=form,
        headers={"X-Twilio-Signature": RequestValidator(door.token).compute_signature(url, form)},
        environ_overrides=dict.fromkeys(("RAW_URI", "REQUEST_URI"), raw),
    )
    assert answer.status_code == 200


def test_bodies_that_are_too_large_too_many_or_no_form_are_turned_away(door: Door) -> None:
    post = door.client.post
    form = "application/x-www-form-urlencoded"
    assert post("/voice/inbound", data=b"a=" + b"x" * 70_000, content_type=form).status_code == 413
    many = "&".join(f"a{index}=1" for index in range(201)).encode()
    assert post("/voice/inbound", data=many, content_type=form).status_code == 400
    assert post("/voice/inbound", data=b"a=\xff", content_type=form).status_code == 400
    assert post("/voice/inbound", json={"CallSid": "CA1"}).status_code == 415
    assert post("/voice/inbound", data={"a": (b"x", "a.txt")}).status_code == 415


def test_a_call_must_have_a_name(door: Door) -> None:
    assert door.post("/voice/inbound", call="").status_code == 400
    assert door.post("/voice/inbound", call="../x").status_code == 400


def test_unknown_parameters_and_zero_bytes_do_no_harm(door: Door) -> None:
    answer = door.post(
        "/voice/inbound", StirVerstat="TN-Validation-Passed-A", CallerCity="Mont\0réal"
    )
    assert answer.status_code == 200


def test_sounds_need_no_signature_and_nothing_else_can_be_fetched(forlorn_door: Door) -> None:
    get = forlorn_door.client.get
    tone = get("/voice/hold.wav")
    assert tone.status_code == 200
    assert tone.data[:4] == b"RIFF"
    assert get("/voice/audio/en-CA.wav").status_code == 404
    assert get("/voice/audio/..%2fen-CA.wav").status_code == 404
