"""What the organization's settings may be: a zone that there is, hours that end, targets that can
be kept. Pure.
"""

import re
from typing import Any

from callflows.turn import Severity
from ivr.services.settings import time_zones
from ivr.services.settings.time_zones import UnknownZoneError
from ivr.services.tickets import targets

TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
PLACE = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?")
LEAST_WITHIN, MOST_WITHIN = 60, 31_536_000
MOST_BUSINESS_DAYS = 250
MOST_DAYS = 3650
BY_SEVERITY = ("response", "resolution")
OTHERS = ("escalation", "reminder", "closing")
DAYS = {"reopen_days": targets.REOPEN_DAYS, "feedback_days": targets.FEEDBACK_DAYS}


class RefusedError(Exception):
    """What is wrong, in which field: a word of the console's settings, and its values."""

    def __init__(self, field: str, word: str, **values: Any) -> None:
        super().__init__(f"{field}: {word}")
        self.field, self.word, self.values = field, word, values


def zone(given: str) -> str:
    try:
        return time_zones.named(given)
    except UnknownZoneError as error:
        raise RefusedError("time_zone", "no_zone", given=given) from error


def holidays(given: str) -> str:
    """Country and subdivision, as the library knows them."""
    place = given.strip().upper()
    if PLACE.fullmatch(place):
        import holidays as known

        country, _, subdivision = place.partition("-")
        there = known.list_supported_countries()
        if country in there and (not subdivision or subdivision in there[country]):
            return place
    raise RefusedError("holidays", "no_holidays", given=given)


def checked_hours(given: dict[str, Any]) -> dict[str, Any]:
    given = {"opens": "09:00", "closes": "17:00", "days": [0, 1, 2, 3, 4]} | given
    for name in ("opens", "closes"):
        if not TIME.fullmatch(given[name]):
            raise RefusedError(name, "no_time", given=given[name])
    if given["closes"] <= given["opens"]:
        raise RefusedError("closes", "closes_first")
    days = sorted({day for day in given["days"] if 0 <= day < 7})  # noqa: PLR2004  days of a week
    if not days:
        raise RefusedError("days", "no_days")
    return {"opens": given["opens"], "closes": given["closes"], "days": days}


# Targets ------------------------------------------------------------------------------------------


def whole(given: dict[str, Any]) -> dict[str, Any]:
    """All targets, with the defaults where nothing else is given."""
    told: dict[str, Any] = dict(DAYS)
    for name in OTHERS:
        told[name] = given.get(name) or targets.DEFAULTS[name]
    for severity in Severity:
        own = given.get(severity) or {}
        told[severity] = {**targets.DEFAULTS[severity], **own}
    return told | {name: given[name] for name in DAYS if given.get(name)}


def checked_targets(given: dict[str, Any]) -> dict[str, Any]:
    """What differs from the defaults, and can be."""
    told, differs = whole(given), dict[str, Any]()
    for severity in Severity:
        own = told[severity]
        for kind in BY_SEVERITY:
            _check(f"{severity}-{kind}", own[kind])
        if own["missed"] not in {"page", "mail"}:
            raise RefusedError(f"{severity}-missed", "no_such")
        default = targets.DEFAULTS[severity]
        if other := {name: one for name, one in own.items() if one != default.get(name)}:
            differs[str(severity)] = other
    for name in OTHERS:
        _check(name, told[name])
        if told[name] != targets.DEFAULTS[name]:
            differs[name] = told[name]
    for name, default in DAYS.items():
        if not 1 <= told[name] <= MOST_DAYS:
            raise RefusedError(name, "no_amount")
        if told[name] != default:
            differs[name] = told[name]
    return differs


def _check(field: str, target: dict[str, Any]) -> None:
    within, days = target.get("within"), target.get("business_days")
    fine = (
        LEAST_WITHIN <= within <= MOST_WITHIN
        if within is not None
        else days is not None and 1 <= days <= MOST_BUSINESS_DAYS
    )
    if not fine:
        raise RefusedError(field, "no_amount")
    warn = target.get("warn")
    if warn is not None and not 0 < warn < 1:
        raise RefusedError(field, "no_share")
