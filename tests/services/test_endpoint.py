"""Which addresses are posted to, and what an answer means."""

import socket
import ssl
from pathlib import Path
from typing import Any

import pytest

from ivr.services.webhooks import endpoint
from tests.receiver import receiver

CERTIFICATE = Path(__file__).parent / "localhost.pem"
"""For localhost, signed by itself, good until 2126."""


def resolved(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    """Every name stands for these addresses."""

    def look_up(_host: str, port: int, *_rest: Any, **_more: Any) -> list[Any]:
        kind = (socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "")
        return [(*kind, (one, port)) for one in addresses]

    monkeypatch.setattr(endpoint.socket, "getaddrinfo", look_up)


@pytest.mark.parametrize(
    "address",
    ["169.254.169.254", "fe80::1", "fd00:ec2::254", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe",
     "2002:a9fe:a9fe::1", "100.100.100.200", "0.0.0.0", "224.0.0.1"],
)  # fmt: skip
def test_where_clouds_keep_secrets_nothing_is_posted_to(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    tried: list[Any] = []
    monkeypatch.setattr(endpoint.socket, "create_connection", lambda *one: tried.append(one))
    resolved(monkeypatch, "10.0.0.7", address)
    answer = endpoint.post("https://innocent.example/hook", {}, b"{}")
    assert "not allowed" in (answer.cause or "")
    assert not tried


@pytest.mark.parametrize("address", ["10.0.0.7", "192.168.1.1", "127.0.0.1", "fd12::1", "8.8.8.8"])
def test_private_networks_are_allowed_under_tls(address: str) -> None:
    assert endpoint.may_be_posted_to(address)


@pytest.mark.parametrize(
    "url", ["http://localhost/", "http://127.0.0.1:8/", "http://[::1]/", "https://é.example/ü?a=b"]
)
def test_addresses_that_are_allowed(url: str) -> None:
    assert endpoint.check(url)


def test_without_tls_a_name_that_stands_for_elsewhere_is_not_posted_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    resolved(monkeypatch, "10.0.0.7")
    assert "not allowed" in (endpoint.post("http://localhost/", {}, b"{}").cause or "")


def test_tls_is_checked_by_the_name_that_was_given(monkeypatch: pytest.MonkeyPatch) -> None:
    with receiver(str(CERTIFICATE)) as other:
        assert "its certificate" in (endpoint.post(other.url, {}, b"{}").cause or "")
        known = ssl.create_default_context(cafile=str(CERTIFICATE))
        monkeypatch.setattr(endpoint, "_tls", lambda: known)
        assert endpoint.post(other.url, {}, b"{}") == endpoint.Answer(204)
        resolved(monkeypatch, "127.0.0.1")
        wrong = other.url.replace("localhost", "other.example")
        assert "its certificate" in (endpoint.post(wrong, {}, b"{}").cause or "")
        assert len(other.posted) == 1
        assert other.posted[0].path == "/hook?token=s3cret"
        assert other.posted[0].headers["Host"] == f"localhost:{other.port}"


@pytest.mark.parametrize(
    ("given", "seconds"), [("120", 120), ("soon", 0), ("", 0), ("-5", 0), ("9" * 40, 999999999)]
)
def test_how_long_to_leave_it_alone(given: str, seconds: float) -> None:
    with receiver() as other:
        other.always = (503, {"Retry-After": given})
        answer = endpoint.post(other.url, {}, b"{}")
    assert (answer.code, answer.after) == (503, seconds)
