"""A mailbox that is polled by IMAP: what is unread is taken in, then marked as read.

IMAP_URL is imaps://user:password@host/folder (imap:// without TLS, for a server on this machine).
"""

import logging
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
            fetch()
        except Exception as error:  # noqa: BLE001  the next look may find it again
            log.warning("mailbox: %s", type(error).__name__)
        stop.wait(EVERY)


def fetch() -> int:
    """Take in what is unread. Returns how many."""
    url = urlsplit(settings().imap_url)
    made: type[BaseMailBox] = MailBox if url.scheme == "imaps" else MailBoxUnencrypted
    port = url.port or (993 if url.scheme == "imaps" else 143)
    user, password = unquote(url.username or ""), unquote(url.password or "")
    box = made(url.hostname or "localhost", port, timeout=TIMEOUT)  # type: ignore[call-arg]
    with box.login(user, password, unquote(url.path.strip("/")) or "INBOX"):
        return sum(_take(box, uid) for uid in box.uids(AND(seen=False))[:AT_A_TIME])


def _take(box: BaseMailBox, uid: str) -> bool:
    """The mail as it lies on the server. It is marked as read only once it is kept here."""
    _, answer = box.client.uid("FETCH", uid, "(BODY.PEEK[])")
    raw = next((part[1] for part in answer if isinstance(part, tuple)), None)
    if raw is None:
        return False
    try:
        spool.receive(raw)
    except spool.TooLargeError:
        log.warning("a mail of %s bytes was left in the mailbox, read", len(raw))
    box.flag(uid, MailMessageFlags.SEEN, True)
    return True
