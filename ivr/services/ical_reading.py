"""Reading a calendar that somebody sent us (iCalendar, RFC 5545): its events of the coming year,
repeated ones each by itself. Nothing in it may take long, whatever it says.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

LARGEST = 1_000_000
"""Bytes."""
MOST_EVENTS = 2000
MOST_REPEATED = 200
MOST_OCCURRENCES = 5000
A_YEAR = timedelta(days=366)
TOO_OFTEN = {"SECONDLY", "MINUTELY", "HOURLY"}
SEVERAL_A_DAY = ("BYHOUR", "BYMINUTE", "BYSECOND")
LONGEST_UID = 200


class CalendarError(Exception):
    """Why the file is of no use, in one line."""


@dataclass(frozen=True)
class Occurrence:
    uid: str
    begins_at: datetime
    ends_at: datetime
    summary: str
    emails: tuple[str, ...]
    """Of who attends."""

    @property
    def source(self) -> str:
        return f"ics:{self.uid}:{self.begins_at.isoformat()}"


def read(raw: bytes, now: datetime, zone: str) -> list[Occurrence]:
    """What is not over yet and begins within a year, what begins first first. A time without a zone
    is of `zone`; a whole day is one of its days. Raises CalendarError.
    """
    import recurring_ical_events

    calendar = _parsed(raw)
    try:
        found = recurring_ical_events.of(calendar).between(now, now + A_YEAR)
        read = [_occurrence(one, ZoneInfo(zone)) for one in found[: MOST_OCCURRENCES + 1]]
    except Exception as error:  # whatever a hostile file does to the library
        raise CalendarError(f"an event cannot be read: {type(error).__name__}") from error
    if len(read) > MOST_OCCURRENCES:
        raise CalendarError(f"more than {MOST_OCCURRENCES} events in a year")
    return sorted((one for one in read if one), key=lambda one: (one.begins_at, one.uid))


def _parsed(raw: bytes) -> Any:
    import icalendar

    if len(raw) > LARGEST:
        raise CalendarError(f"larger than {LARGEST:,} bytes")
    try:
        calendar = icalendar.Calendar.from_ical(raw)
    except Exception as error:
        raise CalendarError("it is no calendar file (.ics)") from error
    if getattr(calendar, "name", None) != "VCALENDAR":
        raise CalendarError("it is no calendar file (.ics)")
    events = calendar.walk("VEVENT")
    if len(events) > MOST_EVENTS:
        raise CalendarError(f"more than {MOST_EVENTS} events")
    repeated = [rule for event in events for rule in _rules(event)]
    if len(repeated) > MOST_REPEATED:
        raise CalendarError(f"more than {MOST_REPEATED} repeated events")
    if any(_too_often(rule) for rule in repeated):
        raise CalendarError("an event is repeated more often than daily")
    return calendar


def _rules(event: Any) -> list[Any]:
    rule = event.get("RRULE", [])
    return rule if isinstance(rule, list) else [rule]


def _too_often(rule: Any) -> bool:
    often = {str(one).upper() for one in rule.get("FREQ", [])} & TOO_OFTEN
    return bool(often) or any(len(rule.get(part, [])) > 1 for part in SEVERAL_A_DAY)


def _occurrence(event: Any, zone: ZoneInfo) -> Occurrence | None:
    """None where it has no length, or was called off."""
    if str(event.get("STATUS", "")).upper() == "CANCELLED":
        return None
    begins_at, ends_at = _moment(event.start, zone), _moment(event.end, zone)
    if ends_at <= begins_at:
        return None
    attendees = event.get("ATTENDEE", [])
    attendees = attendees if isinstance(attendees, list) else [attendees]
    return Occurrence(
        uid=str(event.get("UID", ""))[:LONGEST_UID],
        begins_at=begins_at,
        ends_at=ends_at,
        summary=" ".join(str(event.get("SUMMARY", "")).split()),
        emails=tuple(re.sub(r"(?i)^mailto:", "", str(one)).strip().lower() for one in attendees),
    )


def _moment(given: date | datetime, zone: ZoneInfo) -> datetime:
    if not isinstance(given, datetime):
        given = datetime.combine(given, time())
    return given if given.tzinfo else given.replace(tzinfo=zone)
