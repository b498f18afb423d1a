"""Who looks at the portal: signed in or not, in which language, from which browser.

Two cookies: what a browser shows that is signed in, and a random word for those who are not, for
which their forms are signed.
"""

import secrets
from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import Response, g, request
from werkzeug.wrappers import Response as Answer

from ivr import clock, signed
from ivr.database import reading, transaction
from ivr.models import Contact, SignIn
from ivr.services import vocabulary
from ivr.services.staff import sign_ins, signing_in
from ivr.settings import settings
from ivr.signed import Token

SIGNED_IN = "portal"
STRANGER = "portal_stranger"
LANGUAGE = "portal_language"
WANTED = "portal_wanted"
A_YEAR = 365 * 24 * 3600
FORM = "portal form"


@dataclass(frozen=True)
class Visitor:
    here: SignIn | None
    language: str
    key: str
    """What their forms are signed for."""

    @property
    def contact(self) -> Contact:
        assert self.here, "only who is signed in gets here"
        return self.here.contact


def visitor() -> Visitor:
    found: Visitor = g.visitor
    return found


def recognize() -> None:
    """Before every request of the portal that is not for a style or a script."""
    if request.endpoint == "portal.static":
        return
    now = clock.now()
    shown = request.cookies.get(SIGNED_IN, "")
    here = None
    if shown:
        with reading() as db:
            here = signing_in.who(db, now, shown)
    if here and sign_ins.is_stale(here, now):
        with transaction() as db:
            sign_ins.seen(db, now, here)
    key = shown if here else request.cookies.get(STRANGER) or secrets.token_urlsafe(16)
    g.visitor = Visitor(here, _language(here), key)


def _language(here: SignIn | None) -> str:
    """The contact's own; else what this browser has chosen, or says that it reads."""
    if here and here.contact.language:
        return vocabulary.known(here.contact.language)
    chosen = request.cookies.get(LANGUAGE)
    if chosen in vocabulary.LANGUAGES:
        return str(chosen)
    short = {one.partition("-")[0]: one for one in vocabulary.LANGUAGES}
    best = request.accept_languages.best_match([*vocabulary.LANGUAGES, *short])
    return short.get(best or "", vocabulary.known(best))


# Cookies ------------------------------------------------------------------------------------------


def give(answer: Answer, name: str, value: str, max_age: int | None = None) -> None:
    """Only for the portal, not for scripts, and over TLS alone where we are reached by TLS."""
    answer.set_cookie(
        name,
        value,
        max_age=max_age,
        path="/portal",
        secure=urlsplit(settings().own_url).scheme == "https",
        httponly=True,
        samesite="Lax",
    )


def take(answer: Answer, name: str) -> None:
    answer.delete_cookie(name, path="/portal")


def remember(answer: Response) -> Response:
    """After every request: a stranger keeps the word that their forms are signed for."""
    found = g.get("visitor")
    if found and not found.here and request.cookies.get(STRANGER) != found.key:
        give(answer, STRANGER, found.key)
    return answer


def within_portal(path: str) -> str:
    """A page of ours to go to, whatever was asked for."""
    return path if path.startswith("/portal/") and "\\" not in path and "//" not in path else ""


# Forms --------------------------------------------------------------------------------------------


def token(about: str = "") -> str:
    return signed.sign([visitor().key, about], FORM)


def check(about: str = "") -> Token:
    return signed.check(request.form.get("token", ""), [visitor().key, about], FORM)


def written(name: str, most: int) -> str:
    """What was written; a database takes no NUL."""
    return request.form.get(name, "").replace("\0", "").strip()[:most]


def line(name: str, most: int) -> str:
    return " ".join(written(name, most).split())
