"""Settings: read from the environment or from files, and refused in one clear line."""

from pathlib import Path

import pytest

from ivr.settings import BrokenSettingError, Settings, read


@pytest.fixture(autouse=True)
def _empty_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.__struct_fields__:
        monkeypatch.delenv(name.upper(), raising=False)


def test_without_an_account_there_is_the_embedded_exchange(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VAR_DIR", str(tmp_path))
    made = read()
    assert made.embedded_exchange
    assert made.carrier_url == "http://127.0.0.1:8100"
    assert made.own_url == "http://127.0.0.1:8000"
    assert made.credentials == read().credentials, "they are kept from start to start"
    assert (tmp_path / "exchange.json").stat().st_mode & 0o077 == 0


def test_with_an_account_it_is_twilio(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWILIO_ACCOUNT_SID", "AC1")
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", "new")
    monkeypatch.setenv("TWILIO_AUTH_TOKEN_SECONDARY", "old")
    monkeypatch.setenv("PUBLIC_URL", "https://support.example.com/")
    made = read()
    assert not made.embedded_exchange
    assert made.carrier_url == ""
    assert made.own_url == "https://support.example.com"
    assert made.signing_tokens == ("new", "old")


@pytest.mark.parametrize(
    ("given", "mailed", "taken_in"),
    [
        ({}, "support@2n5.example", "escalation@2n5.example"),
        ({"SUPPORT_EMAIL": "help@a.example"}, "help@a.example", "escalation@a.example"),
        ({"ESCALATION_EMAIL": "boss@a.example"}, "boss@a.example", "boss@a.example"),
    ],
)
def test_the_last_level_has_an_address_that_is_mailed_and_one_that_is_read(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], mailed: str, taken_in: str
) -> None:
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    assert (read().escalation, read().escalation_mailbox) == (mailed, taken_in)


@pytest.mark.parametrize(
    ("value", "meant"), [("0", False), ("1", True), ("false", False), ("TRUE", True), ("", True)]
)
def test_yes_and_no(monkeypatch: pytest.MonkeyPatch, value: str, *, meant: bool) -> None:
    monkeypatch.setenv("DEMO_DATA", value)
    assert read().demo_data is meant


def test_any_setting_may_stand_in_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "token").write_text("secret\n")
    monkeypatch.setenv("TWILIO_AUTH_TOKEN_FILE", str(tmp_path / "token"))
    monkeypatch.setenv("PORT_FILE", str(tmp_path / "port"))
    (tmp_path / "port").write_text("8080")
    assert (read().twilio_auth_token, read().port) == ("secret", 8080)


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("PORT", "ninety", "PORT: expected `int`"),
        ("PORT", "70000", "PORT: expected `int` <= 65535"),
        ("EXCHANGE_PORT", "0", "EXCHANGE_PORT: expected `int` >= 1"),
        ("DEMO_DATA", "perhaps", "DEMO_DATA: expected `bool`"),
        ("ANONYMOUS_CALLS", "hang up", "ANONYMOUS_CALLS: invalid enum value"),
        ("PUBLIC_URL", "support.example", "PUBLIC_URL: must be an address such as https://"),
        ("TWILIO_API_URL", "ftp://x", "TWILIO_API_URL: must be an address such as https://"),
        ("TWILIO_NUMBER", "5145550100", "TWILIO_NUMBER: must be +, country code and number"),
        ("SMTP_URL_FILE", "/nowhere", "SMTP_URL_FILE: "),
    ],
)
def test_a_broken_setting_is_named_with_what_is_wrong(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, told: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(BrokenSettingError) as refused:
        read()
    assert str(refused.value).startswith(told)
    assert "\n" not in str(refused.value)


def test_the_readme_names_every_setting() -> None:
    readme = (Path(__file__).parent.parent / "README.md").read_text()
    for name in Settings.__struct_fields__:
        assert f"`{name.upper()}`" in readme, name


def test_the_line_cannot_ring_itself_from_its_own_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWILIO_NUMBER", "+15145550100")
    assert read().canary == "+18005550199"
    monkeypatch.setenv("TWILIO_ACCOUNT_SID", "AC1")
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", "token")
    monkeypatch.setenv("PUBLIC_URL", "https://support.example.com")
    assert read().canary == "", "no second number, no canary"
    for wrong in ("+15145550100", "5145550100"):
        monkeypatch.setenv("CANARY_NUMBER", wrong)
        with pytest.raises(BrokenSettingError, match="CANARY_NUMBER"):
            read()


@pytest.mark.parametrize(
    ("issuer", "secret", "told"),
    [
        ("https://id.example", "", "give all three"),
        ("http://id.example", "x", "begins with https"),
        ("id.example", "x", "begins with https"),
    ],
)
def test_an_identity_provider_is_given_whole_and_by_tls(
    monkeypatch: pytest.MonkeyPatch, issuer: str, secret: str, told: str
) -> None:
    monkeypatch.setenv("OIDC_ISSUER", issuer)
    monkeypatch.setenv("OIDC_CLIENT_ID", "support")
    monkeypatch.setenv("OIDC_CLIENT_SECRET", secret)
    with pytest.raises(BrokenSettingError, match=told):
        read()
