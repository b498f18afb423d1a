"""`ivr twilio set-up`: tells Twilio which addresses of ours the number calls."""

import sys
from collections.abc import Mapping

import requests
from twilio.base.exceptions import TwilioException

from ivr.phone.client import Carrier
from ivr.phone.urls import url
from ivr.settings import settings


class NotSetUpError(Exception):
    """One clear line: why the number could not be set up."""


def set_up() -> Mapping[str, str]:
    """Returns what was set, by the names that Twilio uses."""
    number = settings().twilio_number
    if not settings().public_url:
        raise NotSetUpError("PUBLIC_URL: must be set, or Twilio cannot reach us")
    addresses = {
        "voice_url": url("voice/inbound"),
        "voice_fallback_url": url("voice/fallback"),
        "status_callback": url("voice/status"),
        "sms_url": url("sms/inbound"),
    }
    try:
        owned = Carrier().client.incoming_phone_numbers.list(phone_number=number, limit=1)
        if not owned:
            raise NotSetUpError(f"the account does not own {number}")
        posted = dict.fromkeys(
            ("voice_method", "voice_fallback_method", "status_callback_method", "sms_method"),
            "POST",
        )  # an application of the account would come before these addresses
        owned[0].update(**addresses, **posted, voice_application_sid="", sms_application_sid="")
    except (TwilioException, requests.RequestException) as error:
        raise NotSetUpError(f"Twilio refused: {error}") from error
    return addresses


def main() -> int:
    try:
        done = set_up()
    except NotSetUpError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.writelines(f"{name}: {address}\n" for name, address in done.items())
    return 0
