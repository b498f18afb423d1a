"""Children forked from a process that has loaded the product once: what they share counts once, and
they are there at once. (Linux: a process that is to be forked has no threads, and no connections.)
"""

import ctypes
import gc
import os
import runpy
import shutil
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

LIBC = ctypes.CDLL(None)
PR_SET_PDEATHSIG, PR_SET_NAME = 1, 15
STANDARD = 3
"""Input, output, errors."""


def load() -> None:
    """All that two processes or more need: the rules, the doors, the client, their mappers."""
    from ivr import ticker, web  # noqa: F401  loaded for whoever is forked
    from ivr.tasks import carrier, get_ready

    carrier()
    get_ready()


def rehearse() -> None:
    """What a call and a tick compile; then nothing of all that is looked at as garbage again."""
    from sqlalchemy.exc import SQLAlchemyError

    from ivr import clock
    from ivr.database import engine, reading
    from ivr.phone import rehearsal
    from ivr.services import due

    rehearsal.rehearse()
    with suppress(SQLAlchemyError), reading() as db:  # whoever needs it waits for it
        due.until(db, clock.now())
    engine().dispose()  # no two processes may share a connection
    gc.collect()
    gc.freeze()


def child(name: str, act: Callable[[], int], output: int | None = None) -> int:
    """The process ID of a child that carries out `act`, in a session of its own; 0: there is no
    room for one now. The child never comes back from here.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    try:
        pid = os.fork()
    except OSError:
        return 0
    if pid:
        return pid
    end_with_parent()
    LIBC.prctl(PR_SET_NAME, f"ivr {name}".encode())  # what `ps -A` and `top` call it
    os.setsid()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if output is not None:
        os.dup2(output, 1)
        os.dup2(output, 2)
        os.closerange(STANDARD, os.sysconf("SC_OPEN_MAX"))
        sys.stdout = os.fdopen(1, "w", buffering=1, closefd=False)
    sys.exit(act())


def end_with_parent() -> None:
    """Should the process that started this one be killed, this one ends too and leaves its port.
    By SIGKILL: a Celery worker whose broker and log are gone does not end when asked.
    """
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def program(command: list[str]) -> int:
    """Become this program: a script of our own environment goes on here, with what is loaded."""
    file = shutil.which(command[0])
    if file is None:
        raise FileNotFoundError(command[0])
    if b"python" not in Path(file).read_bytes().partition(b"\n")[0]:
        os.execv(file, command)  # noqa: S606  our own Procfile
    sys.argv = [file, *command[1:]]
    runpy.run_path(file, run_name="__main__")
    return 0


def status(pid: int) -> int | None:
    """How the child ended; None while it lives."""
    ended, wait_status = os.waitpid(pid, os.WNOHANG)
    return os.waitstatus_to_exitcode(wait_status) if ended else None
