"""Ready for calls? A check for each thing that must be so, done by workers every few minutes; what
they found is a row each. A check that has not been done for long is itself a bad sign.

No check is done in a request or a transaction; each gives up in time.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from ivr import clock
from ivr.database import changed, hurry, transaction
from ivr.models import Check, CheckState
from ivr.services import vocabulary
from ivr.services.calls.carrier import Carrier
from ivr.services.sureness import checks_here, checks_outside, found
from ivr.services.sureness.found import Found, Said

log = logging.getLogger(__name__)

EVERY = timedelta(minutes=5)
LEASE = timedelta(minutes=2)
"""Longer than any check may take."""
STALE = timedelta(minutes=15)
FIRST = vocabulary.LANGUAGES[0]
LAST: tuple[Said, ...] = (("last-found", {}),)

Do = Callable[[Carrier], Found]

CHECKS: dict[str, Do] = {
    "carrier": checks_outside.carrier,
    "numbers": checks_outside.numbers,
    "balance": checks_outside.balance,
    "canary": checks_here.canary,
    "rota": checks_here.rota,
    "phones": checks_here.phones,
    "mail-out": checks_outside.mail_out,
    "mail-in": checks_outside.mail_in,
    "ticker": checks_here.ticker,
    "broker": checks_outside.broker,
    "fallback": checks_outside.fallback,
    "disk": checks_here.disk,
}
"""In the order in which they are shown; their titles are words, too."""


@dataclass(frozen=True)
class Line:
    """A check as it is shown."""

    name: str
    title: str
    state: CheckState
    said: str
    since: datetime | None
    at: datetime | None


def keep(db: Session, now: datetime) -> None:
    """See to it that every check has its row, and only these have one."""
    for row in db.scalars(select(Check).where(Check.name.not_in(CHECKS))).all():
        db.delete(row)
    there = set(db.scalars(select(Check.name)))
    for name in CHECKS.keys() - there:
        db.add(Check(name=name, since=now, due_at=now))
    db.flush()


def soon(db: Session, now: datetime, *names: str) -> None:
    """Something has happened that a check should know of; without a name, all are done."""
    db.execute(update(Check).where(Check.name.in_(names or CHECKS.keys())).values(due_at=now))
    hurry(db)


def attend(check_id: int, carrier: Carrier) -> None:
    """Claim, commit, look, write down."""
    with transaction() as db:
        name = _claim(db, clock.now(), check_id)
    if name is None:
        return
    came = _look(name, carrier)
    with transaction() as db:
        _write_down(db, clock.now(), check_id, came)


def _claim(db: Session, now: datetime, check_id: int) -> str | None:
    check = db.get(Check, check_id)
    if check is None or check.due_at is None or check.due_at > now:
        return None
    same = (Check.id == check_id, Check.due_at == check.due_at)
    if not changed(db, update(Check).where(*same).values(due_at=now + LEASE)):
        return None
    return check.name if check.name in CHECKS else None


def _look(name: str, carrier: Carrier) -> Found:
    try:
        return CHECKS[name](carrier)
    except Exception as error:  # noqa: BLE001  whatever it is: that is what is found
        log.warning("check %s: %s", name, type(error).__name__)
        return found.bad("failed", why=type(error).__name__)


def _write_down(db: Session, now: datetime, check_id: int, came: Found) -> None:
    check = db.get(Check, check_id)
    if check is None:
        return
    if check.state != came.state:
        check.since = now
    check.state, check.said = came.state, came.kept
    check.at, check.due_at = now, now + EVERY


# What is shown ------------------------------------------------------------------------------------


def lines(db: Session, now: datetime, language: str = FIRST) -> list[Line]:
    """Every check, in order; one that nobody does any more is bad."""
    rows = {row.name: row for row in db.scalars(select(Check))}
    return [_line(name, rows.get(name), now, language) for name in CHECKS]


def _line(name: str, row: Check | None, now: datetime, language: str) -> Line:
    stands = _standing(row, now)
    title, said = vocabulary.word(language, "check", name), stands.told(language)
    since, at = (row.since, row.at) if row else (None, None)
    return Line(name, title, stands.state, said, since, at)


def _standing(row: Check | None, now: datetime) -> Found:
    if row is None:
        return Found(CheckState.UNKNOWN, (("when-it-ticks", {}),))
    last = tuple(found.read(row.said))
    if now - (row.at or row.since) > STALE:
        return Found(CheckState.BAD, (("nobody-looks", {}), *(LAST if last else ()), *last))
    return Found(CheckState(row.state), last or (("not-yet", {}),))


def bad(db: Session, now: datetime, language: str = FIRST) -> list[str]:
    """The titles of what is bad now."""
    return [line.title for line in lines(db, now, language) if line.state == CheckState.BAD]
