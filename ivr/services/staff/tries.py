"""How often somebody may try to get in, whether or not anybody is there: an address that we do not
know is counted and held up as one that we know.

Customers are refused for a quarter of an hour, since a link or a password remains to them. Ours are
only ever delayed, by a minute at most, so that nobody can shut out the last admin; and a browser
that they were signed in with before is counted by itself, so that nobody else uses up their tries
(OWASP's device cookies).
"""

import math
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.orm import Session

from ivr.models import SignInAttempt
from ivr.services.staff.sign_ins import digest

WINDOW = timedelta(minutes=15)
MOST_A_WINDOW = {"link": 5, "password": 10}
"""Of one address."""
MOST_OF_A_SOURCE = 40
STAFF = "staff"
AN_HOUR = timedelta(hours=1)
FREE, FREE_OF_A_SOURCE = 5, 40
"""Tries in the last hour that cost no delay."""
LONGEST_DELAY = 60


class TooManyError(Exception):
    """So often in the last quarter of an hour that it is refused."""


class WaitError(Exception):
    """It was tried too soon; `seconds` from now it may be tried again."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"{seconds} s")
        self.seconds = seconds


def plain(email: str) -> str:
    return email.strip().lower()


def attempt(db: Session, now: datetime, way: str, email: str, source: str) -> None:
    """Write down that a customer tries. Raises TooManyError when it is too often."""
    whom, where = digest(plain(email)), digest(source)
    lately = select(func.count()).select_from(SignInAttempt).where(SignInAttempt.at > now - WINDOW)
    of_address = lately.where(SignInAttempt.whom == whom, SignInAttempt.way == way)
    of_source = lately.where(SignInAttempt.source == where, SignInAttempt.way != STAFF)
    if (db.scalar(of_address) or 0) >= MOST_A_WINDOW[way]:
        raise TooManyError
    if (db.scalar(of_source) or 0) >= MOST_OF_A_SOURCE:
        raise TooManyError
    db.add(SignInAttempt(way=way, whom=whom, source=where, at=now))


# Ours ---------------------------------------------------------------------------------------------


def _whom(email: str, browser: str) -> str:
    return digest(f"{plain(email)} {browser}")


def staff(db: Session, now: datetime, email: str, source: str, browser: str = "") -> None:
    """Write down that one of us tries, or somebody who says so. `browser` is the word of one that
    they were signed in with before. Raises WaitError when it is too soon; that is not counted.
    """
    whom, where = _whom(email, browser), digest(source)
    wait = _wait(db, now, FREE, SignInAttempt.whom == whom)
    if not browser:
        wait = max(wait, _wait(db, now, FREE_OF_A_SOURCE, SignInAttempt.source == where))
    if wait > 0:
        raise WaitError(math.ceil(wait))
    db.add(SignInAttempt(way=STAFF, whom=whom, source=where, at=now))
    db.flush()


def _wait(db: Session, now: datetime, free: int, of: ColumnElement[bool]) -> float:
    """Seconds: 2 after the last try that was free, 4 after the next, and so on."""
    lately: tuple[Any, ...] = (SignInAttempt.way == STAFF, SignInAttempt.at > now - AN_HOUR, of)
    counted = select(func.count(), func.max(SignInAttempt.at)).where(*lately)
    count, last = db.execute(counted).one()
    if count < free:
        return 0
    delay = min(LONGEST_DELAY, 2 ** min(count - free + 1, 10))
    return float(delay - (now - last).total_seconds())


def forget(db: Session, email: str, browser: str = "") -> None:
    """They got in."""
    whose = (SignInAttempt.way == STAFF, SignInAttempt.whom == _whom(email, browser))
    db.execute(delete(SignInAttempt).where(*whose))
