"""How often each way of the call flows was gone lately: from the turns that were taken, of which
the newest are looked at, as many as can be counted at once.
"""

import json
from collections import Counter, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Any, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ivr.models import TakenTurn

LATELY = timedelta(days=7)
MOST = 20_000
"""Turns that are looked at: a busy week has about as many."""
THROUGH = "Go"
"""How a step waits that asks for nothing: no turn of its own is written down."""
OVER = "End"


class Way(NamedTuple):
    begin: str
    end: str
    heard: list[str]


@dataclass(frozen=True)
class Flow:
    """One of them, as the walk has drawn it."""

    name: str
    steps: list[tuple[str, str, str]]
    """Each with how it waits, and the key of what is asked."""
    ways: list[Way]


@dataclass(frozen=True)
class Traffic:
    ways: Mapping[tuple[str, str], int]
    turns: int
    whole: bool
    """Whether those are all of the time that was asked for."""


@cache
def flows() -> dict[str, Flow]:
    drawn = json.loads(files("callflows").joinpath("drawn.json").read_text("utf-8"))
    return {
        name: Flow(name, [(*one,) for one in found["steps"]], [Way(*one) for one in found["ways"]])
        for name, found in drawn.items()
    }


def lately(db: Session, now: datetime) -> Traffic:
    newest = db.scalar(select(func.max(TakenTurn.id))) or 0
    columns = (TakenTurn.call_id, TakenTurn.step, TakenTurn.answer["then"][0].as_string())
    those = select(*columns).where(TakenTurn.id > newest - MOST, TakenTurn.at >= now - LATELY)
    rows = db.execute(those.order_by(TakenTurn.call_id, TakenTurn.number)).all()
    before = select(TakenTurn.at).where(TakenTurn.id <= newest - MOST)
    edge = db.scalar(before.order_by(TakenTurn.id.desc()).limit(1))
    whole = edge is None or edge < now - LATELY
    return Traffic(_counted([(one[0], one[1], one[2]) for one in rows]), len(rows), whole)


def _counted(rows: Sequence[tuple[int | None, str, str]]) -> Counter[tuple[str, str]]:
    """From each turn to the next one of its call, and from the last one to where it ended."""
    gone: Counter[tuple[str, str]] = Counter()
    for one, after in pairwise([*rows, (None, "", "")]):
        if one[0] == after[0]:
            gone.update(_path(one[1], after[1]))
        elif one[2] == OVER:
            gone.update(_ending(one[1]))
    return gone


@cache
def _ahead() -> dict[str, list[str]]:
    ahead: dict[str, list[str]] = {}
    for flow in flows().values():
        for way in flow.ways:
            ahead.setdefault(way.begin, []).append(way.end)
    return ahead


@cache
def _forms() -> dict[str, str]:
    return {step: form for flow in flows().values() for step, form, _ in flow.steps}


@cache
def _path(begin: str, end: str) -> tuple[tuple[str, str], ...]:
    """The ways from one to the other, through steps that ask for nothing; none if there is none."""
    return _search(begin, lambda step: step == end)


@cache
def _ending(begin: str) -> tuple[tuple[str, str], ...]:
    """The ways to where a call is over."""
    return _search(begin, lambda step: _forms().get(step) == OVER)


def _search(begin: str, is_there: Any) -> tuple[tuple[str, str], ...]:
    tried: deque[tuple[str, ...]] = deque([(begin,)])
    seen = {begin}
    while tried:
        path = tried.popleft()
        for step in _ahead().get(path[-1], ()):
            if is_there(step):
                return tuple(zip(path, (*path[1:], step), strict=True))
            if step not in seen and _forms().get(step) == THROUGH:
                seen.add(step)
                tried.append((*path, step))
    return ()


def of(flow: Flow, traffic: Traffic) -> Iterable[tuple[Way, int]]:
    return [(way, traffic.ways.get((way.begin, way.end), 0)) for way in flow.ways]
