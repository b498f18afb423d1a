"""The SMTP listener: takes mail for our two addresses, and relays nothing (RFC 5321)."""

import asyncio

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from ivr.services.mail import mailboxes, spool
from ivr.settings import settings

KEPT = "250 2.0.0 kept"
NOT_OURS = "550 5.7.1 no such mailbox here"
TOO_MANY = "452 4.5.3 too many recipients"
LATER = "452 4.3.1 cannot be kept now, try again"
TOO_LARGE = "552 5.3.4 too large"
MOST_RECIPIENTS = 20
SILENCE = 60.0
"""Seconds after which a client that says nothing is cut off."""


class Server(SMTP):
    line_length_limit = 1_000_000
    """Lines of more than RFC 5321's 1000 bytes are wrong, but no reason to lose a mail."""


class Door(Controller):
    """Serves in a thread of its own; and what the server asks at each step of a mail."""

    def __init__(self, host: str, port: int) -> None:
        super().__init__(
            self,
            hostname=host,
            port=port,
            server_hostname=settings().mail_domain,
            data_size_limit=spool.LARGEST,
            enable_SMTPUTF8=True,
            ident="ESMTP",
            timeout=SILENCE,
        )

    def factory(self) -> SMTP:
        return Server(self.handler, **self.SMTP_kwargs)

    async def handle_RCPT(  # noqa: N802  aiosmtpd's name
        self,
        _server: SMTP,
        _session: Session,
        envelope: Envelope,
        address: str,
        _options: list[str],
    ) -> str:
        if mailboxes.plain(address) not in mailboxes.taken_in():
            return NOT_OURS
        if len(envelope.rcpt_tos) >= MOST_RECIPIENTS:
            return TOO_MANY
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 ok"

    async def handle_DATA(  # noqa: N802  aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        delivered = "".join(f"Delivered-To: {one}\r\n" for one in envelope.rcpt_tos)
        sender = (envelope.mail_from or "").strip("<>")  # <> is nobody: a bounce
        head = f"Return-Path: <{sender}>\r\n{delivered}"
        raw = head.encode("utf-8", "surrogateescape") + (envelope.original_content or b"")
        try:
            await asyncio.to_thread(spool.receive, raw)
        except spool.TooLargeError:
            return TOO_LARGE
        except spool.NotKeptError:
            return LATER
        return KEPT


def listen(host: str, port: int) -> Door:
    """Serve until `stop()` is called on what this returns."""
    door = Door(host, port)
    door.start()
    return door
