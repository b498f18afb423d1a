"""Signing in as another server knows us: a real provider over HTTP, and what is not believed."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import requests
from joserfc.jwk import RSAKey
from werkzeug.test import TestResponse

from ivr.database import transaction
from ivr.services.staff import staff
from ivr.settings import settings
from tests.conftest import Wall
from tests.console.colleague import Colleague
from tests.console.provider import CLIENT, SECRET, Provider, serving
from tests.portal.browser import words
from tests.services import people

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""What is tested here is the same whatever database lies behind it."""


@pytest.fixture
def provider(database: str, wall: Wall, monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    with transaction() as db:
        people.organization(db)
        staff.add(db, name="Bo", email="bo@2n5.example", role="technician")
    with serving() as provider:
        monkeypatch.setenv("OIDC_ISSUER", f"{provider.issuer}/")
        monkeypatch.setenv("OIDC_CLIENT_ID", CLIENT)
        monkeypatch.setenv("OIDC_CLIENT_SECRET", SECRET)
        settings.cache_clear()
        yield provider
        settings.cache_clear()


def to_provider(who: Colleague, then: str = "") -> str:
    """Presses the button, says yes there; returns where the browser is sent back to."""
    asked = who.get(f"/sign-in/provider?then={then}")
    assert asked.status_code == 303
    back = requests.get(asked.location, timeout=5, allow_redirects=False).headers["Location"]
    return back.removeprefix(settings().own_url)


def signs_in(who: Colleague, then: str = "") -> TestResponse:
    return who.get(to_provider(who, then))


def test_a_verified_e_mail_lets_in_and_back_to_the_page(provider: Provider) -> None:
    bo = Colleague()
    asked = bo.get("/mail")
    assert "Sign in with your work account" in words(bo.get(asked.location))
    provider.claims["email"] = "Bo@2n5.example"
    assert signs_in(bo, "/mail").location == "/mail"
    assert "Bo" in words(bo.get("/tickets"))


def test_the_e_mail_may_come_by_userinfo(provider: Provider) -> None:
    provider.by_userinfo = True
    bo = Colleague()
    assert signs_in(bo).status_code == 303
    provider.claims["sub"] = "somebody else"
    assert signs_in(Colleague()).status_code == 403


@pytest.mark.parametrize(
    "claims",
    [
        {"email_verified": False},
        {"email_verified": None},
        {"email": "nobody@2n5.example"},
        {"email": None},
        {"nonce": "of another time"},
        {"aud": "another service"},
        {"aud": [CLIENT, "another"], "azp": "another"},
        {"iss": "https://evil.example"},
        {"exp": 1_000_000_000},
    ],
)
def test_what_is_not_right_lets_nobody_in(provider: Provider, claims: dict[str, Any]) -> None:
    provider.claims |= claims
    bo = Colleague()
    answer = signs_in(bo)
    assert answer.status_code == 403
    assert "That did not work" in words(answer)
    assert bo.get("/tickets").status_code == 303


def test_another_key_lets_nobody_in(provider: Provider) -> None:
    provider.signs_with = RSAKey.generate_key(2048, {"kid": "first"})
    assert signs_in(Colleague()).status_code == 403


def test_an_answer_is_for_the_browser_that_asked_and_good_once(provider: Provider) -> None:
    """Nobody is signed in as somebody else by a link (RFC 6749, 10.12)."""
    bo, victim = Colleague(), Colleague()
    back = to_provider(bo)
    assert victim.get(back).status_code == 403, "asked nothing"
    to_provider(victim)
    assert victim.get(back).status_code == 403, "asked something else"
    assert bo.get(back).status_code == 303
    bo.client.delete_cookie("staff")
    assert bo.get(back).status_code == 403


def test_a_code_is_nothing_without_the_verifier(provider: Provider) -> None:
    bo = Colleague()
    back = to_provider(bo)
    (asked,) = provider.asked.values()
    asked["code_challenge"] = "of somebody else"
    assert bo.get(back).status_code == 403


@pytest.mark.parametrize(
    "discovery",
    [
        {"issuer": "https://evil.example"},
        {"token_endpoint": "file:///etc/passwd"},
        {"jwks_uri": None},
        {"authorization_endpoint": ""},
    ],
)
def test_a_provider_that_is_not_right_is_not_asked(
    provider: Provider, discovery: dict[str, Any]
) -> None:
    provider.discovery = discovery
    assert Colleague().get("/sign-in/provider").status_code == 403


def test_a_provider_that_is_away_is_told(
    provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OIDC_ISSUER", "http://127.0.0.1:9")
    settings.cache_clear()
    answer = Colleague().get("/sign-in/provider")
    assert "That did not work" in words(answer)
    assert 'name="password"' in answer.text, "a password still does"


def test_whoever_has_left_is_not_let_in(provider: Provider, wall: Wall) -> None:
    with transaction() as db:
        (bo,) = staff.everybody(db)
        bo.active = False
    wall.passes(timedelta(minutes=1))
    assert signs_in(Colleague()).status_code == 403
