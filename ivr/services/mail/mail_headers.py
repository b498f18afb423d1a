"""A mail taken apart, and its headers read, whatever state they are in (RFC 5322, 2047).

The parser that understands headers falls over some, and needs hours for others. So they are only
taken apart by it, each cut to a length, and understood in here.
"""

import binascii
import quopri
import re
from email import message_from_bytes
from email.message import Message
from email.parser import BytesHeaderParser
from email.policy import Compat32
from email.utils import getaddresses

LONGEST = 20_000
"""Characters of a header; a hundred times what anybody writes."""
MOST_LINES = 1_000_000
MOST_EDGES = 10_000
"""A mail of more lines, or of more parts, is there to make us run out of memory: it is read from
its first READ_OF_IT bytes.
"""
READ_OF_IT = 200_000

CONTROL = re.compile(r"[\x00-\x1f\x7f]")
ADDRESS = re.compile(r"[^\s<>,;:\"()@]{1,64}@[^\s<>,;:\"()@]{1,255}")
PLAIN = re.compile(r"[^\s<>,;:\"()@\[\]]{1,64}@[^\s<>,;:\"()@\[\]]{1,255}")
"""Without brackets, of which each Python makes something else (CVE-2023-27043)."""
ENCODED = re.compile(r"=\?([^?\s*]{1,40})(?:\*[^?\s]*)?\?([bq])\?([^?]*)\?=", re.IGNORECASE)
BETWEEN = re.compile(r"(?<=\?=)\s+(?==\?)")
NO_CHARSETS = {"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined"}
"""Python's, but nobody's mail; some take hours."""


class _Cut(Compat32):
    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(sourcelines)
        return name, value[-LONGEST:] if name.lower() == "references" else value[:LONGEST]


def parsed(raw: bytes) -> Message:
    try:
        return message_from_bytes(raw, policy=_Cut())
    except RecursionError:  # boxes in boxes, without end
        return head(raw)


def head(raw: bytes) -> Message:
    """The headers alone."""
    return BytesHeaderParser(policy=_Cut()).parsebytes(raw)


def too_much(raw: bytes) -> bool:
    """Whether it would cost more to take apart than any mail is worth."""
    lines = max(raw.count(b"\n"), raw.count(b"\r"))
    return lines > MOST_LINES or raw.count(b"\n--") + raw.count(b"\r--") > MOST_EDGES


def header(mail: Message, name: str) -> str:
    """Decoded, on one line, without control characters. Empty where it is missing."""
    return plain(source(mail, name))


def source(mail: Message, name: str) -> str:
    """As it was written, the first of them."""
    return next(iter(sources(mail, name)), "")


def sources(mail: Message, name: str) -> list[str]:
    return [_bytes(value) for key, value in mail.raw_items() if key.lower() == name.lower()]


def _bytes(value: str) -> str:
    return decoded(str(value).encode("utf-8", "surrogateescape"), "utf-8")


def plain(value: str) -> str:
    """With its encoded words decoded."""
    told = ENCODED.sub(_word, BETWEEN.sub("", value))
    return " ".join(CONTROL.sub(" ", told).split())


def _word(found: re.Match[str]) -> str:
    charset, how, words = found.groups()
    try:
        return decoded(_as_bytes(how, words), charset)
    except ValueError:
        return found[0]


def _as_bytes(how: str, words: str) -> bytes:
    given = words.encode("utf-8", "replace")
    if how in "bB":
        return binascii.a2b_base64(given + b"==")
    return quopri.decodestring(given, header=True)


def decoded(content: bytes, charset: str) -> str:
    """By its charset, else by one that takes everything. No lone surrogates: no database has
    them.
    """
    for one in (charset, "utf-8"):
        if one.lower().replace("-", "_") in NO_CHARSETS:
            continue
        try:
            told = content.decode(one)
        except (LookupError, ValueError):
            continue
        return told.encode("utf-8", "replace").decode("utf-8")
    return content.decode("cp1252", "replace")


def addresses(value: str) -> list[tuple[str, str]]:
    """Names and addresses; from a header that is not well formed, whatever looks like one."""
    try:
        pairs = getaddresses([value])
    except (RecursionError, IndexError):
        pairs = []
    found = [(plain(name), address) for name, address in pairs if PLAIN.fullmatch(address)]
    return found or [("", address) for address in ADDRESS.findall(plain(value))]
