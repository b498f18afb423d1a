"""The forms of the organization's settings: how a value is filled in, and read again."""

from collections.abc import Callable
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from callflows.turn import Severity
from ivr.console.fields import Sheet
from ivr.console.forms import row
from ivr.services import vocabulary
from ivr.services.calls import retention
from ivr.services.settings import house_rules, house_settings
from ivr.services.settings.house_rules import BY_SEVERITY, OTHERS, RefusedError
from ivr.services.tickets.targets import WARN

UNITS = {"minutes": 60, "hours": 3600, "business_days": 0}
LONGEST_AMOUNT = 6
LANGUAGES = len(vocabulary.LANGUAGES)


class FormOf(NamedTuple):
    given: Callable[[Any], dict[str, str]]
    """The fields of a value."""
    wanted: Callable[[Session, Sheet], Any]
    """The value of the fields. Raises RefusedError."""


# Targets ------------------------------------------------------------------------------------------


def _targets_given(value: dict[str, Any]) -> dict[str, str]:
    told = house_rules.whole(value)
    given = {name: str(told[name]) for name in house_rules.DAYS}
    for name in OTHERS:
        given |= _target_given(name, told[name])
    for severity in Severity:
        given[f"{severity}-missed"] = told[severity]["missed"]
        for kind in BY_SEVERITY:
            given |= _target_given(f"{severity}-{kind}", told[severity][kind], warned=True)
    return given


def _target_given(name: str, target: dict[str, Any], *, warned: bool = False) -> dict[str, str]:
    if "business_days" in target:
        amount, unit = target["business_days"], "business_days"
    else:
        unit = "hours" if target["within"] % UNITS["hours"] == 0 else "minutes"
        amount = target["within"] // UNITS[unit]
    given = {f"{name}-amount": str(amount), f"{name}-unit": unit}
    return given | ({f"{name}-warn": f"{target.get('warn', WARN) * 100:g}"} if warned else {})


def _targets_wanted(_db: Session, paper: Sheet) -> dict[str, Any]:
    wanted: dict[str, Any] = {name: _number(paper, name) for name in house_rules.DAYS}
    wanted |= {name: _target_wanted(paper, name) for name in OTHERS}
    for severity in Severity:
        own: dict[str, Any] = {"missed": paper.line(f"{severity}-missed")}
        for kind in BY_SEVERITY:
            own[kind] = _target_wanted(paper, f"{severity}-{kind}", warned=True)
        wanted[str(severity)] = own
    return wanted


def _target_wanted(paper: Sheet, name: str, *, warned: bool = False) -> dict[str, Any]:
    amount, unit = _number(paper, f"{name}-amount", name), paper.line(f"{name}-unit")
    if unit not in UNITS:
        raise RefusedError(name, "no_such")
    target: dict[str, Any] = (
        {"within": amount * UNITS[unit]} if UNITS[unit] else {"business_days": amount}
    )
    if warned:
        share = _number(paper, f"{name}-warn", name) / 100
        target |= {"warn": share} if share != WARN else {}
    return target


def _number(paper: Sheet, name: str, field: str = "") -> int:
    given = paper.line(name)
    if not (given.isascii() and given.isdigit() and len(given) <= LONGEST_AMOUNT):
        raise RefusedError(field or name, "no_amount")
    return int(given)


# The others ---------------------------------------------------------------------------------------


def _hours_given(value: dict[str, Any]) -> dict[str, str]:
    hours = house_rules.checked_hours(value)
    days = {f"day-{day}": "1" for day in hours["days"]}
    return {"opens": hours["opens"], "closes": hours["closes"], **days}


def _hours_wanted(_db: Session, paper: Sheet) -> dict[str, Any]:
    days = [day for day in range(7) if paper.line(f"day-{day}")]
    return {"opens": paper.line("opens"), "closes": paper.line("closes"), "days": days}


def _languages_given(value: list[str]) -> dict[str, str]:
    return {"first": value[0], "both": "1" if len(value) == LANGUAGES else ""}


def _languages_wanted(_db: Session, paper: Sheet) -> list[str]:
    first = paper.line("first")
    rest = vocabulary.LANGUAGES if paper.line("both") else ()
    return [first, *rest]


def _retention_wanted(_db: Session, paper: Sheet) -> dict[str, int]:
    given = {kind: paper.line(kind) for kind in retention.DEFAULTS}
    return {kind: row(days) or 0 for kind, days in given.items()}  # 0 is refused beside its field


def _blocked_wanted(db: Session, paper: Sheet) -> list[dict[str, str]]:
    if paper.line("remove"):
        return house_settings.unblock(db, paper.line("remove"))
    return house_settings.block(db, paper.line("number"), paper.line("why"))


FORMS: dict[str, FormOf] = {
    "organization": FormOf(
        dict, lambda _db, paper: {name: paper.line(name) for name in house_settings.ORGANIZATION}
    ),
    "business-hours": FormOf(_hours_given, _hours_wanted),
    "targets": FormOf(_targets_given, _targets_wanted),
    "languages": FormOf(_languages_given, _languages_wanted),
    "retention": FormOf(
        lambda value: {kind: str(days) for kind, days in value.items()}, _retention_wanted
    ),
    "blocked-numbers": FormOf(lambda _value: {}, _blocked_wanted),
}
