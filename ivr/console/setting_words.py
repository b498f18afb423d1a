"""The organization's settings in words: what holds, and what a version made of what."""

from collections.abc import Callable, Mapping
from typing import Any

from callflows.turn import Severity
from ivr.console.tongue import listing, number, say
from ivr.console.words import listed, zone_name
from ivr.services.calls.numbers import readable
from ivr.services.settings import house_rules
from ivr.services.tickets.targets import WARN

Described = Mapping[str, str]
"""What each part of it is called, and what it is."""


def described(name: str, value: Any) -> Described:
    return {} if value is None else WORDS[name](value)


def differing(name: str, before: Any, after: Any) -> list[tuple[str, str, str]]:
    """The parts that are not the same: what each is called, what it was, what it became."""
    old, new = described(name, before), described(name, after)
    nothing = say("settings.nothing")
    return [
        (part, old.get(part, nothing), new.get(part, nothing))
        for part in {**old, **new}
        if old.get(part) != new.get(part)
    ]


def _organization(value: dict[str, Any]) -> Described:
    return {
        say("settings.name"): value["name"],
        say("settings.time_zone"): zone_name(value["time_zone"]),
        say("settings.holidays"): value["holidays"],
    }


def _hours(value: dict[str, Any]) -> Described:
    hours = house_rules.checked_hours(value)
    days = [weekday(day) for day in hours["days"]]
    times = say("settings.from_until", begin=_clock(hours["opens"]), end=_clock(hours["closes"]))
    return {say("settings.hours"): times, say("settings.days"): listed(days)}


def _clock(given: str) -> str:
    hour, minute = map(int, given.split(":"))
    return say("frame.time", hour=hour, minute=minute)


def _languages(value: list[str]) -> Described:
    first, *rest = [language_name(one) for one in value]
    return {say("settings.first"): first, say("settings.others"): listed(rest)}


def weekday(day: int) -> str:
    return listing("frame.whole_weekdays")[day]


def language_name(language: str) -> str:
    return say(f"settings.language_{language}")


def _targets(value: dict[str, Any]) -> Described:
    told, words = house_rules.whole(value), dict[str, str]()
    for severity in Severity:
        own, called = told[severity], say(f"settings.severity_{severity}")
        for kind in house_rules.BY_SEVERITY:
            amount = _amount(own[kind])
            share = number(round(own[kind].get("warn", WARN) * 100))
            words[f"{called}, {say(f'settings.{kind}')}"] = say(
                "settings.warned", amount=amount, share=share
            )
        words[f"{called}, {say('settings.missed')}"] = say(f"settings.missed_{own['missed']}")
    for name in house_rules.OTHERS:
        words[say(f"settings.{name}")] = _amount(told[name])
    for name in house_rules.DAYS:
        words[say(f"settings.{name}")] = say("settings.days_count", count=told[name])
    return words


def _amount(target: dict[str, Any]) -> str:
    if "business_days" in target:
        return say("settings.business_days_count", count=target["business_days"])
    hours, rest = divmod(target["within"], 3600)
    if rest:
        return say("settings.minutes_count", count=target["within"] // 60)
    return say("settings.hours_count", count=hours)


def _retention(value: dict[str, int]) -> Described:
    return {
        say(f"settings.kept_{kind}"): say("settings.days_count", count=days)
        for kind, days in value.items()
    }


def _blocked(value: list[dict[str, str]]) -> Described:
    return {readable(one["number"]): one["why"] or say("settings.no_reason") for one in value}


WORDS: dict[str, Callable[[Any], Described]] = {
    "organization": _organization,
    "business-hours": _hours,
    "targets": _targets,
    "languages": _languages,
    "retention": _retention,
    "blocked-numbers": _blocked,
}
