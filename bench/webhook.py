"""Webhooks as the carrier sends them: some thirty values, signed, one connection each.

They are made before the clock starts. The signatures are the carrier's library's, not ours.
"""

from urllib.parse import urlencode

from twilio.request_validator import RequestValidator

from bench.load import Request

ACCOUNT, TOKEN = "AC" + "2" * 32, "f" * 32
PUBLIC_URL = "https://support.2n5.example"
_sign = RequestValidator(TOKEN).compute_signature

VALUES = {
    "AccountSid": ACCOUNT,
    "ApiVersion": "2010-04-01",
    "CallStatus": "in-progress",
    "CallToken": "%7B%22parentCallInfoToken%22%3A%22eyJhbGciOiJFUzI1NiJ9.eyJjYWxsU2lkIn0%22%7D",
    "Called": "+18005550100",
    "CalledCity": "",
    "CalledCountry": "CA",
    "CalledState": "",
    "CalledZip": "",
    "Caller": "+15145550100",
    "CallerCity": "MONTREAL",
    "CallerCountry": "CA",
    "CallerState": "QC",
    "CallerZip": "H3B 2Y5",
    "Direction": "inbound",
    "FinishedOnKey": "#",
    "From": "+15145550100",
    "FromCity": "MONTREAL",
    "FromCountry": "CA",
    "FromState": "QC",
    "FromZip": "H3B 2Y5",
    "StirVerstat": "TN-Validation-Passed-A",
    "To": "+18005550100",
    "ToCity": "",
    "ToCountry": "CA",
    "ToState": "",
    "ToZip": "",
    "msg": "Gather End",
}


def webhook(path: str, expect: str, call_sid: str, **values: str) -> Request:
    form = VALUES | {"CallSid": call_sid} | values
    body = urlencode(form)
    head = (
        f"POST {path} HTTP/1.1",
        "Host: support.2n5.example",
        "User-Agent: TwilioProxy/1.1",
        "Accept: */*",
        "Connection: close",
        "Content-Type: application/x-www-form-urlencoded; charset=UTF-8",
        f"Content-Length: {len(body)}",
        f"X-Twilio-Signature: {_sign(PUBLIC_URL + path, form)}",
    )
    return Request("\r\n".join((*head, "", body)).encode(), expect.encode())
