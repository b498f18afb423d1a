"""The door itself: one blueprint; the signature is checked once, before anything is read.

A webhook is a small form that the carrier has signed for an address of ours. Whatever else comes
is turned away before it costs anything.
"""

import logging
from typing import cast
from urllib.parse import parse_qsl
from xml.etree import ElementTree as ET

from flask import Blueprint, Response, abort, g, request
from twilio.twiml import TwiML

from callflows.prompts import LANGUAGES
from ivr.phone.heard import sid
from ivr.phone.signature import is_signed
from ivr.settings import settings

log = logging.getLogger(__name__)

LARGEST = 65_536
"""Bytes of a webhook's body."""
LARGEST_TOLD = 1_500_000
"""Bytes of a transcript with times; Twilio sends no more than a megabyte (error 17564)."""
MOST_FIELDS = 200
OPEN = {"phone.hold_tone", "phone.audio"}
"""What the carrier fetches without a signature: sounds."""
AS_JSON = {"phone.transcription"}
"""What it tells as JSON, whose sum is in the address that it signs."""

phone = Blueprint("phone", __name__)


@phone.before_request
def check_signature() -> None:
    if request.endpoint in OPEN:
        return
    as_json = request.endpoint in AS_JSON
    request.max_content_length = LARGEST_TOLD if as_json else LARGEST
    body = request.get_data()
    fields = _nothing_but_json() if as_json else _fields(body)
    given = request.headers.get("X-Twilio-Signature")
    if not is_signed(asked_url(), fields, body, given, settings().signing_tokens):
        abort(403)
    g.form = _storable(dict((*request.args.items(), *fields)))
    account = settings().credentials[0]
    if g.form.get("AccountSid", account) != account:
        abort(403)


def _nothing_but_json() -> list[tuple[str, str]]:
    """Without its sum in the address a body is signed by nobody."""
    if "bodySHA256" not in request.args:
        abort(403)
    if request.mimetype != "application/json":
        abort(415)
    return []


def _fields(body: bytes) -> list[tuple[str, str]]:
    if not body:
        return []
    if request.mimetype != "application/x-www-form-urlencoded":
        abort(415)
    try:
        text = body.decode("ascii")
        return parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        abort(400)


def _storable(values: dict[str, str]) -> dict[str, str]:
    if "\0" in "".join(values.values()):  # which no database takes
        return {name: value.replace("\0", "") for name, value in values.items()}
    return values


def asked_url() -> str:
    """The URL that was signed: ours, with the path and query exactly as they came."""
    raw = request.environ.get("RAW_URI") or request.environ.get("REQUEST_URI")
    path = str(raw) if raw else request.full_path.rstrip("?")
    if not path.startswith("/"):  # an absolute request line; only its path counts
        path = "/" + path.partition("://")[2].partition("/")[2]
    return settings().own_url + path


def form() -> dict[str, str]:
    """The signed values of this webhook, those of the URL's query included."""
    return cast("dict[str, str]", g.form)


def call_sid() -> str:
    return sid(form().get("CallSid", "")) or abort(400)


def language() -> str:
    """The language this call is in, as our own URLs carry it."""
    given = form().get("language", "")
    return given if given in LANGUAGES else LANGUAGES[0]


def xml(document: TwiML) -> Response:
    """Written out here: the library takes half as long again, by way of bytes."""
    written = ET.tostring(document.xml(), encoding="unicode")
    return Response(f'<?xml version="1.0" encoding="UTF-8"?>{written}', mimetype="text/xml")


def nothing() -> Response:
    return Response(status=204)
