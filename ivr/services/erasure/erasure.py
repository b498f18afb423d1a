"""The erasure of a person on request: asked for by one of us, carried out by a worker, in the
database first, then files and the carrier's copies, asked for until they are gone. What is left is
a receipt of counts and times that names nobody.
"""

import logging
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from ivr import clock
from ivr.database import changed, connection, hurry, rid_of_old_pages, transaction
from ivr.models import Act, Contact, Erasure, ErasureState
from ivr.services import audit, pauses
from ivr.services.calls.carrier import Carrier, Forgotten, Placed
from ivr.services.erasure import taking_away, traces
from ivr.services.erasure.erasing import GONE
from ivr.services.tickets import passages
from ivr.settings import settings

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)
LATER = timedelta(minutes=1)
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=30), timedelta(hours=6)
SHOWN = 100
LOG = "log"
"""What is left when all is gone but the pages of SQLite's log."""
AS_LONG_AS_IT_TAKES = "set local statement_timeout = '60s'"


class NotPossibleError(Exception):
    """Why not: not-typed, named (the reference names the person), under-way or gone."""


def confirm(contact: Contact, typed: str) -> None:
    """Their name, typed by whoever wants them erased."""
    if typed.casefold() != " ".join(contact.name.split()).casefold():
        raise NotPossibleError("not-typed")


def begin(db: Session, now: datetime, contact: Contact, reference: str, by: str) -> Erasure:
    db.get_one(Contact, contact.id, with_for_update=True, populate_existing=True)
    if contact.name == GONE:
        raise NotPossibleError("gone")
    open_one = select(Erasure.id).where(Erasure.contact_id == contact.id, Erasure.done_at.is_(None))
    if db.scalar(open_one.limit(1)):
        raise NotPossibleError("under-way")
    named = traces.Traces(contact, _numbers(contact), _emails(contact)).named
    if named.search(reference):
        raise NotPossibleError("named")
    made = Erasure(contact_id=contact.id, by=by, reference=reference, asked_at=now, due_at=now)
    db.add(made)
    db.flush()
    hurry(db)
    _tell(db, now, made, by, audit.Kind.ERASURE_BEGUN, reference=reference or str(made.id))
    return made


def _numbers(contact: Contact) -> set[str]:
    return {contact.phone} if contact.phone else set()


def _emails(contact: Contact) -> set[str]:
    return {contact.email} if contact.email else set()


def _tell(
    db: Session, now: datetime, made: Erasure, by: str, kind: audit.Kind, **told: Any
) -> None:
    audit.write(db, now, by, Act.DID, f"erasure-{made.id}", kind, **told)


def latest(db: Session) -> list[Erasure]:
    return list(db.scalars(select(Erasure).order_by(Erasure.id.desc()).limit(SHOWN)))


# Carrying it out ----------------------------------------------------------------------------------


def attend(erasure_id: int, carrier: Carrier) -> None:
    with transaction() as db:
        made = _claim(db, clock.now(), erasure_id)
        left, in_database = (
            (dict(made.left), made.state == ErasureState.ERASING) if made else ({}, False)
        )
    if made is None:
        return
    if not in_database:
        with transaction() as db:
            found = _in_the_database(db, clock.now(), erasure_id)
        if found is None:
            return
        left = found
    still, done = _elsewhere(left, carrier)
    only_the_log = set(left) == {LOG}
    if only_the_log:
        passages.clean_up()
    if not only_the_log or not rid_of_old_pages():
        still[LOG] = ["old pages"]  # what was left stood in the database until now
    with transaction() as db:
        _write_down(db, clock.now(), erasure_id, still, done)


def _claim(db: Session, now: datetime, erasure_id: int) -> Erasure | None:
    made = db.get(Erasure, erasure_id)
    if made is None or made.due_at is None or made.due_at > now:
        return None
    claim = update(Erasure).where(Erasure.id == erasure_id, Erasure.due_at == made.due_at)
    values = {"due_at": now + LEASE, "tries": Erasure.tries + 1}
    return made if changed(db, claim.values(values)) else None


def _in_the_database(db: Session, now: datetime, erasure_id: int) -> dict[str, Any] | None:
    """All of it in one transaction. While they are on the line nothing is done yet."""
    if connection(db).dialect.name == "postgresql":
        db.execute(text(AS_LONG_AS_IT_TAKES))
    made = db.get_one(Erasure, erasure_id)
    found = traces.of(db, db.get_one(Contact, made.contact_id))
    if found.live:
        made.due_at = now + LATER
        return None
    made.counts = found.counts()
    made.left = taking_away.all_of(db, now, found)
    made.state, made.database_at = ErasureState.ERASING, now
    return made.left


def _elsewhere(left: dict[str, Any], carrier: Carrier) -> tuple[dict[str, Any], dict[str, int]]:
    """Delete files, and the carrier's copies. Returns what is left, and how many are gone."""
    still: dict[str, Any] = {"files": [], "recordings": [], "numbers": []}
    done = {"files_deleted": 0, "carrier_recordings": 0, "carrier_calls": 0, "carrier_texts": 0}
    for path in left.get("files", []):
        with suppress(FileNotFoundError):
            try:
                (settings().var_dir / path).unlink()
                done["files_deleted"] += 1
            except PermissionError:
                still["files"].append(path)
    for sid in left.get("recordings", []):
        for file in (settings().var_dir / "recordings").glob(f"*{sid}*"):
            file.unlink(missing_ok=True)
            done["files_deleted"] += 1
        if isinstance(carrier.forget_recording(sid), Placed):
            done["carrier_recordings"] += 1
        else:
            still["recordings"].append(sid)
    for number in left.get("numbers", []):
        came = carrier.forget_number(number)
        if isinstance(came, Forgotten):
            done["carrier_calls"] += came.calls
            done["carrier_texts"] += came.texts
            done["carrier_recordings"] += came.recordings
        if not isinstance(came, Forgotten) or came.more:
            still["numbers"].append(number)
    return still, done


def _write_down(
    db: Session, now: datetime, erasure_id: int, still: dict[str, Any], done: dict[str, int]
) -> None:
    made = db.get_one(Erasure, erasure_id)
    before, before_left = made.counts, made.left
    made.counts = before | {key: before.get(key, 0) + count for key, count in done.items()}
    made.left = {key: those for key, those in still.items() if those}
    if not made.left:
        made.state, made.due_at, made.done_at = ErasureState.DONE, None, now
        _tell(db, now, made, made.by, audit.Kind.ERASURE_DONE)
        return
    if set(made.left) == {LOG} != set(before_left):
        made.due_at = now
        hurry(db)
        return
    log.warning("erasure %s is not done everywhere yet", made.id)
    made.due_at = now + pauses.doubling(FIRST_PAUSE, made.tries, LONGEST_PAUSE)
