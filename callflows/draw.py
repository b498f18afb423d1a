"""Drawing the flows: one Mermaid diagram a flow, from the same walk that proves them.

A box is a step, with the sentence that it waits after; an arrow says what was heard, and where the
same key may lead to two places, what the desk said or that patience was spent.
"""

import inspect
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from callflows.cards import CARDS
from callflows.prompts import entry
from callflows.steps import STEPS
from callflows.turn import (
    Bridge,
    Dial,
    End,
    Go,
    Hold,
    Keys,
    Known,
    Leave,
    Pause,
    Record,
    Then,
    Turn,
)
from callflows.walk import Edge, walked

Ways = Mapping[tuple[str, str], set[str]]
Ends = Mapping[str, list[Edge]]

OTHER = "another key"
FEW = 2
"""More conditions than these are not listed on an arrow."""
KNOWN: dict[str, Callable[[Known], str]] = {
    "opening": lambda known: "new ticket" if known.opening else "known ticket",
    "proven": lambda known: "PIN given" if known.proven else "no PIN given",
    "wish": lambda known: f"{known.wish} wished" if known.wish else "no wish",
}
"""What may be known of the call that decides where it goes."""

TITLES = {
    "customer": "The customer's line",
    "holding": "Holding",
    "feedback": "Feedback",
    "technician": "The technician's side",
    "callback": "Calling back",
    "after": "After the call",
    "staff": "The staff line",
    "shifts": "The shift by keypad",
}
FORMS: dict[type[Then], tuple[str, str]] = {
    Record: ("[[", "]]"),
    Bridge: ("{{", "}}"),
    Dial: ("{{", "}}"),
    End: ("([", "])"),
    Hold: ("{{", "}}"),
    Keys: ("[", "]"),
    Go: ("(", ")"),
    Leave: ("(", ")"),
    Pause: ("(", ")"),
}


DRAWN = Path(__file__).with_name("drawn.json")
"""What the walk found, for whoever cannot wait for a walk."""


def write(folder: Path, data: Path = DRAWN) -> list[Path]:
    """One file a flow, and one that has them all as data; returns them."""
    folder.mkdir(parents=True, exist_ok=True)
    pages = [_written(folder / f"{flow}.md", page(flow)) for flow in TITLES]
    return [*pages, _written(data, drawn())]


def drawn() -> str:
    """By flow: its steps, each with how it waits and what is asked, and the ways between them, each
    with what was heard.
    """
    return json.dumps({flow: _as_data(flow) for flow in TITLES}, indent=1) + "\n"


def _as_data(flow: str) -> dict[str, Any]:
    ways = _ways_of(flow)
    arrows = sorted(ways, key=lambda way: tuple(map(_order, way)))
    return {
        "steps": [[step, *_asked(step)] for step in _shown(flow, ways)],
        "ways": [[*way, sorted({_bare(one) for one in ways[way]} - {""})] for way in arrows],
    }


def _bare(heard: str) -> str:
    """Without what made the difference."""
    return heard.partition(" (")[0] if not heard.startswith("(") else ""


def _asked(step: str) -> tuple[str, str]:
    """How it waits, and the key of what is asked."""
    waits = _waits()[step]
    forms = {form for form, _ in waits}
    keys = {key for form, key in waits if form is not End} - {""}
    kind = forms.pop() if len(forms) == 1 else Go
    return kind.__name__, keys.pop() if len(keys) == 1 else ""


def _written(file: Path, words: str) -> Path:
    file.write_text(words, "utf-8")
    return file


def page(flow: str) -> str:
    about = inspect.getdoc(inspect.getmodule(STEPS[_steps(flow)[0]])) or ""
    return f"""# {TITLES[flow]}

<!-- Drawn by `ivr draw` from callflows/{flow}.py. -->

{about.splitlines()[0]}

```mermaid
{mermaid(flow)}
```

Double frame: something is recorded. Six corners: two lines are put together, or a caller holds.
Round: nothing is asked. "At last": patience is spent.
"""


def mermaid(flow: str) -> str:
    ways = _ways_of(flow)
    lines = ["flowchart TD"]
    lines += [f"    {_box(step)}" for step in _shown(flow, ways)]
    for (start, end), heard in sorted(ways.items(), key=lambda way: tuple(map(_order, way[0]))):
        words = _joined(heard)
        arrow = f'-->|"{words}"|' if words else "-->"
        lines.append(f"    {_id(start)} {arrow} {_id(end)}")
    return "\n".join(lines)


def _ways_of(flow: str) -> Ways:
    return _ways([edge for edge in _edges() if _flow(edge.step) == flow])


def _shown(flow: str, ways: Ways) -> list[str]:
    return sorted({step for pair in ways for step in pair} | set(_steps(flow)), key=_order)


def _flow(step: str) -> str:
    return step.partition(".")[0]


def _steps(flow: str) -> list[str]:
    return sorted((step for step in STEPS if _flow(step) == flow), key=_order)


def _order(step: str) -> tuple[int, int]:
    """As the flows follow each other, and as they are written."""
    return list(TITLES).index(_flow(step)), inspect.unwrap(STEPS[step]).__code__.co_firstlineno


def _id(step: str) -> str:
    return step.replace(".", "_")


def _box(step: str) -> str:
    """The step, what it waits after, and in the form of how it waits."""
    waits = _waits()[step]
    forms = {form for form, _ in waits}
    before, after = FORMS[forms.pop() if len(forms) == 1 else Go]
    said = {_words(key) for form, key in waits if form is not End} - {""}
    words = f"<br/><i>{said.pop()}</i>" if len(said) == 1 else ""
    return f'{_id(step)}{before}"{step.replace(".", ": ")}{words}"{after}'


@cache
def _waits() -> Mapping[str, set[tuple[type[Then], str]]]:
    """How each step waits, and what was asked before it, when come to from another step."""
    waits: dict[str, set[tuple[type[Then], str]]] = defaultdict(set)
    for edge in _edges():
        at = edge.end.known.at
        if at != edge.step:
            waits[at].add((type(edge.turn.then), _question(edge.turn)))
    return waits


@cache
def _edges() -> list[Edge]:
    return [edge for ways in walked().values() for edge in ways]


def _question(turn: Turn) -> str:
    """The key of the last sentence that is said in the language of the call."""
    own = [one.key for one in turn.say if "language" not in entry("en-CA", one.key)]
    return own[-1] if own else ""


def _words(key: str) -> str:
    return entry("en-CA", key).get("text", "").replace('"', "'") if key else ""


def _ways(edges: Iterable[Edge]) -> Ways:
    """What was heard on the way from one step to another, in words."""
    leads: dict[tuple[str, str], Ends] = defaultdict(lambda: defaultdict(list))
    for edge in edges:
        if not isinstance(edge.start.then, End):
            leads[edge.step, _heard(edge)][_goes_to(edge)].append(edge)
    ways: dict[tuple[str, str], set[str]] = defaultdict(set)
    why = {lead: _reasons(ends) for lead, ends in leads.items()}
    for (start, heard), ends in why.items():
        name = OTHER if ends == why.get((start, OTHER)) else heard
        for end, reasons in ends.items():
            ways[start, end] |= {f"{name} {reason}".strip() for reason in reasons}
    return ways


def _goes_to(edge: Edge) -> str:
    return "holding.left" if isinstance(edge.turn.then, Leave) else edge.end.known.at


def _reasons(ends: Ends) -> dict[str, set[str]]:
    """The same was heard, but led to several places: what made the difference for each."""
    if len(ends) == 1:
        return {end: {""} for end in ends}
    return {end: _reasons_for(end, ends) for end in ends}


def _reasons_for(end: str, ends: Ends) -> set[str]:
    found, rest = set(), ends[end]
    elsewhere = [edge for other in ends if other != end for edge in ends[other]]
    for question in (*CARDS, *KNOWN):
        there = _cards(question, elsewhere)
        cards = _cards(question, rest) - there
        if there and cards:
            found.add(f"({', '.join(sorted(cards))})" if len(cards) <= FEW else "(otherwise)")
            rest = [edge for edge in rest if not _cards(question, [edge]) & cards]
    if rest:
        late = min(map(_spent, rest)) > min(map(_spent, elsewhere))
        found.add("(at last)" if late else "")
    return found


def _cards(question: str, edges: Iterable[Edge]) -> set[str]:
    """What the desk said to the question, or what was known of the call."""
    if question in KNOWN:
        return {KNOWN[question](edge.start.known) for edge in edges}
    dealt = {words for edge in edges for asked, words in edge.dealt if asked == question}
    return {words.partition(":")[0] for words in dealt}


def _spent(edge: Edge) -> int:
    known = edge.start.known
    return known.misses + known.rounds + known.strays + known.returns


def _heard(edge: Edge) -> str:
    heard = edge.heard
    if heard.left:
        return heard.left
    if isinstance(edge.start.then, Record):
        return "something said" if heard.recording else "nothing said"
    if not isinstance(edge.start.then, Keys):
        return ""
    if edge.start.then.secret:
        return "0" if heard.keys == "0" else "PIN"
    if edge.start.then.count is None:
        return {"": "silence", "0": "0", "00": "0", "*": "*"}.get(heard.keys, "a number")
    return {"": "silence", "6": OTHER}.get(heard.keys, heard.keys)


def _joined(words: set[str]) -> str:
    """`1, 2, silence`; a `#` would begin an entity in Mermaid."""
    return ", ".join(sorted(words - {""})).replace("#", "#35;")
