"""The clocks of a ticket of the month, as services/tickets/clocks sets them. Without a database."""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, cast

from ivr.demo.rows import Row
from ivr.models import Clock, ClockKind, Pause, Why
from ivr.services.tickets import clocks

if TYPE_CHECKING:
    from ivr.demo.case import Case


class Clocks:
    def __init__(self, case: "Case") -> None:
        self.case, self.rows = case, dict[ClockKind, Row]()
        self.pauses: list[Row] = []

    def start(self, at: datetime, *kinds: ClockKind) -> None:
        for kind in kinds:
            if kind not in self.rows:
                self.rows[kind] = self.case.world.rows.add(
                    Clock, ticket_id=self.case.row, kind=kind
                )
            fresh = dict.fromkeys(("warned_at", "missed_at", "met_at"))
            self.rows[kind].update(started_at=at, **fresh)
            self._set(kind)

    def meet(self, at: datetime, *kinds: ClockKind) -> None:
        for kind in kinds:
            row = self.rows.get(kind)
            if row and row["met_at"] is None:
                row.update(met_at=at, due_at=None)

    def unmeet(self, kind: ClockKind) -> None:
        if kind in self.rows:
            self.rows[kind]["met_at"] = None
            self.recompute()

    def recompute(self) -> None:
        for kind, row in self.rows.items():
            if row["met_at"] is None:
                self._set(kind)

    def pause(self, at: datetime, why: Why) -> None:
        self._end_pause(at)
        world = self.case.world
        self.pauses.append(
            world.rows.add(Pause, ticket_id=self.case.row, why=why, began_at=at, ended_at=None)
        )
        self.recompute()

    def resume(self, at: datetime) -> None:
        self._end_pause(at)
        self.recompute()

    def _end_pause(self, at: datetime) -> None:
        if self.pauses and self.pauses[-1]["ended_at"] is None:
            self.pauses[-1]["ended_at"] = at

    def due(self, by: datetime) -> Row | None:
        """The one that must be looked at next, if that is by then."""
        waiting = [row for row in self.rows.values() if row["due_at"] and row["due_at"] <= by]
        return min(waiting, key=lambda row: row["due_at"]) if waiting else None

    def looked_at(self, row: Row) -> None:
        row["due_at"] = clocks.next_due(_as_clock(row))

    def _set(self, kind: ClockKind) -> None:
        world, row = self.case.world, self.rows[kind]
        promised = world.promised(kind, self.case.severity, self.case.customer)
        pauses = list(self._paused()) if kind in clocks.PAUSED else []
        row["ends_at"] = promised.due(row["started_at"], pauses, world.calendar)
        row["warn_at"] = (
            promised.warned(row["started_at"], pauses, world.calendar)
            if kind in clocks.PROMISES
            else None
        )
        row["due_at"] = clocks.next_due(_as_clock(row))

    def _paused(self) -> Iterator[tuple[datetime, datetime | None]]:
        return ((one["began_at"], one["ended_at"]) for one in self.pauses)


def _as_clock(row: Row) -> Clock:
    """Far enough for the rule that is asked."""

    class Likeness:
        met_at, missed_at = row["met_at"], row["missed_at"]
        warned_at, warn_at, ends_at = row["warned_at"], row.get("warn_at"), row.get("ends_at")

    return cast("Clock", Likeness)
