"""A caller is answered in time, whatever the database does: work runs beside, under a deadline.

Work that comes too late may still be committed; a turn that is asked for again finds its answer.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as LateError
from functools import cache
from typing import TypeVar

from sqlalchemy.exc import SQLAlchemyError

SECONDS = 2.5
AT_ONCE = 16
"""Turns that may hang in a process before others wait for their turn, and are late themselves."""

Result = TypeVar("Result")


class TooLateError(Exception):
    """No answer in time, or the database is away."""


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(AT_ONCE, "turn")  # made after the fork, in each worker process


def in_time(work: Callable[[], Result]) -> Result:
    future = _pool().submit(work)
    try:
        return future.result(SECONDS)
    except LateError as error:
        future.cancel()
        raise TooLateError("no answer in time") from error
    except (SQLAlchemyError, OSError) as error:
        raise TooLateError(type(error).__name__) from error
