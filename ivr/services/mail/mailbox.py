"""The mailbox of IMAP_URL, opened: imaps://user:password@host/folder (imap:// without TLS, for a
server on this machine).
"""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from ivr.settings import settings

if TYPE_CHECKING:
    from imap_tools import BaseMailBox

TIMEOUT = 30.0


@contextmanager
def opened() -> Iterator["BaseMailBox"]:
    url = urlsplit(settings().imap_url)
    user, password = unquote(url.username or ""), unquote(url.password or "")
    with _server(url.hostname or "localhost", url.port, secure=url.scheme == "imaps") as box:
        login = box.login if f"{user}{password}".isascii() else box.login_utf8
        login(user, password, unquote(url.path.strip("/")) or "INBOX")
        yield box


def _server(host: str, port: int | None, *, secure: bool) -> "BaseMailBox":
    from imap_tools import MailBox, MailBoxUnencrypted

    if not secure:
        return MailBoxUnencrypted(host, port or 143, timeout=TIMEOUT)
    checked = ssl.create_default_context()  # its own would take anybody's certificate
    return MailBox(host, port or 993, timeout=TIMEOUT, ssl_context=checked)
