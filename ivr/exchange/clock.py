"""The exchange's time and its agenda: what happens when, on the wall clock or a moved one."""

import heapq
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol

Act = Callable[[], None]


class Clock(Protocol):
    def now(self) -> datetime: ...


class WallClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


class ManualClock:
    """Stands still until it is set."""

    def __init__(self, start: datetime) -> None:
        self._now = start

    def now(self) -> datetime:
        return self._now

    def set(self, moment: datetime) -> None:
        self._now = max(self._now, moment)


@dataclass(order=True)
class Appointment:
    """Something that will happen, unless it is cancelled."""

    at: datetime
    order: int
    act: Act = field(compare=False)
    cancelled: bool = field(default=False, compare=False)

    def cancel(self) -> None:
        self.cancelled = True


class Agenda:
    """Appointments in order of time; those of the same instant in the order they were made."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self._heap: list[Appointment] = []
        self._order = itertools.count()

    def after(self, seconds: float, act: Act) -> Appointment:
        at = self.clock.now() + timedelta(seconds=seconds)
        made = Appointment(at, next(self._order), act)
        heapq.heappush(self._heap, made)
        return made

    def next_at(self) -> datetime | None:
        while self._heap and self._heap[0].cancelled:
            heapq.heappop(self._heap)
        return self._heap[0].at if self._heap else None

    def take_due(self) -> Appointment | None:
        at = self.next_at()
        if at is None or at > self.clock.now():
            return None
        return heapq.heappop(self._heap)
