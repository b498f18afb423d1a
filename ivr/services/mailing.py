"""Mail: its words, from ivr/mails, and the way out by SMTP, or into VAR_DIR/mail."""

import smtplib
import ssl
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from importlib.resources import files
from string import Template
from urllib.parse import unquote, urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.models import Leg, Message, Organization, Page
from ivr.services.carrier import NotNow, Outcome, Placed, Refused
from ivr.settings import settings

KEPT = "kept"
"""The SID of a mail that is kept here because no server is set."""
TIMEOUT = 10
PERMANENT = 500
"""SMTP replies from here on are refusals for good (RFC 5321, 4.2.1)."""


@dataclass(frozen=True)
class Mail:
    subject: str
    body: str


def _template(name: str, part: str) -> Template:
    return Template(files("ivr").joinpath("mails", name, part).read_text("utf-8"))


def _write(name: str, **values: str) -> Mail:
    subject = _template(name, "subject.txt").substitute(values)
    body = _template(name, "body.txt").substitute(values)
    return Mail(" ".join(subject.split()), body)


def escalation(db: Session, now: datetime, page: Page) -> Mail:
    """Level 3: nobody has answered. Who was rung and what came of it."""
    ticket = page.ticket
    organization = db.get(Organization, 1)
    rung = db.scalars(select(Leg).where(Leg.page_id == page.id).order_by(Leg.id))
    lines = [
        f"- level {leg.level}, {leg.technician.name}: {leg.outcome or leg.state}" for leg in rung
    ]
    return _write(
        "escalated",
        organization=organization.name if organization else "Support",
        ticket=ticket.number,
        title=" ".join(ticket.title.split()),
        customer=ticket.customer.name if ticket.customer else "unknown",
        severity=ticket.severity,
        minutes=str(int((now - page.opened_at).total_seconds() // 60)),
        rung="\n".join(lines) or "- nobody could be rung",
    )


def _letter(message: Message) -> EmailMessage:
    letter = EmailMessage()
    letter["From"] = settings().support_email
    letter["To"] = message.to
    letter["Subject"] = message.subject
    letter["Date"] = format_datetime(message.written_at)
    domain = settings().support_email.rpartition("@")[2]
    letter["Message-ID"] = make_msgid(idstring=message.key, domain=domain)
    letter["Auto-Submitted"] = "auto-generated"
    letter.set_content(message.body)
    return letter


def send(message: Message) -> Outcome:
    try:
        letter = _letter(message)
    except ValueError as error:  # a line break in an address or a subject
        return Refused(f"cannot be written as a mail: {error}")
    if not settings().smtp_url:
        return _keep(message.key, letter)
    try:
        with _server() as server:
            server.send_message(letter)
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
    return Placed(str(letter["Message-ID"]))


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


def _keep(key: str, letter: EmailMessage) -> Outcome:
    folder = settings().var_dir / "mail"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        draft = folder / f".{key}"
        draft.write_bytes(letter.as_bytes())
        draft.rename(folder / f"{key}.eml")
    except OSError as error:
        return NotNow(f"cannot be kept: {error.strerror}", 5)
    return Placed(KEPT)
