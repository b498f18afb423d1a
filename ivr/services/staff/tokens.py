"""Tokens of the API: made, known again, revoked; and what each scope lets a program do.

A token never may more than its owner may at that moment, whatever its scopes say.
"""

import re
import secrets
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from ivr.models import Act, ApiToken, Technician
from ivr.services import audit
from ivr.services.staff import roles
from ivr.services.staff.roles import May
from ivr.services.staff.sign_ins import digest

BEGINS = "ivr_"
"""So that programs that look for secrets in code find them."""
TOKEN = re.compile(rf"{BEGINS}[A-Za-z0-9_-]{{43}}")
LONGEST = 365
"""Days."""
A_MINUTE = timedelta(minutes=1)


class Scope(StrEnum):
    TICKETS_READ = "tickets:read"
    TICKETS_WRITE = "tickets:write"
    CALLS_READ = "calls:read"
    PAGES_READ = "pages:read"
    PAGES_WRITE = "pages:write"
    PEOPLE_READ = "people:read"
    ROTAS_READ = "rotas:read"
    ROTAS_WRITE = "rotas:write"
    REPORTS_READ = "reports:read"


TAKES: dict[Scope, May] = {
    Scope.TICKETS_READ: May.SEE_TICKETS,
    Scope.TICKETS_WRITE: May.ACT_ON_TICKETS,
    Scope.CALLS_READ: May.SEE_CALLS,
    Scope.PAGES_READ: May.SEE_TICKETS,
    Scope.PAGES_WRITE: May.ACT_ON_TICKETS,
    Scope.PEOPLE_READ: May.SEE_PEOPLE,
    Scope.ROTAS_READ: May.SEE_ROTAS,
    Scope.ROTAS_WRITE: May.SWAP_SHIFTS,
    Scope.REPORTS_READ: May.SEE_REPORTS,
}
"""The right that the owner must have, too."""


class TokenRefusedError(Exception):
    """Says in a word why there is no such token to be had: name, scopes or days."""


def make(
    db: Session,
    now: datetime,
    owner: Technician,
    name: str,
    scopes: Collection[str],
    days: int,
    by: str,
) -> tuple[ApiToken, str]:
    """The token itself is told this once."""
    if not name.strip():
        raise TokenRefusedError("name")
    if not scopes or not set(scopes) <= set(Scope):
        raise TokenRefusedError("scopes")
    if not 0 < days <= LONGEST:
        raise TokenRefusedError("days")
    secret = BEGINS + secrets.token_urlsafe(32)
    made = ApiToken(
        technician=owner,
        name=name.strip(),
        token_hash=digest(secret),
        scopes=sorted(scopes),
        made_at=now,
        expires_at=now + timedelta(days=days),
    )
    db.add(made)
    told = {"name": made.name, "scopes": made.scopes}
    about = f"person-{owner.id}"
    audit.write(db, now, by, Act.CHANGED, about, audit.Kind.TOKEN_MADE, **told)
    return made, secret


def known(db: Session, now: datetime, secret: str) -> ApiToken | None:
    """One that is in force, of somebody who is still with us."""
    if not TOKEN.fullmatch(secret):
        return None
    query = select(ApiToken).options(joinedload(ApiToken.technician))
    found = db.scalar(query.where(ApiToken.token_hash == digest(secret)))
    if found is None or found.revoked_at or found.expires_at <= now:
        return None
    return found if found.technician.active else None


def may(token: ApiToken, scope: Scope) -> bool:
    return scope in token.scopes and roles.may(token.technician.role, TAKES[scope])


def is_stale(token: ApiToken, now: datetime) -> bool:
    """Whether it is time to note that it is used."""
    return token.used_at is None or now - token.used_at >= A_MINUTE


def used(db: Session, now: datetime, token: ApiToken) -> None:
    db.get_one(ApiToken, token.id).used_at = now


def of(db: Session, owner: Technician | None) -> Sequence[ApiToken]:
    """The newest first; of everybody, without an owner."""
    query = select(ApiToken).options(joinedload(ApiToken.technician)).order_by(ApiToken.id.desc())
    if owner:
        query = query.where(ApiToken.technician_id == owner.id)
    return db.scalars(query).all()


def revoke(db: Session, now: datetime, token: ApiToken, by: str) -> None:
    if token.revoked_at is None:
        token.revoked_at = now
        about = f"person-{token.technician_id}"
        audit.write(db, now, by, Act.CHANGED, about, audit.Kind.TOKEN_REVOKED, name=token.name)
