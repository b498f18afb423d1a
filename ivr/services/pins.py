"""The PIN of a customer: argon2, so that a stolen database does not give it away."""

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


def hash_pin(pin: str) -> str:
    return _hasher().hash(pin)


def matches(kept: str, pin: str) -> bool:
    try:
        return _hasher().verify(kept, pin)
    except (VerificationError, InvalidHashError):
        return False
