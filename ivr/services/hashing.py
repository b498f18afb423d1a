"""What somebody knows by heart, a PIN or a password: kept as argon2, so that a stolen database does
not give it away.
"""

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


def hashed(secret: str) -> str:
    return _hasher().hash(secret)


def matches(kept: str, secret: str) -> bool:
    try:
        return _hasher().verify(kept, secret)
    except (VerificationError, InvalidHashError):
        return False
