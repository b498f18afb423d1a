"""A caller is answered in time, whatever the database does: what takes too long is cut off.

The work itself runs in the request's own thread; one other thread of the process watches the time.
Work that was cut off at its commit may be committed; a turn that is asked for again finds its
answer.
"""

import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from typing import Any, TypeVar

from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.orm import Session

from ivr import clock
from ivr.database import cut, driver, transaction

SECONDS = 2.5

Result = TypeVar("Result")


class TooLateError(Exception):
    """No answer in time, or the database is away."""


def transact(work: Callable[[Session, datetime], Result]) -> Result:
    """Work in a transaction of its own, committed in time or given up."""
    try:
        with _watch().limit() as limit:
            try:
                return _once(work, limit)
            except IntegrityError:  # the same webhook twice in an instant: the other one was first
                return _once(work, limit)
    except (SQLAlchemyError, OSError) as error:
        raise TooLateError(type(error).__name__) from error


def _once(work: Callable[[Session, datetime], Result], limit: "Limit") -> Result:
    with transaction() as db:
        limit.bounds(driver(db))
        return work(db, clock.now())


class Limit:
    def __init__(self) -> None:
        self.ends = time.monotonic() + SECONDS
        self._connection: Any = None

    def bounds(self, connection: Any) -> None:
        """What is done on this connection must be over in time."""
        self._connection = connection
        if self.is_over():
            raise TimeoutError("no time is left")

    def is_over(self) -> bool:
        return time.monotonic() >= self.ends

    def cut(self) -> None:
        if self._connection:
            cut(self._connection)


class Watch:
    """Ends what runs beyond its limit. It is woken only for a limit that ends before it looks."""

    def __init__(self) -> None:
        self._running: set[Limit] = set()
        self._looks_at = math.inf
        self._changed = threading.Condition()
        threading.Thread(target=self._run, name="watch", daemon=True).start()

    @contextmanager
    def limit(self) -> Iterator[Limit]:
        limit = Limit()
        with self._changed:
            self._running.add(limit)
            if limit.ends < self._looks_at:
                self._changed.notify()
        try:
            yield limit
        finally:
            with self._changed:
                self._running.discard(limit)

    def _run(self) -> None:
        with self._changed:
            while True:
                for limit in [one for one in self._running if one.is_over()]:
                    limit.cut()
                    self._running.discard(limit)
                self._looks_at = min((one.ends for one in self._running), default=math.inf)
                idle = self._looks_at == math.inf
                self._changed.wait(None if idle else self._looks_at - time.monotonic())


@cache
def _watch() -> Watch:
    return Watch()  # made after the fork, in each worker process
