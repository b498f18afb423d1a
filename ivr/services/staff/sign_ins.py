"""Browsers that are signed in, of customers and of ours: a table each, the same rules.

Of what a browser shows only the hash is kept; who is signed in can be signed out anywhere (OWASP's
cheat sheet on sessions).
"""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import Select, delete, or_, select, update
from sqlalchemy.orm import Session

from ivr.models import SignedIn

A_DAY = timedelta(days=1)
SEEN_EVERY = timedelta(minutes=10)
LONGEST_BROWSER = 200
BROWSERS = ("Firefox", "Edg", "OPR", "SamsungBrowser", "Chrome", "Safari")
SYSTEMS = ("Android", "iPhone", "iPad", "Windows", "Mac OS", "Linux")
NAMES = {"Edg": "Edge", "OPR": "Opera", "SamsungBrowser": "Samsung Internet"}
Here = TypeVar("Here", bound=SignedIn)


def digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def named(told: str) -> str:
    """Firefox, Windows: as much as its owner needs to know it again."""
    found = [next((one for one in each if one in told), "") for each in (BROWSERS, SYSTEMS)]
    return ", ".join(NAMES.get(one, one) for one in found if one) or told[:40] or "?"


def begin(db: Session, now: datetime, table: type[SignedIn], owner_id: int, browser: str) -> str:
    """After somebody has proved who they are. Returns what the browser shows from now on."""
    token = secrets.token_urlsafe(32)
    told = " ".join(browser.split())[:LONGEST_BROWSER]
    began = {"browser": told, "began_at": now, "seen_at": now}
    db.add(table(token_hash=digest(token), owner_id=owner_id, **began))
    return token


def live(now: datetime, table: type[Here]) -> Select[Here]:
    return select(table).where(table.ended_at.is_(None), table.seen_at > now - table.LASTS)


def shown(now: datetime, table: type[Here], token: str) -> Select[Here]:
    """The one of a browser that shows this."""
    return live(now, table).where(table.token_hash == digest(token))


def is_stale(here: SignedIn, now: datetime) -> bool:
    """Whether it is time to write down that it is used."""
    return now - here.seen_at >= SEEN_EVERY


def seen(db: Session, now: datetime, here: SignedIn) -> None:
    table = type(here)
    db.execute(update(table).where(table.id == here.id).values(seen_at=now))


def everywhere(db: Session, now: datetime, table: type[Here], owner_id: int) -> Sequence[Here]:
    """Where somebody is signed in, the last used first."""
    of = live(now, table).where(table.owner_id == owner_id)
    return db.scalars(of.order_by(table.seen_at.desc(), table.id.desc())).all()


def end(db: Session, now: datetime, table: type[SignedIn], owner_id: int, id_: int) -> None:
    """Sign out one browser of somebody's."""
    whose = (table.id == id_, table.owner_id == owner_id, table.ended_at.is_(None))
    db.execute(update(table).where(*whose).values(ended_at=now))


def end_all(
    db: Session,
    now: datetime,
    table: type[SignedIn],
    owner_id: int,
    but: SignedIn | None = None,
) -> None:
    """Sign out everywhere, but here."""
    whose = (table.owner_id == owner_id, table.id != (but.id if but else 0))
    db.execute(update(table).where(*whose, table.ended_at.is_(None)).values(ended_at=now))


def sweep(db: Session, now: datetime, table: type[SignedIn]) -> None:
    ended = or_(table.ended_at < now - A_DAY, table.seen_at < now - table.LASTS)
    db.execute(delete(table).where(ended))
