"""Letters: what a mail's file holds, as people read it, and new ones, as programs write them."""

import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.headerregistry import Address
from email.message import EmailMessage, Message
from email.utils import format_datetime, getaddresses
from itertools import groupby
from pathlib import PurePosixPath
from typing import cast

ADDRESS = re.compile(r"[^\s@<>()\[\],;:\\\"/]+@[^\s@<>()\[\],;:\\\"/]+\.[^\s@<>()\[\],;:\\\"/.]+")
MEDIA_TYPE = re.compile(r"(?:application|audio|font|image|text|video)/[a-z0-9][a-z0-9.+-]*")
UNKNOWN_TYPE = "application/octet-stream"
INTRODUCES = {"en": "On {at}, {who} wrote:", "fr": "Le {at}, {who} a écrit :"}
"""What stands above a quoted mail, by the language of whoever answers it."""


@dataclass(frozen=True)
class Person:
    """Somebody with a mailbox, or a list that has one."""

    address: str
    name: str
    role: str = "customer"
    language: str = "en-CA"


@dataclass(frozen=True)
class File:
    name: str
    media_type: str
    content: bytes


def parse(raw: bytes) -> EmailMessage:
    return message_from_bytes(raw, policy=policy.default)


# Reading ------------------------------------------------------------------------------------------


def written_at(letter: EmailMessage) -> datetime | None:
    try:
        at = letter["Date"].datetime if letter["Date"] else None
    except (AttributeError, TypeError, ValueError):
        return None
    return cast("datetime", at.astimezone()) if at else None


def subject(letter: EmailMessage) -> str:
    """Without the blanks that folding it has left."""
    return str(letter["Subject"] or "").strip()


def people(letter: EmailMessage, *headers: str) -> list[tuple[str, str]]:
    """Names and addresses; an address is written small."""
    given = [str(value) for header in headers for value in letter.get_all(header, [])]
    return [(name, address.lower()) for name, address in getaddresses(given) if address]


def body(letter: EmailMessage, kind: str) -> str:
    part = letter.get_body((kind,))
    if part is None:
        return ""
    try:
        return str(part.get_content())
    except LookupError:  # a character set that nobody knows
        return _bytes(part).decode("utf-8", "replace")


def _bytes(part: Message) -> bytes:
    found = part.get_payload(decode=True)
    return found if isinstance(found, bytes) else b""  # a mail in a mail has none of its own


def files(letter: EmailMessage) -> list[File]:
    return [
        File(part.get_filename() or "file", part.get_content_type(), _bytes(part))
        for part in letter.iter_attachments()
    ]


def passages(text: str) -> list[tuple[bool, str]]:
    """The text in pieces, and of each whether it is quoted."""
    runs = groupby(text.strip().splitlines(), lambda line: line.startswith(">"))
    pieces = [(quoted, "\n".join(lines).strip("\n")) for quoted, lines in runs]
    return [(quoted, piece) for quoted, piece in pieces if piece.strip()]


def preview(text: str, longest: int = 120) -> str:
    own = " ".join(" ".join(piece for quoted, piece in passages(text) if not quoted).split())
    return own if len(own) <= longest else own[:longest].rsplit(" ", 1)[0] + "…"


# Writing ------------------------------------------------------------------------------------------


def answer_to(letter: EmailMessage) -> str:
    found = people(letter, "Reply-To") or people(letter, "From")
    return found[0][1] if found else ""


def answer_subject(letter: EmailMessage) -> str:
    known = subject(letter)
    return known if known.lower().startswith("re:") else f"Re: {known}"


def quote(letter: EmailMessage, language: str) -> str:
    """What an answer begins with: room to write, and the letter below."""
    at, who = written_at(letter), str(letter["From"] or "")
    words = INTRODUCES.get(language[:2], INTRODUCES["en"])
    head = words.format(at=at.strftime("%Y-%m-%d %H:%M") if at else "", who=who)
    lines = body(letter, "plain").strip().splitlines()
    return "\n".join(["", "", head, *(f"> {line}".rstrip() for line in lines)])


def thread(letter: EmailMessage) -> list[str]:
    """The Message-IDs that an answer refers to."""
    earlier = str(letter["References"] or letter["In-Reply-To"] or "").split()
    return [*earlier, str(letter["Message-ID"] or "").strip()]


def compose(
    sender: Person,
    to: str,
    subject: str,
    text: str,
    at: datetime,
    attached: Iterable[File] = (),
    answers: Iterable[str] = (),
) -> EmailMessage:
    letter = EmailMessage()
    local, _, domain = sender.address.rpartition("@")
    name = sender.name if sender.name != sender.address else ""
    letter["From"] = Address(_line(name), local, domain)
    letter["To"] = _line(to)
    letter["Subject"] = _line(subject)
    letter["Date"] = format_datetime(at)
    letter["Message-ID"] = f"<{secrets.token_hex(16)}@{domain}>"
    if references := [one for one in answers if one]:
        letter["In-Reply-To"] = references[-1]
        letter["References"] = " ".join(references)
    letter.set_content("\n".join(text.splitlines()) + "\n")
    for file in attached:
        known = MEDIA_TYPE.fullmatch(file.media_type)
        kind, _, detail = (file.media_type if known else UNKNOWN_TYPE).partition("/")
        letter.add_attachment(
            file.content, maintype=kind, subtype=detail, filename=_file_name(file.name)
        )
    return letter


def _line(text: str) -> str:
    """On one line, so that it can add no header."""
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())


def _file_name(given: str) -> str:
    return _line(PurePosixPath(given.replace("\\", "/")).name) or "file"
