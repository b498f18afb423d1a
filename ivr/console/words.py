"""How things read on the staff pages: times in the organization's zone, spans, keys, outcomes."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from ivr.console.tongue import is_known, language, listing, number, say
from ivr.services import vocabulary

THOUSAND = 1000
UNITS = (("d", 86400), ("h", 3600), ("min", 60), ("s", 1))
NO_QUESTION = {"customer.welcome", "holding.wait", "technician.start", "staff.start"}


def local(at: datetime | str, zone: str) -> datetime:
    found = datetime.fromisoformat(at) if isinstance(at, str) else at
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(ZoneInfo(zone))


def minute(at: datetime | str | None, zone: str) -> str:
    """Tue 24 Nov, 03:00."""
    if not at:
        return ""
    there = local(at, zone)
    return say("frame.minute", time=say("frame.time", hour=there.hour, minute=there.minute),
               **short_day(there))  # fmt: skip


def day(at: date) -> str:
    """Tuesday 24 November 2026."""
    return say("frame.date", **short_day(at, "whole_"), year=at.year)


def short_day(there: date, how: str = "") -> dict[str, Any]:
    """The names of the frame's words: weekdays and months, or whole_weekdays and whole_months."""
    return {
        "weekday": listing(f"frame.{how}weekdays")[there.weekday()],
        "day": there.day if there.day > 1 else say("frame.first"),
        "month": listing(f"frame.{how}months")[there.month - 1],
    }


def time_of_day(at: datetime | str | None, zone: str) -> str:
    """03:00:12."""
    return local(at, zone).strftime("%H:%M:%S") if at else ""


def span(seconds: float) -> str:
    """1 min 32 s: the two largest units that fit."""
    left, told = max(0, int(seconds)), list[str]()
    for unit, size in UNITS:
        if left >= size or (unit == "s" and not told):
            told.append(say(f"frame.{unit}", count=left // size))
        left %= size
    return " ".join(told[:2])


def second(at: float) -> str:
    """Of a recording: 0:03, 12:40, 1:02:03."""
    minutes, seconds = divmod(int(at), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def size(count: int) -> str:
    """12 kB: in the largest unit that fits."""
    if count < THOUSAND:
        return say("frame.bytes", size=count)
    if count < THOUSAND**2:
        return say("frame.kB", size=round(count / THOUSAND))
    megabytes = round(count / THOUSAND**2, 1)
    return say("frame.MB", size=number(int(megabytes) if megabytes.is_integer() else megabytes))


def age(since: datetime | str, now: datetime) -> str:
    return span((now - local(since, "UTC")).total_seconds())


def zone_name(zone: str) -> str:
    return zone.replace("_", " ")


def listed(those: Iterable[str]) -> str:
    """Bo, Cy and Didi."""
    *first, last = [*those] or [""]
    return f" {say('frame.and')} ".join(filter(None, [", ".join(first), last]))


def known(key: str, otherwise: object) -> str:
    """A word of ours; what has none, such as a step of an older version, is told as it is."""
    return say(key) if is_known(key) else str(otherwise)


def question(step: str) -> str:
    return known(f"steps.{step}", step.partition(".")[2].capitalize())


def heard(turn: dict[str, Any]) -> str:
    """What came back from the line."""
    answer = turn["heard"]
    if answer.get("keys"):
        return say("call.pressed", keys=answer["keys"])
    if answer.get("left"):
        return known(f"call.left_{answer['left']}", answer["left"])
    if answer.get("recording"):
        return say("call.spoke", span=span(answer.get("seconds", 0)))
    return "" if turn["step"] in NO_QUESTION else say("call.pressed_nothing")


def turns(call: dict[str, Any]) -> list[dict[str, Any]]:
    """The turns of a call; what came again and again, such as holding, is one line."""
    told = []
    for (asked, came), those in groupby(
        call["turns"], lambda one: (question(one["step"]), heard(one))
    ):
        rows = list(those)
        row = {"at": rows[0]["at"], "question": asked, "heard": came, "times": len(rows)}
        told.append(row | {"until": rows[-1]["at"]})
    return told


def ring(leg: dict[str, Any]) -> str:
    """What came of a ring, or where it stands."""
    told = vocabulary.word(language(), "ring", leg["outcome"] or leg["state"])
    cause = leg["cause"] and vocabulary.word(language(), "value", leg["cause"])
    return f"{told} ({cause})" if cause else told


def whereabouts(call: dict[str, Any]) -> str:
    """What somebody on the line does: answers our questions, holds, talks."""
    return known(f"call.place_{call['place']}", say("call.on_the_line"))


def place(call: dict[str, Any]) -> str:
    """Where the person is, or how long the call was."""
    if call["ended_at"] is None:
        return say("call.now", doing=known(f"call.place_{call['place']}", call["status"]))
    return span((local(call["ended_at"], "UTC") - local(call["started_at"], "UTC")).total_seconds())


def message(row: dict[str, Any]) -> str:
    told = known(f"call.message_{row['state']}", row["state"])
    if not row["cause"] or row["state"] == "sent":
        return told
    cause = vocabulary.word(language(), "value", row["cause"])
    return say("call.because", told=told, cause=cause)


def spoken(given: str | None) -> str:
    """The name of a language, in the reader's."""
    return say(f"call.speaks_{vocabulary.known(given)}")


def due(clock: dict[str, Any], zone: str) -> str:
    """When a clock ends, and whether that is over."""
    if not clock["ends_at"]:
        return say("ticket.paused")
    told = minute(clock["ends_at"], zone)
    return say("ticket.late", time=told) if clock["missed_at"] else told


def value(given: str) -> str:
    """A word of ours that stands on the timeline; what is none stays as it is."""
    return vocabulary.word(language(), "value", given)


def tongue(spoken: str | None) -> str | None:
    """The lang attribute of words that are not in the language of the page."""
    return spoken.partition("-")[0] if spoken and spoken != language() else None
