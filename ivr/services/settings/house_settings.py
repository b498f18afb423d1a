"""Settings of the organization, each with its history: its name and calendar, business hours,
languages, targets, how long recordings are kept, and numbers that are not served.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from ivr.models import Organization, SettingVersion
from ivr.services import vocabulary
from ivr.services.calls import numbers, retention
from ivr.services.on_call import rotas
from ivr.services.settings import house, in_force, versions
from ivr.services.settings.house_rules import (
    RefusedError,
    checked_hours,
    checked_targets,
    holidays,
    zone,
)

ORGANIZATION = ("name", "time_zone", "holidays")
NAMES = ("organization", "business-hours", "targets", "languages", "retention", "blocked-numbers")
MOST_BLOCKED = 1_000
LONGEST = 200


@dataclass(frozen=True)
class Editing:
    """Who changes settings, and when."""

    db: Session
    now: datetime
    by: str

    def put(self, name: str, wanted: Any) -> bool:
        """Raises RefusedError, with nothing changed. False: it is so already."""
        checked = CHECKS[name](self.db, wanted)
        before = value(self.db, name)
        if CHECKS[name](self.db, before) == checked:
            return False
        if name == "retention":
            retention.put(self.db, self.now, checked, self.by)
        elif name != "blocked-numbers":
            _apply(_row(self.db), name, checked)
            rotas.look_again(self.db, self.now)
        return versions.write(self.db, self.now, self.by, name, before, checked)

    def undo(self, version: SettingVersion) -> bool:
        """As it was before that version; which is one more version."""
        return self.put(version.name, version.before)


def value(db: Session, name: str) -> Any:
    """What holds now."""
    ours = house.ours(db)
    if name == "organization":
        return {one: getattr(ours, one) for one in ORGANIZATION}
    if name == "blocked-numbers":
        newest = versions.of(db, name, 1)
        return newest[0].after if newest else []
    if name == "retention":
        return retention.days(db)
    return getattr(ours, name.replace("-", "_"))


def values(organization: Organization) -> dict[str, Any]:
    """All that stands in the row, by name."""
    told: dict[str, Any] = {
        "organization": {one: getattr(organization, one) for one in ORGANIZATION}
    }
    for name in ("business-hours", "targets", "languages"):
        told[name] = getattr(organization, name.replace("-", "_"))
    return told


def keep_versions(
    db: Session, now: datetime, by: str, before: Mapping[str, Any], organization: Organization
) -> None:
    """What was changed by a file."""
    db.flush()
    for name, after in values(organization).items():
        versions.write(db, now, by, name, before.get(name), after)


def _row(db: Session) -> Organization:
    found = db.get(Organization, 1)
    if found is None:
        found = house.ours(db)
        found.id = 1
        db.add(found)
    return found


def _apply(row: Organization, name: str, checked: Any) -> None:
    given = checked if name == "organization" else {name.replace("-", "_"): checked}
    for column, one in given.items():
        setattr(row, column, one)


# Blocked numbers ----------------------------------------------------------------------------------


def is_blocked(number: str) -> bool:
    return any(one["number"] == number for one in in_force.value("blocked-numbers") or ())


def block(db: Session, given: str, why: str) -> list[dict[str, str]]:
    """The numbers with one more. Raises RefusedError."""
    number = numbers.international(given, house.country(db)) if given else None
    if number is None:
        raise RefusedError("number", "no_number", given=given)
    there: list[dict[str, str]] = value(db, "blocked-numbers")
    if any(one["number"] == number for one in there):
        raise RefusedError("number", "blocked_already", given=given)
    return [*there, {"number": number, "why": " ".join(why.split())[:LONGEST]}]


def unblock(db: Session, number: str) -> list[dict[str, str]]:
    there: list[dict[str, str]] = value(db, "blocked-numbers")
    return [one for one in there if one["number"] != number]


# What may be given --------------------------------------------------------------------------------


def _organization(_db: Session, given: dict[str, str]) -> dict[str, str]:
    name = " ".join(given["name"].split())[:LONGEST]
    if not name:
        raise RefusedError("name", "no_name")
    found = {"name": name, "time_zone": zone(given["time_zone"])}
    return found | {"holidays": holidays(given["holidays"])}


def _retention(_db: Session, given: Mapping[str, int]) -> dict[str, int]:
    for kind in retention.DEFAULTS:
        if not 0 < given[kind] <= retention.LONGEST:
            raise RefusedError(kind, "not_kept", most=retention.LONGEST)
    return {kind: given[kind] for kind in retention.DEFAULTS}


def _languages(_db: Session, given: list[str]) -> list[str]:
    found = [one for one in dict.fromkeys(given) if one in vocabulary.LANGUAGES]
    if not found:
        raise RefusedError("languages", "no_language")
    return found


def _blocked(_db: Session, given: list[dict[str, str]]) -> list[dict[str, str]]:
    if len(given) > MOST_BLOCKED:
        raise RefusedError("number", "too_many", given=MOST_BLOCKED)
    return given


CHECKS: dict[str, Callable[[Session, Any], Any]] = {
    "organization": _organization,
    "business-hours": lambda _db, given: checked_hours(given),
    "targets": lambda _db, given: checked_targets(given),
    "languages": _languages,
    "retention": _retention,
    "blocked-numbers": _blocked,
}
