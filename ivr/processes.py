"""`ivr run`: prepares the data, starts every process of the Procfile, and keeps them alive.

A process that dies is started again at once (then after a growing pause); Ctrl-C or SIGTERM stops
all of them cleanly. All are forked from this one, which has loaded the product once and has no
threads. Production may use systemd instead: the Procfile's lines are plain commands.
"""

import os
import shlex
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ivr import broker, forking, scribe
from ivr.settings import BrokenSettingError, settings

PROCFILE = Path(__file__).parent.parent / "Procfile"
STOP_WITHIN = 15.0
TOLD_WITHIN = 2.0
SHORTEST_PAUSE, LONGEST_PAUSE = 0.1, 5.0
STEADY = 10.0
"""Seconds after which a process counts as well again."""


@dataclass
class Process:
    """Kept alive, under whatever process ID."""

    name: str
    act: Callable[[], int]
    output: int | None = None
    """Where what it says goes; None: where ours goes."""
    pid: int = 0
    ended: int = 0
    started: float = 0.0
    pause: float = SHORTEST_PAUSE
    again_at: float = 0.0

    def start(self) -> None:
        self.started = time.monotonic()
        self.pid = forking.child(self.name, self.act, self.output)
        if not self.pid:
            self.again_at = self.started + LONGEST_PAUSE
        (settings().var_dir / "pids").mkdir(exist_ok=True)
        (settings().var_dir / "pids" / self.name).write_text(str(self.pid))

    def lives(self) -> bool:
        if self.pid and (status := forking.status(self.pid)) is not None:
            self.pid, self.ended = 0, status
        return bool(self.pid)

    def revive(self) -> None:
        """Start it again if it is dead and its pause is over."""
        now = time.monotonic()
        if self.pid and not self.lives():
            os.write(self.output or 1, f"ended with {self.ended}; starting again\n".encode())
            steady = now - self.started > STEADY
            self.pause = SHORTEST_PAUSE if steady else min(LONGEST_PAUSE, self.pause * 2)
            self.again_at = now + self.pause
        if not self.pid and now >= self.again_at:
            self.start()

    def signal(self, number: signal.Signals) -> None:
        if self.lives():
            with suppress(ProcessLookupError):
                os.killpg(self.pid, number)


def wanted() -> list[Process]:
    """The Procfile's processes; the broker and the exchange only where they are ours to run."""
    needless = set()
    if settings().redis_url:
        needless.add("redis")
    if not settings().embedded_exchange:
        needless.add("exchange")
    os.environ.update(_environment())
    settings.cache_clear()
    lines = [line for line in PROCFILE.read_text().splitlines() if line and line[0] != "#"]
    named = [
        (name, shlex.split(os.path.expandvars(command)))
        for name, _, command in (line.partition(":") for line in lines)
    ]
    return [
        Process(name, partial(forking.program, command))
        for name, command in named
        if name not in needless
    ]


def _environment() -> dict[str, str]:
    """What every process must agree on, and the programs of our own environment first."""
    return {
        "PORT": str(settings().port),
        "EXCHANGE_PORT": str(settings().exchange_port),
        "MAIL_PORT": str(settings().mail_port),
        "VAR_DIR": str(settings().var_dir.resolve()),
        "REDIS_URL": broker.url(),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
    }


def check_ports() -> None:
    ports = {"PORT": settings().port, "MAIL_PORT": settings().mail_port}
    if settings().embedded_exchange:
        ports["EXCHANGE_PORT"] = settings().exchange_port
    for name, port in ports.items():
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError as error:
                told = f"{name}: port {port} is taken; stop what runs there, or set {name}"
                raise BrokenSettingError(told) from error


def prepared() -> bool:
    from ivr import preparing

    def act() -> int:
        preparing.prepare()
        return 0

    pid = forking.child("prepare", act)
    return bool(pid) and os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


def run() -> int:
    check_ports()
    settings().var_dir.mkdir(parents=True, exist_ok=True)
    processes = wanted()
    forking.load()
    if not prepared():
        return 2
    forking.rehearse()
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: stop.set())
    pipes = {process.name: os.pipe() for process in processes}
    for process in processes:
        process.output = pipes[process.name][1]
    told = Process("scribe", partial(_write_down, pipes))
    while not stop.is_set():
        for process in (told, *processes):
            process.revive()
        stop.wait(0.05)
    _stop(processes)
    for _, entrance in pipes.values():
        os.close(entrance)
    _wait([told], TOLD_WITHIN)
    return 0


def _write_down(pipes: dict[str, tuple[int, int]]) -> int:
    for _, entrance in pipes.values():
        os.close(entrance)  # it ends when nobody else can write
    return scribe.write_down({name: out for name, (out, _) in pipes.items()})


def _stop(processes: list[Process]) -> None:
    print("stopping", flush=True)  # noqa: T201
    last = [process for process in processes if process.name == "redis"]
    for group in ([one for one in processes if one not in last], last):
        for process in group:
            process.signal(signal.SIGTERM)
        _wait(group, STOP_WITHIN)
        for process in group:
            process.signal(signal.SIGKILL)


def _wait(processes: list[Process], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and any(one.lives() for one in processes):
        time.sleep(0.05)
