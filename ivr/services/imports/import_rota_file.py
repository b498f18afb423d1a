"""Rotas and absences as the import file gives them."""

from datetime import date, datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field, model_validator

from ivr.models import Unit
from ivr.services.imports.import_types import Email, Given, Minute, Name, Zone
from ivr.services.on_call.rotas import ALWAYS


def _as_written(given: Any) -> Any:
    """YAML reads some dates by itself."""
    return given.isoformat() if isinstance(given, date) else given


Wall = Annotated[
    str,
    BeforeValidator(_as_written),
    Field(
        pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}(:00)?)?$",
        description="By the wall clock, such as 2026-11-02T09:00.",
    ),
]
Moment = Annotated[
    datetime,
    BeforeValidator(_as_written),
    Field(description="By the wall clock of the rota, or the person; or with an offset."),
]


def moment(given: datetime, zone: str) -> datetime:
    return given if given.tzinfo else given.replace(tzinfo=ZoneInfo(zone))


class HoursIn(Given):
    """Part of some days; over midnight where `until` is not after `from`."""

    days: list[Annotated[int, Field(ge=0, le=6)]] = Field(
        default=[0, 1, 2, 3, 4, 5, 6], min_length=1, description="0 is Monday."
    )
    begin: Minute = Field(alias="from")
    until: Minute | Annotated[str, Field(pattern="^24:00$")]


class LayerIn(Given):
    name: Name
    people: list[Email | list[Email]] = Field(
        min_length=1,
        description="The turns: an e-mail, or a list of those who are on call together.",
    )
    starts: Wall = Field(default=ALWAYS, validate_default=True)
    unit: Unit = Unit.WEEKS
    every: int = 1
    ends: Wall | None = None
    time_zone: Zone | None = None
    hours: list[HoursIn] = []

    @property
    def turns(self) -> list[list[str]]:
        return [[turn] if isinstance(turn, str) else turn for turn in self.people]


class StretchIn(Given):
    starts: Moment
    ends: Moment

    @model_validator(mode="after")
    def _lasts(self) -> "StretchIn":
        aware = (self.starts.tzinfo is None) == (self.ends.tzinfo is None)
        if aware and self.ends <= self.starts:
            raise ValueError("ends must be later than starts")
        if not aware:
            raise ValueError("starts and ends have an offset, or neither has")
        return self


class OverrideIn(StretchIn):
    technician: Email
    instead_of: Email | None = Field(default=None, description="None: of everybody.")


class AbsenceIn(StretchIn):
    technician: Email
    why: str = Field(default="", max_length=200)


class RotaIn(Given):
    name: Name
    time_zone: Zone | None = Field(default=None, description="None: the organization's.")
    owner: Email | None = None
    team: Name | None = None
    layers: list[LayerIn] | None = Field(default=None, description="The highest last.")
    overrides: list[OverrideIn] | None = None

    def emails(self) -> list[str]:
        layers = [one for layer in self.layers or [] for turn in layer.turns for one in turn]
        overrides = [one.technician for one in self.overrides or []]
        overrides += [one.instead_of for one in self.overrides or [] if one.instead_of]
        return [*([self.owner] if self.owner else []), *layers, *overrides]
