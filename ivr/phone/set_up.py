"""The addresses of ours that the numbers call: set by `ivr twilio set-up`, and looked at since."""

import sys
from collections.abc import Iterator, Mapping
from urllib.parse import urldefrag

import requests
from twilio.base.exceptions import TwilioException
from twilio.rest import Client

from ivr.phone.urls import url
from ivr.settings import settings

Addresses = Mapping[str, str]


class NotSetUpError(Exception):
    """One clear line: why the numbers could not be set up."""


def wanted() -> dict[str, Addresses]:
    """What each number must be set to, by the names that Twilio uses. Where there is a fallback
    document on other infrastructure, it is asked for when we cannot be: docs/decisions/14.
    """
    numbers: dict[str, Addresses] = {
        settings().twilio_number: {
            "voice_url": url("voice/inbound"),
            "voice_fallback_url": settings().fallback_url or url("voice/fallback"),
            "status_callback": url("voice/status"),
            "sms_url": url("sms/inbound"),
        }
    }
    if settings().canary:
        numbers[settings().canary] = {"voice_url": url("voice/canary/phone")}
    return numbers


def _methods(addresses: Addresses) -> dict[str, str]:
    """An application of the account would come before these addresses."""
    told = {"voice_method": "POST", "voice_application_sid": ""}
    if "sms_url" in addresses:
        told |= {"sms_method": "POST", "sms_application_sid": "", "status_callback_method": "POST"}
        told["voice_fallback_method"] = "GET" if settings().fallback_url else "POST"
    return told


def set_up(client: Client) -> dict[str, Addresses]:
    """Returns what was set, by number."""
    if not settings().public_url:
        raise NotSetUpError("PUBLIC_URL: must be set, or Twilio cannot reach us")
    try:
        for number, addresses in wanted().items():
            owned = client.incoming_phone_numbers.list(phone_number=number, limit=1)
            if not owned:
                raise NotSetUpError(f"the account does not own {number}")
            owned[0].update(**addresses, **_methods(addresses))
    except (TwilioException, requests.RequestException) as error:
        raise NotSetUpError(f"Twilio refused: {error}") from error
    return wanted()


def astray(client: Client) -> Iterator[str]:
    """What of it is not so: "the line: voice_url". How often to retry is no part of it."""
    for number, addresses in wanted().items():
        name = "the line" if number == settings().twilio_number else "the canary's number"
        owned = client.incoming_phone_numbers.list(phone_number=number, limit=1)
        if not owned:
            yield f"{name}: not the account's"
            continue
        for field, address in addresses.items():
            if urldefrag(getattr(owned[0], field) or "").url != urldefrag(address).url:
                yield f"{name}: {field}"


def main() -> int:
    from ivr.phone.client import Carrier

    try:
        done = set_up(Carrier().client)
    except NotSetUpError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    for number, addresses in done.items():
        sys.stdout.write(f"{number}\n")
        sys.stdout.writelines(f"  {name}: {address}\n" for name, address in addresses.items())
    return 0
