"""The body of a mail: its words, and its files (RFC 2045 to 2049, 2231).

Files are never opened, so nothing can be hidden in an archive.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message

from ivr.services.mail import mail_headers

LONGEST_TEXT = 100_000
MOST_FILES = 50
MOST_TEXTS = 20
"""Parts that are looked into for words; a page of HTML takes its time."""
DEEPEST = 50
"""Boxes in boxes."""
WORDS = {"text/plain", "text/html"}
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@dataclass(frozen=True)
class File:
    name: str
    media_type: str
    content: bytes


def text(mail: Message) -> str:
    """Its words as plain text, and nothing of its files."""
    told = _words(mail, iter(range(MOST_TEXTS))).replace("\r\n", "\n").replace("\r", "\n")
    return CONTROL.sub("", told).strip()[:LONGEST_TEXT]


def files(mail: Message) -> tuple[tuple[File, ...], int]:
    """The first MOST_FILES of them, and how many there are."""
    kept: list[File] = []
    count = 0
    for part in _leaves(mail):
        if _is_file(part) and (len(kept) >= MOST_FILES or _keep(part, kept)):
            count += 1
    return tuple(kept), count


def _keep(part: Message, kept: list[File]) -> bool:
    content = _content(part)
    if content:
        kept.append(File(_name(part), part.get_content_type(), content))
    return bool(content)


def _words(part: Message, left: Iterator[int], depth: int = 0) -> str:
    """Of alternatives the first that says something, which is the plainest; else all of them."""
    inner = _inner(part, depth)
    if inner is None:
        return "" if _is_file(part) or next(left, None) is None else _as_text(part)
    told = (words for words in (_words(one, left, depth + 1) for one in inner) if words)
    if part.get_content_subtype() == "alternative":
        return next(told, "")
    return "\n\n".join(told)


def _inner(part: Message, depth: int) -> list[Message] | None:
    """What is in a box; None for what is no box. A mail in the mail is none."""
    inside = part.get_payload()
    if part.get_content_maintype() != "multipart" or not isinstance(inside, list):
        return None
    return [one for one in inside if isinstance(one, Message)] if depth < DEEPEST else None


def _leaves(part: Message, depth: int = 0) -> Iterator[Message]:
    inner = _inner(part, depth)
    if inner is None:
        yield part
    for one in inner or ():
        yield from _leaves(one, depth + 1)


def _is_file(part: Message) -> bool:
    named = part.get_content_disposition() == "attachment" or bool(_name(part))
    return named or part.get_content_type() not in WORDS


def _name(part: Message) -> str:
    try:
        return mail_headers.plain(part.get_filename() or "")
    except (LookupError, ValueError):
        return ""


def _as_text(part: Message) -> str:
    told = mail_headers.decoded(_content(part), _charset(part))
    return (_from_html(told) if part.get_content_type() == "text/html" else told).strip()


def _charset(part: Message) -> str:
    try:
        return part.get_content_charset() or "utf-8"
    except (LookupError, ValueError):
        return "utf-8"


def _from_html(page: str) -> str:
    from inscriptis import get_text

    page = page[: LONGEST_TEXT * 5]
    try:
        return str(get_text(page))
    except Exception:  # noqa: BLE001  no page is so broken that its words are lost
        return re.sub(r"<[^<>]*>", " ", page)


def _content(part: Message) -> bytes:
    """Decoded. A mail in the mail is written out again."""
    inside = part.get_payload()
    if isinstance(inside, list):
        try:
            return b"".join(one.as_bytes() for one in inside if isinstance(one, Message))
        except (RecursionError, LookupError, ValueError):  # it is in the raw mail
            return b""
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""
