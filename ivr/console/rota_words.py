"""How rotas read on the staff pages: turns, hours, until when, what a day of the calendar shows."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from ivr.console.tongue import is_known, listing, number, say
from ivr.console.words import listed, local, short_day, zone_name
from ivr.models import Layer, Unit
from ivr.services.on_call.rota import MIDNIGHT
from ivr.services.on_call.rotation import People

NEAR = 7
A_WEEK = 7
WHOLE_DAYS = (("00:00", MIDNIGHT), ("00:00", "00:00"))


def weekdays() -> list[str]:
    """Monday first."""
    return listing("frame.whole_weekdays")


def names(people: People | Sequence[int], known: Mapping[int, str]) -> str:
    """Bo Chan and Didi Wu."""
    unknown = say("rotas.unknown_person")
    return listed([known.get(one, unknown) for one in people]) or say("rotas.Nobody")


def when(at: datetime | None, now: datetime, zone: str) -> str:
    """09:00, tomorrow 09:00, Friday 09:00 or Fri 4 Dec, 09:00, whichever is near enough."""
    if at is None:
        return ""
    there = local(at, zone)
    clock = _clock(there)
    days = (there.date() - local(now, zone).date()).days
    if days in (0, 1):
        return clock if days == 0 else say("rotas.tomorrow", time=clock)
    if 0 < days < NEAR:
        return say("rotas.on_day", day=weekdays()[there.weekday()], time=clock)
    return say("frame.minute", **short_day(there), time=clock)


def to_the_second(at: datetime, zone: str) -> str:
    """Tue 24 Nov 2026, 03:00; with seconds where there are any."""
    return _moment(local(at, zone))


def _moment(there: datetime) -> str:
    return say("rotas.moment", **short_day(there), year=there.year, time=_clock(there))


def _clock(there: datetime | time) -> str:
    """To the second where it must be."""
    exact = {"hour": there.hour, "minute": there.minute, "second": there.second}
    return say("rotas.seconds" if there.second else "frame.time", **exact)


def clock_time(wall: datetime | None) -> str:
    """Of a day of the calendar."""
    return _clock(wall) if wall else ""


def rhythm(layer: Layer) -> str:
    """Weekly from Monday 09:00."""
    starts = datetime.fromisoformat(layer.starts)
    if len(layer.people) == 1 and layer.unit != Unit.WEEKDAY:
        return say("rotas.rhythm_always")
    told = {"day": weekdays()[starts.weekday()], "time": _clock(starts)}
    return say(f"rotas.rhythm_{layer.unit}", count=layer.every, **told)


def turns(layer: Layer, known: Mapping[int, str]) -> str:
    """Bo, Didi and Cy together, Ed."""
    those = [names(turn, known) for turn in layer.people]
    if layer.unit == Unit.WEEKDAY:
        those = [f"{day} {one}" for day, one in zip(weekdays(), those, strict=False)]
    return ", ".join(those) or say("rotas.Nobody")


def kept(layer: Layer, known: Mapping[int, str]) -> dict[str, Any]:
    """A layer as the audit keeps it: everybody by name."""
    same = {name: getattr(layer, name) for name in ("unit", "every", "starts", "hours")}
    return same | {"turns": [[known.get(one) for one in turn] for turn in layer.people]}


def as_kept(given: Mapping[str, Any]) -> str:
    """Weekly from Monday 09:00: Bo, Cy (Monday to Friday, 17:00 to 09:00 of the next day)."""
    numbered = dict(enumerate({name for turn in given["turns"] for name in turn if name}))
    ids = {name: id_ for id_, name in numbered.items()}
    layer = Layer(
        people=[[ids.get(name, -1) for name in turn] for turn in given["turns"]],
        **{name: given[name] for name in ("unit", "every", "starts")},
    )
    told = f"{say('form.colon', name=rhythm(layer))} {turns(layer, numbered)}"
    return f"{told} ({'; '.join(map(hours, given['hours']))})" if given["hours"] else told


def limits(layer: Layer, now: datetime, zone: str) -> list[str]:
    """What else there is to say: hours, another zone, a beginning or end to come."""
    told = [hours(one) for one in layer.hours]
    starts = datetime.fromisoformat(layer.starts)
    if starts > local(now, layer.time_zone or zone).replace(tzinfo=None):
        told.append(say("rotas.begins_on", at=_moment(starts)))
    if layer.ends:
        told.append(say("rotas.ends_on", at=_moment(datetime.fromisoformat(layer.ends))))
    if layer.time_zone:
        told.append(say("rotas.by_clock_of", zone=zone_name(layer.time_zone)))
    return told


def hours(given: Mapping[str, Any]) -> str:
    """Monday to Friday, 17:00 to 09:00 of the next day."""
    begin, end = given["from"], given["until"]
    if (begin, end) in WHOLE_DAYS:
        return say("rotas.all_day", days=days(given["days"]))
    overnight = end <= begin and end != "00:00"
    told = {"begin": _time(begin), "end": _time(MIDNIGHT if end == "00:00" else end)}
    return say("rotas.hours_overnight" if overnight else "rotas.hours",
               days=days(given["days"]), **told)  # fmt: skip


def _time(given: str) -> str:
    """Of a wall clock, as it is filled in; midnight may be the end of a day."""
    hour, minute = map(int, given.split(":"))
    return say("frame.time", hour=hour, minute=minute)


def days(given: Iterable[int]) -> str:
    """Monday to Friday; Saturday and Sunday; every day."""
    those, called = sorted(given), weekdays()
    if len(those) == A_WEEK:
        return say("rotas.every_day")
    if len(those) > 2 and those[-1] - those[0] == len(those) - 1:  # noqa: PLR2004
        return say("rotas.days", first=called[those[0]], last=called[those[-1]])
    return listed([called[one] for one in those])


def problems(kinds: Mapping[str, int]) -> str:
    """2 gaps, 1 without a phone."""
    return ", ".join(
        say(f"rotas.problem_{kind}", count=count)
        for kind, count in kinds.items()
        if is_known(f"rotas.problem_{kind}")
    )


def change_of_clocks(hours: float) -> str:
    """What to say of a day that has not 24 hours."""
    lacking = timedelta(hours=24 - hours)
    if not lacking:
        return ""
    exact = int(hours) if float(hours).is_integer() else hours
    return say("rotas.forward" if lacking > timedelta() else "rotas.back", hours=number(exact))


def month_name(month: date | str) -> str:
    """November 2026."""
    there = date.fromisoformat(f"{month}-01") if isinstance(month, str) else month
    return say("rotas.month", month=listing("frame.whole_months")[there.month - 1],
               year=there.year)  # fmt: skip


FILTERS: dict[str, Callable[..., object]] = {
    "short_day": short_day,
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
