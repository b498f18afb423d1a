"""Pages of the month: whom a page rings next is what services/escalation says of the policy frozen
at that moment; what comes of each ring is chance.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from callflows.prompts import text
from ivr.demo import technicians
from ivr.demo.rows import Row
from ivr.models import ClockKind, Leg, LegState, Page, PageState, Status, Technician
from ivr.services import escalation, life
from ivr.services.escalation import Level, Move, Progress, Ring
from ivr.services.timeline import Kind

if TYPE_CHECKING:
    from ivr.demo.calls import Caller
    from ivr.demo.case import Case

DAY = {"accepted": 54, "no-answer": 24, "passed": 11, "busy": 6, "unaccepted": 4, "failed": 1}
NIGHT = {"accepted": 42, "no-answer": 34, "passed": 5, "busy": 2, "unaccepted": 15, "failed": 2}
NIGHT_IS = (22, 7)
LAST_MAILS = timedelta(minutes=16)
"""How long the last level mails, at most, before somebody does something."""


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


@dataclass(eq=False)
class Summons:
    """One page, from its opening to its end."""

    case: "Case"
    row: Row
    opened_at: datetime
    caller: "Caller | None"
    policy: list[Level]
    busy_until: datetime
    """Until when those who are summoned are at it."""
    over_at: datetime | None = None
    accepted_at: datetime | None = None
    holder: Technician | None = None
    joined_at: datetime | None = None
    talk_until: datetime | None = None
    rung: list[Rung] = field(default_factory=list)
    levels: list[tuple[datetime, int]] = field(default_factory=list)

    def state(self, at: datetime) -> str:
        if self.accepted_at is None or at < self.accepted_at:
            return "open" if self.over_at is None or at < self.over_at else "closed"
        return "owed" if self.over_at is None or at < self.over_at else "accepted"

    def level(self, at: datetime) -> int:
        return [level for since, level in self.levels if since <= at][-1]

    def ringing(self, at: datetime) -> int:
        return len({one.person.id for one in self.rung if one.row["placed_at"] <= at})


def summon(
    case: "Case", at: datetime, call: Row | None, caller: "Caller | None", index: int = 0
) -> Summons:
    world = case.world
    policy = world.frozen(at, case)
    index = min(index, len(policy) - 1)
    row = world.rows.add(
        Page, ticket_id=case.row, call_id=call, policy=policy, state=PageState.OPEN, version=0,
        level=index, level_since=at, round=0, first_round=0, due_at=at, opened_at=at,
        accepted_by_id=None, accepted_at=None,
    )  # fmt: skip
    made = Summons(case, row, at, caller, policy, at)
    case.summons.append(made)
    case.level = policy[index]["level"]
    made.levels.append((at, case.level))
    case.tell(Kind.PAGED, at, call, level=case.level)
    _go_on(made, at + timedelta(seconds=0.2))
    return made


def _go_on(one: Summons, at: datetime) -> None:
    """Until somebody accepts, or the last level has mailed for a while."""
    chance, give_up = one.case.world.chance, None
    while give_up is None or at < give_up:
        move = escalation.next_move(one.policy, _progress(one), at)
        _carry_out(one, at, move)
        if move.mail and give_up is None:
            give_up = at + LAST_MAILS * chance.uniform(0.2, 1)
        pending = [rung for rung in one.rung if not rung.ended]
        first = min(pending, key=lambda rung: rung.ends_at, default=None)
        if first is None or first.ends_at > move.look_again:
            at = max(move.look_again, at + timedelta(seconds=0.1))
            continue
        at = first.ends_at
        if first.outcome == "accepted":
            _accepted(one, at, first)
            return
        _end(one, first, at)
    assert give_up
    for rung in one.rung:
        if not rung.ended:
            _end(one, rung, max(rung.ends_at, at))
    one.busy_until = give_up


def _progress(one: Summons) -> Progress:
    row = one.row
    rings = [
        Ring(rung.person.id, rung.row["round"], rung.row["outcome"], rung.row["ended_at"])
        for rung in one.rung
        if rung.row["round"] >= row["first_round"]
    ]
    return Progress(row["level"], row["level_since"], row["round"], row["first_round"], rings)


def _carry_out(one: Summons, at: datetime, move: Move) -> None:
    case, row, before = one.case, one.row, one.row["level"]
    row.update(
        version=row["version"] + 1, level=move.level, level_since=move.since, round=move.round,
        first_round=move.first_round, due_at=move.look_again,
    )  # fmt: skip
    if move.level != before:
        case.level = one.policy[move.level]["level"]
        one.levels.append((at, case.level))
        case.tell(Kind.ESCALATED, at, level=case.level)
    for index in move.begun:
        _begins(one, at, one.policy[index], empty=index in move.passed)
    if move.mail:
        if move.round == move.first_round + 1:
            case.tell(Kind.EXHAUSTED, at, to=move.mail)
        rung = [
            {"level": leg.row["level"], "name": leg.person.name,
             "outcome": leg.row["outcome"] or leg.row["state"]}
            for leg in one.rung
        ]  # fmt: skip
        occasion = ("page-", row, f"-mail-{move.round}")
        minutes = int((at - one.opened_at).total_seconds() // 60)
        case.post.to_staff(
            at, "escalated", occasion, [(move.mail, None)], rung=rung, minutes=minutes
        )
    for person in move.ring:
        _ring(one, at, case.world.staff[person], move)


def _begins(one: Summons, at: datetime, level: Level, *, empty: bool) -> None:
    passed = [] if "mail" in level else escalation.passed_over(level, at)
    if empty or passed:
        kind = Kind.LEVEL_EMPTY if empty else Kind.PASSED_OVER
        one.case.tell(kind, at, level=level["level"], passed=passed)


def _ring(one: Summons, at: datetime, person: Technician, move: Move) -> None:
    world, number = one.case.world, person.phone or ""
    level = one.policy[move.level]
    placed = at + seconds(world.chance, 0.2, 0.6)
    outcome, answers_at, ends_at = _fate(world, placed, level)
    row = world.rows.add(
        Leg, key=world.opaque(digits=16), page_id=one.row, technician_id=person.id, number=number,
        level=level["level"], round=move.round, state=LegState.RINGING, outcome=None, tries=1,
        sid=world.opaque("CA"), sequence=1, placed_at=placed, answered_at=None, ended_at=None,
        cause="the number is not in service" if outcome == "failed" else None,
    )  # fmt: skip
    one.rung.append(Rung(row, person, answers_at, ends_at, outcome))
    if move.round == move.first_round:
        minutes = int((at - one.opened_at).total_seconds() // 60)
        body = text(
            person.language, "page", organization=world.ours.name, ticket=one.case.number,
            minutes=minutes,
        )  # fmt: skip
        key = ("page-", one.row, f"-{move.first_round}-{person.id}")
        one.case.post.text(at, key, number, body)


def _fate(world: Any, placed: datetime, level: Level) -> tuple[str, datetime | None, datetime]:
    chance = world.chance
    hour = placed.astimezone(ZoneInfo(world.ours.time_zone)).hour
    odds = NIGHT if hour >= NIGHT_IS[0] or hour < NIGHT_IS[1] else DAY
    outcome = chance.choices(list(odds), list(odds.values()))[0]
    if outcome == "no-answer":
        return (
            outcome,
            None,
            placed + timedelta(seconds=level["ring_for"]) + seconds(chance, 0.5, 3),
        )
    if outcome in {"busy", "failed"}:
        return outcome, None, placed + seconds(chance, 0.8, 3)
    if outcome == "unaccepted":  # a voicemail
        answers = placed + seconds(chance, 14, 20)
        return outcome, answers, answers + seconds(chance, 26, 30)
    answers = placed + seconds(chance, 4, 16)
    return outcome, answers, answers + seconds(chance, 5, 15)


def _end(one: Summons, rung: Rung, at: datetime, outcome: str | None = None) -> None:
    """The ring is over; the page looks at once at what that means."""
    rung.ended = True
    rung.outcome = outcome or rung.outcome
    answered = rung.answers_at if rung.answers_at and rung.answers_at <= at else None
    rung.row.update(
        state=LegState.ENDED, outcome=rung.outcome, answered_at=answered, ended_at=at, sequence=3,
        stopping=rung.outcome == "cancelled",
    )  # fmt: skip
    told = {name: rung.row[name] for name in ("level", "outcome", "cause")}
    one.case.tell(Kind.RANG, at, **told, technician=rung.person.name)
    if answered and rung.outcome in {"passed", "unaccepted", "taken"}:
        technicians.not_taken(one, rung)


def _accepted(one: Summons, at: datetime, rung: Rung) -> None:
    case, person = one.case, rung.person
    one.accepted_at, one.holder = at, person
    one.row.update(
        version=one.row["version"] + 1, accepted_by_id=person.id, accepted_at=at,
    )  # fmt: skip
    case.assignee = person
    case.move(at, Status.OPEN, life.STAFF, by=person.name)
    waited = int((at - one.opened_at).total_seconds())
    case.tell(Kind.ACCEPTED, at, technician=person.name, seconds=waited)
    for other in one.rung:
        if other.ended or other is rung:
            continue
        picked_up = other.answers_at is not None and other.answers_at <= at
        stops = at + seconds(case.world.chance, 3, 5) if picked_up else at + timedelta(seconds=1)
        _end(one, other, stops, "taken" if picked_up else "cancelled")
    technicians.taken(one, rung)


def talked(one: Summons, at: datetime, kind: Kind) -> None:
    """The acceptor and the customer have met; the page is over."""
    assert one.holder
    one.case.passes(at)
    one.over_at = at
    one.row.update(state=PageState.ACCEPTED, version=one.row["version"] + 1, due_at=None)
    one.case.clocks.meet(at, ClockKind.RESPONSE, ClockKind.ESCALATION)
    one.case.tell(kind, at, technician=one.holder.name)


def hangs_up(one: Summons, rung: Rung, at: datetime) -> None:
    """The acceptor's own call is over."""
    _end(one, rung, at, "accepted")
    one.busy_until = max(one.busy_until, at)


def close(case: "Case", at: datetime) -> None:
    """A human is done with the ticket."""
    one = case.live
    if one:
        one.over_at = at
        one.row.update(state=PageState.CLOSED, version=one.row["version"] + 1, due_at=None)
