"""What falls due on a ticket of the month and is done then, as services/tickets/overdue does it."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from callflows.turn import Severity
from ivr.demo import pages
from ivr.demo.rows import Row
from ivr.models import ClockKind
from ivr.services.calls import moments
from ivr.services.mail.telling import Reader
from ivr.services.tickets import clocks, life, targets
from ivr.services.tickets.timeline import Kind

if TYPE_CHECKING:
    from ivr.demo.case import Case

NO_PAGES_WITHIN = timedelta(minutes=45)
"""Of the end: nothing is under way then."""
TICK = timedelta(seconds=0.4)


def passes(case: "Case", at: datetime) -> bool:
    """What falls due by then is done. False: something is left to the ticker of whoever starts it,
    because it would page somebody at the very end.
    """
    while (row := case.clocks.due(min(at, case.world.until - TICK))) is not None:
        at_once = max(row["due_at"], case.now) + TICK  # a clock may be set to what is past
        if at_once > case.world.until - NO_PAGES_WITHIN and _would_page(case, at_once, row):
            return False
        _look(case, at_once, row)
    case.now = max(case.now, at)
    return True


def _look(case: "Case", at: datetime, row: Row) -> None:
    """What services/tickets/overdue does."""
    kind = ClockKind(row["kind"])
    row["due_at"] = None
    if kind in clocks.PROMISES:
        _promised(case, at, row, kind)
    else:
        row["met_at"] = at
        if kind == ClockKind.REMINDER:
            case.post.to_customer(
                at, "reminder", f"reminder-{int(at.timestamp())}", **case.question
            )
            case.tell(Kind.REMINDED, at)
        else:
            case.close(at, life.TIME)
    case.clocks.looked_at(row)


def _promised(case: "Case", at: datetime, row: Row, kind: ClockKind) -> None:
    late = _is_late(at, row)
    row["missed_at" if late else "warned_at"] = at
    case.tell(Kind.MISSED if late else Kind.WARNED, at, clock=kind)
    if _is_summoned(case, at):
        return
    if not late:
        _tell_of_clock(case, at, row, "warned", case.in_charge(at))
        return
    policy = case.world.default
    index = min(case.level, len(policy) - 1)
    level = policy[index]
    case.set_level(at, level["level"], f"the {kind} is late")
    if "mail" not in level and _how(case) == "page":
        pages.summon(case, at, None, None, index)
    else:
        _tell_of_clock(case, at, row, "missed", case.on_level(at, case.level))


def _how(case: "Case") -> str:
    contract = case.customer.targets if case.customer else {}
    return targets.when_missed(Severity(case.severity), case.world.ours.targets, contract)


def _is_late(at: datetime, row: Row) -> bool:
    return row["ends_at"] is not None and row["ends_at"] <= at


def _is_summoned(case: "Case", at: datetime) -> bool:
    return any(one.opened_at <= at and (one.over_at or at) >= at for one in case.summons)


def _would_page(case: "Case", at: datetime, row: Row) -> bool:
    promised = row["kind"] in clocks.PROMISES and _is_late(at, row)
    return promised and not _is_summoned(case, at) and _how(case) == "page"


def _tell_of_clock(case: "Case", at: datetime, row: Row, name: str, readers: list[Reader]) -> None:
    occasion = f"{row['kind']}-{name}-{int(row['started_at'].timestamp())}"
    ends_at = moments.Moment(row["ends_at"] or at, case.world.ours.time_zone)
    case.post.to_staff(at, name, occasion, readers, kind=row["kind"], ends_at=ends_at)
