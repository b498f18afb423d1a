"""What the carrier tells us of the line, as `Heard`. Everything from outside is checked here."""

import re
from collections.abc import Mapping

from callflows.turn import Heard

MOST_KEYS = 32
KEYS = re.compile(r"[0-9*#]+", re.ASCII)
SID = re.compile(r"[A-Za-z0-9_-]{2,64}", re.ASCII)
E164 = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII)
LEFT = {
    "bridged": "bridged",
    "bridging-in-process": "bridged",
    "leave": "leave",
    "hangup": "hangup",
}
ANSWERED = {"completed", "answered"}


def heard(form: Mapping[str, str]) -> Heard:
    return Heard(
        keys=keys(form.get("Digits", form.get("keys", ""))),
        left=left(form),
        recording=recording(form),
        seconds=whole(form.get("RecordingDuration", form.get("seconds", ""))),
    )


def keys(given: str) -> str:
    """Keys as pressed. Speech, Unicode digits and "hangup" are no keys."""
    return given[:MOST_KEYS] if KEYS.fullmatch(given) else ""


def left(form: Mapping[str, str]) -> str:
    """How a hold or a dial ended. A dial that was answered only counts when people were bridged."""
    if "QueueResult" in form:
        return LEFT.get(form["QueueResult"], "error")
    if "DialCallStatus" in form:
        bridged = form.get("DialBridged") or str(form["DialCallStatus"] in ANSWERED).lower()
        return "bridged" if bridged == "true" else "missed"
    given = form.get("left", "")
    return given if given in {*LEFT.values(), "missed", "error"} else ""


def recording(form: Mapping[str, str]) -> str:
    """The SID alone: audio is never fetched from an address that came in."""
    given = form.get("RecordingSid") or form.get("recording")
    if not given and form.get("RecordingUrl"):
        given = form["RecordingUrl"].rstrip("/").rpartition("/")[2]
    return sid(given or "")


def sid(given: str) -> str:
    return given if SID.fullmatch(given) else ""


def whole(given: str) -> int:
    return int(given) if re.fullmatch(r"[0-9]{1,7}", given, re.ASCII) else 0


def number(given: str) -> str:
    """A caller's number in E.164, or "anonymous"."""
    cleaned = re.sub(r"[\s().-]", "", given)
    return cleaned if E164.fullmatch(cleaned) else "anonymous"
