"""Signing in to the portal: by a link that is mailed to a contact's address, or by a password.

Whether an address is known is told by nothing: not by the answer, and not by how often one may ask.
A link is good once and for a quarter of an hour; who is signed in can be signed out anywhere
(OWASP's cheat sheets on authentication, forgotten passwords and sessions).
"""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session, joinedload

from ivr.database import changed
from ivr.models import (
    Contact,
    PhoneCheck,
    SignIn,
    SignInAttempt,
    SignInLink,
    StaffLink,
    StaffSignIn,
)
from ivr.services.mail import notices
from ivr.services.staff import hashing, sign_ins
from ivr.services.staff.sign_ins import A_DAY, digest
from ivr.services.staff.tries import plain
from ivr.services.tickets import customers

LINK_LASTS = timedelta(minutes=15)


# By a link ----------------------------------------------------------------------------------------


def mail_link(db: Session, now: datetime, email: str, language: str) -> None:
    """To a contact who is known; otherwise nothing is sent, and nobody is told so."""
    contact = customers.known(db, plain(email))
    if contact is None:
        return
    token = secrets.token_urlsafe(32)
    link = SignInLink(token_hash=digest(token), contact_id=contact.id, made_at=now)
    db.add(link)
    db.flush()
    notices.sign_in_link(db, now, contact, language, link.id, token)


def is_good(db: Session, now: datetime, token: str) -> bool:
    """Whether a link still lets somebody in. Only looks: mail scanners follow links, too."""
    return _good_link(db, now, token) is not None


def _good_link(db: Session, now: datetime, token: str) -> SignInLink | None:
    good = select(SignInLink).where(
        SignInLink.token_hash == digest(token),
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
    if not changed(db, used):
        return None
    return sign_ins.begin(db, now, SignIn, link.contact_id, browser)


# By a password ------------------------------------------------------------------------------------


def password_of(db: Session, email: str) -> tuple[str, int | None]:
    """The hash to check against, and whose it is; one of nobody's where there is none."""
    contact = customers.known(db, plain(email))
    if contact is None or contact.password_hash is None:
        return hashing.nobodys(), None
    return contact.password_hash, contact.id


def set_password(db: Session, now: datetime, here: SignIn, kept: str) -> None:
    """Whoever is signed in elsewhere is signed out. `kept` is the hash."""
    here.contact.password_hash = kept
    sign_ins.end_all(db, now, SignIn, here.contact_id, but=here)


# Who is signed in ---------------------------------------------------------------------------------


def who(db: Session, now: datetime, token: str) -> SignIn | None:
    found = sign_ins.shown(now, SignIn, token)
    return db.scalar(found.options(joinedload(SignIn.contact).joinedload(Contact.customer)))


def sweep(db: Session, now: datetime) -> None:
    """Drop what is of no use any more, of customers and of ours."""
    over = now - A_DAY
    db.execute(delete(SignInAttempt).where(SignInAttempt.at < over))
    db.execute(delete(SignInLink).where(SignInLink.made_at < over))
    db.execute(delete(PhoneCheck).where(PhoneCheck.made_at < over))
    db.execute(delete(StaffLink).where(StaffLink.made_at < over))
    for table in (SignIn, StaffSignIn):
        sign_ins.sweep(db, now, table)
