"""A mailbox that is polled by IMAP: what is unread is taken in, then marked as read.

IMAP_URL is imaps://user:password@host/folder (imap:// without TLS, for a server on this machine).
"""

import logging
import ssl
import threading
from urllib.parse import unquote, urlsplit

from imap_tools import AND, BaseMailBox, MailBox, MailBoxUnencrypted, MailMessageFlags

from ivr.services import spool
from ivr.settings import settings

log = logging.getLogger(__name__)

EVERY = 20.0
"""Seconds between looks at the mailbox."""
TIMEOUT = 30.0
AT_A_TIME = 50


def poll(stop: threading.Event) -> None:
    """Look again and again, until told to stop. A server that is away is waited for."""
    while not stop.is_set():
        try:
            more = fetch() == AT_A_TIME
        except Exception as error:  # noqa: BLE001  the next look may find it again
            log.warning("mailbox: %s", type(error).__name__)
            more = False
        stop.wait(0 if more else EVERY)


def fetch() -> int:
    """Take in what is unread. Returns how many it was."""
    url = urlsplit(settings().imap_url)
    user, password = unquote(url.username or ""), unquote(url.password or "")
    with _server(url.hostname or "localhost", url.port, secure=url.scheme == "imaps") as box:
        login = box.login if f"{user}{password}".isascii() else box.login_utf8
        login(user, password, unquote(url.path.strip("/")) or "INBOX")
        unread = box.uids(AND(seen=False))[:AT_A_TIME]
        for uid in unread:
            _take(box, uid)
    return len(unread)


def _server(host: str, port: int | None, *, secure: bool) -> BaseMailBox:
    if not secure:
        return MailBoxUnencrypted(host, port or 143, timeout=TIMEOUT)
    checked = ssl.create_default_context()  # its own would take anybody's certificate
    return MailBox(host, port or 993, timeout=TIMEOUT, ssl_context=checked)


def _take(box: BaseMailBox, uid: str) -> None:
    """The mail as it lies on the server. It is marked as read only once it is kept here."""
    _, answer = box.client.uid("FETCH", uid, "(BODY.PEEK[])")
    raw = next((part[1] for part in answer if isinstance(part, tuple)), None)
    if raw is None:  # deleted meanwhile
        return
    try:
        spool.receive(raw)
    except spool.TooLargeError:
        log.warning("a mail of %s bytes is left in the mailbox, marked as read", len(raw))
    box.flag(uid, MailMessageFlags.SEEN, True)
