"""How long to wait before something is tried again: twice as long each time, up to a limit."""

from datetime import timedelta

MOST_DOUBLINGS = 16
"""Any limit of ours is reached by then."""


def doubling(first: timedelta, tries: int, longest: timedelta) -> timedelta:
    return min(longest, first * (1 << min(tries, MOST_DOUBLINGS)))
