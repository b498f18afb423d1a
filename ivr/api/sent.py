"""What programs send to the API, as types: parameters and bodies."""

from datetime import date, datetime
from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from ivr.api.shapes import Severity, Status
from ivr.models import Outcome
from ivr.services.tickets.ticket_filters import Due

SOMETHING = r"[^\s\x1c-\x1f]"
"""No reader of patterns but Python's takes those four for spaces."""
Text = Annotated[str, Meta(min_length=1, max_length=10_000, pattern=SOMETHING)]
Line = Annotated[str, Meta(min_length=1, max_length=200, pattern=SOMETHING)]
Name = Annotated[str, Meta(max_length=200)]
Limit = Annotated[int, Meta(ge=1, le=200)]
RFC3339 = (
    r"^20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])"
    r"T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](Z|[+-](0[0-9]|1[0-3]):[0-5][0-9])$"
)
"""The description is a little narrower than what is taken: no 29th to 31st, this century."""
Moment = Annotated[datetime, Meta(tz=True, extra_json_schema={"pattern": RFC3339})]
"""With its offset."""
Instant = Annotated[str, Meta(extra_json_schema={"pattern": RFC3339})]
"""The same in a query, where a number would be taken for a moment, too (operations.instant)."""
Level = Annotated[float, Meta(ge=1, le=99, multiple_of=1)]
"""In JSON 2.0 is a whole number, too."""
DAY = RFC3339.partition("T")[0] + "$"
Day = Annotated[date, Meta(extra_json_schema={"pattern": DAY})]


class Asked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a program sends: nothing in it is overlooked."""


class Cursor(Asked, frozen=True):
    limit: Limit = 50
    cursor: Annotated[str, Meta(pattern=r"^(c[1-9][0-9]{0,8})?$")] = ""
    """Where a leaf begins: the `next` of the one before."""


class TicketQuery(Cursor, frozen=True):
    """As the list of the staff pages: customer and team by name, assignee by e-mail. `none`: those
    that no team, or nobody, has; `me`: the owner of the token.
    """

    status: Status | Literal["unresolved"] | UnsetType = UNSET
    severity: Severity | UnsetType = UNSET
    team: Name = ""
    level: Annotated[int, Meta(ge=1, le=99)] | UnsetType = UNSET
    due: Due | UnsetType = UNSET
    customer: Name = ""
    assignee: Name = ""
    phone: Name = ""
    """Whose: the contact's, the one that opened it, or one that called about it."""
    text: Name = ""
    """Words, and phrases in quotation marks: all of them in one text of the ticket."""


class NewTicket(Asked, frozen=True):
    """The contact is known by the e-mail or the number; a new one needs a name."""

    title: Line
    severity: Severity
    email: Annotated[str, Meta(max_length=200)] = ""
    phone: Annotated[str, Meta(max_length=40)] = ""
    name: Annotated[str, Meta(max_length=200)] = ""
    customer: Annotated[str, Meta(max_length=200)] = ""
    description: Annotated[str, Meta(max_length=10_000)] = ""


class Words(Asked, frozen=True):
    text: Text


class Assign(Asked, frozen=True):
    """To a person by e-mail, to a team by name, or, with neither, to nobody."""

    person: Annotated[str, Meta(max_length=200)] = ""
    team: Annotated[str, Meta(max_length=200)] = ""


class Regrade(Asked, frozen=True):
    severity: Severity


class ToLevel(Asked, frozen=True):
    level: Level
    why: Line


class Other(Asked, frozen=True):
    other: Annotated[str, Meta(min_length=1, max_length=40)]
    """The number of another ticket."""


class Watcher(Asked, frozen=True):
    email: Annotated[str, Meta(max_length=200, pattern=r"^[!-?A-~]+@[!-?A-~]+$")]


class Tags(Asked, frozen=True):
    """All that it has from now on."""

    tags: Annotated[list[Annotated[str, Meta(max_length=50)]], Meta(max_length=50)]


class Category(Asked, frozen=True):
    """In the word that the rules of assignment use; empty: none."""

    category: Name


class Under(Asked, frozen=True):
    customer: Line


class CallQuery(Cursor, frozen=True):
    """Those that began at `from` or later, and before `until`."""

    outcome: Outcome | UnsetType = UNSET
    direction: Literal["inbound", "outbound"] | UnsetType = UNSET
    number: Name = ""
    customer: Name = ""
    since: Instant | UnsetType = msgspec.field(default=UNSET, name="from")
    until: Instant | UnsetType = UNSET


class ReportQuery(Asked, frozen=True):
    """A period of whole days, both ends in it: the last three months if nothing is said. Team and
    customer by name.
    """

    since: Day | UnsetType = msgspec.field(default=UNSET, name="from")
    until: Day | UnsetType = UNSET
    team: Name = ""
    customer: Name = ""


class Span(Asked, frozen=True):
    """From now on, if no beginning is given."""

    begin: Instant | UnsetType = UNSET
    days: Annotated[int, Meta(ge=1, le=92)] = 14


class NewOverride(Asked, frozen=True):
    """`person` is on call in the place of another one, or of everybody. Both by e-mail."""

    person: Line
    starts_at: Moment
    ends_at: Moment
    instead_of: Annotated[str, Meta(max_length=200)] = ""
