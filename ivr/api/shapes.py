"""What the API tells, as types: answers are made into them, so that what docs and program say
cannot differ from what is sent.
"""

from datetime import datetime
from typing import Any, Generic, Literal, TypeVar

import msgspec

from ivr.models import Outcome

Item = TypeVar("Item")
Severity = Literal["critical", "major", "minor"]
Status = Literal["new", "open", "waiting", "resolved", "closed"]


class Told(msgspec.Struct, frozen=True):
    """An answer."""


class Leaf(Told, Generic[Item], frozen=True):
    """A part of a list; `next` is the cursor of the following one, if there is one."""

    items: list[Item]
    next: str | None


# Tickets ------------------------------------------------------------------------------------------


class TicketLine(Told, frozen=True):
    """A ticket in a list."""

    number: str
    title: str
    severity: Severity
    status: Status
    level: int
    customer: str | None
    contact: str | None
    team: str | None
    assignee: str | None
    opened_at: datetime
    resolved_at: datetime | None


class Clock(Told, frozen=True):
    """A promise: when it ends, and whether it was kept."""

    started_at: datetime | None
    ends_at: datetime | None
    warned_at: datetime | None
    missed_at: datetime | None
    met_at: datetime | None


class Entry(Told, frozen=True):
    """A line of the timeline."""

    id: int
    kind: str
    at: datetime
    sentence: str
    data: dict[str, Any]


class Related(Told, frozen=True):
    number: str
    title: str
    status: Status
    how: str


class Attachment(Told, frozen=True):
    name: str
    type: str
    size: int
    sha256: str


class Sentence(Told, frozen=True):
    """A line of a transcript."""

    text: str
    at: float | None
    channel: int


class Recording(Told, frozen=True):
    sid: str
    kind: str
    seconds: int | None
    state: str
    made_at: datetime
    sha256: str | None
    transcript: str | None
    sentences: list[Sentence]


class Turn(Told, frozen=True):
    """A question on a call, and what came back."""

    number: int
    step: str
    heard: dict[str, Any]
    said: list[str]
    at: datetime


class CallRecord(Told, frozen=True):
    """A call with all of its turns."""

    sid: str
    direction: Literal["inbound", "outbound"]
    number: str
    contact: str | None
    technician: str | None
    language: str | None
    status: str
    place: str
    started_at: datetime
    ended_at: datetime | None
    turns: list[Turn]


class Leg(Told, frozen=True):
    """A ring of one phone, and what came of it."""

    technician: str
    level: int
    round: int
    state: str
    outcome: str | None
    cause: str | None
    placed_at: datetime | None
    answered_at: datetime | None
    ended_at: datetime | None


class PageRecord(Told, frozen=True):
    """A summons of technicians to a ticket."""

    id: int
    state: Literal["open", "owed", "accepted", "closed"]
    level: int
    opened_at: datetime
    due_at: datetime | None
    accepted_by: str | None
    accepted_at: datetime | None
    legs: list[Leg]


class TicketRecord(TicketLine, frozen=True):
    """A ticket with everything that is on record of it."""

    description: str
    category: str
    tags: list[str]
    watchers: list[str]
    opened_by_number: str | None
    related: list[Related]
    clocks: dict[str, Clock]
    entries: list[Entry]
    calls: list[CallRecord]
    pages: list[PageRecord]
    recordings: list[Recording]
    attachments: list[Attachment]


class Written(Told, frozen=True):
    """What a write has made of a ticket."""

    number: str
    status: Status
    severity: Severity
    level: int
    assignee: str | None
    team: str | None


# Calls --------------------------------------------------------------------------------------------


class CallLine(Told, frozen=True):
    """A call in a list."""

    sid: str
    direction: Literal["inbound", "outbound"]
    number: str
    contact: str | None
    customer: str | None
    staff: str | None
    """Who of us talked, called or was rung."""
    ticket: str | None
    status: str
    started_at: datetime
    ended_at: datetime | None
    outcome: Outcome | None
    """None while it goes on."""
    outcome_seconds: int | None
    """After how long it came to that: somebody answered, or the caller left."""


class OneCall(CallRecord, frozen=True):
    ticket: str | None
    outcome: Outcome | None
    outcome_seconds: int | None
    entries: list[Entry]
    recordings: list[Recording]


# Pages, people, rotas -----------------------------------------------------------------------------


class LivePage(Told, frozen=True):
    id: int
    ticket: str
    title: str
    state: Literal["open", "owed"]
    level: int
    opened_at: datetime
    accepted_by: str | None
    ringing: list[str]
    """Whose phones ring now."""


class Person(Told, frozen=True):
    id: int
    name: str
    email: str
    role: Literal["technician", "senior", "manager", "admin"]
    language: str
    active: bool
    has_phone: bool


class People(Told, frozen=True):
    items: list[Person]


class Pages(Told, frozen=True):
    items: list[LivePage]


class RotaLine(Told, frozen=True):
    id: int
    name: str
    time_zone: str
    on_call: list[str]
    until: datetime | None
    """None: nothing changes in the next days."""


class Rotas(Told, frozen=True):
    items: list[RotaLine]


class Shift(Told, frozen=True):
    starts_at: datetime
    ends_at: datetime
    people: list[str]


class Shifts(Told, frozen=True):
    items: list[Shift]


class OverrideRecord(Told, frozen=True):
    id: int
    person: str
    instead_of: str | None
    starts_at: datetime
    ends_at: datetime
    in_force: bool
    """False: they have been asked, and have not agreed yet."""
