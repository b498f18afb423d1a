"""What a raw mail says, whatever state it is in.

Nothing in here trusts a header: what cannot be decoded is replaced, what is too much is left in the
raw mail, which is kept.
"""

import re
from dataclasses import dataclass
from email.message import Message

from callflows.turn import Severity
from ivr.services.mail import mail_parts
from ivr.services.mail.mail_headers import (
    READ_OF_IT,
    addresses,
    head,
    header,
    parsed,
    source,
    sources,
    too_much,
)
from ivr.services.mail.mail_parts import File

LONGEST_LINE = 500
MOST_RECIPIENTS = 500
MOST_ANSWERED = 50

SEVERITIES = {
    "critical": Severity.CRITICAL,
    "critique": Severity.CRITICAL,
    "urgent": Severity.CRITICAL,
    "major": Severity.MAJOR,
    "majeur": Severity.MAJOR,
    "minor": Severity.MINOR,
    "mineur": Severity.MINOR,
}
TICKET = re.compile(r"\[#([0-9]{1,12})\]")
TAG = re.compile(rf"\[\s*({'|'.join(SEVERITIES)})\s*\]", re.IGNORECASE)
PREFIX = re.compile(r"^(?:\s*(?:re|fwd?|tr|aw|wg|rép)\s*:)+", re.IGNORECASE)
MESSAGE_ID = re.compile(r"<[^<>\s]{1,500}>")
RETURNED = re.compile(rb"^Message-ID:\s{0,10}(<[^<>\s]{1,500}>)", re.IGNORECASE | re.MULTILINE)
"""In a bounce: the name of the mail that did not arrive."""
AUTOMATIC = ("X-Autoreply", "X-Autorespond", "X-Auto-Reply-From", "List-Id", "List-Unsubscribe")


@dataclass(frozen=True)
class Read:
    message_id: str | None
    answers: tuple[str, ...]
    """Message-IDs that it answers, the nearest first; of a bounce, what it brings back."""
    name: str
    sender: str
    """The address in small letters; empty where there is none."""
    recipients: frozenset[str]
    subject: str
    text: str
    files: tuple[File, ...]
    """At most MOST_FILES of them."""
    all_files: int
    severity: Severity | None
    tickets: tuple[str, ...]
    """Ticket numbers in the subject."""
    bounce: bool
    automatic: bool

    @property
    def title(self) -> str:
        """The subject without what programs have put into it."""
        plain = PREFIX.sub("", TAG.sub("", TICKET.sub("", self.subject)))
        return " ".join(plain.split())


def message_id(raw: bytes) -> str | None:
    """Without reading the rest."""
    return _message_id(head(raw[:READ_OF_IT]))


def read(raw: bytes) -> Read:
    cut = too_much(raw)
    mail = parsed(raw[:READ_OF_IT] if cut else raw)
    name, sender = _sender(mail)
    subject = header(mail, "Subject")[:LONGEST_LINE]
    files, all_files = mail_parts.files(mail)
    bounce = _is_bounce(mail, sender)
    return Read(
        message_id=_message_id(mail),
        answers=_answers(mail) + (_returned(raw) if bounce else ()),
        name=name[:LONGEST_LINE],
        sender=sender,
        recipients=frozenset(_recipients(mail)),
        subject=subject,
        text=mail_parts.text(mail),
        files=files,
        all_files=all_files + cut,
        severity=_severity(mail, subject),
        tickets=tuple(TICKET.findall(subject)),
        bounce=bounce,
        automatic=_is_automatic(mail),
    )


def _message_id(mail: Message) -> str | None:
    found = MESSAGE_ID.search(header(mail, "Message-ID"))
    return found[0] if found else None


def _answers(mail: Message) -> tuple[str, ...]:
    """In-Reply-To, then References from the last one back (RFC 5322, 3.6.4)."""
    answered = MESSAGE_ID.findall(header(mail, "In-Reply-To"))
    thread = MESSAGE_ID.findall(header(mail, "References"))
    return tuple(dict.fromkeys([*answered, *reversed(thread)]))[:MOST_ANSWERED]


def _returned(raw: bytes) -> tuple[str, ...]:
    found = RETURNED.findall(raw[:READ_OF_IT])
    return tuple(one.decode("utf-8", "replace") for one in found[:MOST_ANSWERED])


def _sender(mail: Message) -> tuple[str, str]:
    for given in ("From", "Sender", "Return-Path"):
        for name, address in addresses(source(mail, given)):
            return name or address.partition("@")[0], address.lower()
    return "", ""


def _recipients(mail: Message) -> list[str]:
    given = ("To", "Cc", "Delivered-To", "X-Original-To")
    found = [one for name in given for value in sources(mail, name) for one in addresses(value)]
    return [address.lower() for _, address in found[:MOST_RECIPIENTS]]


def _severity(mail: Message, subject: str) -> Severity | None:
    tag = TAG.search(subject)
    return SEVERITIES.get((tag[1] if tag else header(mail, "X-Severity")).lower())


def _is_bounce(mail: Message, sender: str) -> bool:
    """A delivery report (RFC 3464), or whatever comes from nobody."""
    nobody = header(mail, "Return-Path") == "<>" and not _is_receipt(mail)
    delivery = _is_report(mail) and not _is_receipt(mail)
    return delivery or nobody or sender.partition("@")[0] in {"mailer-daemon", "postmaster"}


def _is_report(mail: Message) -> bool:
    return mail.get_content_type() == "multipart/report"


def _is_receipt(mail: Message) -> bool:
    """Somebody has read a mail of ours (RFC 8098)."""
    return _is_report(mail) and "disposition-notification" in header(mail, "Content-Type").lower()


def _is_automatic(mail: Message) -> bool:
    """RFC 3834, and the older ways of saying so."""
    submitted = header(mail, "Auto-Submitted").partition(";")[0].strip().lower()
    return (
        _is_report(mail)
        or submitted not in {"", "no"}
        or header(mail, "Precedence").lower() in {"bulk", "junk", "list", "auto_reply"}
        or any(mail.get_all(name) for name in AUTOMATIC)
    )
