"""What the carrier tells us of the line, as `Heard`. Everything from outside is checked here."""

import re
from collections.abc import Mapping

from callflows.turn import Heard

MOST_KEYS = 32
KEYS = re.compile(r"[0-9*#]+", re.ASCII)
SID = re.compile(r"[A-Za-z0-9_-]{2,64}", re.ASCII)
E164 = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII)
WITHHELD = {"+266696687", "+7378742833", "+2562533", "+8656696", "+86282452253"}
"""ANONYMOUS, RESTRICTED, BLOCKED, UNKNOWN, UNAVAILABLE, as some carriers key them in."""
LEFT = {
    "bridged": "bridged",
    "bridging-in-process": "bridged",
    "redirected-from-bridged": "over",
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
        answered = form["DialCallStatus"] in ANSWERED
        bridged = form["DialBridged"] == "true" if "DialBridged" in form else answered
        return "bridged" if bridged else "missed"
    given = form.get("left", "")
    return given if given in {*LEFT.values(), "missed", "error"} else ""


def recording(form: Mapping[str, str]) -> str:
    """The SID alone: audio is never fetched from an address that came in."""
    given = form.get("RecordingSid") or form.get("recording")
    if not given:
        given = form.get("RecordingUrl", "").rstrip("/").rpartition("/")[2].partition(".")[0]
    return sid(given)


def sid(given: str) -> str:
    """Another carrier's look different: any opaque word will do."""
    return given if SID.fullmatch(given) else ""


def whole(given: str) -> int:
    return int(given) if re.fullmatch(r"[0-9]{1,7}", given, re.ASCII) else 0


def number(given: str) -> str:
    """A caller's number in E.164, or "anonymous"."""
    cleaned = re.sub(r"[\s().-]", "", given)
    known = E164.fullmatch(cleaned) and cleaned not in WITHHELD
    return cleaned if known else "anonymous"
