"""The form of a layer without a script: turns and hours are added, moved and removed by buttons
that come back with all that was filled in.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from ivr.console.fields import Sheet
from ivr.console.forms import row
from ivr.console.rota_words import A_WEEK, weekdays
from ivr.console.tongue import say
from ivr.models import Layer, Unit
from ivr.services.on_call.layers import LONGEST_EVERY, MOST_HOURS, MOST_TOGETHER, MOST_TURNS, Wanted
from ivr.services.on_call.rota import MIDNIGHT
from ivr.services.staff import people

FIRST_TURNS = 3
BUTTON = re.compile(r"([a-z]+(?:-[a-z]+)?)(?:-(\d{1,3}))?")
A_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
Hours = dict[str, Any]


@dataclass
class Draft:
    """The parts of the form that are lists."""

    turns: list[list[int]] = field(default_factory=lambda: [[] for _ in range(FIRST_TURNS)])
    hours: list[Hours] = field(default_factory=list)
    focus: str = ""
    """The ID of what a button was pressed for."""


def of(layer: Layer) -> tuple[MultiDict[str, str], Draft]:
    given = {
        "name": layer.name,
        "zone": layer.time_zone or "",
        "starts": layer.starts,
        "ends": layer.ends or "",
        "unit": layer.unit,
        "every": str(layer.every),
    }
    hours = [
        {**one, "until": "00:00" if one["until"] == MIDNIGHT else one["until"]}
        for one in layer.hours
    ]
    return MultiDict(given), Draft([list(one) for one in layer.people], hours)


def read(given: MultiDict[str, str]) -> Draft:
    """As it was filled in: `turn-0`, once for each of those together; `days-0`, `from-0`..."""
    turns = [
        [id_ for one in given.getlist(f"turn-{at}")[:MOST_TOGETHER] if (id_ := row(one))]
        for at in range(_count(given, "turns", MOST_TURNS))
    ]
    hours = [
        {
            "days": sorted({int(one) for one in given.getlist(f"days-{at}") if one in "0123456"}),
            "from": given.get(f"from-{at}", "")[:5],
            "until": given.get(f"until-{at}", "")[:5],
        }
        for at in range(_count(given, "stretches", MOST_HOURS))
    ]
    return Draft([list(dict.fromkeys(one)) for one in turns], hours)


def _count(given: MultiDict[str, str], name: str, most: int) -> int:
    told = given.get(name, "")
    return min(int(told), most) if told.isascii() and told.isdigit() and len(told) <= 3 else 0  # noqa: PLR2004


# The buttons --------------------------------------------------------------------------------------


def _add_turn(draft: Draft, _at: int) -> None:
    if len(draft.turns) < MOST_TURNS:
        draft.turns.append([])
    draft.focus = f"turn-{len(draft.turns) - 1}-0"


def _remove_turn(draft: Draft, at: int) -> None:
    if at < len(draft.turns):
        del draft.turns[at]
    draft.focus = f"turn-{min(at, len(draft.turns) - 1)}-0" if draft.turns else "add-turn"


def _up(draft: Draft, at: int) -> None:
    if 0 < at < len(draft.turns):
        draft.turns.insert(at - 1, draft.turns.pop(at))
    draft.focus = f"turn-{max(at - 1, 0)}-0"


def _add_hours(draft: Draft, _at: int) -> None:
    if len(draft.hours) < MOST_HOURS:
        draft.hours.append({"days": [], "from": "", "until": ""})
    draft.focus = f"days-{len(draft.hours) - 1}-0"


def _remove_hours(draft: Draft, at: int) -> None:
    if at < len(draft.hours):
        del draft.hours[at]
    draft.focus = "add-hours"


def _look(draft: Draft, _at: int) -> None:
    draft.focus = "preview"


BUTTONS: dict[str, Callable[[Draft, int], None]] = {
    "add-turn": _add_turn,
    "remove-turn": _remove_turn,
    "up": _up,
    "add-hours": _add_hours,
    "remove-hours": _remove_hours,
    "preview": _look,
}


def press(draft: Draft, given: str) -> str:
    """Do what a button says, such as `up-2`; its name, or nothing if it is no such button."""
    found = BUTTON.fullmatch(given)
    name, at = found.groups() if found else ("", None)
    if name not in BUTTONS:
        return ""
    BUTTONS[name](draft, int(at or 0))
    return str(name)


# What comes of it ---------------------------------------------------------------------------------


def filled(db: Session, sheet: Sheet, draft: Draft) -> Wanted:
    """The layer as it is wanted; or WrongError, with what is wrong in the sheet."""
    starts = sheet.wall("starts", say("rotas.starts_needed"))
    ends = sheet.wall("ends")
    if starts and ends and ends <= starts:
        sheet.wrong["ends"] = say("rotas.ends_before")
    unit = sheet.line("unit")
    if unit not in set(Unit):
        sheet.wrong["unit"] = say("rotas.unit_needed")
    wanted = Wanted(
        name=sheet.needed("name", say("rotas.layer_name_needed")),
        time_zone=sheet.zone("zone") or None,
        starts=_wall(starts),
        ends=_wall(ends) or None,
        unit=unit,
        every=_every(sheet, unit),
        people=_turns(db, sheet, draft, unit),
        hours=[_hours(sheet, at, one) for at, one in enumerate(draft.hours) if any(one.values())],
    )
    sheet.stop_if_wrong()
    return wanted


def _wall(at: datetime | None) -> str:
    return at.isoformat(timespec="minutes") if at else ""


def _every(sheet: Sheet, unit: str) -> int:
    given, most = sheet.line("every"), LONGEST_EVERY.get(unit, 0)  # type: ignore[call-overload]
    if most <= 1:
        return 1  # by weekday
    if given.isascii() and given.isdigit() and len(given) < 5 and 1 <= int(given) <= most:  # noqa: PLR2004
        return int(given)
    sheet.wrong["every"] = say(f"rotas.every_{unit}", most=most)
    return 1


def _turns(db: Session, sheet: Sheet, draft: Draft, unit: str) -> list[list[int]]:
    if not any(draft.turns):
        sheet.wrong["turns"] = say("rotas.person_needed")
    gone = {one for turn in draft.turns for one in turn} - set(people.present(db))
    if gone:
        names = people.names(db)
        those = ", ".join(names.get(one, say("rotas.unknown_person")) for one in sorted(gone))
        sheet.wrong["turns"] = say("rotas.person_gone", names=those)
    if unit != Unit.WEEKDAY:
        return [turn for turn in draft.turns if turn]
    if any(draft.turns[A_WEEK:]):
        sheet.wrong["turns"] = say("rotas.seven_turns")
    return (draft.turns + [[] for _ in range(A_WEEK)])[:A_WEEK]


def _hours(sheet: Sheet, at: int, given: Hours) -> Hours:
    if not given["days"]:
        sheet.wrong[f"days-{at}"] = say("rotas.day_needed")
    for name in ("from", "until"):
        if not A_TIME.fullmatch(given[name]):
            sheet.wrong[f"{name}-{at}"] = say("rotas.time_needed")
    return {**given, "until": MIDNIGHT if given["until"] == "00:00" else given["until"]}


def called(unit: str, turns: Sequence[Any]) -> list[str]:
    """What the turns are called."""
    if unit == Unit.WEEKDAY:
        more = range(A_WEEK + 1, len(turns) + 1)
        return [*weekdays(), *(say("rotas.turn_too_many", number=at) for at in more)]
    return [say("rotas.turn", number=at) for at in range(1, len(turns) + 1)]
