"""Webhooks: posts to the app, signed, within fifteen seconds, retried as the URL asks.

By default only a failure to connect is tried again, once. A fragment such as
#rc=2&rp=5xx,ct,rt&ct=2000&rt=5000 overrides that; it is neither sent nor signed
(twilio.com/docs/usage/webhooks/webhooks-connection-overrides).
"""

import hashlib
import secrets
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urldefrag

import requests

from ivr.exchange.signing import signature, signed_address

LONGEST = 15.0
AGENT = "TwilioProxy/1.1"


@dataclass(frozen=True)
class Reply:
    """What the app answered; `error` is the carrier's code when it gave nothing usable."""

    status: int = 0
    content_type: str = ""
    text: str = ""
    error: int = 0


@dataclass(frozen=True)
class Overrides:
    connect: float = 5.0
    read: float = LONGEST
    total: float = LONGEST
    retries: int = 1
    policies: frozenset[str] = frozenset({"ct"})


def overrides(fragment: str) -> Overrides:
    given = dict(parse_qsl(fragment))

    def seconds(name: str, usual: float) -> float:
        return min(LONGEST, int(given[name]) / 1000) if given.get(name, "").isdigit() else usual

    retries = int(given["rc"]) if given.get("rc", "").isdigit() else 1
    policies = frozenset(given.get("rp", "ct").split(","))
    total = seconds("tt", LONGEST)
    return Overrides(seconds("ct", 5.0), seconds("rt", LONGEST), total, min(retries, 5), policies)


def post(
    url: str, form: dict[str, str], token: str, method: str = "POST", *, voice: bool = True
) -> Reply:
    """Ask the app. Takes real time, fifteen seconds at most with all retries."""
    address, fragment = urldefrag(url)
    how = overrides(fragment)
    signed = form if method == "POST" else {}
    asked = signed_address(_asked(address, form, method), voice=voice)
    sent = {"data": form} if method == "POST" else {"params": form}
    return _repeated(method, address, sent, _headers(signature(asked, signed, token)), how)


def tell(url: str, body: bytes, token: str) -> Reply:
    """As JSON, whose sum is in the address that is signed."""
    address, fragment = urldefrag(url)
    mark = "&" if "?" in address else "?"
    address += f"{mark}bodySHA256={hashlib.sha256(body).hexdigest()}"
    headers = _headers(signature(signed_address(address, voice=True), {}, token))
    headers["Content-Type"] = "application/json"
    return _repeated("POST", address, {"data": body}, headers, overrides(fragment))


def _headers(signed: str) -> dict[str, str]:
    return {
        "X-Twilio-Signature": signed,
        "I-Twilio-Idempotency-Token": secrets.token_hex(16),
        "User-Agent": AGENT,
    }


def _repeated(
    method: str, address: str, sent: dict[str, Any], headers: dict[str, str], how: Overrides
) -> Reply:
    end = time.monotonic() + how.total
    for _ in range(how.retries + 1):
        reply, reason = _once(method, address, sent, headers, how, end - time.monotonic())
        again = reason is not None and (reason in how.policies or "all" in how.policies)
        if not again or time.monotonic() > end:
            break
    return reply


def _asked(address: str, form: dict[str, str], method: str) -> str:
    if method == "POST":
        return address
    return requests.Request("GET", address, params=form).prepare().url or address


def _once(
    method: str,
    address: str,
    sent: dict[str, Any],
    headers: dict[str, str],
    how: Overrides,
    left: float,
) -> tuple[Reply, str | None]:
    """The reply, and if it is a failure, the retry policy that covers it."""
    try:
        answer = requests.request(
            method,
            address,
            headers=headers,
            timeout=(max(0.001, min(how.connect, left)), max(0.001, min(how.read, left))),
            allow_redirects=False,
            **sent,
        )
    except (requests.ConnectTimeout, requests.exceptions.InvalidURL):
        return Reply(error=11205), "ct"
    except requests.Timeout:
        return Reply(error=11200), "rt"
    except requests.ConnectionError as error:
        broken = "RemoteDisconnected" in repr(error) or "ConnectionReset" in repr(error)
        return Reply(error=11200 if broken else 11205), "rt" if broken else "ct"
    except requests.RequestException:
        return Reply(error=11200), None
    reply = Reply(answer.status_code, answer.headers.get("Content-Type", ""), answer.text)
    if answer.status_code >= 500:  # noqa: PLR2004
        return Reply(answer.status_code, reply.content_type, reply.text, 11200), "5xx"
    if answer.status_code >= 300:  # noqa: PLR2004
        return Reply(answer.status_code, reply.content_type, reply.text, 11200), "4xx"
    return reply, None
