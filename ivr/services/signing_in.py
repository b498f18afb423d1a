"""Signing in to the portal: by a link that is mailed to a contact's address, or by a password.

Whether an address is known is told by nothing: not by the answer, and not by how often one may ask.
A link is good once and for a quarter of an hour; who is signed in can be signed out anywhere
(OWASP's cheat sheets on authentication, forgotten passwords and sessions).
"""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import Select, delete, func, or_, select, update
from sqlalchemy.orm import Session, joinedload

from ivr.database import changed
from ivr.models import Contact, SignIn, SignInAttempt, SignInLink
from ivr.services import customers, hashing, notices

LINK_LASTS = timedelta(minutes=15)
SIGNED_IN_FOR = timedelta(days=30)
"""Since the last visit."""
A_DAY = timedelta(days=1)
SEEN_EVERY = timedelta(minutes=10)
WINDOW = timedelta(minutes=15)
MOST_A_WINDOW = {"link": 5, "password": 10}
"""Of one address."""
MOST_OF_A_SOURCE = 40
SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 200
LONGEST_BROWSER = 200


class TooManyError(Exception):
    """So often in the last quarter of an hour that it is refused."""


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def attempt(db: Session, now: datetime, way: str, email: str, source: str) -> None:
    """Write down that somebody tries. Raises TooManyError when it is too often."""
    whom, where = _digest(_plain(email)), _digest(source)
    lately = select(func.count()).select_from(SignInAttempt).where(SignInAttempt.at > now - WINDOW)
    of_address = lately.where(SignInAttempt.whom == whom, SignInAttempt.way == way)
    of_source = lately.where(SignInAttempt.source == where)
    if (db.scalar(of_address) or 0) >= MOST_A_WINDOW[way]:
        raise TooManyError
    if (db.scalar(of_source) or 0) >= MOST_OF_A_SOURCE:
        raise TooManyError
    db.add(SignInAttempt(way=way, whom=whom, source=where, at=now))


def _plain(email: str) -> str:
    return email.strip().lower()


# By a link ----------------------------------------------------------------------------------------


def mail_link(db: Session, now: datetime, email: str, language: str) -> None:
    """To a contact who is known; otherwise nothing is sent, and nobody is told so."""
    contact = customers.known(db, _plain(email))
    if contact is None:
        return
    token = secrets.token_urlsafe(32)
    link = SignInLink(token_hash=_digest(token), contact_id=contact.id, made_at=now)
    db.add(link)
    db.flush()
    notices.sign_in_link(db, now, contact, language, link.id, token)


def is_good(db: Session, now: datetime, token: str) -> bool:
    """Whether a link still lets somebody in. Only looks: mail scanners follow links, too."""
    return _good_link(db, now, token) is not None


def _good_link(db: Session, now: datetime, token: str) -> SignInLink | None:
    good = select(SignInLink).where(
        SignInLink.token_hash == _digest(token),
        SignInLink.used_at.is_(None),
        SignInLink.made_at > now - LINK_LASTS,
    )
    return db.scalar(good)


def by_link(db: Session, now: datetime, token: str, browser: str) -> str | None:
    """Use the link up. Returns what the browser shows from now on."""
    link = _good_link(db, now, token)
    if link is None:
        return None
    used = (
        update(SignInLink)
        .where(SignInLink.id == link.id, SignInLink.used_at.is_(None))
        .values(used_at=now)
        .execution_options(synchronize_session=False)
    )
    return begin(db, now, link.contact_id, browser) if changed(db, used) else None


# By a password ------------------------------------------------------------------------------------


@cache
def _nobodys() -> str:
    return hashing.hashed(secrets.token_hex(16))


def password_of(db: Session, email: str) -> tuple[str, int | None]:
    """The hash to check against, and whose it is; one of nobody's where there is none."""
    contact = customers.known(db, _plain(email))
    if contact is None or contact.password_hash is None:
        return _nobodys(), None
    return contact.password_hash, contact.id


def set_password(db: Session, now: datetime, here: SignIn, kept: str) -> None:
    """Whoever is signed in elsewhere is signed out. `kept` is the hash."""
    here.contact.password_hash = kept
    end_others(db, now, here)


# Who is signed in ---------------------------------------------------------------------------------


def begin(db: Session, now: datetime, contact_id: int, browser: str) -> str:
    """After somebody has proved who they are. Returns what the browser shows from now on."""
    token = secrets.token_urlsafe(32)
    told = " ".join(browser.split())[:LONGEST_BROWSER]
    db.add(
        SignIn(
            token_hash=_digest(token),
            contact_id=contact_id,
            browser=told,
            began_at=now,
            seen_at=now,
        )
    )
    return token


def _live(now: datetime) -> Select[SignIn]:
    return select(SignIn).where(SignIn.ended_at.is_(None), SignIn.seen_at > now - SIGNED_IN_FOR)


def who(db: Session, now: datetime, token: str) -> SignIn | None:
    found = _live(now).where(SignIn.token_hash == _digest(token))
    return db.scalar(found.options(joinedload(SignIn.contact).joinedload(Contact.customer)))


def is_stale(here: SignIn, now: datetime) -> bool:
    """Whether it is time to write down that it is used."""
    return now - here.seen_at >= SEEN_EVERY


def seen(db: Session, now: datetime, id_: int) -> None:
    db.execute(update(SignIn).where(SignIn.id == id_).values(seen_at=now))


def everywhere(db: Session, now: datetime, here: SignIn) -> Sequence[SignIn]:
    """Where the same contact is signed in, the last used first."""
    of = _live(now).where(SignIn.contact_id == here.contact_id)
    return db.scalars(of.order_by(SignIn.seen_at.desc(), SignIn.id.desc())).all()


def end(db: Session, now: datetime, here: SignIn, id_: int) -> None:
    """Sign out: this browser, or another of the same contact."""
    whose = (SignIn.id == id_, SignIn.contact_id == here.contact_id)
    db.execute(update(SignIn).where(*whose, SignIn.ended_at.is_(None)).values(ended_at=now))


def end_others(db: Session, now: datetime, here: SignIn) -> None:
    whose = (SignIn.contact_id == here.contact_id, SignIn.id != here.id)
    db.execute(update(SignIn).where(*whose, SignIn.ended_at.is_(None)).values(ended_at=now))


def sweep(db: Session, now: datetime) -> None:
    """Drop what is of no use any more."""
    over = now - A_DAY
    db.execute(delete(SignInAttempt).where(SignInAttempt.at < over))
    db.execute(delete(SignInLink).where(SignInLink.made_at < over))
    ended = or_(SignIn.ended_at < over, SignIn.seen_at < now - SIGNED_IN_FOR)
    db.execute(delete(SignIn).where(ended))
