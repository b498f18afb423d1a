"""A mailbox that is polled by IMAP: what is unread is taken in, then marked as read."""

import logging
import threading

from imap_tools import AND, BaseMailBox, MailMessageFlags

from ivr.services.mail import mailbox, spool

log = logging.getLogger(__name__)

EVERY = 20.0
"""Seconds between looks at the mailbox."""
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
    with mailbox.opened() as box:
        unread = box.uids(AND(seen=False))[:AT_A_TIME]
        for uid in unread:
            _take(box, uid)
    return len(unread)


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
