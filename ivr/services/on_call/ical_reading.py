"""Reading an iCalendar file that somebody sent (RFC 5545): its events, unrolled for a year.

It runs in a process of its own, with limits on time and memory (`read`): a few bytes of such a file
may ask for more events than there are seconds. It knows nothing of our tables.
"""

import json
import resource
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from ivr.services import vocabulary
from ivr.services.refusal import RefusedError

LARGEST = 2_000_000
"""Bytes."""
MOST_EVENTS, MOST_OCCURRENCES = 2_000, 3_000
SECONDS, MEMORY = 20, 512 * 2**20
A_DAY, AHEAD = timedelta(days=1), timedelta(days=366)
OURS = "ics:"
"""What the source of a row begins with that came of an event."""
TOO_OFTEN = {"SECONDLY", "MINUTELY", "HOURLY"}


@dataclass(frozen=True)
class Event:
    line: int
    """Where it stands in the file."""
    uid: str
    occurrence: str
    """Which of a series; empty for one that happens once."""
    summary: str
    mails: list[str]
    begins_at: datetime
    ends_at: datetime

    @property
    def source(self) -> str:
        return f"{OURS}{self.uid} {self.occurrence}".strip()

    def problem(self, key: str, /, **values: Any) -> "Problem":
        return Problem(self.line, self.uid, key, values)


@dataclass(frozen=True)
class Problem:
    """Why an event is left out."""

    line: int
    uid: str
    key: str
    values: dict[str, Any]

    def told(self, language: str) -> str:
        why = vocabulary.sentence(language, "refused", self.key, **self.values)
        return vocabulary.sentence(
            language, "file", "problem", line=self.line, uid=self.uid[:80], why=why
        )


@dataclass(frozen=True)
class Found:
    events: list[Event]
    problems: list[Problem]
    """One for each event that cannot be read."""


def read(content: bytes, zone: str, now: datetime) -> Found:
    """What is from now on for a year. `zone` is for times that name none. Slow: never within a
    transaction. Raises RefusedError.
    """
    begin, end = now, now + AHEAD
    if len(content) > LARGEST:
        raise RefusedError("file-too-large", most=LARGEST)
    command = [
        sys.executable,
        "-m",
        __name__,
        zone,
        begin.isoformat(),
        end.isoformat(),
        str(SECONDS),
    ]
    try:
        done = subprocess.run(  # noqa: S603  our own module
            command, input=content, capture_output=True, timeout=SECONDS + 5, check=False
        )
        found = json.loads(done.stdout) if done.returncode == 0 else None
    except (subprocess.TimeoutExpired, ValueError):
        found = None
    if found is None:
        raise RefusedError("endless", seconds=SECONDS, megabytes=MEMORY >> 20)
    if "refused" in found:
        key, values = found["refused"]
        raise RefusedError(key, **values)
    times = ("begins_at", "ends_at")
    events = [
        Event(**(one | {name: datetime.fromisoformat(one[name]) for name in times}))
        for one in found["events"]
    ]
    return Found(events, [Problem(**one) for one in found["problems"]])


# In the process of its own ------------------------------------------------------------------------


def main() -> None:
    zone, begin, end, seconds = sys.argv[1:]
    resource.setrlimit(resource.RLIMIT_CPU, (int(seconds), int(seconds)))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    times = datetime.fromisoformat(begin), datetime.fromisoformat(end)
    try:
        told = _Reading(sys.stdin.buffer.read(), ZoneInfo(zone), *times).told()
    except RefusedError as error:
        told = {"refused": [error.key, error.values]}
    json.dump(told, sys.stdout, default=datetime.isoformat)


class _Reading:
    def __init__(self, content: bytes, zone: ZoneInfo, begin: datetime, end: datetime) -> None:
        import icalendar

        self.zone, self.begin, self.end = zone, begin, end
        self.problems: list[Problem] = []
        try:
            self.calendar: Any = icalendar.Calendar.from_ical(content)
        except Exception as error:
            raise RefusedError("no-calendar") from error
        if self.calendar.name != "VCALENDAR":
            raise RefusedError("no-calendar")
        self.lines = _lines(content)

    def told(self) -> dict[str, Any]:
        series: defaultdict[str, list[Any]] = defaultdict(list)
        for number, one in enumerate(self.calendar.walk("VEVENT")):
            if number >= MOST_EVENTS:
                raise RefusedError("too-many-events", most=MOST_EVENTS)
            series[str(one.get("UID", ""))].append(one)
        events: list[Event] = []
        for uid, parts in series.items():
            if not uid:
                self._leave_out(uid, "event-without-uid")
                continue
            try:
                events += self._series(uid, parts)
            except RefusedError as error:
                self._leave_out(uid, error.key, **error.values)
            except Exception as error:  # noqa: BLE001  the rest of the file is read all the same
                self._leave_out(uid, "event-unreadable", why=type(error).__name__)
            if len(events) > MOST_OCCURRENCES:
                raise RefusedError("too-many-in-a-year", most=MOST_OCCURRENCES)
        events.sort(key=lambda one: (one.begins_at, one.source))
        problems = [asdict(one) for one in self.problems]
        return {"events": [asdict(one) for one in events], "problems": problems}

    def _leave_out(self, uid: str, key: str, /, **values: Any) -> None:
        self.problems.append(Problem(self.lines.get(uid, 1), uid, key, values))

    def _series(self, uid: str, parts: list[Any]) -> Iterator[Event]:
        import icalendar
        import recurring_ical_events

        for one in parts:
            self._check(one)
        repeats = len(parts) > 1 or any(one.get("RRULE") or one.get("RDATE") for one in parts)
        if not repeats:
            yield from self._events(uid, parts, repeats=False)
            return
        alone = icalendar.Calendar()
        for one in (*self.calendar.walk("VTIMEZONE"), *parts):
            alone.add_component(one)
        found = recurring_ical_events.of(alone).between(self.begin, self.end)
        yield from self._events(uid, found, repeats=True)

    def _check(self, one: Any) -> None:
        """What it takes no unrolling to see."""
        if "DTSTART" not in one:
            raise RefusedError("event-without-begin")
        for name in ("DTSTART", "DTEND"):
            given = one.get(name)
            zone = given.params.get("TZID") if given is not None else None
            if zone and isinstance(given.dt, datetime) and given.dt.tzinfo is None:
                raise RefusedError("event-zone", zone=str(zone)[:60])
        rules = one.get("RRULE")
        for rule in rules if isinstance(rules, list) else [rules] if rules else []:
            often = {str(part).upper() for part in rule.get("FREQ", [])}
            if often & TOO_OFTEN or {"BYHOUR", "BYMINUTE", "BYSECOND"} & set(rule):
                raise RefusedError("event-too-often")
        if one["DTSTART"].dt.year < self.begin.year - 30:
            raise RefusedError("event-too-old")

    def _events(self, uid: str, found: list[Any], *, repeats: bool) -> Iterator[Event]:
        for one in found:
            if str(one.get("STATUS", "")).upper() == "CANCELLED":
                continue
            begins, ends = self._moment(one["DTSTART"].dt), self._end(one)
            if ends <= begins:
                raise RefusedError("event-backwards")
            if begins < self.end and ends > self.begin:
                original = one.get("RECURRENCE-ID") if repeats else None
                which = self._moment(original.dt if original else one["DTSTART"].dt)
                yield Event(
                    self.lines.get(uid, 1),
                    uid,
                    f"{which:%Y%m%dT%H%M%SZ}" if repeats else "",
                    str(one.get("SUMMARY", "")),
                    _mails(one),
                    begins,
                    ends,
                )

    def _end(self, one: Any) -> datetime:
        if "DTEND" in one:
            return self._moment(one["DTEND"].dt)
        if "DURATION" in one:
            lasts: timedelta = one["DURATION"].dt
            return self._moment(one["DTSTART"].dt) + lasts
        begins = one["DTSTART"].dt
        return self._moment(begins if isinstance(begins, datetime) else begins + A_DAY)

    def _moment(self, given: date) -> datetime:
        """A whole day begins at midnight by the clocks of the zone."""
        at = given if isinstance(given, datetime) else datetime.combine(given, time())
        return (at if at.tzinfo else at.replace(tzinfo=self.zone)).astimezone(UTC)


def _mails(one: Any) -> list[str]:
    given = one.get("ATTENDEE", [])
    several = given if isinstance(given, list) else [given]
    return [str(mail).lower().removeprefix("mailto:") for mail in several]


def _lines(content: bytes) -> dict[str, int]:
    """Where the UIDs stand."""
    found: dict[str, int] = {}
    for number, line in enumerate(content.decode(errors="replace").splitlines(), 1):
        if line[:4].upper() == "UID:":
            found.setdefault(line[4:].strip(), number)
    return found


if __name__ == "__main__":
    main()
