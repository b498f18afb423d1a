"""How the files of a form are taken in, by whichever door: on the disk before the transaction that
puts them on a ticket, and away again when it does not come about.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from flask import request
from werkzeug.datastructures import FileStorage

from ivr.services.tickets import attachments
from ivr.services.tickets.attachments import Kept

LARGEST = 200_000_000
"""Bytes of a whole form. A single file has a limit of its own, which leaves the text as it was."""
CHUNK = 65_536


def make_room() -> None:
    """Before the form is read: one with files may be larger than others."""
    if request.mimetype == "multipart/form-data":
        request.max_content_length = LARGEST


def chunks(given: FileStorage) -> Iterator[bytes]:
    return iter(partial(given.stream.read, CHUNK), b"")


@contextmanager
def files(field: str = "files") -> Iterator[list[Kept]]:
    """Raises OSError when the disk does not take them, attachments.TooLargeError."""
    kept: list[Kept] = []
    try:
        for given in request.files.getlist(field):
            if given.filename:  # a field that was left empty comes without
                came = chunks(given)
                kept.append(attachments.keep(given.filename, given.mimetype, came))
        yield kept
    except BaseException:
        attachments.discard(kept)
        raise
