"""The line rings itself, in the last days of the month, as services/sureness/canary has it done."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from ivr.demo.calls import Caller
from ivr.demo.case import Case
from ivr.demo.words import Tongue
from ivr.models import Canary, CanaryState, Status
from ivr.services.sureness.canary_steps import Step
from ivr.services.tickets import life
from ivr.services.tickets.timeline import Kind
from ivr.settings import settings

if TYPE_CHECKING:
    from ivr.demo.rows import Row
    from ivr.demo.world import World

DAYS = 5
EVERY = timedelta(hours=6)
FAILS_EVERY = 12
FETCHED_AFTER = 3.0
BY = "the canary"


def moments(world: "World") -> list[datetime]:
    count = timedelta(days=DAYS) // EVERY if settings().canary else 0
    return [world.until - nth * EVERY for nth in range(count, 0, -1)]


def sing(world: "World", at: datetime) -> None:
    """A run that fails is tried again."""
    if world.now_and_then("canary fails", FAILS_EVERY):
        _in_vain(world, at)
        _sings(world, at + timedelta(minutes=4), attempt=2)
    else:
        _sings(world, at)


def _begun(world: "World", at: datetime, attempt: int) -> "tuple[Case, Row]":
    tongue = Tongue(world.chance, world.ours.languages[0])
    case = Case(world, None, "minor", tongue, title="The line rings itself", canary=True)
    case.opened_at = at
    case.tell(Kind.OPENED, at, severity="minor")
    run = world.rows.add(
        Canary, key=world.opaque(digits=16), state=CanaryState.PASSED, attempt=attempt,
        ticket_id=case.row, sid=world.opaque("CA"), started_at=at,
        placed_at=at + timedelta(seconds=0.4), due_at=None,
    )  # fmt: skip
    return case, run


def _over(case: Case, run: "Row", at: datetime) -> None:
    run["ended_at"] = at
    case.move(at, Status.CLOSED, life.STAFF, by=BY)
    case.settle()


def _in_vain(world: "World", at: datetime) -> None:
    case, run = _begun(world, at, attempt=1)
    run.update(
        state=CanaryState.FAILED, missing=Step.CAME_IN, steps={Step.PLACED: 0.4},
        cause="the carrier says of the call: failed",
    )  # fmt: skip
    _over(case, run, at + timedelta(minutes=3))


def _sings(world: "World", at: datetime, attempt: int = 1) -> None:
    case, run = _begun(world, at, attempt)
    came_in = at + timedelta(seconds=1.1)
    caller = Caller(world, came_in, None, settings().canary)
    caller.tests_the_line(case)
    page = case.summons[-1]
    leg = page.rung[-1].row
    assert page.joined_at
    left = caller.call["ended_at"]
    moments = {
        Step.PLACED: run["placed_at"], Step.CAME_IN: came_in, Step.KEYED: page.opened_at,
        Step.PAGED: page.opened_at, Step.RANG: leg["placed_at"],
        Step.PICKED_UP: leg["answered_at"], Step.ACCEPTED: page.accepted_at,
        Step.JOINED: page.joined_at, Step.NOTED: leg["ended_at"], Step.LEFT: left,
        Step.FETCHED: leg["ended_at"] + timedelta(seconds=FETCHED_AFTER),
    }  # fmt: skip
    steps = {step: round((moment - at).total_seconds(), 3) for step, moment in moments.items()}
    run["steps"] = steps
    _over(case, run, moments[Step.FETCHED])
