"""`ivr calendar …`: shifts as a calendar file, and calendar files as shifts or absences."""

import sys
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr import clock
from ivr.database import reading, transaction
from ivr.models import Rota, Technician
from ivr.services import feeds, ical_import
from ivr.services.ical_reading import CalendarError


class UnknownError(Exception):
    """What there is none of."""


def export(rota: str | None, person: str | None) -> int:
    try:
        with reading() as db:
            made = feeds.calendar(db, clock.now(), _whose(db, rota, person))
    except UnknownError as error:
        return _refused(error)
    sys.stdout.buffer.write(made)
    return 0


def read(file: Path, rota: str | None, person: str | None) -> int:
    try:
        raw = file.read_bytes()
        with transaction() as db:
            whose = _whose(db, rota, person)
            if isinstance(whose, Rota):
                done = ical_import.as_shifts(db, clock.now(), whose, raw, None)
            else:
                done = ical_import.as_absences(db, clock.now(), whose, raw)
    except (OSError, CalendarError, UnknownError) as error:
        return _refused(f"{file}: {error}" if isinstance(error, CalendarError) else error)
    for problem in done.problems:
        print(f"left out: {problem}", file=sys.stderr)
    print(f"{done.added} new, {done.removed} taken away, {done.unchanged} unchanged")
    return 0


def _whose(db: Session, rota: str | None, person: str | None) -> Rota | Technician:
    if rota is not None:
        found = db.scalar(select(Rota).where(Rota.name == rota))
        if found is None:
            raise UnknownError(f"there is no rota {rota}")
        return found
    one = db.scalar(select(Technician).where(Technician.email == (person or "").lower()))
    if one is None:
        raise UnknownError(f"nobody on the staff has the e-mail {person}")
    return one


def _refused(why: object) -> int:
    print(f"ivr: {why}", file=sys.stderr)
    return 1
