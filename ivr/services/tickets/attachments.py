"""Files on tickets: written to disk under a name of ours, with their hash, and handed out as they
came, never opened. Every door that hands one out asks here for its file.
"""

import hashlib
import os
import re
import secrets
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.models import Attachment
from ivr.settings import settings

LARGEST = 40_000_000
"""Bytes of one file; as much as of a whole mail (services/mail/spool.py)."""
LARGEST_BY_WEB = 25_000_000
MOST_BY_WEB = 10
"""Files of one form."""
TAKEN_BY_WEB = {
    *("png", "jpg", "jpeg", "gif", "webp", "heic", "bmp", "tif", "tiff"),
    *("txt", "log", "csv", "tsv", "json", "xml", "yaml", "yml", "md", "har", "eml"),
    *("pdf", "doc", "docx", "xls", "xlsx", "ppt", "pptx", "odt", "ods", "rtf"),
    *("zip", "gz", "tgz", "bz2", "xz", "7z", "tar", "pcap", "pcapng", "cfg", "conf", "ini"),
    *("wav", "mp3", "m4a", "ogg", "mp4", "mov", "webm"),
}
"""Endings of what is sent by a form: pictures, logs, documents, captures; nothing that a click
would run. A mail's files are kept whatever they are.
"""
A_DAY = timedelta(days=1)
FIT_A_MAIL = 10_000_000
"""Bytes of all files that go out with one mail; more than that many mail servers refuse."""
LARGEST_PICTURE = 10_000_000
"""Bytes of a picture that a page shows."""
LARGEST_TEXT = 1_000_000
"""Bytes of a text that is shown; of a longer one so much is, and the rest when it is saved."""
PICTURES = {
    "image/png": re.compile(rb"\x89PNG\r\n\x1a\n"),
    "image/jpeg": re.compile(rb"\xff\xd8\xff"),
    "image/gif": re.compile(rb"GIF8[79]a"),
    "image/webp": re.compile(rb"RIFF.{4}WEBP", re.DOTALL),
}
"""What such a file begins with. SVG is not among them: it may hold a script."""
UNSAFE = re.compile(r"[\x00-\x1f\x7f/\\:*?\"<>|\u202a-\u202e\u2066-\u2069]")
CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
"""What no text has; a log may be coloured by escapes."""
LONGEST_CHARACTER = 4
KEY = re.compile(r"[A-Za-z0-9_-]{1,64}")
TYPE = re.compile(r"[a-z0-9.+-]{1,60}/[a-z0-9.+-]{1,80}")


class TooLargeError(Exception):
    """A file of more bytes than are taken; says its name."""


@dataclass(frozen=True)
class Kept:
    """A file that is on the disk, and on no ticket yet."""

    key: str
    name: str
    media_type: str
    size: int
    sha256: str


def folder() -> Path:
    return settings().var_dir / "attachments"


def is_taken(name: str) -> bool:
    """Whether a form may send a file of that name."""
    return name.rpartition(".")[2].lower() in TAKEN_BY_WEB


def keep(name: str, media_type: str, chunks: Iterable[bytes], largest: int | None = None) -> Kept:
    """Write a file to disk as it comes, outside of any transaction. Raises OSError when the disk
    does not take it, TooLargeError.
    """
    key, name = secrets.token_urlsafe(16), safe_name(name)
    size, sha256 = _write(folder() / key, _limited(chunks, name, largest or LARGEST))
    known = TYPE.fullmatch(media_type)
    return Kept(key, name, media_type if known else "application/octet-stream", size, sha256)


def discard(files: Iterable[Kept]) -> None:
    """Take files away again whose ticket did not come about."""
    for file in files:
        (folder() / file.key).unlink(missing_ok=True)


def attach(
    db: Session,
    now: datetime,
    ticket_id: int,
    files: Sequence[Kept],
    entry_id: int | None = None,
) -> None:
    """Those that are on a ticket already stay where they are."""
    keys = select(Attachment.key).where(Attachment.key.in_([one.key for one in files]))
    there = set(db.scalars(keys))
    for file in files:
        if file.key in there:
            continue
        db.add(Attachment(ticket_id=ticket_id, entry_id=entry_id, at=now, **vars(file)))


def _write(file: Path, chunks: Iterable[bytes]) -> tuple[int, str]:
    file.parent.mkdir(parents=True, exist_ok=True)
    size, hashed = 0, hashlib.sha256()
    try:
        with file.open("xb") as out:
            for chunk in chunks:
                size += len(chunk)
                hashed.update(chunk)
                out.write(chunk)
            out.flush()
            os.fsync(out.fileno())
    except BaseException:
        file.unlink(missing_ok=True)
        raise
    return size, hashed.hexdigest()


def _limited(chunks: Iterable[bytes], name: str, largest: int) -> Iterator[bytes]:
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > largest:
            raise TooLargeError(name)
        yield chunk


def safe_name(given: str) -> str:
    """What the file is called when it is handed out; never a path."""
    name = " ".join(UNSAFE.sub("_", given).split()).strip(". ")
    stem, dot, ending = name.rpartition(".")
    if len(name) > 150 and dot:  # noqa: PLR2004  longer than most disks take
        name = f"{stem[: 149 - len(ending)]}.{ending}" if len(ending) < 20 else name[:150]  # noqa: PLR2004
    return name[:150] or "file"


def by_key(db: Session, key: str) -> Attachment | None:
    wanted = select(Attachment).where(Attachment.key == key)
    return db.scalar(wanted) if KEY.fullmatch(key) else None


def of(db: Session, ticket_id: int) -> Sequence[Attachment]:
    which = Attachment.ticket_id == ticket_id
    return db.scalars(select(Attachment).where(which).order_by(Attachment.id)).all()


def sweep(db: Session, now: datetime) -> None:
    """Take away what was sent a day ago, and put on no ticket."""
    if not folder().is_dir():
        return
    old = (now - A_DAY).timestamp()
    for file in folder().iterdir():
        if file.stat().st_mtime < old and by_key(db, file.name) is None:
            file.unlink(missing_ok=True)


def of_entry(db: Session, entry_id: int) -> Sequence[Attachment]:
    which = Attachment.entry_id == entry_id
    return db.scalars(select(Attachment).where(which).order_by(Attachment.id)).all()


def fit_a_mail(files: Sequence[Kept | Attachment]) -> bool:
    return sum(file.size for file in files) <= FIT_A_MAIL


# Handing out --------------------------------------------------------------------------------------


def file_of(key: str) -> Path | None:
    """Where a file lies; None when it is lost."""
    file = (folder() / key).resolve()
    return file if file.is_file() else None


def picture(key: str) -> str | None:
    """The type of a picture that a page may show, by what is in the file, whatever it is called."""
    file = file_of(key)
    return _picture(file) if file else None


@lru_cache(maxsize=10_000)
def _picture(file: Path) -> str | None:
    """Looked at once: a file never changes."""
    if file.stat().st_size > LARGEST_PICTURE:
        return None
    with file.open("rb") as head:
        begins = head.read(12)
    return next((kind for kind, magic in PICTURES.items() if magic.match(begins)), None)


@lru_cache(maxsize=10_000)
def is_text(key: str) -> bool:
    """Whether it reads as plain text, such as a log: UTF-8 in which nothing but spaces and line
    breaks controls anything.
    """
    file = file_of(key)
    if file is None:
        return False
    with file.open("rb") as head:
        begins = head.read(4096)
    told = begins.decode("utf-8", "ignore")
    whole = len(begins) - len(told.encode()) < LONGEST_CHARACTER
    return bool(begins) and whole and not CONTROLS.search(told)


def text(file: Path) -> bytes:
    with file.open("rb") as whole:
        return whole.read(LARGEST_TEXT)
