"""The words that flows are written in.

A call is a walk through steps. A step takes what is `Known` of the call and what was just
`Heard`, looks things up at the `Desk`, and returns a `Turn`: what to say, what to wait for, what
to write down. Steps never write themselves, so a walk can be tested, drawn and proved.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Literal

from callflows.staff_words import StaffWrite

RecordingKind = Literal["description", "message", "note"]

MISSES = 3
"""How often a caller may miss before somebody takes over."""
MOST_STEPS = 12
"""Steps that may follow each other without waiting for the line; the flows need five."""


class Severity(StrEnum):
    CRITICAL = "critical"
    MAJOR = "major"
    MINOR = "minor"


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
    trail: tuple[str, ...] = ()
    """On the staff line: the tickets heard so far, or what was chosen so far."""

    def as_json(self) -> dict[str, Any]:
        return dict(vars(self))

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Known":
        severity = kept.get("severity")
        more = {
            "severity": Severity(severity) if severity else None,
            "trail": tuple(kept.get("trail", ())),
        }
        return cls(**{**kept, **more})

    def to(self, at: str, **changes: Any) -> "Known":
        """Go on at another step, with a clean count of misses and rounds."""
        return self.but(**{"at": at, "misses": 0, "rounds": 0, "strays": 0, **changes})

    def but(self, **changes: Any) -> "Known":
        return Known(**{**vars(self), **changes})


@dataclass(frozen=True)
class Heard:
    """What came back from the line. Silence is `Heard()`."""

    keys: str = ""
    left: str = ""
    """How a hold, a bridge or a dial ended: bridged, missed, leave, hangup; over: somebody takes
    the conversation over."""
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
class TakeOver:
    """This technician is there: the caller leaves the conversation they are in, for this one."""


@dataclass(frozen=True)
class HandOver:
    """This caller waits for whoever takes the conversation over."""


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


@dataclass(frozen=True)
class Solved:
    """The caller says that it is solved."""


@dataclass(frozen=True)
class Rate:
    """The caller says how we did: 1, very poor, to 5, excellent."""

    score: int


Write = (
    ChooseLanguage | Take | Declare | OpenPage | Wish | Keep | ReopenPage | Accept | TakeOver
    | HandOver | Decline | Reached | Missed | Resolve | NextLevel | Solved | Rate | StaffWrite
)  # fmt: skip


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
