"""The rings of the month's pages. What comes of each is chance; but who is on a call with a
customer is rung after it, and whose number nobody has verified is left alone when rung too often.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from callflows.prompts import text
from ivr.demo.letters import reader
from ivr.demo.rows import Row
from ivr.models import Leg, LegState, Role, Technician
from ivr.services.paging import bundling
from ivr.services.paging.escalation import Level, Move
from ivr.services.tickets.timeline import Kind

if TYPE_CHECKING:
    from ivr.demo.pages import Summons

DAY = {"accepted": 54, "no-answer": 24, "passed": 11, "busy": 6, "unaccepted": 4, "failed": 1}
NIGHT = {"accepted": 42, "no-answer": 34, "passed": 5, "busy": 2, "unaccepted": 15, "failed": 2}
NIGHT_IS = (22, 7)
RINGS_AN_HOUR = 2
"""Of one of us: in this house the limit is low."""
AN_HOUR = timedelta(hours=1)


def seconds(chance: Any, low: float, high: float) -> timedelta:
    return timedelta(seconds=round(chance.uniform(low, high), 3))


@dataclass(eq=False)
class Rung:
    """A leg, and what will come of it."""

    row: Row
    person: Technician
    answers_at: datetime | None
    ends_at: datetime
    outcome: str
    ended: bool = False
    waits_until: datetime | None = None
    """They are on a call with a customer."""

    def so_far(self, at: datetime) -> str | None:
        if self.waits_until and at < self.waits_until:
            return bundling.ENGAGED
        outcome: str | None = self.row["outcome"]
        return outcome

    def rings(self, at: datetime) -> bool:
        """Whether their phone has rung by then."""
        return self.row["placed_at"] is not None and self.row["placed_at"] <= at


def ring(one: "Summons", at: datetime, person: Technician, move: Move) -> Rung:
    world, number = one.case.world, person.phone or ""
    level = one.policy[move.level]
    row = world.rows.add(
        Leg, key=world.opaque(digits=16), page_id=one.row, technician_id=person.id, number=number,
        level=level["level"], round=move.round, state=LegState.RINGING, outcome=None, tries=1,
        sid=None, sequence=1, placed_at=None, answered_at=None, ended_at=None, cause=None,
    )  # fmt: skip
    first = move.round == move.first_round
    if not first and _too_often(one, at, person):
        return _left_alone(one, at, person, row)
    waits_until = world.on_a_call(person.id, at)
    if waits_until:
        _passed_over(one, at, person, row["level"], "on a call with a customer")
    placed = (waits_until or at) + seconds(world.chance, 0.2, 0.6)
    outcome, answers_at, ends_at = _fate(world, placed, level, sure=one.case.canary)
    if outcome == "failed":
        row["cause"] = "the number is not in service"
    row.update(sid=world.opaque("CA"), placed_at=placed)
    world.rung_at[person.id].append(placed)
    made = Rung(row, person, answers_at, ends_at, outcome, waits_until=waits_until)
    one.rung.append(made)
    if first:
        _text(one, at, person, move)
    return made


def _text(one: "Summons", at: datetime, person: Technician, move: Move) -> None:
    minutes = int((at - one.opened_at).total_seconds() // 60)
    body = text(
        person.language, "page", organization=one.case.world.ours.name, ticket=one.case.number,
        minutes=minutes,
    )  # fmt: skip
    key = ("page-", one.row, f"-{move.first_round}-{person.id}")
    one.case.post.text(at, key, person.phone or "", body)


# Who is not rung, or not now ----------------------------------------------------------------------


def _too_often(one: "Summons", at: datetime, person: Technician) -> bool:
    """services/paging/limits, for a phone that nobody has verified."""
    if person.phones and person.phones[0].verified_at:
        return False
    lately = [moment for moment in one.case.world.rung_at[person.id] if moment > at - AN_HOUR]
    return len(lately) >= RINGS_AN_HOUR


def _left_alone(one: "Summons", at: datetime, person: Technician, row: Row) -> Rung:
    case = one.case
    _passed_over(one, at, person, row["level"], "at their limit")
    row.update(state=LegState.ENDED, outcome="limited", tries=0, ended_at=at)
    admins = [admin for admin in case.world.staff.values() if admin.role == Role.ADMIN]
    readers = [*map(reader, admins), (str(case.world.default[-1]["mail"]), None)]
    occasion = f"person-{person.id}-{at:%Y-%m-%d-%H}"
    if case.world.is_new(("limited", occasion)):
        case.post.to_staff(at, "limited", occasion, readers, person=person.name, what="person")
    made = Rung(row, person, None, at, "limited", ended=True)
    one.rung.append(made)
    return made


def _passed_over(one: "Summons", at: datetime, person: Technician, level: int, why: str) -> None:
    passed = [{"name": person.name, "why": why}]
    one.case.tell(Kind.PASSED_OVER, at, level=level, passed=passed)


# What comes of a ring -----------------------------------------------------------------------------


Fate = tuple[str, datetime | None, datetime]


def _fate(world: Any, placed: datetime, level: Level, *, sure: bool) -> Fate:
    chance = world.chance
    if sure:
        return "accepted", placed + timedelta(seconds=2), placed + timedelta(seconds=9)
    hour = placed.astimezone(ZoneInfo(world.ours.time_zone)).hour
    odds = NIGHT if hour >= NIGHT_IS[0] or hour < NIGHT_IS[1] else DAY
    outcome = chance.choices(list(odds), list(odds.values()))[0]
    if outcome == "no-answer":
        ends_at = placed + timedelta(seconds=level["ring_for"]) + seconds(chance, 0.5, 3)
        return outcome, None, ends_at
    if outcome in {"busy", "failed"}:
        return outcome, None, placed + seconds(chance, 0.8, 3)
    if outcome == "unaccepted":  # a voicemail
        answers = placed + seconds(chance, 14, 20)
        return outcome, answers, answers + seconds(chance, 26, 30)
    answers = placed + seconds(chance, 4, 16)
    return outcome, answers, answers + seconds(chance, 5, 15)
