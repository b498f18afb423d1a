"""The grammar of TwiML as a table: elements, their attributes and values, what may stand in what.

From the vendor's pages on each verb (twilio.com/docs/voice/twiml). An unknown element or
attribute is the carrier's warning 12200: skipped there, reported here, and a failure in tests.
"""

import re
from dataclasses import dataclass
from xml.etree import ElementTree as ET

LARGEST = 65_536
"""Bytes of a document (error 11750)."""
MOST_NOUNS = 10

URL = r"(?!.*\s).+"
METHOD = r"GET|POST"
BOOL = r"true|false"
NUMBER = r"[0-9]+"
KEY = r"[0-9#*]?"
KEYS = r"[0-9#*]*"
EVENTS = r"(initiated|ringing|answered|completed)( (initiated|ringing|answered|completed))*"
RECORDING_EVENTS = r"(in-progress|completed|absent|failed)( (in-progress|completed|absent|failed))*"
ANY = r".*"
SPEECH = {"voice": ANY, "language": r"[a-z]{2,3}-[A-Z]{2}", "loop": NUMBER}
RECORDED = {
    "recordingStatusCallback": URL,
    "recordingStatusCallbackMethod": METHOD,
    "recordingStatusCallbackEvent": RECORDING_EVENTS,
    "trim": r"trim-silence|do-not-trim",
}
NOTICED = {
    "url": URL,
    "method": METHOD,
    "statusCallback": URL,
    "statusCallbackMethod": METHOD,
    "statusCallbackEvent": EVENTS,
}


@dataclass(frozen=True)
class Element:
    attributes: dict[str, str]
    children: frozenset[str] = frozenset()
    text: bool = False
    """Whether words may stand in it."""


def _element(attributes: dict[str, str], *children: str, text: bool = False) -> Element:
    return Element(attributes, frozenset(children), text)


SSML = ("break", "emphasis", "lang", "p", "phoneme", "prosody", "s", "say-as", "sub", "w")
VERBS = (
    "Say", "Play", "Pause", "Gather", "Record", "Dial", "Enqueue", "Leave", "Redirect", "Hangup",
    "Reject",
)  # fmt: skip

TABLE: dict[str, Element] = {
    "Response": _element({}, *VERBS),
    "Say": _element(SPEECH, *SSML, text=True),
    "Play": _element({"loop": NUMBER, "digits": r"[0-9A-D#*wW]+"}, text=True),
    "Pause": _element({"length": NUMBER}),
    "Gather": _element(
        {
            "action": URL, "method": METHOD, "input": r"dtmf|speech|dtmf speech|speech dtmf",
            "numDigits": r"[1-9][0-9]*", "finishOnKey": KEY, "timeout": NUMBER,
            "actionOnEmptyResult": BOOL, "speechTimeout": r"[0-9]+|auto", "hints": ANY,
            "language": ANY, "speechModel": ANY, "enhanced": BOOL, "profanityFilter": BOOL,
            "partialResultCallback": URL, "partialResultCallbackMethod": METHOD,
            "bargeIn": BOOL, "dtmfDetection": ANY, "debug": BOOL,
        },
        "Say", "Play", "Pause",
    ),
    "Record": _element(
        {
            "action": URL, "method": METHOD, "timeout": NUMBER, "finishOnKey": KEYS,
            "maxLength": r"[1-9][0-9]*", "playBeep": BOOL, "transcribe": BOOL,
            "transcribeCallback": URL, **RECORDED,
        },
    ),
    "Dial": _element(
        {
            "action": URL, "method": METHOD, "answerOnBridge": BOOL, "callerId": ANY,
            "callReason": r".{0,50}", "hangupOnStar": BOOL, "ringTone": r"[a-z-]{2,6}",
            "record": r"do-not-record|true|false|record-from-(answer|ringing)(-dual)?",
            "recordingTrack": r"both|inbound|outbound", "sequential": BOOL,
            "timeLimit": NUMBER, "timeout": NUMBER, "referUrl": URL, "referMethod": METHOD,
            "events": ANY, **RECORDED,
        },
        "Number", "Client", "Queue", "Conference", text=True,
    ),
    "Number": _element(
        {
            **NOTICED, "sendDigits": r"[0-9#*wWA-D]+", "byoc": ANY, "machineDetection": ANY,
            "amdStatusCallback": URL, "amdStatusCallbackMethod": METHOD,
        },
        text=True,
    ),
    "Client": _element(NOTICED, text=True),
    "Queue": _element(
        {"url": URL, "method": METHOD, "reservationSid": ANY, "postWorkActivitySid": ANY},
        text=True,
    ),
    "Conference": _element(
        {
            "muted": BOOL, "beep": r"true|false|onEnter|onExit", "startConferenceOnEnter": BOOL,
            "endConferenceOnExit": BOOL, "participantLabel": r".{1,128}", "waitUrl": r"\S*",
            "waitMethod": METHOD, "maxParticipants": NUMBER, "jitterBufferSize": ANY,
            "record": r"do-not-record|record-from-start|true|false", "region": ANY, "coach": ANY,
            "statusCallback": URL, "statusCallbackMethod": METHOD, "statusCallbackEvent": ANY,
            **RECORDED,
        },
        text=True,
    ),
    "Enqueue": _element(
        {"action": URL, "method": METHOD, "waitUrl": r"\S*", "waitUrlMethod": METHOD,
         "workflowSid": ANY},
        text=True,
    ),
    "Leave": _element({}),
    "Redirect": _element({"method": METHOD}, text=True),
    "Hangup": _element({}),
    "Reject": _element({"reason": r"rejected|busy"}),
}  # fmt: skip

LAST = {"Redirect", "Hangup", "Reject", "Leave"}
"""What stands after these is never reached."""
NOUNS = ("Number", "Client")
NEVER_EMPTY = {"Redirect", "Number", "Client", "Queue", "Conference", "Enqueue"}
FORBIDDEN = re.compile("[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\ufffe\\uffff]")


class FatalError(Exception):
    """The carrier does not execute this document at all."""

    def __init__(self, code: int) -> None:
        super().__init__(str(code))
        self.code = code


def verbs(xml: str) -> list[ET.Element]:
    """The verbs of a document, without what the carrier skips for not knowing it."""
    if len(xml.encode("utf-8", "replace")) > LARGEST:
        raise FatalError(11750)
    try:
        root = ET.fromstring(xml)  # noqa: S314
    except (ET.ParseError, ValueError):
        raise FatalError(12100) from None
    if root.tag != "Response":
        raise FatalError(12100)
    _prune(root)
    return list(root)


def _prune(element: ET.Element) -> None:
    rule = TABLE.get(element.tag)
    if rule is None:  # SSML
        return
    for name, value in list(element.attrib.items()):
        if not _allowed(rule, name, value):
            del element.attrib[name]
    for child in list(element):
        if child.tag in rule.children:
            _prune(child)
        else:
            element.remove(child)


def _allowed(rule: Element, name: str, value: str) -> bool:
    pattern = rule.attributes.get(name)
    return pattern is not None and re.fullmatch(pattern, value, re.DOTALL) is not None


def problems(xml: str) -> list[str]:
    """What the carrier would complain of; an empty list for a good document."""
    if len(xml.encode("utf-8", "replace")) > LARGEST:
        return ["the document is larger than 64 kB (11750)"]
    if FORBIDDEN.search(xml):
        return ["control characters (12100)"]
    try:
        root = ET.fromstring(xml)  # noqa: S314
    except (ET.ParseError, ValueError) as error:
        return [f"cannot be parsed: {error} (12100)"]
    if root.tag != "Response":
        return [f"the root is <{root.tag}>, not <Response>"]
    found = _inside(root, "Response")
    for before, _after in zip(list(root), list(root)[1:], strict=False):
        if before.tag in LAST:
            found.append(f"nothing after <{before.tag}> is ever reached")
    return found


def _inside(element: ET.Element, tag: str) -> list[str]:
    rule = TABLE[tag]
    found = []
    for name, value in element.attrib.items():
        if name not in rule.attributes:
            found.append(f"<{tag}> has no attribute {name} (12200)")
        elif not _allowed(rule, name, value):
            found.append(f"<{tag} {name}={value!r}> is not allowed (12200)")
    if tag in NEVER_EMPTY and not (element.text or "").strip():
        found.append(f"<{tag}> is empty")
    if not rule.text and (element.text or "").strip():
        found.append(f"<{tag}> holds no words (12200)")
    for child in element:
        if child.tag not in rule.children:
            found.append(f"<{child.tag}> may not stand in <{tag}> (12200)")
        elif child.tag in TABLE:
            found += _inside(child, child.tag)
    if tag == "Dial" and sum(child.tag in NOUNS for child in element) > MOST_NOUNS:
        found.append("<Dial> has more than ten numbers")
    return found
