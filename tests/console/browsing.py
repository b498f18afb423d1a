"""What a browser does with the staff's forms: the token of the form itself, and files."""

import re
import struct
import zlib

import requests

from ivr import clock
from ivr.services.mail import inbox, spool
from ivr.settings import settings
from tests.console.test_pages import get
from tests.stories.line import Line

File = tuple[str, bytes, str]
"""Name, content, type."""


def submit(
    page: str, action: str, *files: File, button: str = "", **form: str
) -> requests.Response:
    """Fill in a form of a page, and press its button, or another one that sends it elsewhere."""
    form_of = rf'<form [^>]*action="{re.escape(action)}">\s*<input type="hidden" name="token" value="([^"]+)"'
    token = re.findall(form_of, get(page).text)[0]
    return requests.post(
        f"{settings().own_url}{button or action}",
        data={"token": token, **form},
        files=[("files", file) for file in files],
        timeout=60,
    )


def receive(line: Line, raw: bytes) -> None:
    """A mail comes in by any door."""
    spool.receive(raw)
    inbox.collect(clock.now())
    line.passes(1)


def alert(answer: requests.Response) -> str:
    """Why nothing was done."""
    assert answer.status_code == 422, answer.text
    return re.findall(r'role="alert">([^<]+)<', answer.text)[0]


def png(width: int = 3, height: int = 2) -> bytes:
    """A picture that a browser shows."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    row = b"\0" + bytes([20, 120, 110] * width)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
        + chunk(b"IDAT", zlib.compress(row * height))
        + chunk(b"IEND", b"")
    )
