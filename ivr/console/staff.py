"""Who of us looks at the staff pages: the browser that is signed in, and what its owner may do.

As long as nobody can sign in, whoever is let in acts as an admin without a name
(docs/decisions/12).
"""

import secrets
from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import Response, abort, g, has_app_context, request
from werkzeug.wrappers import Response as Answer

from ivr import clock
from ivr.console.tongue import say
from ivr.database import reading, transaction
from ivr.models import Role, StaffSignIn, Technician
from ivr.services.settings import house
from ivr.services.staff import accounts, roles, sign_ins
from ivr.services.staff.roles import May
from ivr.settings import settings

SIGNED_IN = "staff"
STRANGER = "staff_stranger"
SIGN_IN_PAGES = "/sign-in"
SIGNING = "signing in"
"""What the forms to sign in and out are about."""


@dataclass(frozen=True)
class Staff:
    here: StaffSignIn | None
    key: str
    """What their forms are signed for: good still when they have signed in again meanwhile."""
    locked: bool
    """Whether people have to sign in."""

    @property
    def person(self) -> Technician | None:
        return self.here.technician if self.here else None

    @property
    def role(self) -> str:
        return self.person.role if self.person else Role.ADMIN

    @property
    def name(self) -> str:
        return self.person.name if self.person else house.ANYBODY

    def may(self, right: May) -> bool:
        return (self.here is not None or not self.locked) and roles.may(self.role, right)


def staff() -> Staff:
    found: Staff = g.staff
    return found


def here() -> StaffSignIn:
    found = staff().here
    if found is None:
        abort(403, description=say("wrong.no_accounts"))
    return found


def key() -> str:
    found = g.get("staff") if has_app_context() else None
    return found.key if found else ""


def recognize() -> Staff:
    """Once a request."""
    if "staff" not in g:
        g.staff = _recognize()
    return staff()


def _recognize() -> Staff:
    now, shown = clock.now(), request.cookies.get(SIGNED_IN, "")
    with reading() as db:
        found = accounts.who(db, now, shown) if shown else None
        locked = found is not None or accounts.anybody(db)
    if found and sign_ins.is_stale(found, now):
        with transaction() as db:
            sign_ins.seen(db, now, found)
    if found:
        return Staff(found, f"person {found.technician_id}", locked)
    stranger = request.cookies.get(STRANGER) or secrets.token_urlsafe(16)
    return Staff(None, stranger if locked else "", locked)


# Cookies ------------------------------------------------------------------------------------------


def give(
    answer: Answer, name: str, value: str, max_age: int | None = None, path: str = "/"
) -> None:
    """Not for scripts, not with what another site sends, and over TLS alone where we are reached by
    TLS.
    """
    answer.set_cookie(
        name,
        value,
        max_age=max_age,
        path=path,
        secure=urlsplit(settings().own_url).scheme == "https",
        httponly=True,
        samesite="Lax",
    )


def remember(answer: Response) -> Response:
    """After every request: a stranger keeps the word that the forms to sign in are signed for."""
    found: Staff | None = g.get("staff")
    stranger = found and found.locked and not found.here
    new = found and request.cookies.get(STRANGER) != found.key
    if found and stranger and new and request.path.startswith(SIGN_IN_PAGES):
        give(answer, STRANGER, found.key, path=SIGN_IN_PAGES)
    return answer


def page_of_form() -> str | None:
    """The page that a form was sent from."""
    parts = urlsplit(request.referrer or "")
    return ours(parts.path + ("?" + parts.query if parts.query else "")) or None


def ours(path: str) -> str:
    """A page of ours to go to, whatever was asked for; none of those to sign in."""
    inside = path.startswith("/") and not path.startswith(("//", SIGN_IN_PAGES))
    return path if inside and path.isprintable() and "\\" not in path else ""
