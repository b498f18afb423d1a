"""Who has accepted a page and has not met the customer owes them a call: made by dialling in, taken
over by somebody else, or not made, and then it rings again. And calls to a customer unasked, from
the console.
"""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from callflows.turn import Heard
from ivr.demo import pages, staff_calls, technicians
from ivr.demo.rings import seconds
from ivr.models import Leg, LegState, Page, PageState, Technician
from ivr.services.paging.paging import CALL_BACK_WITHIN, SETTLED
from ivr.services.tickets.timeline import Kind

if TYPE_CHECKING:
    from ivr.demo.case import Case
    from ivr.demo.pages import Summons


def owes(one: "Summons", at: datetime, why: str) -> None:
    assert one.holder
    one.case.tell(Kind.OWED, at, technician=one.holder.name, why=why)
    ways = (_dials_in, _too_late, _taken_over)
    ways[one.case.world.nth("owed") % len(ways)](one, at)


def _dials_in(one: "Summons", at: datetime) -> None:
    """The acceptor calls the staff line, hears of it there, and calls the customer."""
    assert one.holder
    at += seconds(one.case.world.chance, 40, 150)
    staff_calls.calls_back(one, at, one.holder)


def _too_late(one: "Summons", at: datetime) -> None:
    pages.rings_again(one, at + CALL_BACK_WITHIN, "caller was not reached")


def _taken_over(one: "Summons", at: datetime) -> None:
    """By a senior, at the console, who then has their own phone rung."""
    case, before = one.case, one.holder
    at += seconds(case.world.chance, 60, 200)
    others = [*case.world.of_level(at, 2), *case.world.seniors]
    person = next(one for one in others if one is not before)
    assert before
    one.holder, one.accepted_at, case.assignee = person, at, person
    one.row.update(version=one.row["version"] + 1, accepted_by_id=person.id, accepted_at=at)
    case.tell(Kind.TAKEN_OVER, at, technician=person.name, other=before.name)
    case.tell(Kind.OWED, at, technician=person.name, why="taken over")
    own_ring(one, at + seconds(case.world.chance, 10, 50), person, reaches=True)


def own_ring(one: "Summons", at: datetime, person: Technician, *, reaches: bool) -> None:
    """Their own phone is rung, and then the customer's."""
    case, chance = one.case, one.case.world.chance
    row = one.row
    row["round"] += 1
    answers = at + seconds(chance, 4, 9)
    leg = case.world.rows.add(
        Leg, key=case.world.opaque(digits=16), page_id=row, technician_id=person.id,
        number=person.phone or "", level=one.policy[row["level"]]["level"], round=row["round"],
        state=LegState.ENDED, outcome="accepted", tries=1, sid=case.world.opaque("CA"),
        sequence=3, placed_at=at, answered_at=answers, cause=None,
    )  # fmt: skip
    walk = technicians.picks_up(one, leg, person, answers)
    walk.desk.mine = True
    technicians.Done(one, walk)
    walk.turn(answers)
    ends = answers + seconds(chance, 3, 6)
    if reaches:
        ends = technicians.calls_the_customer(one, walk, ends)
        ends = technicians.afterwards(one, walk, ends)
    else:
        walk.turn(ends, Heard(keys="1"))
        ends += seconds(chance, 20, 30)
        walk.turn(ends, Heard(left="no-answer"))
        ends += seconds(chance, 2, 4)
        walk.turn(ends, Heard(keys="2"))
    ends += timedelta(seconds=2)
    walk.ends(ends)
    leg["ended_at"] = ends
    told = {"level": leg["level"], "outcome": "accepted", "cause": None}
    case.tell(Kind.RANG, ends, **told, technician=person.name)
    case.world.talks[person.id].append((at, ends))
    one.busy_until = max(one.busy_until, ends)


def may_call(case: "Case") -> bool:
    return bool(case.contact and case.contact.phone and not case.live)


def calls_unasked(case: "Case", at: datetime, person: Technician) -> None:
    """From the console. Nobody else is summoned for it."""
    at = case.reach(at)
    policy = case.world.frozen(at, case)
    row = case.world.rows.add(
        Page, ticket_id=case.row, call_id=None, policy=policy, state=PageState.OWED, version=0,
        level=0, level_since=at, round=0, first_round=0, due_at=None, opened_at=at,
        accepted_by_id=person.id, accepted_at=at, calls_back=True,
    )  # fmt: skip
    one = pages.Summons(case, row, at, None, policy, at)
    one.accepted_at, one.holder = at, person
    one.levels.append((at, case.level))
    case.summons.append(one)
    reaches = not case.world.now_and_then("calls unasked in vain", 4)
    own_ring(one, at + seconds(case.world.chance, 0.2, 0.6), person, reaches=reaches)
    if one.over_at is None:
        one.busy_until += SETTLED
        pages.close(case, one.busy_until)
        case.tell(Kind.NOT_REACHED, one.busy_until, technician=person.name)
