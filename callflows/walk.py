"""Walking the flows exhaustively: every answer of the line, whatever the desk may say.

A node is what is known of a call, what it waits for, and what was done about it so far. From each
node the walk takes every answer that the line can give; where a step looks something up it takes
every card the desk could hold. The counters in `Known` keep the whole of it finite.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache, partial

from callflows import (  # noqa: F401  enter their steps
    after,
    callback,
    customer,
    feedback,
    holding,
    shifts,
    staff,
    technician,
)
from callflows.cards import CARDS, NUMBER, GuessingDesk
from callflows.steps import STEPS
from callflows.turn import (
    Bridge,
    Declare,
    Dial,
    Go,
    Heard,
    Hold,
    Keys,
    Known,
    Leave,
    OpenPage,
    Record,
    Then,
    Turn,
)

CALLERS = ("customer", "holding", "feedback")
"""The flows of a caller's line."""
STARTS = ("customer.welcome", "technician.start", "staff.start")
ONE_KEY = ("", *"01234569*#")
"""Silence, every key that means something somewhere, and one that means nothing: 6."""
OPEN_ENDED = ("", NUMBER, "0", "00", "*", "4*1", "12345678901234567890")
PIN = ("", "482913", "4829#", "#")
STAFF_PIN = (*PIN, "0")
MOST_NODES = 20_000
"""The flows have six thousand."""
AWAY = ("bridged", "over", "hangup", "error")
"""How a caller gets out of the queue without having asked to."""


Card = tuple[str, str]
Dealt = tuple[Card, ...]


@dataclass(frozen=True)
class Node:
    known: Known
    then: Then
    declared: bool = False
    """A severity stands on a ticket."""
    paged: bool = False
    """Technicians are summoned."""
    noticed: bool = False
    """It was said that calls are recorded."""

    def __hash__(self) -> int:
        """Reckoned once: a node is looked up for every way that leads to it."""
        kept: int | None = vars(self).get("hash")
        if kept is None:
            kept = hash((self.known, self.then, self.declared, self.paged, self.noticed))
            vars(self)["hash"] = kept
        return kept


@dataclass(frozen=True, slots=True)
class Edge:
    start: Node
    step: str
    """The step that took the answer."""
    heard: Heard
    dealt: Dealt
    """What the desk was asked, and what it answered, in words."""
    turn: Turn
    end: Node


class EndlessError(Exception):
    """The walk goes on and on: a counter grows without a bound."""


Turns = Callable[[Known, Heard], list[tuple[Dealt, Turn]]]


@cache
def walked() -> dict[Node, list[Edge]]:
    """Every node that can be reached, with the ways out of it."""
    graph: dict[Node, list[Edge]] = {}
    turns = cache(partial(_turns, {}))
    met: dict[Node, Node] = {}
    pending = [Node(Known(start), Go()) for start in STARTS]
    while pending:
        node = pending.pop()
        if node in graph:
            continue
        if len(graph) > MOST_NODES:
            raise EndlessError(f"{node.known.at} never comes to an end")
        graph[node] = list(_onward(node, turns, met))
        pending += [edge.end for edge in graph[node]]
    return graph


def answers(node: Node) -> Iterator[tuple[str, Heard]]:
    """What the line can answer with, and the step that takes it."""
    at, held = node.known.at, node.known.at == "holding.wait"
    match node.then:
        case Keys(count=1):
            yield from ((at, Heard(keys=keys)) for keys in ONE_KEY)
        case Keys(count=None, secret=True):
            yield from ((at, Heard(keys=keys)) for keys in STAFF_PIN)
        case Keys(count=None):
            yield from ((at, Heard(keys=keys)) for keys in OPEN_ENDED)
        case Keys():
            yield from ((at, Heard(keys=keys)) for keys in PIN)
        case Record():
            yield from ((at, Heard()), (at, Heard(recording="RE1", seconds=5)))
        case Bridge() | Dial():
            yield from ((at, Heard(left=left)) for left in ("bridged", "missed"))
        case Leave():
            yield "holding.left", Heard(left="leave")
        case _:  # nothing to choose: goes on, or a webhook that comes after the end
            yield at, Heard()
    if held and isinstance(node.then, Hold | Keys | Leave):
        yield from (("holding.left", Heard(left=left)) for left in AWAY)


def _onward(node: Node, turns: Turns, met: dict[Node, Node]) -> Iterator[Edge]:
    """The many ways to one node all hold the same one."""
    for step, heard in answers(node):
        for dealt, turn in turns(replace(node.known, at=step), heard):
            end = _after(node, turn)
            yield Edge(node, step, heard, dealt, turn, met.setdefault(end, end))


def _turns(held: dict[Card, Card], known: Known, heard: Heard) -> list[tuple[Dealt, Turn]]:
    """The step's turn for every combination of cards that it asks for; a card is held once."""
    pending: list[dict[str, str]] = [{}]
    found = list[tuple[Dealt, Turn]]()
    while pending:
        dealt = pending.pop()
        asked_before = len(dealt)
        turn = STEPS[known.at](known, heard, GuessingDesk(dealt))
        asked = list(dealt.items())
        for count in range(asked_before, len(asked)):
            question, first = asked[count]
            others = (words for words in CARDS[question] if words != first)
            pending += [dict([*asked[:count], (question, words)]) for words in others]
        cards = tuple(held.setdefault(one, one) for one in asked)
        found.append((cards, turn))
    return found


def _after(node: Node, turn: Turn) -> Node:
    declared = node.declared or any(isinstance(write, Declare) for write in turn.write)
    known = turn.known
    if declared and known.ticket is None and known.at.split(".")[0] in CALLERS:
        known = known.but(ticket=NUMBER)  # the desk opened one
    return Node(
        known,
        turn.then,
        declared=declared,
        paged=node.paged or any(isinstance(write, OpenPage) for write in turn.write),
        noticed=node.noticed or any(one.key == "welcome" for one in turn.say),
    )
