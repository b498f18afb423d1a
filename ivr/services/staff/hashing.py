"""What somebody knows by heart, a PIN or a password: kept as argon2, so that a stolen database does
not give it away.
"""

import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 200


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


def is_long_enough(password: str) -> bool:
    return SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD


@cache
def nobodys() -> str:
    """A password that nobody has: an unknown address is checked as long as a known one."""
    return hashed(secrets.token_hex(16))
