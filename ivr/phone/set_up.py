"""`ivr twilio set-up`: tells Twilio which addresses of ours the number calls."""

import sys

from twilio.base.exceptions import TwilioException

from ivr.phone.client import Carrier
from ivr.phone.urls import url
from ivr.settings import settings


def main() -> int:
    client, number = Carrier().client, settings().twilio_number
    addresses = {
        "voice_url": url("voice/inbound"),
        "voice_fallback_url": url("voice/fallback"),
        "status_callback": url("voice/status"),
        "sms_url": url("sms/inbound"),
    }
    try:
        owned = client.incoming_phone_numbers.list(phone_number=number, limit=1)
        if not owned:
            print(f"the account does not own {number}", file=sys.stderr)  # noqa: T201
            return 1
        owned[0].update(**addresses)
    except TwilioException as error:
        print(f"Twilio refused: {error}", file=sys.stderr)  # noqa: T201
        return 1
    for name, address in addresses.items():
        print(f"{name}: {address}")  # noqa: T201
    return 0
