"""A form of many fields: what was filled in, what is wrong beside which field, and the page again
with all of it.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import Any
from zoneinfo import ZoneInfo

from flask import Response, request
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as Answer

from callflows.turn import Severity
from ivr import clock
from ivr.console.forms import LONGEST_LINE, WrongError, row, too_old
from ivr.console.staff import staff
from ivr.console.tongue import say, severity, told
from ivr.database import transaction
from ivr.models import Rota, Technician
from ivr.services import audit
from ivr.services.audit import Kind
from ivr.services.on_call import rotas
from ivr.services.refusal import RefusedError
from ivr.services.settings import house
from ivr.services.staff import roles
from ivr.services.staff.roles import May
from ivr.services.tickets import customers

LONGEST_NUMBER = 10
FIRST_YEAR, LAST_YEAR = 2000, 2100
ZONES = (
    "America/St_Johns", "America/Halifax", "America/Toronto", "America/Winnipeg",
    "America/Regina", "America/Edmonton", "America/Vancouver", "America/New_York",
    "America/Chicago", "America/Denver", "America/Los_Angeles", "Europe/London", "Europe/Paris",
    "Europe/Berlin", "Africa/Johannesburg", "Asia/Kolkata", "Asia/Manila", "Asia/Singapore",
    "Asia/Tokyo", "Australia/Sydney", "Pacific/Auckland", "UTC",
)  # fmt: skip
"""Those that are offered; any other of the world is taken too."""


@dataclass
class Sheet:
    given: MultiDict[str, str]
    wrong: dict[str, str] = field(default_factory=dict)
    """By field; under "" what belongs to no single one."""
    old: bool = False

    def line(self, name: str) -> str:
        return " ".join(self.given.get(name, "").replace("\0", "").split())[:LONGEST_LINE]

    def needed(self, name: str, told: str) -> str:
        given = self.line(name)
        if not given:
            self.wrong[name] = told
        return given

    def zone(self, name: str) -> str:
        given = self.line(name).replace(" ", "_")
        try:
            return rotas.zone(given) if given else ""
        except RefusedError:
            self.wrong[name] = say("form.no_zone", given=given)
        return given

    def wall(self, name: str, missing: str = "") -> datetime | None:
        """A date and time by some wall clock."""
        given = self.line(name)
        if not given:
            if missing:
                self.wrong[name] = missing
            return None
        try:
            found = datetime.fromisoformat(given)
        except ValueError:
            self.wrong[name] = say("form.no_moment")
            return None
        whole = not found.tzinfo and not found.microsecond and len(given) >= len("2026-11-30T09:00")
        if not whole or not FIRST_YEAR <= found.year <= LAST_YEAR:
            self.wrong[name] = say("form.no_moment")
            return None
        return found

    def moment(self, name: str, zone: str, missing: str) -> datetime | None:
        found = self.wall(name, missing)
        return found.replace(tzinfo=ZoneInfo(zone)) if found else None

    def person(self, db: Session, name: str, missing: str = "") -> Technician | None:
        given = self.line(name)
        id_ = row(given)
        found = db.get(Technician, id_) if id_ else None
        if given and found is None:
            self.wrong[name] = say("wrong.nobody_like_that")
        elif not given and missing:
            self.wrong[name] = missing
        return found

    def number(self, name: str, least: int, most: int, told: str) -> int:
        given = self.line(name)
        digits = given.isascii() and given.isdigit() and len(given) <= LONGEST_NUMBER
        found = int(given) if digits else least - 1
        if not least <= found <= most:
            self.wrong[name] = told
        return found

    def one_of(self, name: str, those: Collection[str]) -> str | None:
        given = self.line(name)
        if given and given not in those:
            self.wrong[name] = say("form.choose_one")
        return given or None

    def row(self, name: str) -> int | None:
        return row(self.line(name))

    def customer(self, db: Session, name: str) -> int | None:
        given = self.line(name)
        found = customers.named(db, given) if given else None
        if given and found is None:
            self.wrong[name] = say("form.no_customer", given=given)
        return found.id if found else None

    def stop_if_wrong(self) -> None:
        if self.wrong:
            raise WrongError


def sheet(**given: str) -> Sheet:
    """As it was filled in; before that, with what is given."""
    return Sheet(MultiDict(request.form) if request.method == "POST" else MultiDict(given))


def carry_out(
    about: str, paper: Sheet, form: Callable[[Sheet], Response], act: Callable[[Session], Answer]
) -> Answer:
    """What a form asks for; or the form again, with all that was filled in, and why not."""
    if too_old(about):
        paper.old = True
        return _again(form(paper), HTTPStatus.FORBIDDEN)
    try:
        with transaction() as db:
            return act(db)
    except WrongError as error:
        if str(error):
            paper.wrong.setdefault("", str(error))
    except RefusedError as error:
        paper.wrong[""] = told(error)
    return _again(form(paper), HTTPStatus.UNPROCESSABLE_ENTITY)


def _again(answer: Response, code: HTTPStatus) -> Response:
    answer.status_code = code
    return answer


def actor(db: Session) -> Technician | None:
    """Who acts: whoever is signed in; before there are accounts, whom the form names, or nobody."""
    if found := staff().person:
        return db.get_one(Technician, found.id)
    named = request.form.get("by", "")
    return db.scalar(select(Technician).where(Technician.name == named).limit(1)) if named else None


def note(db: Session, whose: Rota | Technician, kind: Kind, **data: Any) -> None:
    """Write down what was changed of a rota, or of when somebody is there, and by whom."""
    by = actor(db)
    name = by.name if by else house.ANYBODY
    what = "rota" if isinstance(whose, Rota) else "person"
    audit.changed(db, clock.now(), name, f"{what}-{whose.id}", kind, **data)


def may_decide(by: Technician | None) -> bool:
    """For others, without their leave."""
    return by is not None and roles.may(by.role, May.EDIT_ROTAS)


def may_speak_for(*those: Technician | None) -> bool:
    """Whether it is their own business: one of those, or one who may decide for others."""
    mine = staff().person
    return staff().may(May.EDIT_ROTAS) or any(one and mine and one.id == mine.id for one in those)


def filled(at: datetime, zone: str) -> str:
    """A moment as a field of date and time takes it, to the second where it has one."""
    there = at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    return there.isoformat(timespec="seconds" if there.second else "minutes")


def severities() -> list[tuple[str, str]]:
    """To choose from."""
    return [(one, severity(one)) for one in Severity]


def by_name(given: Mapping[int, str]) -> list[tuple[int, str]]:
    """People to choose from, by name."""
    return sorted(given.items(), key=lambda one: one[1].casefold())
