"""Pages of the month: whom a page rings next is what services/paging/escalation says of the policy
frozen at that moment; what comes of each ring is chance.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from ivr.demo import technicians
from ivr.demo.rings import Rung, ring, seconds
from ivr.demo.rows import Row
from ivr.models import ClockKind, LegState, Page, PageState, Status, Technician
from ivr.services.paging import escalation
from ivr.services.paging.escalation import Level, Move, Progress, Ring
from ivr.services.tickets import life
from ivr.services.tickets.timeline import Kind

if TYPE_CHECKING:
    from ivr.demo.calls import Caller
    from ivr.demo.case import Case

LAST_MAILS = timedelta(minutes=16)
"""How long the last level mails, at most, before somebody does something."""


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
        return len({one.person.id for one in self.rung if one.rings(at)})


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
        move = escalation.next_move(one.policy, _progress(one, at), at)
        if _carry_out(one, at, move):
            at += timedelta(seconds=0.1)
            continue
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


def _progress(one: Summons, at: datetime) -> Progress:
    row = one.row
    rings = [
        Ring(rung.person.id, rung.row["round"], rung.so_far(at), rung.row["ended_at"])
        for rung in one.rung
        if rung.row["round"] >= row["first_round"]
    ]
    return Progress(row["level"], row["level_since"], row["round"], row["first_round"], rings)


def _carry_out(one: Summons, at: datetime, move: Move) -> bool:
    """Whether somebody is not rung, or not now, which is looked at anew at once."""
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
    made = [ring(one, at, case.world.person(person), move) for person in move.ring]
    return any(rung.outcome == "limited" or rung.waits_until for rung in made)


def _begins(one: Summons, at: datetime, level: Level, *, empty: bool) -> None:
    passed = [] if "mail" in level else escalation.passed_over(level, at)
    if empty or passed:
        kind = Kind.LEVEL_EMPTY if empty else Kind.PASSED_OVER
        one.case.tell(kind, at, level=level["level"], passed=passed)


def _end(one: Summons, rung: Rung, at: datetime, outcome: str | None = None) -> None:
    """The ring is over; the page looks at once at what that means."""
    rung.ended = True
    rung.outcome = outcome or rung.outcome
    answered = rung.answers_at if rung.answers_at and rung.answers_at <= at else None
    rung.row.update(
        state=LegState.ENDED, outcome=rung.outcome, answered_at=answered, ended_at=at, sequence=3,
        stopping=rung.outcome == "cancelled",
    )  # fmt: skip
    if not rung.rings(at):  # they were on another call until then
        rung.row.update(placed_at=None, sid=None)
        return
    told = {name: rung.row[name] for name in ("level", "outcome", "cause")}
    one.case.tell(Kind.RANG, at, **told, technician=rung.person.name)
    if answered and rung.outcome != "accepted":
        technicians.not_taken(one, rung)
    if rung.outcome == "no-answer" and one.case.world.now_and_then("passed by text", 30):
        rung.outcome = rung.row["outcome"] = "passed"
        one.case.tell(Kind.PASSED, at + timedelta(seconds=4), technician=rung.person.name)


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
        hears = picked_up and not case.world.now_and_then("hung up before it was said", 8)
        _end(one, other, stops, "taken" if hears else "cancelled")
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
    assert one.accepted_at
    one.case.world.talks[rung.person.id].append((one.accepted_at, at))
    one.busy_until = max(one.busy_until, at)


def rings_again(one: Summons, at: datetime, why: str) -> None:
    """Whoever had it did not meet the customer: from the first level, for those on call by now."""
    case, row = one.case, one.row
    case.passes(at)
    begun = row["round"] + 1
    one.policy = case.world.frozen(at, case)
    row.update(
        state=PageState.OPEN, version=row["version"] + 1, level=0, level_since=at, round=begun,
        first_round=begun, policy=one.policy, due_at=at, accepted_by_id=None, accepted_at=None,
    )  # fmt: skip
    one.accepted_at = one.holder = None
    one.levels.append((at, one.policy[0]["level"]))
    case.tell(Kind.REOPENED_PAGE, at, why=why)
    _go_on(one, at + timedelta(seconds=0.2))


def close(case: "Case", at: datetime) -> None:
    """A human is done with the ticket."""
    one = case.live
    if one:
        one.over_at = at
        one.row.update(state=PageState.CLOSED, version=one.row["version"] + 1, due_at=None)
