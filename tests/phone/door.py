"""The voice door as the carrier sees it: signed forms in, TwiML out. Every document is checked
against the grammar of TwiML, whichever test asked for it.
"""

import hashlib
import json
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

from twilio.request_validator import RequestValidator
from werkzeug.test import TestResponse

from ivr.exchange.grammar import problems
from ivr.settings import settings
from ivr.web import app

ANA = "+15145550100"


class Document:
    def __init__(self, xml: str) -> None:
        assert problems(xml) == []
        self.xml, self.root = xml, ET.fromstring(xml)

    @property
    def verbs(self) -> list[str]:
        return [verb.tag for verb in self.root]

    @property
    def said(self) -> str:
        return " ".join(say.text or "" for say in self.root.iter("Say"))

    def find(self, tag: str) -> ET.Element:
        found = self.root.find(f".//{tag}")
        assert found is not None, self.xml
        return found

    def path(self, tag: str, attribute: str | None = None) -> str:
        """The path and query of an address in the document; all must be ours, with retries set."""
        element = self.find(tag)
        parts = urlsplit((element.get(attribute) if attribute else element.text) or "")
        assert f"{parts.scheme}://{parts.netloc}" == settings().own_url
        assert parts.fragment == "rc=2&rp=5xx,ct,rt&ct=2000&rt=5000"
        return f"{parts.path}?{parts.query}" if parts.query else parts.path


class Door:
    def __init__(self) -> None:
        self.client = app.test_client()
        self.account, self.token = settings().credentials

    def post(self, path: str, call: str = "CA1", **form: str) -> TestResponse:
        values = {
            "AccountSid": self.account,
            "CallSid": call,
            "From": ANA,
            "Direction": "inbound",
            "CallStatus": "in-progress",
            **form,
        }
        return self.send(path, values)

    def send(self, path: str, values: dict[str, str], **headers: str) -> TestResponse:
        signature = RequestValidator(self.token).compute_signature(
            settings().own_url + path, values
        )
        return self.client.post(
            path, data=values, headers={"X-Twilio-Signature": signature, **headers}
        )

    def tell(self, path: str, told: object, **headers: str) -> TestResponse:
        """As JSON, whose sum is in the address that is signed."""
        body = told if isinstance(told, bytes) else json.dumps(told).encode()
        path += f"?bodySHA256={hashlib.sha256(body).hexdigest()}"
        signature = RequestValidator(self.token).compute_signature(settings().own_url + path, {})
        given = {"Content-Type": "application/json", "X-Twilio-Signature": signature, **headers}
        return self.client.post(path, data=body, headers=given)

    def ask(self, path: str, call: str = "CA1", **form: str) -> Document:
        answer = self.post(path, call, **form)
        assert answer.status_code == 200, answer.text
        assert answer.mimetype == "text/xml"
        return Document(answer.text)


def hold(door: Door, call: str = "CA1") -> Document:
    """Ana keys her ticket and 1, says what is wrong, and holds."""
    document = door.ask("/voice/inbound", call)
    document = door.ask(document.path("Gather", "action"), call, Digits="4411")
    document = door.ask(document.path("Gather", "action"), call, Digits="1")
    while "Enqueue" not in document.verbs:
        document = door.ask(document.path("Redirect"), call)
    return document
