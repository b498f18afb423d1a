"""Mail that has come in: each gets a row, and what becomes of it is done from the row, again if
need be. The raw mail is kept.
"""

import logging
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from ivr import clock
from ivr.database import changed, hurry, transaction
from ivr.models import Mail, MailOutcome
from ivr.services import attachments, mail_reading, mail_sorting, spool
from ivr.services.attachments import Kept
from ivr.services.carrier import Carrier
from ivr.services.mail_reading import Read
from ivr.settings import settings

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
MOST_TRIES = 5
AT_A_TIME = 20
HEADERS = 65_536
"""As much of a mail as is looked at for its name."""


def folder() -> Path:
    """The raw mails that have a row."""
    return settings().var_dir / "mail" / "in"


def raw(mail: Mail) -> Path:
    return folder() / mail.file


def collect(now: datetime) -> int:
    """Give mails of the spool their rows, and say how many: only so many at a time, since whoever
    collects has pages to look after. One that makes us fail does not hold up the others.
    """
    if not spool.new().is_dir():
        return 0
    folder().mkdir(parents=True, exist_ok=True)
    collected = 0
    for file in sorted(spool.new().glob("*.eml")):
        if collected == AT_A_TIME:
            break
        try:
            _collect(now, file)
            collected += 1
        except FileNotFoundError:  # somebody else was faster
            continue
        except Exception as error:  # noqa: BLE001  it stays in the spool, for the next look
            log.warning("mail %s is not taken in yet: %s", file.name, type(error).__name__)
    return collected


def _collect(now: datetime, file: Path) -> None:
    """It leaves the spool last, so that a crash in between does it again: a Message-ID that is
    there already is the same mail.
    """
    kept = folder() / file.name
    if not kept.exists():
        kept.hardlink_to(file)
    with file.open("rb") as head:
        message_id = mail_reading.message_id(head.read(HEADERS)) or f"<{file.name}>"
    with transaction() as db:
        if db.scalar(select(Mail.id).where(Mail.message_id == message_id)) is None:
            db.add(Mail(message_id=message_id, file=file.name, received_at=now, due_at=now))
            hurry(db)
    file.unlink(missing_ok=True)


def attend(mail_id: int, _carrier: Carrier) -> None:
    """Read a mail and do what it asks for. One that makes us fail is tried again, then shown to
    staff as failed.
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
            mail_sorting.sort(db, clock.now(), db.get_one(Mail, mail_id), read, files)
    except Exception as error:
        attachments.discard(files)
        log.exception("mail %s could not be read", mail_id)
        with transaction() as db:
            _failed(db, clock.now(), mail_id, type(error).__name__)


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


def _claim(db: Session, now: datetime, mail_id: int) -> Mail | None:
    mail = db.get(Mail, mail_id)
    if mail is None or mail.due_at is None or mail.due_at > now:
        return None
    claimed = changed(
        db,
        update(Mail)
        .where(Mail.id == mail_id, Mail.due_at == mail.due_at)
        .values(due_at=now + LEASE, tries=Mail.tries + 1)
        .execution_options(synchronize_session="fetch"),
    )
    return mail if claimed else None


def _failed(db: Session, now: datetime, mail_id: int, cause: str) -> None:
    mail = db.get_one(Mail, mail_id)
    mail.cause = cause
    if mail.tries >= MOST_TRIES:
        mail.outcome, mail.due_at = MailOutcome.FAILED, None
    else:
        mail.due_at = now + timedelta(seconds=5 * 2**mail.tries)
