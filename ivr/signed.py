"""What we give to a browser and take back: signed, so that nobody else can have made it.

Every form of ours carries such a token, so that no other site can press our buttons (OWASP's cheat
sheet on cross-site request forgery: signed tokens).
"""

import secrets
from enum import Enum, auto
from typing import Any

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


def _signer(purpose: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(_secret(), salt=purpose)


def sign(what: Any, purpose: str) -> str:
    """What was signed for one purpose is nothing for another."""
    return str(_signer(purpose).dumps(what))


def read(given: str, purpose: str, good_for: int = GOOD_FOR) -> Any | None:
    """What was signed in the last twelve hours, or as said; None for anything else."""
    try:
        return _signer(purpose).loads(given, good_for)
    except BadSignature:
        return None


def check(given: str, what: Any, purpose: str) -> Token:
    try:
        return Token.GOOD if _signer(purpose).loads(given, GOOD_FOR) == what else Token.FOREIGN
    except SignatureExpired:
        return Token.OLD
    except BadSignature:
        return Token.FOREIGN
