"""Who would be rung: for a customer, a severity and a time, level by level, if nobody answers."""

from http import HTTPStatus

from flask import Response, request
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from callflows.turn import Severity
from ivr import clock
from ivr.console import staff
from ivr.console.door import console, page
from ivr.console.fields import Sheet, severities
from ivr.console.guard import needs
from ivr.console.tongue import language, told
from ivr.database import reading
from ivr.models import Role
from ivr.services.calls import numbers
from ivr.services.paging import policy_words, whom
from ivr.services.refusal import RefusedError
from ivr.services.settings import house
from ivr.services.staff.roles import May
from ivr.services.tickets import customers


@console.get("/whom")
@needs(May.SEE_POLICIES)
def who_would_be_rung() -> Response:
    paper = Sheet(MultiDict(request.args))
    with reading() as db:
        names = policy_words.names(db, language())
        record = _record(db, paper) if paper.line("severity") in list(Severity) else None
        answer = page(
            db,
            "whom.html",
            sheet=paper,
            record=record,
            names=names,
            customers=customers.names(db),
            teams=[(one, one) for one in names.of["team"].values()],
            severities=severities(),
            clock=whom.clock,
            seconds=policy_words.seconds,
            number=numbers.readable if _may_see_numbers() else numbers.masked,
        )
    if paper.wrong:
        answer.status_code = HTTPStatus.UNPROCESSABLE_ENTITY
    return answer


def _record(db: Session, paper: Sheet) -> whom.Record | None:
    at = paper.moment("at", house.ours(db).time_zone, "")
    try:
        asked = whom.named(db, paper.line("customer"), paper.line("severity"), paper.line("team"))
    except RefusedError as error:
        paper.wrong[error.key.removeprefix("no-")] = told(error)
    if paper.wrong:
        return None
    return whom.would_ring(db, at or clock.now(), asked, live=at is None, language=language())


def _may_see_numbers() -> bool:
    """Technicians know each other by name; from a senior on, numbers may be read."""
    return staff.staff().role != Role.TECHNICIAN
