"""What the staff line writes down, beside the words that it shares with the other flows."""

from dataclasses import dataclass


@dataclass(frozen=True)
class StaffIn:
    """The PIN is right: from now on this call is that technician's."""


@dataclass(frozen=True)
class StaffOut:
    """A caller like any other again, whose call is about no ticket yet."""


@dataclass(frozen=True)
class WrongPin:
    """A staff PIN that does not match."""

    last: bool
    """The third one: the technician is told that somebody tried."""


@dataclass(frozen=True)
class TakeUp:
    """The technician hears of this ticket; what is pressed next is about it."""

    ticket: str


@dataclass(frozen=True)
class TakeShift:
    """The technician is on call from now on; the desk says until when."""

    rota: int
    hours: int
    """0: until the rota's next hand-over."""
    instead_of: int | None
    """None: of everybody."""


@dataclass(frozen=True)
class GiveShift:
    """Ask a colleague to be on call for the rest of this technician's shift."""

    rota: int
    to: int


@dataclass(frozen=True)
class AnswerShift:
    """What a colleague has asked for is agreed to, or not."""

    override: int
    agreed: bool


StaffWrite = StaffIn | StaffOut | WrongPin | TakeUp | TakeShift | GiveShift | AnswerShift
