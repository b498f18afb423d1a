"""The process that takes mail in: the SMTP listener, and the mailbox's poll where one is set."""

import signal
import threading

from ivr.mail import imap, smtp
from ivr.settings import settings


def serve() -> None:
    """Until told to stop."""
    stop = threading.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, lambda _sign, _frame: stop.set())
    listener = smtp.listen(settings().mail_host, settings().mail_port)
    if settings().imap_url:
        threading.Thread(target=imap.poll, args=(stop,), name="imap", daemon=True).start()
    stop.wait()
    listener.stop()
