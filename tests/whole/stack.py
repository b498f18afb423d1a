"""`ivr run` as its user has it: every process, on free ports, with the exchange's phones."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Self, TypeVar

import psutil
import requests
import yaml

from tests.servers import free_port

ANA, BO, DIDI, CY = "+15145550100", "+15145550201", "+15145550202", "+15145550203"
QUICK = [
    {"level": 1, "ring": "all", "ring_for": 3, "repeat": 0, "escalate_after": 4},
    {"level": 2, "ring": "in_turn", "ring_for": 3, "repeat": 0, "escalate_after": 4},
    {"level": 3, "mail": "escalation@2n5.example", "repeat_every": 300},
]
"""The demo's policy, for people who cannot wait a minute."""
Found = TypeVar("Found")
WITHIN = 180.0
PROCESSES = ("redis", "web", "worker", "beat", "tick", "exchange", "mail")


def eventually(look: Callable[[], Found], every: float = 0.05, within: float = WITHIN) -> Found:
    """What `look` finds, as soon as it finds something. Real processes have no clock to move."""
    deadline = time.monotonic() + within
    while not (found := look()):
        assert time.monotonic() < deadline, f"not within {within} s"
        time.sleep(every)
    return found


class Stack:
    def __init__(self, folder: Path, **environment: str) -> None:
        self.var, self.port, self.exchange_port = folder / "var", free_port(), free_port()
        self.mail_port = free_port()
        self.own = {
            "VAR_DIR": str(self.var),
            "PORT": str(self.port),
            "EXCHANGE_PORT": str(self.exchange_port),
            "MAIL_PORT": str(self.mail_port),
            "CANARY_EVERY": "0",
            **environment,
        }
        self.log = folder / "log"
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def environment(self) -> dict[str, str]:
        ours = {"DATABASE_URL", "REDIS_URL", "PUBLIC_URL"}
        kept = {name: value for name, value in os.environ.items() if name not in ours}
        return kept | self.own

    @property
    def phones_page(self) -> str:
        return f"http://127.0.0.1:{self.exchange_port}"

    @property
    def staff_page(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def ivr(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "ivr", *arguments]
        return subprocess.run(
            command,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=WITHIN,
            check=False,
        )

    # Starting and stopping ----------------------------------------------------------------------

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "ivr", "run"],
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        eventually(lambda: "Ctrl-C stops everything" in self.log.read_text())
        eventually(self.ready)

    def ready(self) -> bool:
        assert self.process
        assert self.process.poll() is None, self.log.read_text()
        try:
            return requests.get(f"{self.staff_page}/readyz", timeout=10).status_code == 200
        except requests.RequestException:  # not yet, or not in time
            return False

    def stop(self) -> int:
        assert self.process
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(WITHIN)

    def pid(self, name: str) -> int:
        """0 in the moment in which it is written down."""
        return int((self.var / "pids" / name).read_text() or 0)

    def kill(self, name: str) -> None:
        """SIGKILL to the process and its children."""
        try:
            if pid := self.pid(name):  # 0 would be ourselves
                os.killpg(pid, signal.SIGKILL)
        except (ProcessLookupError, FileNotFoundError):
            return

    def alive(self) -> dict[int, str]:
        """Every process that was started for this stack and still runs; a zombie does not. The broker
        writes its title over its environment: it is known by its folder.
        """
        found = {}
        for process in psutil.process_iter():
            with suppress(psutil.Error):
                ours = process.environ().get("VAR_DIR") == str(self.var)
                if ours or process.cwd() == str(self.var / "redis"):
                    found[process.pid] = " ".join(process.cmdline())
        return found

    # The people ---------------------------------------------------------------------------------

    def world(self, levels: list[dict[str, Any]], folder: Path) -> None:
        file = folder / "world.yaml"
        file.write_text(yaml.safe_dump({"policy": {"levels": levels}}))
        done = self.ivr("import", str(file))
        assert done.returncode == 0, done.stderr

    def act(self, number: str, what: str, **given: str) -> None:
        answer = requests.post(
            f"{self.phones_page}/phones/{number}/{what}",
            json=given,
            headers={"X-Requested-With": "phones"},
            timeout=WITHIN,
        )
        assert answer.status_code == 204, answer.text

    def phone(self, number: str) -> dict[str, Any]:
        state = requests.get(f"{self.phones_page}/phones/state", timeout=WITHIN).json()
        return next(one for one in state["phones"] if one["number"] == number)

    def rings(self, number: str) -> bool:
        return bool(self.phone(number)["state"] == "ringing")

    def heard(self, number: str, words: str) -> bool:
        return any(words in line["text"] for line in self.phone(number)["lines"])

    def calls_about(self, ticket: str = "4411", caller: str = ANA) -> None:
        """The caller dials, keys the ticket and says that it is critical."""
        self.act(caller, "dial")
        eventually(lambda: self.heard(caller, "Enter your ticket number"))
        self.act(caller, "press", keys=f"{ticket}#")
        eventually(lambda: self.heard(caller, "Service down, press 1"))
        self.act(caller, "press", keys="1")

    # What is on record --------------------------------------------------------------------------

    def ticket(self, number: str = "4411") -> dict[str, Any]:
        shown = self.ivr("show", "ticket", number, "--json")
        assert shown.returncode == 0, shown.stderr
        record: dict[str, Any] = json.loads(shown.stdout)
        return record

    def mails(self) -> list[str]:
        """What the outbox has kept in files, no mail server being set."""
        return [file.read_text() for file in (self.var / "mail").glob("*.eml")]

    def events(self, kind: str) -> list[dict[str, Any]]:
        """What the exchange has seen: the oracle, which our own database is not."""
        lines = (self.var / "exchange.jsonl").read_text().splitlines()
        return [event for event in map(json.loads, lines) if event["kind"] == kind]


class KeptDead:
    """Kills a process again and again, so that whoever restarts it restarts it in vain."""

    def __init__(self, stack: Stack, name: str) -> None:
        self.stack, self.name, self.enough = stack, name, threading.Event()

    def __enter__(self) -> Self:
        self.stack.kill(self.name)
        self.thread = threading.Thread(target=self._again, daemon=True)
        self.thread.start()
        return self

    def _again(self) -> None:
        while not self.enough.wait(0.02):
            self.stack.kill(self.name)

    def __exit__(self, *_: object) -> None:
        self.enough.set()
        self.thread.join()
