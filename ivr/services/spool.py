"""Where mail is put down as it comes, before anybody reads it. Needs the disk and nothing else, so
that mail is taken in while the database is away.
"""

import hashlib
import os
import secrets
from pathlib import Path

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
        with draft.open("wb") as out:
            out.write(raw)
            out.flush()
            os.fsync(out.fileno())
        draft.rename(new() / f"{hashlib.sha256(raw).hexdigest()}.eml")
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise NotKeptError(error.strerror or type(error).__name__) from error
