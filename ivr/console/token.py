"""The token in every form of ours, so that no other site can press our buttons.

Signed for one ticket, good for twelve hours, and only a page that passed the guard carries it
(OWASP's cheat sheet on cross-site request forgery: signed tokens).
"""

import secrets
from enum import Enum, auto

from itsdangerous import BadSignature, SignatureExpired, URLSafeTimedSerializer

from ivr.settings import settings

GOOD_FOR = 12 * 3600
NO_SECRET = secrets.token_hex(16)
"""Signs where nothing secret is set, so that nobody can guess it."""


class Token(Enum):
    GOOD = auto()
    OLD = auto()
    FOREIGN = auto()


def _secret() -> str:
    return settings().credentials[1] + settings().console_password or NO_SECRET


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(_secret(), salt="staff form")


def token(ticket: str) -> str:
    return str(_signer().dumps(ticket))


def check(given: str, ticket: str) -> Token:
    try:
        return Token.GOOD if _signer().loads(given, GOOD_FOR) == ticket else Token.FOREIGN
    except SignatureExpired:
        return Token.OLD
    except BadSignature:
        return Token.FOREIGN
