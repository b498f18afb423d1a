"""Who would be rung: for a customer, a severity and a time, level by level, if nobody answers."""

from http import HTTPStatus

from flask import Response, request

from callflows.turn import Severity
from ivr import clock
from ivr.console import staff
from ivr.console.door import console, page
from ivr.console.guard import needs
from ivr.database import reading
from ivr.models import Role
from ivr.services import customers, house, moments, numbers, policy_words, whom
from ivr.services.roles import May


@console.get("/whom")
@needs(May.SEE_POLICIES)
def who_would_be_rung() -> Response:
    given, wrong = request.args, dict[str, str]()
    with reading() as db:
        zone, record = house.ours(db).time_zone, None
        severity = given.get("severity", "")
        if severity in list(Severity):
            at = clock.now()
            try:
                at = moments.given(given["at"], zone) if given.get("at") else at
            except (ValueError, OverflowError):
                wrong["at"] = "That is no date and time, such as 2026-11-30 09:00."
            try:
                asked = whom.named(db, _line("customer"), severity, _line("team"))
            except whom.UnknownError as error:
                what = str(error).partition("there is no ")[2].partition(" ")[0]
                wrong[what] = f"{str(error)[0].upper()}{str(error)[1:]}."
            if not wrong:
                record = whom.would_ring(db, at, asked, live=not given.get("at"))
        answer = page(
            db,
            "whom.html",
            given=given,
            wrong=wrong,
            record=record,
            names=policy_words.names(db),
            customers=customers.names(db),
            severities=list(Severity),
            rings=policy_words.RINGS,
            clock=whom.clock,
            seconds=policy_words.seconds,
            number=str if _may_see_numbers() else numbers.masked,
        )
    if wrong:
        answer.status_code = HTTPStatus.UNPROCESSABLE_ENTITY
    return answer


def _line(name: str) -> str:
    return " ".join(request.args.get(name, "").replace("\0", "").split())


def _may_see_numbers() -> bool:
    """Technicians know each other by name; from a senior on, numbers may be read."""
    return staff.staff().role != Role.TECHNICIAN
