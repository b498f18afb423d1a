"""Where mail is put down as it comes, before anybody reads it. Needs the disk and nothing else, so
that mail is taken in while the database is away.
"""

import hashlib
import os
import secrets
from contextlib import suppress
from pathlib import Path

from ivr import clock
from ivr.settings import settings

LARGEST = 40_000_000
"""Bytes of a whole mail; its attachments are a third smaller."""


class NotKeptError(Exception):
    """The disk does not take it: the door must ask the sender to try again."""


class TooLargeError(Exception):
    """More than LARGEST bytes: refused for good."""


def new() -> Path:
    """The folder of what nobody has looked at."""
    return settings().var_dir / "mail" / "new"


def receive(raw: bytes) -> None:
    """Take a mail in, by whichever door. When this returns it cannot be lost any more."""
    if len(raw) > LARGEST:
        raise TooLargeError
    draft = new() / f".{os.getpid()}-{secrets.token_hex(8)}"
    try:
        new().mkdir(parents=True, exist_ok=True)
        _write(draft, raw)
        draft.rename(new() / f"{hashlib.sha256(raw).hexdigest()}.eml")
        settle(new())
    except OSError as error:
        with suppress(OSError):
            draft.unlink()
        raise NotKeptError(error.strerror or type(error).__name__) from error


def _write(draft: Path, raw: bytes) -> None:
    """The file's time is when it came: whatever was promised counts from then."""
    with draft.open("wb") as out:
        out.write(raw)
        out.flush()
        moment = clock.now().timestamp()
        os.utime(out.fileno(), (moment, moment))
        os.fsync(out.fileno())


def settle(folder: Path) -> None:
    """Have the disk keep a folder's new names as well, not only what is in the files."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def waiting() -> list[Path]:
    """What nobody has looked at, in the order in which it came."""
    found = []
    with suppress(OSError):
        for file in new().glob("*.eml"):
            with suppress(FileNotFoundError):  # somebody else was faster
                found.append((file.stat().st_mtime, file))
    return [file for _, file in sorted(found)]
