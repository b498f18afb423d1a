"""The machine: what it is, and whether it is quiet enough to measure on."""

import os
import platform
import time
from pathlib import Path

QUIET = 0.12
"""Share of the machine that others may use while we measure."""


def described() -> str:
    cores, release = os.cpu_count(), platform.release()
    return f"{_model()}, {cores} cores, Linux {release}, Python {platform.python_version()}"


def _model() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def wait_until_quiet(at_most: float) -> float:
    """Wait some seconds until nobody else is at work. Returns the share that others used."""
    deadline = time.monotonic() + at_most
    while True:
        busy = _busy(0.2)
        if busy < QUIET or time.monotonic() > deadline:
            return busy


def _busy(seconds: float) -> float:
    before = times()
    time.sleep(seconds)
    spent = _spent_since(before)
    return 1 - (spent[3] + spent[4]) / max(1, sum(spent))  # idle and waiting for the disk


def stolen_since(before: list[int]) -> float:
    """Share of the machine that its host gave to others meanwhile: nothing of ours can help it."""
    spent = _spent_since(before)
    return spent[7] / max(1, sum(spent))


def _spent_since(before: list[int]) -> list[int]:
    return [now - was for now, was in zip(times(), before, strict=True)]


def times() -> list[int]:
    """What the machine has spent its time on since it started (/proc/stat, proc(5))."""
    first = Path("/proc/stat").read_text().partition("\n")[0]
    return [int(part) for part in first.split()[1:9]]
