"""What a call is answered with: the spoken part of a Turn, kept as JSON so that a repeated
webhook gets the very same answer.
"""

from dataclasses import dataclass
from typing import Any

from callflows.turn import (
    Bridge,
    Dial,
    End,
    Go,
    Hold,
    Keys,
    Leave,
    Pause,
    Record,
    Say,
    Then,
)

KINDS: dict[str, type[Then]] = {
    kind.__name__: kind for kind in (Keys, Record, Hold, Leave, Bridge, Dial, Pause, Go, End)
}


@dataclass(frozen=True)
class Answer:
    turn: int
    """This turn's number; what comes back is taken by the next one."""
    language: str
    say: tuple[Say, ...]
    then: Then
    queue: str | None = None
    """The queue to hold in, or to bridge to."""
    leg: str | None = None
    """The key of the technician's leg, on a technician's call."""

    def as_json(self) -> dict[str, Any]:
        return {
            "turn": self.turn,
            "language": self.language,
            "say": [[one.key, dict(one.values)] for one in self.say],
            "then": [type(self.then).__name__, dict(vars(self.then))],
            "queue": self.queue,
            "leg": self.leg,
        }

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> "Answer":
        kind, fields = kept["then"]
        said = tuple(Say(key, values) for key, values in kept["say"])
        then = KINDS[kind](**fields)
        return cls(kept["turn"], kept["language"], said, then, kept["queue"], kept["leg"])
