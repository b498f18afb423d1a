"""Titles that say the same: by the words they have in common. Pure."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

ALIKE = 0.6
"""Of all the words of two titles, so many are in both."""
BY_PHONE = "Opened by phone"
"""What a call names the ticket that it opens: it says nothing of the problem."""
SAYS_NOTHING = frozenset(
    "a an the of on in at to for and is are not no our my we re fw fwd tr "  # noqa: SIM905
    "le la les l un une des de du d et en au aux est ne pas nos notre".split()
)


@dataclass(frozen=True)
class Titled:
    """A ticket of a customer."""

    id: int
    opened_at: datetime
    words: frozenset[str]


def words(title: str, *, by_phone: bool = False) -> frozenset[str]:
    """What a title says, without accents, numbers and small words."""
    if by_phone and title == BY_PHONE:
        return frozenset()
    plain = unicodedata.normalize("NFKD", title.casefold()).encode("ascii", "ignore").decode()
    return frozenset(re.findall(r"[a-z]+", plain)) - SAYS_NOTHING


def alike(one: frozenset[str], other: frozenset[str]) -> bool:
    return bool(one) and len(one & other) >= ALIKE * len(one | other)


def first_like(id_: int, theirs: Sequence[Titled], within: timedelta) -> int | None:
    """The earliest ticket of the customer, in the time before this one, that is like it."""
    this = next((one for one in theirs if one.id == id_), None)
    if this is None:
        return None
    before = [
        (one.opened_at, one.id)
        for one in theirs
        if this.opened_at - within <= one.opened_at
        and (one.opened_at, one.id) < (this.opened_at, this.id)
        and alike(one.words, this.words)
    ]
    return min(before)[1] if before else None
