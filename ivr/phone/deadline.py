"""A caller is answered in time, whatever the database does: work runs beside, under a deadline.

Work that comes too late may still be committed; a turn that is asked for again finds its answer.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import cache
from threading import BoundedSemaphore
from typing import TypeVar

from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.orm import Session

from ivr import clock
from ivr.database import transaction

SECONDS = 2.5
AT_ONCE = 16
"""Pieces of work that may hang in a process; with so many stuck, the next is late at once."""

Result = TypeVar("Result")

_places = BoundedSemaphore(AT_ONCE)


class TooLateError(Exception):
    """No answer in time, or the database is away."""


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(AT_ONCE, "turn")  # made after the fork, in each worker process


def transact(work: Callable[[Session, datetime], Result]) -> Result:
    """Work in a transaction of its own, committed in time or given up."""
    if not _places.acquire(blocking=False):
        raise TooLateError("everything hangs")
    future = _pool().submit(_transaction, work)
    future.add_done_callback(lambda _done: _places.release())
    try:
        return future.result(SECONDS)
    except TimeoutError as error:
        raise TooLateError("no answer in time") from error
    except (SQLAlchemyError, OSError) as error:
        raise TooLateError(type(error).__name__) from error


def _transaction(work: Callable[[Session, datetime], Result]) -> Result:
    try:
        return _once(work)
    except IntegrityError:  # the same webhook twice in an instant: the other one was first
        return _once(work)


def _once(work: Callable[[Session, datetime], Result]) -> Result:
    with transaction() as db:
        return work(db, clock.now())
