"""The SMTP listener: takes mail for our two addresses, and relays nothing (RFC 5321)."""

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from ivr.services import spool
from ivr.settings import settings

KEPT = "250 2.0.0 kept"
NOT_OURS = "550 5.7.1 no such mailbox here"
LATER = "452 4.3.1 cannot be kept now, try again"
TOO_LARGE = "552 5.3.4 too large"
MOST_RECIPIENTS = 20


def ours(address: str) -> bool:
    """The two addresses, with or without +something."""
    local, _, domain = address.lower().rpartition("@")
    plain = f"{local.partition('+')[0]}@{domain}"
    return plain in {settings().support_email.lower(), settings().escalation.lower()}


class Door:
    """What aiosmtpd asks at each step of a mail."""

    async def handle_RCPT(  # noqa: N802  aiosmtpd's name
        self,
        _server: SMTP,
        _session: Session,
        envelope: Envelope,
        address: str,
        _options: list[str],
    ) -> str:
        if not ours(address) or len(envelope.rcpt_tos) >= MOST_RECIPIENTS:
            return NOT_OURS
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 ok"

    async def handle_DATA(  # noqa: N802  aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        delivered = "".join(f"Delivered-To: {one}\r\n" for one in envelope.rcpt_tos)
        head = f"Return-Path: <{envelope.mail_from or ''}>\r\n{delivered}"
        content = envelope.original_content or b""
        try:
            spool.receive(head.encode("ascii", "replace") + content)
        except spool.TooLargeError:
            return TOO_LARGE
        except spool.NotKeptError:
            return LATER
        return KEPT


def listen(host: str, port: int) -> Controller:
    """Serve in a thread of its own, until `stop()` is called on what this returns."""
    controller = Controller(
        Door(),
        hostname=host,
        port=port,
        data_size_limit=spool.LARGEST,
        enable_SMTPUTF8=True,
        ident="ESMTP",
    )
    controller.start()
    return controller
