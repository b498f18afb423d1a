"""What processes cost, read from /proc: CPU seconds and memory of one and of all below it."""

import os
from collections.abc import Iterator
from pathlib import Path

PROC = Path("/proc")
TICKS = os.sysconf("SC_CLK_TCK")


def family(pid: int) -> Iterator[int]:
    """The process and every descendant that lives."""
    yield pid
    for child in children(pid):
        yield from family(child)


def children(pid: int) -> list[int]:
    found: list[int] = []
    for task in (PROC / str(pid) / "task").glob("*/children"):
        found += map(int, task.read_text().split())
    return found


def cpu(*pids: int) -> float:
    """Seconds of CPU these have used so far, each with those of its descendants that live."""
    return sum(_own_cpu(one) for pid in pids for one in family(pid))


def _own_cpu(pid: int) -> float:
    after_name = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    return (int(after_name[11]) + int(after_name[12])) / TICKS


def memory(pid: int) -> float:
    """Megabytes: proportional set size, in which what is shared counts once."""
    return sum(_own_memory(one) for one in family(pid)) / 1024


def _own_memory(pid: int) -> int:
    rollup = (PROC / str(pid) / "smaps_rollup").read_text()
    return next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:"))


def name(pid: int) -> str:
    return (PROC / str(pid) / "cmdline").read_text().replace("\0", " ").strip()
