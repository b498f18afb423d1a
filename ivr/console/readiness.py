"""Readiness: everything that must be so for the line to take a call, on one page; and the test
call of the line to itself.
"""

import math
from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus

from flask import Response
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Answer

from ivr import clock
from ivr.console.door import console, page
from ivr.console.forms import done, token, too_old, what_was_done
from ivr.console.guard import needs
from ivr.console.tongue import language
from ivr.database import reading, transaction
from ivr.models import Canary, CheckState, Ticket
from ivr.services import vocabulary
from ivr.services.staff.roles import May
from ivr.services.sureness import canary, checks

DONE = ("ring", "look")
ABOUT = "readiness"
WORST_FIRST = (CheckState.BAD, CheckState.WARN, CheckState.UNKNOWN, CheckState.OK, CheckState.OFF)


@console.get("/readiness")
@needs(May.SEE_READINESS)
def readiness() -> Response:
    return _readiness(told=what_was_done("readiness", DONE))


def _readiness(*, told: str = "", old: bool = False) -> Response:
    now = clock.now()
    with reading() as db:
        run = canary.latest(db)
        about = db.get(Ticket, run.ticket_id) if run and run.ticket_id else None
        return page(
            db,
            "readiness.html",
            lines=sorted(checks.lines(db, now, language()), key=_place),
            run=run,
            about=about,
            steps=_in_time(run) if run else [],
            may_ring=canary.may_ring(db),
            token=token(ABOUT),
            told=told,
            old=old,
        )


def _place(line: checks.Line) -> int:
    return WORST_FIRST.index(line.state)


def _in_time(run: Canary) -> list[tuple[str, float | None]]:
    """Its steps in words, each with its seconds; what was not reached comes last."""
    words = vocabulary.of(language())["canary"]
    steps = [(words[step], run.steps.get(step)) for step in words]
    return sorted(steps, key=lambda step: math.inf if step[1] is None else step[1])


@console.post("/readiness/look")
@needs(May.SEE_READINESS)
def look_again() -> Answer:
    return _do("look", checks.soon)


@console.post("/readiness/ring")
@needs(May.TRY_THE_LINE)
def ring_the_line() -> Answer:
    return _do("ring", canary.ring_now)


def _do(what: str, act: Callable[[Session, datetime], object]) -> Answer:
    if too_old(ABOUT):
        answer = _readiness(old=True)
        answer.status_code = HTTPStatus.FORBIDDEN
        return answer
    with transaction() as db:
        act(db, clock.now())
    return done("console.readiness", done=what)
