"""What a check has found."""

from dataclasses import dataclass

from ivr.models import CheckState


@dataclass(frozen=True)
class Found:
    state: CheckState
    said: str
    """What is so, in a sentence; and what to do about it, where it is not as it should be."""


def ok(said: str) -> Found:
    return Found(CheckState.OK, said)


def warn(said: str) -> Found:
    return Found(CheckState.WARN, said)


def bad(said: str) -> Found:
    return Found(CheckState.BAD, said)


def off(said: str) -> Found:
    return Found(CheckState.OFF, said)
