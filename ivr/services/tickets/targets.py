"""What is promised, by severity, and when it is due: pure functions of the start, the pauses and
the calendar (support policy, targets by severity, sections 9, 11 and 12).

A business day is a day's opening hours: what is counted in them begins at once or at the next
opening, and is due when that much time was open (docs/decisions/8).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from callflows.turn import Severity
from ivr.models import ClockKind
from ivr.services.settings import business_time
from ivr.services.settings.business_time import Calendar

Targets = dict[str, Any]
Pauses = Sequence[tuple[datetime, datetime | None]]

DEFAULTS: Targets = {
    "critical": {
        "response": {"within": 900},
        "resolution": {"within": 7200, "warn": 0.5},
        "missed": "page",
    },
    "major": {
        "response": {"within": 1800},
        "resolution": {"within": 28_800, "warn": 0.5},
        "missed": "mail",
    },
    "minor": {
        "response": {"business_days": 1},
        "resolution": {"business_days": 3},
        "missed": "mail",
    },
    "escalation": {"business_days": 1},
    "reminder": {"business_days": 2},
    "closing": {"within": 432_000},
}
"""`within` in seconds round the clock, or `business_days`; `warn` is the share of it after which
those who have the ticket are told.
"""
WARN = 0.8
REOPEN_DAYS = 30
"""After its resolution a customer may reopen a ticket, unless `reopen_days` says otherwise."""
FEEDBACK_DAYS = 30
"""No contact is asked for feedback twice within them, unless `feedback_days` says otherwise."""


@dataclass(frozen=True)
class Target:
    amount: timedelta
    in_business_time: bool
    warn: float = WARN

    def due(self, start: datetime, pauses: Pauses, calendar: Calendar) -> datetime | None:
        """When it ends; None while a pause keeps it from ending."""
        return self._after(self.amount, start, pauses, calendar)

    def warned(self, start: datetime, pauses: Pauses, calendar: Calendar) -> datetime | None:
        return self._after(self.amount * self.warn, start, pauses, calendar)

    def _after(
        self, amount: timedelta, start: datetime, pauses: Pauses, calendar: Calendar
    ) -> datetime | None:
        hours = (
            business_time.opening_hours(start, calendar)
            if self.in_business_time
            else business_time.round_the_clock(start)
        )
        return business_time.reached(amount, business_time.without(pauses, hours))


def target(kind: ClockKind, severity: Severity, calendar: Calendar, *promises: Targets) -> Target:
    """The defaults, changed by each of the promises: the organization's, then the customer's."""
    given = _given(kind, severity, *promises)
    in_business_time = "business_days" in given
    amount = (
        given["business_days"] * calendar.business_day
        if in_business_time
        else timedelta(seconds=given["within"])
    )
    return Target(amount, in_business_time, given.get("warn", WARN))


def _given(kind: ClockKind, severity: Severity, *promises: Targets) -> Targets:
    given = Targets()
    for promised in (DEFAULTS, *promises):
        given = promised.get(severity, {}).get(kind) or promised.get(kind) or given
    return given


def in_units(kind: ClockKind, severity: Severity, *promises: Targets) -> tuple[str, int]:
    """How it is promised to a customer: minutes, hours or business_days, and how many."""
    given = _given(kind, severity, *promises)
    if "business_days" in given:
        return "business_days", int(given["business_days"])
    minutes = round(given["within"] / 60)
    return ("hours", minutes // 60) if minutes % 60 == 0 else ("minutes", minutes)


def when_missed(severity: Severity, *promises: Targets) -> str:
    """Whether the next level is paged or mailed: `page` or `mail`."""
    told: list[str | None] = [
        promised.get(severity, {}).get("missed") for promised in (DEFAULTS, *promises)
    ]
    return next(how for how in reversed(told) if how is not None)
