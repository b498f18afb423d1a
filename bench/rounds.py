"""A round of requests: begun when the machine is quiet, and told with what it cost."""

from collections.abc import Callable
from dataclasses import dataclass

from bench import machine
from bench.load import Measured

Cpu = Callable[[], tuple[float, float]]
"""Seconds used so far by the web processes, and by those of the database."""


@dataclass(frozen=True)
class Round:
    measured: Measured
    web_cpu: float
    """Microseconds of the web processes' CPU a request."""
    database_cpu: float
    others: float
    """Share of the machine that was busy just before."""
    stolen: float
    """Share of the machine that its host took away meanwhile."""


def take_round(send: Callable[[], Measured], cpu: Cpu, patience: float) -> Round:
    """Wait for a quiet machine, at most so many seconds, and send."""
    others = machine.wait_until_quiet(patience)
    used, before = cpu(), machine.times()
    measured = send()
    each = [
        1e6 * (now - was) / len(measured.latencies) for now, was in zip(cpu(), used, strict=True)
    ]
    return Round(measured, each[0], each[1], others, machine.stolen_since(before))
