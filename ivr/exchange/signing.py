"""Signatures of our webhooks, as the carrier makes them (twilio.com/docs/usage/security)."""

import base64
import hashlib
import hmac
from urllib.parse import urlsplit, urlunsplit


def signature(url: str, form: dict[str, str], token: str) -> str:
    message = url + "".join(name + form[name] for name in sorted(form))
    digest = hmac.new(token.encode(), message.encode(), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()


def signed_address(url: str, *, voice: bool) -> str:
    """The address as it is signed: of a call's HTTPS address, the port is left out."""
    parts = urlsplit(url)
    if voice and parts.scheme == "https" and parts.port:
        return urlunsplit(parts._replace(netloc=parts.hostname or ""))
    return url
