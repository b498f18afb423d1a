"""How the files of a form are taken in, by whichever door: on the disk before the transaction that
puts them on a ticket, and away again when it does not come about.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from flask import request

from ivr.services import attachments
from ivr.services.attachments import Kept

LARGEST = 200_000_000
"""Bytes of a whole form. A single file has a limit of its own, which leaves the text as it was."""
CHUNK = 65_536


def make_room() -> None:
    """Before the form is read: one with files may be larger than others."""
    if request.mimetype == "multipart/form-data":
        request.max_content_length = LARGEST


@contextmanager
def files(field: str = "files") -> Iterator[list[Kept]]:
    """Raises OSError when the disk does not take them, attachments.TooLargeError."""
    kept: list[Kept] = []
    try:
        for given in request.files.getlist(field):
            if given.filename:  # a field that was left empty comes without
                chunks = iter(partial(given.stream.read, CHUNK), b"")
                kept.append(attachments.keep(given.filename, given.mimetype, chunks))
        yield kept
    except BaseException:
        attachments.discard(kept)
        raise
