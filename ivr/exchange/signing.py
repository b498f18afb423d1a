"""Signatures of our webhooks, as the carrier makes them (twilio.com/docs/usage/security)."""

import base64
import hashlib
import hmac


def signature(url: str, form: dict[str, str], token: str) -> str:
    message = url + "".join(name + form[name] for name in sorted(form))
    digest = hmac.new(token.encode(), message.encode(), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()
