"""The words that flows are written in.

A call is a walk through steps. A step takes what is `Known` of the call and what was just
`Heard`, looks things up at the `Desk`, and returns a `Turn`: what to say, what to wait for, what
to write down. Steps never write themselves, so a walk can be tested, drawn and proved.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import Any, Literal, Protocol

RecordingKind = Literal["description", "message", "note"]

MISSES = 3
"""How often a caller may miss before somebody takes over."""
MOST_STEPS = 12
"""Steps that may follow each other without waiting for the line; the flows need five."""


class Severity(StrEnum):
    CRITICAL = "critical"
    MAJOR = "major"
    MINOR = "minor"


class Role(StrEnum):
    """Which flow a call walks."""

    CUSTOMER = "customer"
    TECHNICIAN = "technician"


@dataclass(frozen=True)
class Known:
    """What is known of a call so far. Plain data, so that it survives JSON."""

    at: str
    """The step that takes the next answer, such as "customer.ticket"."""
    language: str = "en-CA"
    ticket: str | None = None
    """The ticket's number; None until there is one."""
    severity: Severity | None = None
    opening: bool = False
    """The caller has no ticket: the severity opens one."""
    proven: bool = False
    """The customer's PIN was given on this call."""
    misses: int = 0
    """Answers in a row that could not be used at this step."""
    rounds: int = 0
    """How often this step was gone through on purpose: holding, repeating, menus."""
    strays: int = 0
    """Late `#` and `*` keys let pass without counting them as a miss."""
    returns: int = 0
    """How often this caller came back to holding, or a technician to a menu; never reset."""
    wish: Literal["callback", "message"] | None = None
    """What a holding caller chose instead."""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Known":
        severity = kept.get("severity")
        return cls(**{**kept, "severity": Severity(severity) if severity else None})

    def to(self, at: str, **changes: Any) -> "Known":
        """Go on at another step, with a clean count of misses and rounds."""
        return replace(self, **{"at": at, "misses": 0, "rounds": 0, "strays": 0, **changes})

    def but(self, **changes: Any) -> "Known":
        return replace(self, **changes)


@dataclass(frozen=True)
class Heard:
    """What came back from the line. Silence is `Heard()`."""

    keys: str = ""
    left: str = ""
    """How a hold, a bridge or a dial ended: bridged, missed, leave, hangup."""
    recording: str = ""
    """The recording's SID, when something was said after the tone."""
    seconds: int = 0
    """How long the recording is."""


# What to say -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Say:
    """A sentence of callflows/prompts, by key, with the values for its placeholders."""

    key: str
    values: Mapping[str, str | int] = field(default_factory=dict)


def say(key: str, **values: str | int) -> Say:
    return Say(key, values)


# What to wait for ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Keys:
    """Keys. A fixed `count` ends by itself; without one, `#` ends. Silence comes back as ""."""

    count: int | None = 1
    seconds: int = 6
    secret: bool = False
    """A PIN: never written down, never logged, never recorded."""
    music: bool = False
    """Play the hold tone while waiting."""


@dataclass(frozen=True)
class Record:
    """Speech after the tone, ended by silence, any key or hanging up."""

    kind: RecordingKind
    seconds: int = 120


@dataclass(frozen=True)
class Hold:
    """Wait in the queue of this call; the next turns are said to the waiting caller."""


@dataclass(frozen=True)
class Leave:
    """Take the waiting caller out of the queue; the step `leaves_to` takes over."""


@dataclass(frozen=True)
class Bridge:
    """Put this technician through to the caller who waits."""


@dataclass(frozen=True)
class Dial:
    """Call the customer on this technician's line, as the support line's number."""

    number: str


@dataclass(frozen=True)
class Pause:
    """Let some seconds pass."""

    seconds: int = 3


@dataclass(frozen=True)
class Go:
    """Nothing to wait for: do what is written down, then take the next step at once."""


@dataclass(frozen=True)
class End:
    """Say it and hang up."""


Then = Keys | Record | Hold | Leave | Bridge | Dial | Pause | Go | End


# What to write down ----------------------------------------------------------------------------


@dataclass(frozen=True)
class ChooseLanguage:
    """Remember the caller's language."""

    language: str


@dataclass(frozen=True)
class Take:
    """This call is about that ticket."""

    ticket: str


@dataclass(frozen=True)
class Declare:
    """The caller's severity. Opens a ticket if the call has none."""

    severity: Severity


@dataclass(frozen=True)
class OpenPage:
    """Summon the technicians to the call's ticket; joins the page that is open already."""


@dataclass(frozen=True)
class Wish:
    """The caller will not hold: wants a call back, or left a message."""

    what: Literal["callback", "message"]


@dataclass(frozen=True)
class Keep:
    """Keep a recording with the ticket."""

    kind: RecordingKind
    recording: str
    seconds: int


@dataclass(frozen=True)
class ReopenPage:
    """Ring again: the caller still needs somebody."""


@dataclass(frozen=True)
class Accept:
    """Try to take the page for this technician. The first one wins; ask the desk who did."""


@dataclass(frozen=True)
class Decline:
    """This technician does not take the page: passed on purpose, or never pressed a key."""

    why: Literal["passed", "unaccepted"]


@dataclass(frozen=True)
class Reached:
    """The technician and the customer have talked, or there is no caller to talk to."""

    how: Literal["bridged", "called-back", "no-caller"]


@dataclass(frozen=True)
class Missed:
    """The technician and the customer could not be put together."""

    why: str


@dataclass(frozen=True)
class Resolve:
    """The ticket is solved."""


@dataclass(frozen=True)
class NextLevel:
    """Hand the ticket to the next level, which is rung at once."""


Write = (
    ChooseLanguage
    | Take
    | Declare
    | OpenPage
    | Wish
    | Keep
    | ReopenPage
    | Accept
    | Decline
    | Reached
    | Missed
    | Resolve
    | NextLevel
)


@dataclass(frozen=True)
class Turn:
    """One turn of a call: say, wait, write. `known.at` takes what comes back."""

    known: Known
    then: Then
    say: tuple[Say, ...] = ()
    write: tuple[Write, ...] = ()

    def after(self, *first: Say, write: tuple[Write, ...] = ()) -> "Turn":
        """The same turn with other sentences, and writing, before it."""
        return replace(self, say=first + self.say, write=write + self.write)


# What can be looked up -------------------------------------------------------------------------


@dataclass(frozen=True)
class TicketCard:
    """What the desk knows of a ticket. All but the number is confidential without a PIN."""

    number: str
    customer: str | None
    severity: Severity
    status: str
    level: int
    has_pin: bool
    respond_by: str
    """In words, in the caller's language and the organization's time zone."""
    assignee: str | None = None


@dataclass(frozen=True)
class PageCard:
    """How the summons stands."""

    state: Literal["open", "owed", "accepted", "closed"]
    mine: bool
    """Accepted by the technician on this very call."""
    holder: str | None
    """Who has accepted it."""
    level: int
    ringing: int
    """How many have been rung so far."""
    minutes: int
    """Since it was opened."""


@dataclass(frozen=True)
class CallerCard:
    """The caller whom the page is about, seen from the technician's side."""

    place: Literal["holding", "coming", "gone", "none"]
    """Coming: still answering our questions. None: there never was a call."""
    name: str | None
    number: str | None
    """Where to call back; None when unknown or not allowed to be dialled."""


class Desk(Protocol):
    """What a step may look up. Reading only."""

    @property
    def organization(self) -> str: ...

    def ticket(self, dialled: str) -> TicketCard | None:
        """The ticket of the keys pressed; None as well where nothing may be said of it."""

    def own_ticket(self) -> TicketCard | None:
        """The ticket this call is about."""

    def expected(self, severity: Severity) -> str:
        """When a first response to a new ticket of that severity is due, in words."""

    def pin_matches(self, pin: str) -> bool: ...

    def page(self) -> PageCard | None:
        """The latest page of the call's ticket."""

    def caller(self) -> CallerCard: ...

    def waiting_before(self) -> int:
        """How many callers have been holding for longer than this one."""


# Steps -----------------------------------------------------------------------------------------

Step = Callable[[Known, Heard, Desk], Turn]
STEPS: dict[str, Step] = {}


SECRET: set[str] = set()
"""Steps that take a PIN: what they hear is never written down."""


def step(function: Step) -> Step:
    """Enter a function into the list of steps, as "flow.name"."""
    STEPS[_name(function)] = function
    return function


def secret_step(function: Step) -> Step:
    SECRET.add(_name(function))
    return step(function)


def _name(function: Step) -> str:
    return f"{function.__module__.rpartition('.')[2]}.{function.__name__}"
