"""`ivr run`: prepares the data, starts every process of the Procfile, and keeps them alive.

A process that dies is started again at once (then after a growing pause); Ctrl-C or SIGTERM stops
all of them cleanly. Production may use systemd instead: the Procfile's lines are plain commands.
"""

import ctypes
import os
import shlex
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

from ivr import broker
from ivr.settings import BrokenSettingError, settings

PROCFILE = Path(__file__).parent.parent / "Procfile"
STOP_WITHIN = 15.0
READY_WITHIN = 60.0
SHORTEST_PAUSE, LONGEST_PAUSE = 0.1, 5.0
STEADY = 10.0
"""Seconds after which a process counts as well again."""
COLOURS = (36, 33, 32, 35, 34, 31)


@dataclass
class Process:
    """One line of the Procfile, kept alive."""

    name: str
    command: str
    colour: int
    environment: dict[str, str]
    child: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    pause: float = SHORTEST_PAUSE
    again_at: float = 0.0
    output: list[threading.Thread] = field(default_factory=list)

    def start(self) -> None:
        self.started = time.monotonic()
        self.child = subprocess.Popen(  # noqa: S603  our own Procfile
            shlex.split(os.path.expandvars(self.command)),
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=end_with_parent,  # noqa: PLW1509  one call of prctl, nothing more
        )
        (settings().var_dir / "pids").mkdir(exist_ok=True)
        (settings().var_dir / "pids" / self.name).write_text(str(self.child.pid))
        threading.Thread(target=self._copy, args=(self.child,), daemon=True).start()

    def _copy(self, child: subprocess.Popen[bytes]) -> None:
        for line in child.stdout or ():
            say(self.name, line.decode("utf-8", "replace").rstrip(), self.colour)

    def revive(self) -> None:
        """Start it again if it is dead and its pause is over."""
        now = time.monotonic()
        if self.child and self.child.poll() is not None:
            say(self.name, f"ended with {self.child.returncode}; starting again", self.colour)
            steady = now - self.started > STEADY
            self.pause = SHORTEST_PAUSE if steady else min(LONGEST_PAUSE, self.pause * 2)
            self.again_at, self.child = now + self.pause, None
        if self.child is None and now >= self.again_at:
            self.start()

    def signal(self, number: signal.Signals) -> None:
        if self.child and self.child.poll() is None:
            try:
                os.killpg(self.child.pid, number)
            except ProcessLookupError:
                return


LIBC = ctypes.CDLL(None)
PR_SET_PDEATHSIG = 1


def end_with_parent() -> None:
    """Should the process that started this one be killed, this one ends too and leaves its port
    (Linux). By SIGKILL: a Celery worker whose broker and log are gone does not end when asked.
    """
    if sys.platform == "linux":
        LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def say(name: str, line: str, colour: int) -> None:
    head = f"{name:>8} | "
    if sys.stdout.isatty():
        head = f"\033[{colour}m{head}\033[0m"
    print(head + line, flush=True)  # noqa: T201


def wanted() -> list[Process]:
    """The Procfile's processes; the broker and the exchange only where they are ours to run."""
    needless = set()
    if settings().redis_url:
        needless.add("redis")
    if not settings().embedded_exchange:
        needless.add("exchange")
    environment = os.environ | _environment()
    lines = [line for line in PROCFILE.read_text().splitlines() if line and line[0] != "#"]
    named = [
        (name, command.strip()) for name, _, command in (line.partition(":") for line in lines)
    ]
    os.environ.update(environment)
    return [
        Process(name, command, COLOURS[at % len(COLOURS)], environment)
        for at, (name, command) in enumerate(named)
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
        "PYTHONUNBUFFERED": "1",
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


def prepared(environment: dict[str, str]) -> bool:
    """In a process of its own, so that its memory is given back."""
    command = [sys.executable, "-m", "ivr", "prepare"]
    return subprocess.run(command, env=environment, check=False).returncode == 0  # noqa: S603


def run() -> int:
    check_ports()
    settings().var_dir.mkdir(parents=True, exist_ok=True)
    processes = wanted()
    if not prepared(processes[0].environment):
        return 2
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: stop.set())
    threading.Thread(target=_greet, args=(stop,), daemon=True).start()
    while not stop.is_set():
        for process in processes:
            process.revive()
        stop.wait(0.05)
    _stop(processes)
    return 0


def _stop(processes: list[Process]) -> None:
    print("stopping", flush=True)  # noqa: T201
    last = [process for process in processes if process.name == "redis"]
    for group in ([one for one in processes if one not in last], last):
        for process in group:
            process.signal(signal.SIGTERM)
        deadline = time.monotonic() + STOP_WITHIN
        while time.monotonic() < deadline and any(_lives(one) for one in group):
            time.sleep(0.05)
        for process in group:
            process.signal(signal.SIGKILL)


def _lives(process: Process) -> bool:
    return process.child is not None and process.child.poll() is None


def _greet(stop: threading.Event) -> None:
    """Say where to go, once there is something to see."""
    urls = [f"http://127.0.0.1:{settings().port}/healthz"]
    if settings().embedded_exchange:
        urls.append(f"http://127.0.0.1:{settings().exchange_port}/phones/state")
    deadline = time.monotonic() + READY_WITHIN
    while not all(_answers(url) for url in urls):
        if time.monotonic() > deadline or stop.wait(0.1):
            return
    pages = f"http://127.0.0.1:{settings().port}/"
    staff = f"  Portal       {pages}portal/\n  Staff page   {pages}"
    exchange = f"http://127.0.0.1:{settings().exchange_port}/"
    mail = f"  Mailboxes    {exchange}mail\n" if settings().mail_is_kept else ""
    if settings().embedded_exchange:
        print(  # noqa: T201
            f"\n  Phones       {exchange}\n{mail}{staff}\n\n"
            "  Dial from the left phone, key 4411#, then 1.\n"
            "  A technician's phone rings on the right: answer it and press 1.\n"
            "  To the portal, sign in as ana@acme.example: the link comes to her mailbox.\n"
            "  Ctrl-C stops everything.\n",
            flush=True,
        )
    else:
        print(f"\n{staff}\n  Calls come in at {settings().own_url}/voice/inbound\n", flush=True)  # noqa: T201


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=1) as answer:  # noqa: S310  our own address
            return bool(answer.status == 200)  # noqa: PLR2004
    except (urllib.error.URLError, OSError):
        return False
