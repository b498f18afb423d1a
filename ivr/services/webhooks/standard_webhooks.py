"""Signatures by the Standard Webhooks specification (standardwebhooks.com), which receivers have
libraries for in every language.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable
from datetime import datetime

PREFIX = "whsec_"
KEY_BYTES = 32


def new_secret() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()


def signature(secret: str, key: str, timestamp: int, body: bytes) -> str:
    signed = f"{key}.{timestamp}.".encode() + body
    made = hmac.digest(base64.b64decode(secret.removeprefix(PREFIX)), signed, hashlib.sha256)
    return f"v1,{base64.b64encode(made).decode()}"


def headers(now: datetime, key: str, body: bytes, those: Iterable[str]) -> dict[str, str]:
    """Signed with every secret that is good at present; a receiver needs to know one of them."""
    at = int(now.timestamp())
    return {
        "webhook-id": key,
        "webhook-timestamp": str(at),
        "webhook-signature": " ".join(signature(one, key, at, body) for one in those),
    }
