"""What time it is. Doors ask here and hand the answer to services; tests put another clock in."""

from collections.abc import Callable
from datetime import UTC, datetime


def _wall() -> datetime:
    return datetime.now(UTC)


_source: Callable[[], datetime] = _wall


def now() -> datetime:
    return _source()


def use(source: Callable[[], datetime] | None) -> None:
    """Take the time from `source` from now on; None goes back to the wall clock."""
    global _source  # noqa: PLW0603  one clock for the whole process is the point
    _source = source or _wall
