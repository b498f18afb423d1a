"""How rotas read on the staff pages: turns, hours, until when, what a day of the calendar shows."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from ivr.console.words import local, zone_name
from ivr.models import Layer, Unit
from ivr.services.rota import MIDNIGHT
from ivr.services.rotation import People

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
UNITS = {"hours": "hours", "days": "days", "weeks": "weeks", "weekday": "by weekday"}
ONE = {"hours": "Hourly", "days": "Daily", "weeks": "Weekly"}
PROBLEMS = {
    "gap": ("gap", "gaps"),
    "double": ("shift in two rotas at once", "shifts in two rotas at once"),
    "no_phone": ("without a phone", "without a phone"),
    "unverified": ("without a verified phone", "without a verified phone"),
    "away": ("turn of somebody away", "turns of people away"),
    "left": ("turn of somebody who has left", "turns of people who have left"),
    "unanswered": ("question not answered", "questions not answered"),
    "nobody": ("time when nobody is rung", "times when nobody is rung"),
}
NOBODY = "Nobody"
NEAR = 7


def names(people: People | Sequence[int], known: Mapping[int, str]) -> str:
    """Bo Chan and Didi Wu."""
    return listed([known.get(one, "somebody unknown") for one in people]) or NOBODY


def listed(those: Sequence[str]) -> str:
    return " and ".join(filter(None, [", ".join(those[:-1]), *those[-1:]]))


def when(at: datetime | None, now: datetime, zone: str) -> str:
    """09:00, tomorrow 09:00, Friday 09:00 or Fri 4 Dec, 09:00, whichever is near enough."""
    if at is None:
        return ""
    there = local(at, zone)
    clock = _clock(there)
    days = (there.date() - local(now, zone).date()).days
    if days in (0, 1):
        return clock if days == 0 else f"tomorrow {clock}"
    return f"{there:%A} {clock}" if 0 < days < NEAR else f"{there:%a %-d %b}, {clock}"


def to_the_second(at: datetime, zone: str) -> str:
    """Tue 24 Nov 2026, 03:00; with seconds where there are any."""
    there = local(at, zone)
    return f"{there:%a %-d %b %Y}, {_clock(there)}"


def _clock(there: datetime) -> str:
    return there.strftime("%H:%M:%S" if there.second else "%H:%M")


def clock_time(wall: datetime | None) -> str:
    """Of a day of the calendar."""
    return _clock(wall) if wall else ""


def rhythm(layer: Layer) -> str:
    """Weekly from Monday 09:00."""
    starts = datetime.fromisoformat(layer.starts)
    clock = _clock(starts)
    if len(layer.people) == 1 and layer.unit != Unit.WEEKDAY:
        return "Always"
    if layer.unit == Unit.WEEKDAY:
        return f"By weekday from {clock}"
    often = ONE[layer.unit] if layer.every == 1 else f"Every {layer.every} {layer.unit}"
    day = f"{starts:%A} " if layer.unit == Unit.WEEKS else ""
    return f"{often} from {day}{clock}"


def turns(layer: Layer, known: Mapping[int, str]) -> str:
    """Bo, Didi and Cy together, Ed."""
    those = [names(turn, known) for turn in layer.people]
    if layer.unit == Unit.WEEKDAY:
        those = [f"{day} {one}" for day, one in zip(WEEKDAYS, those, strict=False)]
    return ", ".join(those) or NOBODY


def limits(layer: Layer, now: datetime, zone: str) -> list[str]:
    """What else there is to say: hours, another zone, a beginning or end to come."""
    told = [hours(one) for one in layer.hours]
    starts = datetime.fromisoformat(layer.starts)
    if starts > local(now, layer.time_zone or zone).replace(tzinfo=None):
        told.append(f"begins on {starts:%a %-d %b %Y}, {_clock(starts)}")
    if layer.ends:
        ends = datetime.fromisoformat(layer.ends)
        told.append(f"ends on {ends:%a %-d %b %Y}, {_clock(ends)}")
    if layer.time_zone:
        told.append(f"by the clock of {zone_name(layer.time_zone)}")
    return told


def hours(given: Mapping[str, Any]) -> str:
    """Monday to Friday, 17:00 to 09:00 of the next day."""
    begins, until = given["from"], given["until"]
    if (begins, until) in (("00:00", MIDNIGHT), ("00:00", "00:00")):
        return f"{days(given['days'])}, all day"
    next_day = " of the next day" if until <= begins and until != "00:00" else ""
    return f"{days(given['days'])}, {begins} to {MIDNIGHT if until == '00:00' else until}{next_day}"


def days(given: Iterable[int]) -> str:
    """Monday to Friday; Saturday and Sunday; every day."""
    those = sorted(given)
    if len(those) == len(WEEKDAYS):
        return "Every day"
    if len(those) > 2 and those[-1] - those[0] == len(those) - 1:  # noqa: PLR2004
        return f"{WEEKDAYS[those[0]]} to {WEEKDAYS[those[-1]]}"
    return listed([WEEKDAYS[one] for one in those])


def problems(kinds: Mapping[str, int]) -> str:
    """2 gaps, 1 without a phone."""
    return ", ".join(
        f"{count} {PROBLEMS[kind][count > 1]}" for kind, count in kinds.items() if kind in PROBLEMS
    )


def change_of_clocks(hours: float) -> str:
    """What to say of a day that has not 24 hours."""
    lacking = timedelta(hours=24 - hours)
    if not lacking:
        return ""
    return f"Clocks go {'forward' if lacking > timedelta() else 'back'}: {hours:g} hours"


def month_name(month: date | str) -> str:
    """November 2026."""
    there = date.fromisoformat(f"{month}-01") if isinstance(month, str) else month
    return f"{there:%B %Y}"


FILTERS: dict[str, Callable[..., object]] = {
    "people": names,
    "soon": when,
    "to_the_second": to_the_second,
    "clock_time": clock_time,
    "rhythm": rhythm,
    "layer_turns": turns,
    "limits": limits,
    "change_of_clocks": change_of_clocks,
    "month_name": month_name,
    "problems": problems,
}
