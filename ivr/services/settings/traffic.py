"""How often each way of the call flows was gone lately: from the turns that were taken, of which
the newest are looked at, as many as can be counted at once.
"""

import json
from collections import Counter, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from sqlalchemy import Select, case, func, select
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
    """From each turn to the next one of its call, and from the last one to where it ended."""
    newest = db.scalar(select(func.max(TakenTurn.id))) or 0
    gone: Counter[tuple[str, str]] = Counter()
    turns = 0
    for step, after, how, count in db.execute(_steps(newest - MOST, now - LATELY)):
        turns += count
        path = _path(step, after) if after else _ending(step) if how == OVER else ()
        gone.update(dict.fromkeys(path, count))
    before = select(TakenTurn.at).where(TakenTurn.id <= newest - MOST)
    edge = db.scalar(before.order_by(TakenTurn.id.desc()).limit(1))
    return Traffic(gone, turns, whole=edge is None or edge < now - LATELY)


def _steps(after: int, since: datetime) -> Select[Any]:
    """Each two that followed each other, and how often; after the last one, how it was answered."""
    following = func.lead(TakenTurn.step).over(
        partition_by=TakenTurn.call_id, order_by=TakenTurn.number
    )
    those = select(TakenTurn.step, following.label("following"), TakenTurn.answer)
    turns = those.where(TakenTurn.id > after, TakenTurn.at >= since).subquery()
    next_one = turns.c.following
    answered = turns.c.answer["then"][0].as_string()
    how = case((next_one.is_(None), answered), else_=None).label("how")
    return select(turns.c.step, next_one, how, func.count()).group_by(turns.c.step, next_one, how)


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
