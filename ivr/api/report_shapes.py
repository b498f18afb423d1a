"""What the API tells of the reports, as types."""

from datetime import date, datetime
from typing import Literal

import msgspec

from ivr.api.shapes import Told


class Kept(Told, frozen=True):
    """How often a promise was kept; the share in per cent."""

    met: int
    missed: int
    share: float | None


class KeptIn(Kept, frozen=True):
    """In a week or a month that begins on that day."""

    begins: date


class KeptOf(Kept, frozen=True):
    """By severity, team or customer; no name: no team."""

    name: str | None


class Promise(Kept, frozen=True):
    parts: list[KeptIn]
    severities: list[KeptOf]
    teams: list[KeptOf]
    customers: list[KeptOf]
    """Those with the most misses first, and not all."""


class Waits(Told, frozen=True):
    """How long critical callers waited for somebody to press 1, in seconds."""

    answered: int
    unanswered: int
    median: int | None
    within_90: int | None
    within_95: int | None
    longest: int | None


class WaitsIn(Waits, frozen=True):
    begins: date


class CountsIn(Told, frozen=True):
    """In a week or a month that begins on that day; what there was none of is left out."""

    begins: date
    counts: dict[str, int]


class PagesOf(Told, frozen=True):
    level: int
    answered: int
    closed: int
    open: int


class Load(Told, frozen=True):
    person: str
    rings: int
    accepted: int
    at_night: int


class Repeat(Told, frozen=True):
    """A problem that a customer has had more than once, by its first ticket."""

    customer: str
    number: str
    title: str
    times: int


class Report(Told, frozen=True):
    """All figures of a period, as they stood when they were last counted."""

    since: date = msgspec.field(name="from")
    until: date
    part: Literal["week", "month"]
    as_of: datetime | None
    days_behind: int
    opened: list[CountsIn]
    """By severity."""
    response: Promise
    resolution: Promise
    waits: Waits
    waits_by_part: list[WaitsIn]
    pages: list[PagesOf]
    calls: list[CountsIn]
    """By what came of them."""
    hours: list[list[int]]
    """Calls by weekday, Monday first, and hour."""
    load: list[Load]
    feedback: dict[str, int]
    """By score."""
    average: float | None
    repeats: list[Repeat]
    repeated: int
