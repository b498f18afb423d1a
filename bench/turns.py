"""Webhooks beside the ceiling, on PostgreSQL and on SQLite, in rounds that take turns.

The full turn: a caller keys the ticket's number; the call is loaded and locked, the ticket found,
the turn, the timeline and the call are written, committed, and answered in TwiML. The turn that
writes nothing: the notice before a conversation is recorded, its signature checked.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from statistics import median
from typing import TypeVar

from bench import load, machine, world
from bench.load import BrokenRunError, Measured
from bench.place import CEILING, FULL, NOTHING, Place, on_postgresql, on_sqlite
from bench.rounds import Round, take_round
from bench.table import Goal, Row

KINDS = (CEILING, NOTHING, FULL)
SHARES = {FULL: Goal(0.18), NOTHING: Goal(0.6)}
"""Of the ceiling's requests a second, at least."""
PROMPTNESS = Goal(4, at_most=True)
"""Times the ceiling's 99th percentile, at most."""
FIRST_CALL = Goal(100, at_most=True)
PER_SECOND = 100


@dataclass(frozen=True)
class Size:
    """How much is sent: full turns a round, of the others so many that rounds last as long."""

    rounds: int
    full: int
    open_rounds: int
    open_seconds: int
    patience: float
    """Seconds that a round may wait for the machine to be quiet."""

    def of(self, kind: str) -> int:
        return self.full * {FULL: 1, NOTHING: 3, CEILING: 4}[kind]

    @property
    def calls(self) -> int:
        """Every full turn needs a call of its own; there is one round more, to warm up."""
        return (self.rounds + 1) * self.full + self.open_rounds * self.open_loop

    @property
    def open_loop(self) -> int:
        return self.open_seconds * PER_SECOND


WHOLE = Size(rounds=5, full=2000, open_rounds=5, open_seconds=10, patience=20)
QUICK = Size(rounds=2, full=200, open_rounds=1, open_seconds=3, patience=1)


Rounds = dict[str, list[Round]]
Taken = TypeVar("Taken", Round, Measured)


def measure(size: Size) -> Iterator[Row]:
    """Goals are about PostgreSQL; SQLite stands beside it."""
    with on_postgresql(size.calls) as place:
        yield from _rows(place, size, goals=True)
    with on_sqlite(size.calls) as place:
        yield from _rows(place, size, goals=False)


def _rows(place: Place, size: Size, *, goals: bool) -> Iterator[Row]:
    before = world.turns_taken(place.database)
    closed, opened = _closed_loop(place, size), _open_loop(place, size)
    taken = world.turns_taken(place.database) - before
    if taken != size.calls:
        raise BrokenRunError(f"{size.calls} turns were sent, {taken} are on record")
    for kind in KINDS:
        rounds, goal = closed[kind], SHARES.get(kind) if goals else None
        by_cpu = f", {_cpu(closed[CEILING]) / _cpu(rounds):.3f} x by CPU"
        disturbed = max(one.others for one in rounds) >= machine.QUIET
        share = _beside(rounds, closed[CEILING], lambda one: one.measured.per_second)
        name = f"{place.name}: {kind}"
        yield Row(name, _told(rounds) + by_cpu, share, " x", goal, disturbed)
    for kind in (CEILING, FULL):
        slower = _beside(opened[kind], opened[CEILING], lambda one: one.percentile(0.99))
        goal = PROMPTNESS if goals and kind == FULL else None
        name = f"{place.name}: {kind}, {PER_SECOND}/s, p99"
        yield Row(name, _promptness(opened[kind]), slower, " x", goal)
    first = place.first_call
    told = "the slowest of the first eight, each worker's first among them"
    name = f"{place.name}: first call after start"
    yield Row(name, told, first, " ms", FIRST_CALL if goals else None)


def _closed_loop(place: Place, size: Size) -> Rounds:
    closed: Rounds = {kind: [] for kind in KINDS}
    for number in range(size.rounds + 1):
        for kind in KINDS:
            webhooks = place.take(kind, size.of(kind))
            send = partial(load.closed_loop, place.port, webhooks)
            taken = take_round(send, place.cpu, size.patience)
            if number:  # the first one is to warm up
                closed[kind].append(taken)
    return closed


def _open_loop(place: Place, size: Size) -> dict[str, list[Measured]]:
    opened: dict[str, list[Measured]] = {CEILING: [], FULL: []}
    for _ in range(size.open_rounds):
        for kind, rounds in opened.items():
            machine.wait_until_quiet(size.patience)
            webhooks = place.take(kind, size.open_loop)
            rounds.append(load.open_loop(place.port, webhooks, PER_SECOND))
    return opened


def _beside(
    rounds: Sequence[Taken], ceiling: Sequence[Taken], figure: Callable[[Taken], float]
) -> float:
    """Each round is set against the ceiling's of the same minute; told is the median."""
    return median(figure(one) / figure(top) for one, top in zip(rounds, ceiling, strict=True))


def _cpu(rounds: list[Round]) -> float:
    return median(one.web_cpu + one.database_cpu for one in rounds)


def _told(rounds: list[Round]) -> str:
    speeds = sorted(one.measured.per_second for one in rounds)
    middle = [median(one.measured.percentile(share) for one in rounds) for share in (0.5, 0.99)]
    web = median(one.web_cpu for one in rounds)
    database = median(one.database_cpu for one in rounds)
    client = median(one.measured.own_cpu / one.measured.seconds for one in rounds)
    others = max(one.others for one in rounds)
    stolen = max(one.stolen for one in rounds)
    return (
        f"{median(speeds):,.0f}/s ({speeds[0]:,.0f}-{speeds[-1]:,.0f}),"
        f" p50/p99 {middle[0]:.1f}/{middle[1]:.1f} ms,"
        f" CPU a request {web:,.0f} µs + database {database:,.0f} µs,"
        f" load {client:.0%} of a core, others at most {others:.0%} of the machine,"
        f" its host at most {stolen:.0%}"
    )


def _promptness(rounds: list[Measured]) -> str:
    p50, p99, most = (median(one.percentile(share) for one in rounds) for share in (0.5, 0.99, 1))
    return f"p50/p99/max {p50:.1f}/{p99:.1f}/{most:.1f} ms from the moment meant"
