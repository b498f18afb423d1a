"""A moment in words, as it is said on the phone: "in 15 minutes", "on Monday at 4:50 p.m."; and as
it is written: "Tue 24 Nov 2026, 03:00".
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from callflows.prompts import text
from ivr.services import vocabulary

AN_HOUR = 60
NO_MOMENT = "{} is no date and time, such as 2026-11-30 09:00"
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def given(words: str, zone: str) -> datetime:
    """A date and time as somebody wrote it, by the clocks of a zone unless it names its own."""
    try:
        found = datetime.fromisoformat(words.strip())
    except ValueError as error:
        raise ValueError(NO_MOMENT.format(words)) from error
    return (found if found.tzinfo else found.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)


def iso(moment: datetime | None) -> str | None:
    """For programs."""
    return moment.isoformat() if moment else None


@dataclass(frozen=True)
class Moment:
    """To be told to whoever reads it, in their language."""

    at: datetime
    zone: str

    def told(self, language: str) -> str:
        return written(self.at, self.zone, language)


@dataclass(frozen=True)
class Day:
    """The same of a day: Tue 24 Nov 2026."""

    day: date

    def told(self, language: str) -> str:
        return day(self.day, language)


def written(at: datetime, zone: str, language: str) -> str:
    """Tue 24 Nov 2026, 03:00 or mar. 24 nov. 2026, 3 h 00."""
    there = at.astimezone(ZoneInfo(zone))
    told = {"day": day(there.date(), language), "hour": there.hour, "minute": there.minute}
    return vocabulary.sentence(language, "moment", "written", **told)


def day(given: date, language: str) -> str:
    return vocabulary.sentence(
        language,
        "moment",
        "day",
        weekday=vocabulary.word(language, "weekday", str(given.weekday())),
        day=vocabulary.word(language, "day", str(given.day)),
        month=vocabulary.word(language, "month", str(given.month)),
        year=given.year,
    )


def in_words(moment: datetime, now: datetime, language: str, zone: str) -> str:
    minutes = int((moment - now).total_seconds() // 60)
    if minutes <= 0:
        return text(language, "moment_soon")
    if minutes <= AN_HOUR:
        return text(language, "moment_minutes", minutes=minutes)
    there, today = moment.astimezone(ZoneInfo(zone)), now.astimezone(ZoneInfo(zone))
    clock = _clock(there, language)
    days = (there.date() - today.date()).days
    if days == 0:
        return text(language, "moment_today", time=clock)
    if days == 1:
        return text(language, "moment_tomorrow", time=clock)
    return text(language, "moment_day", day=text(language, DAYS[there.weekday()]), time=clock)


def until(moment: datetime, now: datetime, language: str, zone: str) -> str:
    """The end of something that goes on: "until 9:00 a.m.", "until Monday, 9:00 a.m."."""
    there, today = moment.astimezone(ZoneInfo(zone)), now.astimezone(ZoneInfo(zone))
    clock = _clock(there, language)
    days = (there.date() - today.date()).days
    if days == 0:
        return text(language, "until_today", time=clock)
    if days == 1:
        return text(language, "until_tomorrow", time=clock)
    if days < len(DAYS):
        return text(language, "until_day", day=text(language, DAYS[there.weekday()]), time=clock)
    return text(language, "until_later", days=days)


def _clock(there: datetime, language: str) -> str:
    if language == "fr-CA":
        return text(language, "moment_clock", hour=there.hour, minute=f"{there.minute:02}")
    half = "a.m." if there.hour < 12 else "p.m."  # noqa: PLR2004
    return f"{there.hour % 12 or 12}:{there.minute:02} {half}"
