"""What whoever started `ivr run` reads: the lines of every process, each with its name, and, once
there is something to see, where to go. A process of its own: a terminal that stands still holds up
nobody who keeps the others alive.
"""

import os
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from selectors import EVENT_READ, DefaultSelector

from ivr.settings import settings

READY_WITHIN = 600.0
LOOK_EVERY = 0.1
COLOURS = (36, 33, 32, 35, 34, 31)
AT_ONCE = 65536


def _say(name: str, line: str, nth: int) -> None:
    head = f"{name:>8} | "
    if sys.stdout.isatty():
        head = f"\033[{COLOURS[nth % len(COLOURS)]}m{head}\033[0m"
    print(head + line, flush=True)  # noqa: T201


def write_down(outputs: Mapping[str, int]) -> int:
    """Until every one of them is closed."""
    order, begun = list(outputs), dict.fromkeys(outputs, b"")
    greet_until = time.monotonic() + READY_WITHIN
    with DefaultSelector() as open_ones:
        for name, output in outputs.items():
            open_ones.register(output, EVENT_READ, name)
        while open_ones.get_map():
            for key, _ in open_ones.select(LOOK_EVERY if greet_until else None):
                read = os.read(key.fd, AT_ONCE)
                *lines, begun[key.data] = (begun[key.data] + read).split(b"\n")
                if not read:
                    open_ones.unregister(key.fd)
                    lines += filter(None, [begun[key.data]])
                for line in lines:
                    _say(key.data, line.decode("utf-8", "replace").rstrip(), order.index(key.data))
            if greet_until and time.monotonic() > greet_until:
                greet_until = 0
            elif greet_until and _all_answer():
                _greet()
                greet_until = 0
    return 0


def _all_answer() -> bool:
    urls = [f"http://127.0.0.1:{settings().port}/healthz"]
    if settings().embedded_exchange:
        urls.append(f"http://127.0.0.1:{settings().exchange_port}/phones/state")
    return all(map(_answers, urls))


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=1) as answer:  # noqa: S310  our own address
            return bool(answer.status == 200)  # noqa: PLR2004
    except (urllib.error.URLError, OSError):
        return False


def _greet() -> None:
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
