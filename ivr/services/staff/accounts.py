"""How our own people get into the console: by a password, or as the identity provider knows them.

As long as nobody of us can sign in, there is no door to lock (docs/decisions/12). Whether an
address is known is told by nothing.
"""

import secrets
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import exists, func, select, update
from sqlalchemy.orm import Session, joinedload

from ivr.database import changed
from ivr.models import Account, RecoveryCode, Role, StaffLink, StaffSignIn, Technician
from ivr.services.staff import hashing, sign_ins
from ivr.services.staff.sign_ins import A_DAY, digest
from ivr.services.staff.tries import plain
from ivr.settings import settings

LINK_LASTS = A_DAY
ACTIVE = Technician.active.is_(True)


class LastAdminError(Exception):
    """Somebody must remain who may do everything."""


def anybody(db: Session) -> bool:
    """Whether anybody of us can sign in."""
    if settings().oidc_issuer:
        return True
    has_one = select(Account.technician_id).join(Technician, Technician.id == Account.technician_id)
    return bool(
        db.scalar(select(exists(has_one.where(Account.password_hash.is_not(None), ACTIVE))))
    )


def known(db: Session, email: str) -> Technician | None:
    return db.scalar(select(Technician).where(Technician.email == plain(email), ACTIVE))


def account(db: Session, technician_id: int) -> Account:
    """Theirs; made when there is none."""
    found = db.get(Account, technician_id)
    if found is None:
        found = Account(technician_id=technician_id)
        db.add(found)
        db.flush()
    return found


def has_password(db: Session, technician_id: int) -> bool:
    found = db.get(Account, technician_id)
    return bool(found and found.password_hash)


# The last admin -----------------------------------------------------------------------------------


def keep_an_admin(db: Session, but: Technician) -> None:
    """Before somebody stops being an admin, or leaves. Raises LastAdminError if nobody would be
    left who can sign in and may do everything.
    """
    if but.role != Role.ADMIN or not anybody(db):
        return
    admins = select(func.count(Technician.id)).where(
        Technician.role == Role.ADMIN, ACTIVE, Technician.id != but.id
    )
    if not settings().oidc_issuer:
        admins = admins.join(Account, Account.technician_id == Technician.id).where(
            Account.password_hash.is_not(None)
        )
    if not db.scalar(admins):
        raise LastAdminError


# The password -------------------------------------------------------------------------------------


class Kept(NamedTuple):
    """What a password is checked against."""

    password_hash: str
    technician_id: int | None
    """None: nobody's."""
    second_step: bool = False


def password_of(db: Session, email: str) -> Kept:
    """One of nobody's where there is none."""
    person = known(db, email)
    found = db.get(Account, person.id) if person else None
    if found is None or found.password_hash is None:
        return Kept(hashing.nobodys(), None)
    return Kept(found.password_hash, found.technician_id, bool(found.totp_secret))


def set_password(
    db: Session, now: datetime, technician_id: int, kept: str, here: StaffSignIn | None = None
) -> None:
    """Whoever is signed in elsewhere is signed out, and no link sets another. `kept` is the
    hash.
    """
    account(db, technician_id).password_hash = kept
    sign_ins.end_all(db, now, StaffSignIn, technician_id, but=here)
    unused = (StaffLink.technician_id == technician_id, StaffLink.used_at.is_(None))
    db.execute(update(StaffLink).where(*unused).values(used_at=now))


# Links to set one ---------------------------------------------------------------------------------


def new_link(db: Session, now: datetime, technician: Technician) -> str:
    """Its token. What was given out before stays good: a mail may be under way."""
    token = secrets.token_urlsafe(32)
    db.add(StaffLink(token_hash=digest(token), technician_id=technician.id, made_at=now))
    db.flush()
    return token


def good_link(db: Session, now: datetime, token: str) -> StaffLink | None:
    """Only looks: mail scanners follow links, too."""
    good = select(StaffLink).where(
        StaffLink.token_hash == digest(token),
        StaffLink.used_at.is_(None),
        StaffLink.made_at > now - LINK_LASTS,
    )
    link = db.scalar(good.options(joinedload(StaffLink.technician)))
    return link if link and link.technician.active else None


def use_link(db: Session, now: datetime, token: str, kept: str) -> Technician | None:
    """Set the password; the link is used up."""
    link = good_link(db, now, token)
    if link is None:
        return None
    used = (
        update(StaffLink)
        .where(StaffLink.id == link.id, StaffLink.used_at.is_(None))
        .values(used_at=now)
        .execution_options(synchronize_session=False)
    )
    if not changed(db, used):
        return None
    set_password(db, now, link.technician_id, kept)
    return link.technician


# Who is signed in ---------------------------------------------------------------------------------


def who(db: Session, now: datetime, token: str) -> StaffSignIn | None:
    found = sign_ins.shown(now, StaffSignIn, token).join(StaffSignIn.technician).where(ACTIVE)
    return db.scalar(found.options(joinedload(StaffSignIn.technician)))


def shut(db: Session, now: datetime, technician: Technician) -> None:
    """They have left: nothing lets them in any more."""
    sign_ins.end_all(db, now, StaffSignIn, technician.id)
    unused = (StaffLink.technician_id == technician.id, StaffLink.used_at.is_(None))
    db.execute(update(StaffLink).where(*unused).values(used_at=now))


def codes_left(db: Session, technician_id: int) -> int:
    """Recovery codes that are good still."""
    good = (RecoveryCode.technician_id == technician_id, RecoveryCode.used_at.is_(None))
    return db.scalar(select(func.count(RecoveryCode.id)).where(*good)) or 0
