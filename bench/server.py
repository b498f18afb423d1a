"""The web process as in production: gunicorn, sync workers, one for every core."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from bench.webhook import ACCOUNT, PUBLIC_URL, TOKEN

START_WITHIN = 30.0


def environment(folder: Path, database: str, port: int, **more: str) -> dict[str, str]:
    """The settings of a phone line at Twilio's, with nothing of ours leaking in."""
    return {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
        "PYTHONPATH": str(Path(__file__).parent.parent),
        "VAR_DIR": str(folder),
        "DATABASE_URL": database,
        "PORT": str(port),
        "PUBLIC_URL": PUBLIC_URL,
        "TWILIO_ACCOUNT_SID": ACCOUNT,
        "TWILIO_AUTH_TOKEN": TOKEN,
        "TWILIO_API_URL": "http://127.0.0.1:9",
        **more,
    }


def prepare(settings: Mapping[str, str]) -> None:
    """A migrated database with the demo's people in it."""
    subprocess.run([sys.executable, "-m", "ivr", "prepare"], env=settings, check=True, timeout=60)


@contextmanager
def gunicorn(settings: Mapping[str, str]) -> Iterator[int]:
    """Yields the process ID of gunicorn's master as soon as it listens."""
    command = [sys.executable, "-m", "gunicorn", "bench.ceiling:app"]
    with subprocess.Popen([*command, "--config", "python:ivr.gunicorn"], env=settings) as server:
        try:
            await_port(server, int(settings["PORT"]))
            yield server.pid
        finally:
            server.terminate()


def await_port(server: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + START_WITHIN
    while time.monotonic() < deadline and server.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.01)
    raise TimeoutError(f"nothing listens on {port}")
