"""The one number of the account by REST: where its calls and texts are told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Response, request

from ivr.exchange.rest_answers import Route, page
from ivr.exchange.rest_errors import RefusedError

if TYPE_CHECKING:
    from ivr.exchange.engine import Exchange

SID = "PN" + "0" * 32


def list_them(exchange: Exchange) -> Response:
    asked = request.args.get("PhoneNumber")
    mine = [_told(exchange)] if asked in {None, exchange.number} else []
    return page("incoming_phone_numbers", mine)


def update(exchange: Exchange, sid: str) -> dict[str, Any]:
    if sid != SID:
        raise RefusedError(404, 20404, f"The number {sid} was not found")
    form = request.form
    with exchange.acting():
        exchange.voice_url = form.get("VoiceUrl", exchange.voice_url)
        exchange.fallback_url = form.get("VoiceFallbackUrl", exchange.fallback_url)
        exchange.status_url = form.get("StatusCallback", exchange.status_url)
        exchange.sms_url = form.get("SmsUrl", exchange.sms_url)
    return _told(exchange)


def _told(exchange: Exchange) -> dict[str, Any]:
    return {
        "sid": SID,
        "account_sid": exchange.account_sid,
        "phone_number": exchange.number,
        "voice_url": exchange.voice_url,
        "voice_fallback_url": exchange.fallback_url,
        "status_callback": exchange.status_url,
        "sms_url": exchange.sms_url,
    }


ROUTES: list[Route] = [
    ("GET", "/IncomingPhoneNumbers.json", list_them),
    ("POST", "/IncomingPhoneNumbers/<sid>.json", update),
]
