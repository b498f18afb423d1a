"""The way out for mail: by SMTP, or into VAR_DIR/mail where no server is set."""

import smtplib
import ssl
from collections.abc import Sequence
from email.headerregistry import BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTPUTF8, Policy, default
from email.utils import format_datetime
from urllib.parse import unquote, urlsplit

from ivr.models import Attachment, Message
from ivr.services.calls.carrier import NotNow, Outcome, Placed, Refused
from ivr.services.tickets import attachments
from ivr.settings import settings

KEPT = "kept"
"""The SID of a mail that is kept here because no server is set."""
TIMEOUT = 10
PERMANENT = 500
"""SMTP replies from here on are refusals for good (RFC 5321, 4.2.1)."""


class UnreadableError(Exception):
    """A file that goes with a mail is lost."""


class _Unbroken(UnstructuredHeader, BaseHeader):
    """Addresses and Message-IDs, one a line however long. The standard library would break up a
    long one into encoded words, which no mail program reads in these headers.
    """

    def fold(self, *, policy: Policy) -> str:
        return f"{self.name}: " + f"{policy.linesep} ".join(str(self).split()) + policy.linesep


HEADERS = HeaderRegistry()
for _name in ("in-reply-to", "references", "list-unsubscribe"):
    HEADERS.map_to_type(_name, _Unbroken)
POLICY = default.clone(header_factory=HEADERS)


def _letter(message: Message, files: Sequence[Attachment]) -> EmailMessage:
    letter = EmailMessage(POLICY)
    letter["From"] = settings().support_email
    letter["To"] = message.to
    letter["Subject"] = message.subject
    letter["Date"] = format_datetime(message.written_at)
    letter["Message-ID"] = message.message_id
    letter["List-Id"] = f"<support.{settings().mail_domain}>"
    if message.references:
        letter["In-Reply-To"] = message.references[-1]
        letter["References"] = " ".join(message.references)
    if not message.by_hand:
        letter["Auto-Submitted"] = "auto-generated"
    if message.unsubscribe_url:
        letter["List-Unsubscribe"] = f"<{message.unsubscribe_url}>"
        letter["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    letter.set_content(message.body)
    if message.html:
        letter.add_alternative(message.html, subtype="html")
    for file in files:
        _enclose(letter, file)
    return letter


def _enclose(letter: EmailMessage, file: Attachment) -> None:
    main, _, sub = file.media_type.partition("/")
    if main in {"message", "multipart"}:  # which may not be sent as it came (RFC 2046, 5.2.1)
        main, sub = "application", "octet-stream"
    try:
        content = (attachments.folder() / file.key).read_bytes()
    except OSError as error:
        raise UnreadableError(error.strerror or type(error).__name__) from error
    letter.add_attachment(content, maintype=main, subtype=sub, filename=file.name)


def send(message: Message, files: Sequence[Attachment] = ()) -> Outcome:
    try:
        letter = _letter(message, files)
        return _keep(message.id, letter) if settings().mail_is_kept else _send(letter)
    except UnreadableError as error:
        return Refused(f"a file that goes with it cannot be read: {error}")
    except smtplib.SMTPRecipientsRefused as error:
        codes = {code for code, _ in error.recipients.values()}
        return (
            NotNow("refused for now", 60)
            if min(codes) < PERMANENT
            else Refused("recipient refused")
        )
    except smtplib.SMTPAuthenticationError:
        return NotNow("mail server refuses our password", 60)
    except (smtplib.SMTPException, OSError) as error:
        return NotNow(type(error).__name__, 5)
    except Exception as error:  # noqa: BLE001  a line break, or an address that is none
        return Refused(f"cannot be written as a mail: {type(error).__name__}")


def _send(letter: EmailMessage) -> Outcome:
    with _server() as server:
        server.send_message(letter)
    return Placed(str(letter["Message-ID"]))


def greet() -> None:
    """Log in at the mail server and say nothing more (RFC 5321, 4.1.1.9). Raises what is wrong."""
    with _server() as server:
        code, _ = server.noop()
    if code >= PERMANENT:
        raise smtplib.SMTPResponseException(code, "NOOP")


def _server() -> smtplib.SMTP:
    """smtp://user:password@host:587, or smtps:// for TLS from the start."""
    url = urlsplit(settings().smtp_url)
    host = url.hostname or "localhost"
    if url.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(
            host, url.port or 465, timeout=TIMEOUT, context=ssl.create_default_context()
        )
    else:
        server = smtplib.SMTP(host, url.port or 25, timeout=TIMEOUT)
        server.ehlo()
        if server.has_extn("starttls"):
            server.starttls(context=ssl.create_default_context())
    if url.username:
        server.login(unquote(url.username), unquote(url.password or ""))
    return server


def _keep(message_id: int, letter: EmailMessage) -> Outcome:
    """Its file has a number for a name: an address may be any path."""
    folder = settings().var_dir / "mail"
    draft = folder / f".{message_id}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        draft.write_bytes(letter.as_bytes(policy=SMTPUTF8))
        draft.rename(folder / f"{message_id}.eml")
    except OSError as error:
        return NotNow(f"cannot be kept: {error.strerror}", 5)
    return Placed(KEPT)
