"""Mail that has come in: each gets a row, and what becomes of it is done from the row, again if
need be. The raw mail is kept.
"""

import logging
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from traceback import extract_tb
from typing import Any

from sqlalchemy import literal, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionError
from sqlalchemy.orm import Session

from callflows.turn import Severity
from ivr import clock
from ivr.database import changed, hurry, transaction
from ivr.models import Mail, MailOutcome
from ivr.services import pauses
from ivr.services.calls.carrier import Carrier
from ivr.services.mail import mail_headers, mail_reading, mail_sorting, spool
from ivr.services.mail.mail_reading import Read
from ivr.services.tickets import attachments, intake
from ivr.services.tickets.attachments import Kept
from ivr.settings import settings

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
MOST_TRIES = 8
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=5), timedelta(minutes=5)
A_MOMENT = timedelta(seconds=2)


def folder() -> Path:
    """The raw mails that have a row."""
    return settings().var_dir / "mail" / "in"


def raw(mail: Mail) -> Path:
    return folder() / mail.file


# Out of the spool ---------------------------------------------------------------------------------


def collect(now: datetime) -> list[int]:
    """Give every mail of the spool its row, in the order in which they came. One that makes us fail
    does not hold up the others; a database that is away is waited for. Returns the new rows.
    """
    new: list[int] = []
    for file in spool.waiting():
        try:
            new += _collect(now, file)
        except FileNotFoundError:  # somebody else was faster
            continue
        except (OperationalError, NoConnectionError):
            break
        except Exception as error:  # noqa: BLE001  it stays in the spool, for the next look
            log.warning("mail %s is not taken in yet: %s", file.name, type(error).__name__)
    return new


def _collect(now: datetime, file: Path) -> list[int]:
    """It leaves the spool last, so that a crash in between does it again: a Message-ID that is
    there already is the same mail.
    """
    folder().mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError):
        (folder() / file.name).hardlink_to(file)
    spool.settle(folder())
    with file.open("rb") as given:
        head = given.read(mail_headers.READ_OF_IT)
    message_id = mail_reading.message_id(head) or f"<{file.name}>"
    came = min(now, datetime.fromtimestamp(file.stat().st_mtime, UTC))
    new = Mail(message_id=message_id, file=file.name, received_at=came, due_at=now)
    with transaction() as db:
        known = db.scalar(select(Mail.id).where(Mail.message_id == message_id)) is not None
        if not known:
            db.add(new)
            hurry(db)
    file.unlink(missing_ok=True)
    return [] if known else [new.id]


# What becomes of it -------------------------------------------------------------------------------


def attend(mail_id: int, _carrier: Carrier) -> None:
    """Read a mail and do what it asks for. One that makes us fail is tried again, and at last put
    on a ticket of its own for somebody to look at.
    """
    with transaction() as db:
        mail = _claim(db, clock.now(), mail_id)
    if mail is None:
        return
    files: list[Kept] = []
    try:
        read = mail_reading.read(raw(mail).read_bytes())
        files = _keep_files(read)
        with transaction() as db:
            attached = _sort(db, clock.now(), mail, read, files)
    except Exception as error:  # noqa: BLE001  whatever it is, it must not be lost
        cause = _cause(error)
        log.warning("mail %s is tried again: %s", mail_id, cause)
        with transaction() as db:
            attached = not _again(db, clock.now(), mail, cause)
    if not attached:
        attachments.discard(files)


def _claim(db: Session, now: datetime, mail_id: int) -> Mail | None:
    mail = db.get(Mail, mail_id)
    if mail is None or mail.due_at is None or mail.due_at > now:
        return None
    claim = update(Mail).where(Mail.id == mail_id, Mail.due_at == mail.due_at)
    if not changed(db, claim.values(due_at=now + LEASE, tries=Mail.tries + 1)):
        return None
    db.refresh(mail)
    if mail.tries > MOST_TRIES:
        _give_up(db, now, mail)
        return None
    return mail


def _keep_files(read: Read) -> list[Kept]:
    """As many as the disk takes. The others are in the raw mail, and the ticket says so: what
    somebody wrote does not wait for a disk.
    """
    kept: list[Kept] = []
    for file in read.files:
        try:
            kept.append(attachments.keep(file.name, file.media_type, [file.content]))
        except OSError as error:
            log.warning("a file of a mail is not kept: %s", error.strerror)
    return kept


def _sort(db: Session, now: datetime, claimed: Mail, read: Read, files: list[Kept]) -> bool:
    """Whether the files are a ticket's now. Whoever took longer than the lease does nothing."""
    still = update(Mail).where(Mail.id == claimed.id, Mail.due_at == claimed.due_at)
    if not changed(db, still.values(due_at=None)):
        return False
    mail = db.get_one(Mail, claimed.id)
    if mail_sorting.is_early(db, mail, read):
        mail.due_at, mail.tries = now + A_MOMENT, mail.tries - 1
        return False
    return mail_sorting.sort(db, now, mail, read, files)


def _again(db: Session, now: datetime, claimed: Mail, cause: str) -> bool:
    """False when it is done after all: the connection may have been lost after the commit."""
    pause = pauses.doubling(FIRST_PAUSE, claimed.tries, LONGEST_PAUSE)
    still = update(Mail).where(Mail.id == claimed.id, Mail.due_at == claimed.due_at)
    return changed(db, still.values(due_at=now + pause, cause=cause))


def _cause(error: Exception) -> str:
    """What went wrong, and where; without its words, which may be the mail's."""
    where = extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {Path(where.filename).name}, {where.name}"


def _give_up(db: Session, now: datetime, mail: Mail) -> None:
    """A ticket says that there is a mail that somebody must look at."""
    mail.outcome, mail.due_at = MailOutcome.FAILED, None
    told = f"The mail is kept in VAR_DIR/mail/in/{mail.file}. Tried {MOST_TRIES} times; last: "
    told += mail.cause or "the worker was ended"
    title = "A mail that could not be read"
    intake.take(db, now, severity=Severity.MAJOR, mail=mail, title=title, description=told)


# What is not read ---------------------------------------------------------------------------------

HAS_FAILED = Mail.outcome == literal(MailOutcome.FAILED.value, literal_execute=True)
"""Spelled out, so that SQLite uses the index on it."""


def again(db: Session, now: datetime, mail_id: int) -> bool:
    """Read a failed mail again. False when somebody else has seen to it."""
    if not _see_to(db, mail_id, outcome=MailOutcome.DUE, due_at=now, tries=0):
        return False
    hurry(db)
    return True


def dismiss(db: Session, mail_id: int) -> bool:
    """Nothing more is to be done about it; its raw text is kept."""
    return _see_to(db, mail_id, outcome=MailOutcome.DISMISSED)


def _see_to(db: Session, mail_id: int, **values: Any) -> bool:
    return changed(db, update(Mail).where(Mail.id == mail_id, HAS_FAILED).values(values))
