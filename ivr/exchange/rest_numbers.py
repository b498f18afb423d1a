"""The account's own numbers by REST: where their calls and texts are told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Response, request

from ivr.exchange.rest_answers import Route, page
from ivr.exchange.rest_errors import RefusedError

if TYPE_CHECKING:
    from ivr.exchange.engine import Exchange
    from ivr.exchange.numbers import OwnNumber


def list_them(exchange: Exchange) -> Response:
    asked = request.args.get("PhoneNumber")
    found = [one for one in exchange.numbers.values() if asked in {None, one.number}]
    return page("incoming_phone_numbers", [_told(exchange, one) for one in found])


def update(exchange: Exchange, sid: str) -> dict[str, Any]:
    number = next((one for one in exchange.numbers.values() if one.sid == sid), None)
    if number is None:
        raise RefusedError(404, 20404, f"The number {sid} was not found")
    form = request.form
    with exchange.acting():
        number.voice_url = form.get("VoiceUrl", number.voice_url)
        number.fallback_url = form.get("VoiceFallbackUrl", number.fallback_url)
        number.fallback_method = form.get("VoiceFallbackMethod", number.fallback_method)
        number.status_url = form.get("StatusCallback", number.status_url)
        number.sms_url = form.get("SmsUrl", number.sms_url)
    return _told(exchange, number)


def _told(exchange: Exchange, number: OwnNumber) -> dict[str, Any]:
    return {
        "sid": number.sid,
        "account_sid": exchange.account_sid,
        "phone_number": number.number,
        "voice_url": number.voice_url,
        "voice_fallback_url": number.fallback_url,
        "voice_fallback_method": number.fallback_method,
        "status_callback": number.status_url,
        "sms_url": number.sms_url,
    }


ROUTES: list[Route] = [
    ("GET", "/IncomingPhoneNumbers.json", list_them),
    ("POST", "/IncomingPhoneNumbers/<sid>.json", update),
]
