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
from ivr.services import checks_here, checks_outside
from ivr.services.carrier import Carrier
from ivr.services.found import Found

log = logging.getLogger(__name__)

EVERY = timedelta(minutes=5)
LEASE = timedelta(minutes=2)
"""Longer than any check may take."""
STALE = timedelta(minutes=15)

Do = Callable[[Carrier], Found]

CHECKS: dict[str, tuple[str, Do]] = {
    "carrier": ("Carrier", checks_outside.carrier),
    "numbers": ("Numbers", checks_outside.numbers),
    "balance": ("Balance", checks_outside.balance),
    "canary": ("Test call", checks_here.canary),
    "rota": ("Rota", checks_here.rota),
    "phones": ("Phones", checks_here.phones),
    "mail-out": ("Mail out", checks_outside.mail_out),
    "mail-in": ("Mail in", checks_outside.mail_in),
    "ticker": ("Ticker", checks_here.ticker),
    "broker": ("Broker", checks_outside.broker),
    "fallback": ("Fallback document", checks_outside.fallback),
    "disk": ("Disk", checks_here.disk),
}
"""In the order in which they are shown, each with its title."""


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
    found = _look(name, carrier)
    with transaction() as db:
        _write_down(db, clock.now(), check_id, found)


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
        return CHECKS[name][1](carrier)
    except Exception as error:  # noqa: BLE001  whatever it is: that is what is found
        log.warning("check %s: %s", name, type(error).__name__)
        return Found(CheckState.BAD, f"This could not be looked at: {type(error).__name__}.")


def _write_down(db: Session, now: datetime, check_id: int, found: Found) -> None:
    check = db.get(Check, check_id)
    if check is None:
        return
    if check.state != found.state:
        check.since = now
    check.state, check.said = found.state, found.said
    check.at, check.due_at = now, now + EVERY


# What is shown ------------------------------------------------------------------------------------


def lines(db: Session, now: datetime) -> list[Line]:
    """Every check, in order; one that nobody does any more is bad."""
    rows = {row.name: row for row in db.scalars(select(Check))}
    return [_line(name, rows.get(name), now) for name in CHECKS]


def _line(name: str, row: Check | None, now: datetime) -> Line:
    title = CHECKS[name][0]
    if row is None:
        said = "This is looked at as soon as the ticker runs: ivr tick."
        return Line(name, title, CheckState.UNKNOWN, said, None, None)
    if now - (row.at or row.since) > STALE:
        said = "Nobody looks at this any more. Start the workers: ivr worker."
        if row.said:
            said += f" Last found: {row.said}"
        return Line(name, title, CheckState.BAD, said, row.since, row.at)
    said = row.said or "This has not been looked at yet."
    return Line(name, title, CheckState(row.state), said, row.since, row.at)


def bad(db: Session, now: datetime) -> list[str]:
    """The titles of what is bad now."""
    return [line.title for line in lines(db, now) if line.state == CheckState.BAD]
