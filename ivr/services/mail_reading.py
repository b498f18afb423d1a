"""What a raw mail says, whatever state it is in (RFC 5322, 2045 to 2049, 2047, 2231).

Nothing in here trusts a header: what cannot be decoded is replaced, what is too much is left in the
raw mail, which is kept. Attachments are never opened, so nothing can be hidden in an archive.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import getaddresses

from callflows.turn import Severity

LONGEST_TEXT = 100_000
LONGEST_LINE = 500
MOST_FILES = 50
MOST_RECIPIENTS = 500

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
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
ADDRESS = re.compile(r"[^\s<>,;:\"()@]{1,64}@[^\s<>,;:\"()@]{1,255}")
MESSAGE_ID = re.compile(r"<[^<>\s]{1,500}>")


@dataclass(frozen=True)
class File:
    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True)
class Read:
    message_id: str | None
    answers: tuple[str, ...]
    """Message-IDs that it answers, the nearest first."""
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
    return _message_id(_parsed(raw[:65_536].partition(b"\n\n")[0].replace(b"\r", b"") + b"\n\n"))


def read(raw: bytes) -> Read:
    mail = _parsed(raw)
    name, sender = _sender(mail)
    subject = _header(mail, "Subject")
    files = [part for part in _leaves(mail) if _is_file(part) and _content(part)]
    return Read(
        message_id=_message_id(mail),
        answers=_answers(mail),
        name=name,
        sender=sender,
        recipients=frozenset(_addresses(mail, "To", "Cc", "Delivered-To", "X-Original-To")),
        subject=subject,
        text=_text(mail),
        files=tuple(_file(part) for part in files[:MOST_FILES]),
        all_files=len(files),
        severity=_severity(mail, subject),
        tickets=tuple(TICKET.findall(subject)),
        bounce=_is_bounce(mail, sender),
        automatic=_is_automatic(mail),
    )


def _parsed(raw: bytes) -> EmailMessage:
    return message_from_bytes(raw, policy=policy.default.clone(raise_on_defect=False))


# Headers ------------------------------------------------------------------------------------------


def _header(mail: EmailMessage, name: str) -> str:
    """Decoded, on one line, without control characters. Empty where it is missing or hopeless."""
    try:
        value = str(mail.get(name, ""))
    except Exception:  # noqa: BLE001  the parser fails in many ways on what is not a header
        value = next((str(v) for k, v in mail.raw_items() if k.lower() == name.lower()), "")
    value = value.encode("utf-8", "replace").decode("utf-8")  # lone surrogates
    return " ".join(CONTROL.sub(" ", value).split())[:LONGEST_LINE]


def _message_id(mail: EmailMessage) -> str | None:
    found = MESSAGE_ID.search(_header(mail, "Message-ID"))
    return found[0] if found else None


def _answers(mail: EmailMessage) -> tuple[str, ...]:
    """In-Reply-To, then References from the last one back (RFC 5322, 3.6.4)."""
    answered = MESSAGE_ID.findall(_header(mail, "In-Reply-To"))
    thread = MESSAGE_ID.findall(_long(mail, "References"))
    return tuple(dict.fromkeys([*answered, *reversed(thread)]))[:50]


def _long(mail: EmailMessage, name: str) -> str:
    return " ".join(str(v) for k, v in mail.raw_items() if k.lower() == name.lower())[-20_000:]


def _sender(mail: EmailMessage) -> tuple[str, str]:
    for header in ("From", "Sender", "Return-Path"):
        for name, address in _spelled_out(_header(mail, header)):
            return name.strip() or address.partition("@")[0], address.lower()
    return "", ""


def _addresses(mail: EmailMessage, *headers: str) -> list[str]:
    found = [one for header in headers for one in _spelled_out(_long(mail, header))]
    return [address.lower() for _, address in found[:MOST_RECIPIENTS]]


def _spelled_out(header: str) -> list[tuple[str, str]]:
    """Names and addresses; from a header that is not well formed, whatever looks like one."""
    found = [pair for pair in getaddresses([header]) if ADDRESS.fullmatch(pair[1])]
    return found or [("", address) for address in ADDRESS.findall(header)]


def _severity(mail: EmailMessage, subject: str) -> Severity | None:
    tag = TAG.search(subject)
    return SEVERITIES.get((tag[1] if tag else _header(mail, "X-Severity")).lower())


def _is_bounce(mail: EmailMessage, sender: str) -> bool:
    """A delivery report (RFC 3464), or whatever comes from nobody."""
    report = mail.get_content_type() == "multipart/report"
    nobody = _header(mail, "Return-Path") == "<>"
    return report or nobody or sender.partition("@")[0] in {"mailer-daemon", "postmaster"}


def _is_automatic(mail: EmailMessage) -> bool:
    """RFC 3834, and the older ways of saying so."""
    submitted = _header(mail, "Auto-Submitted").partition(";")[0].strip().lower()
    precedence = _header(mail, "Precedence").lower()
    return (
        submitted not in {"", "no"}
        or precedence in {"bulk", "junk", "list", "auto_reply"}
        or any(mail.get_all(name) for name in AUTOMATIC)
    )


AUTOMATIC = ("X-Autoreply", "X-Autorespond", "X-Auto-Reply-From", "List-Id", "List-Unsubscribe")


# Body ---------------------------------------------------------------------------------------------


def _text(mail: EmailMessage) -> str:
    """The plain text; where there is none, the HTML's."""
    parts = [part for part in _leaves(mail) if not _is_file(part)]
    plain = [_decoded(part) for part in parts if part.get_content_type() == "text/plain"]
    told = "\n\n".join(one.strip() for one in plain if one.strip())
    if not told:
        pages = [_decoded(part) for part in parts if part.get_content_type() == "text/html"]
        told = "\n\n".join(_from_html(one) for one in pages)
    tidy = CONTROL.sub("", told.replace("\r\n", "\n").replace("\r", "\n")).strip()
    return tidy[:LONGEST_TEXT]


def _from_html(page: str) -> str:
    from inscriptis import get_text

    try:
        return str(get_text(page[: LONGEST_TEXT * 10])).strip()
    except Exception:  # noqa: BLE001  no page is so broken that its words are lost
        return re.sub(r"<[^>]*>", " ", page)


def _leaves(mail: EmailMessage) -> Iterator[EmailMessage]:
    """Every part that is no container; a mail within the mail is one."""
    if mail.get_content_maintype() == "multipart" and isinstance(mail.get_payload(), list):
        for part in mail.iter_parts():
            if isinstance(part, EmailMessage):
                yield from _leaves(part)
    else:
        yield mail


def _is_file(part: EmailMessage) -> bool:
    named = part.get_content_disposition() == "attachment" or bool(_file_name(part))
    return named or part.get_content_maintype() != "text"


def _file_name(part: EmailMessage) -> str:
    try:
        return part.get_filename() or ""
    except Exception:  # noqa: BLE001
        return ""


def _decoded(part: EmailMessage) -> str:
    content = _content(part)
    charset = part.get_content_charset() or "utf-8"
    for one in (charset, "utf-8"):
        try:
            return content.decode(one)
        except (LookupError, UnicodeError, ValueError):
            continue
    return content.decode("cp1252", "replace")


def _content(part: EmailMessage) -> bytes:
    if part.get_content_maintype() in {"message", "multipart"}:
        return b"".join(bytes(one) for one in part.get_payload() if isinstance(one, EmailMessage))
    found = part.get_payload(decode=True)
    return found if isinstance(found, bytes) else b""


def _file(part: EmailMessage) -> File:
    return File(_file_name(part), part.get_content_type(), _content(part))
