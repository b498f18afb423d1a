"""Mailboxes: the mails that the app keeps in a folder, by the people they are addressed to, and the
letters that those people write. A new one is a draft until it is sent, so that nothing written is
lost.
"""

import json
import secrets
import threading
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from email.message import EmailMessage
from operator import attrgetter
from pathlib import Path

from ivr.exchange import letters, posting
from ivr.exchange.letters import Person

INBOX, SENT, DRAFTS = BOXES = ("inbox", "sent", "drafts")
TROUBLE = "X-Trouble"
"""Header of a draft: why it is not sent."""


@dataclass(frozen=True)
class Letter:
    """A line in the list of a mailbox."""

    id: str
    file: Path
    at: datetime
    sender: tuple[str, str]
    recipients: tuple[tuple[str, str], ...]
    subject: str
    preview: str
    unread: bool = False


class Mailboxes:
    def __init__(self, book: Path, arriving: Path, kept: Path, smtp: tuple[str, int]) -> None:
        """`book` says who has a mailbox, `arriving` is where mail comes in, `kept` is ours, and
        `smtp` is where letters are handed in.
        """
        self.book, self.arriving, self.smtp = book, arriving, smtp
        self.sent, self.drafts, self.read_marks = kept / SENT, kept / DRAFTS, kept / "read"
        self._lock = threading.Lock()
        self._known: dict[Path, tuple[int, Letter | None]] = {}
        self._people: tuple[int, list[Person]] = (0, [])

    # People -------------------------------------------------------------------------------------

    def people(self) -> list[Person]:
        """Those of the address book, then whoever else was written to or has written."""
        found = {one.address: one for one in self._read_book()}
        for letter in self._arrived():
            for name, address in [*letter.recipients, letter.sender]:
                found.setdefault(address, Person(address, name or address))
        return list(found.values())

    def unread(self) -> Counter[str]:
        """How many letters each address has that nobody has opened."""
        read = self._read()
        return Counter(
            address
            for one in self._arrived()
            for address in {to for _, to in one.recipients}
            if _mark(address, one.id) not in read
        )

    def person(self, address: str) -> Person:
        known = {one.address: one for one in self.people()}
        return known.get(address) or Person(address, address)

    def _read_book(self) -> list[Person]:
        """As it was when it could last be read."""
        try:
            changed = self.book.stat().st_mtime_ns
            if changed != self._people[0]:
                given = json.loads(self.book.read_text("utf-8"))
                self._people = changed, [
                    Person(one["address"].lower(), one["name"], one["role"], one["language"])
                    for one in given
                ]  # fmt: skip
        except (OSError, ValueError, KeyError):  # somebody is still writing it
            pass
        return self._people[1]

    # Reading ------------------------------------------------------------------------------------

    def letters(self, address: str, box: str = INBOX) -> list[Letter]:
        """The newest first."""
        if box != INBOX:
            folder = self.sent if box == SENT else self.drafts
            found = [one for one in self._letters(folder) if one.sender[1] == address]
        else:
            read = self._read()
            found = [
                replace(one, unread=_mark(address, one.id) not in read)
                for one in self._arrived()
                if any(to == address for _, to in one.recipients)
            ]
        return sorted(found, key=attrgetter("at", "id"), reverse=True)

    def open(self, address: str, box: str, letter_id: str) -> EmailMessage | None:
        """A letter, which is then read; None if that box holds none of that name."""
        found = [one for one in self.letters(address, box) if one.id == letter_id]
        try:
            letter = letters.parse(found[0].file.read_bytes()) if found else None
        except FileNotFoundError:
            return None
        if letter and found[0].unread:
            with suppress(OSError), self._lock:  # a mark may be missing, a letter may not
                self.read_marks.parent.mkdir(parents=True, exist_ok=True)
                with self.read_marks.open("a", encoding="utf-8") as marks:
                    marks.write(f"{_mark(address, letter_id)}\n")
        return letter

    def _read(self) -> set[str]:
        try:
            return set(self.read_marks.read_text("utf-8").splitlines())
        except OSError:  # nothing is read yet
            return set()

    def _arrived(self) -> list[Letter]:
        """The app's letters, and what our people have sent each other."""
        return [*self._letters(self.arriving), *self._letters(self.sent)]

    def _letters(self, folder: Path) -> list[Letter]:
        found = [self._letter(file) for file in folder.glob("*.eml")]
        return [one for one in found if one]

    def _letter(self, file: Path) -> Letter | None:
        """Read once, as long as the file does not change."""
        try:
            changed = file.stat().st_mtime_ns
            known = self._known.get(file)
            if known is None or known[0] != changed:
                known = self._known[file] = changed, _summary(file, changed)
        except FileNotFoundError:
            return None
        return known[1]

    # Writing ------------------------------------------------------------------------------------

    def send(self, letter: EmailMessage, draft: str = "") -> tuple[str, str]:
        """Hand a letter in, in place of an earlier draft of it. Returns its name, and what is in
        the way if it remains a draft.
        """
        made = secrets.token_hex(8)
        self.sent.mkdir(parents=True, exist_ok=True)
        self._keep(made, letter)
        self.discard(letters.people(letter, "From")[0][1], draft)
        if trouble := posting.send(letter, *self.smtp):
            letter[TROUBLE] = trouble
            self._keep(made, letter)
            return made, trouble
        (self.drafts / f"{made}.eml").replace(self.sent / f"{made}.eml")
        return made, ""

    def _keep(self, name: str, letter: EmailMessage) -> None:
        self.drafts.mkdir(parents=True, exist_ok=True)
        unfinished = self.drafts / f".{name}"
        unfinished.write_bytes(letter.as_bytes())
        unfinished.replace(self.drafts / f"{name}.eml")

    def discard(self, address: str, draft: str) -> None:
        for one in self.letters(address, DRAFTS):
            if one.id == draft:
                one.file.unlink(missing_ok=True)


def _mark(address: str, letter_id: str) -> str:
    return f"{address} {letter_id}"


def _summary(file: Path, changed: int) -> Letter | None:
    """None for what is no letter: one file that cannot be read does not hide the others."""
    try:
        letter = letters.parse(file.read_bytes())
        text = letters.body(letter, "plain")
        return Letter(
            id=file.stem,
            file=file,
            at=letters.written_at(letter) or datetime.fromtimestamp(changed / 1e9).astimezone(),
            sender=next(iter(letters.people(letter, "From")), ("", "")),
            recipients=tuple(letters.people(letter, "To", "Cc")),
            subject=letters.subject(letter),
            preview=letters.preview(text),
        )
    except FileNotFoundError:
        raise
    except Exception:  # noqa: BLE001  the mail package trips over some nonsense
        return None
