"""All calls: the log with its filters, which are its address; one call; a call put on another
ticket; the log taken away as a file.
"""

from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from http import HTTPStatus
from typing import Any
from zoneinfo import ZoneInfo

from flask import Response, abort, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Answer

from ivr import clock
from ivr.console import call_words, csv_file
from ivr.console.door import console, page
from ivr.console.forms import done, filled_in, row, token, too_old
from ivr.console.guard import needs
from ivr.console.tongue import say
from ivr.console.words import local
from ivr.database import reading, transaction
from ivr.models import Act, Call, Contact, Direction, Outcome, Ticket
from ivr.services import audit
from ivr.services.calls import attaching, call_log, numbers, retention
from ivr.services.calls.attaching import NotPossibleError
from ivr.services.calls.call_log import Wanted
from ivr.services.erasure import holds
from ivr.services.settings import house
from ivr.services.staff import people
from ivr.services.staff.roles import May
from ivr.services.tickets import customers, show, tickets

FILTERS = ("outcome", "direction", "from", "to", "number", "customer", "contact", "person")
QUICK = (
    *(Outcome.ANSWERED, Outcome.MESSAGE, Outcome.CALLBACK, Outcome.LEFT_HOLDING),
    *(Outcome.UNKNOWN_NUMBER, Outcome.STATUS, Outcome.STAFF_LINE),
)
"""Outcomes that are one press away; the form has all of them."""
TIMES_A_DAY = "%Y-%m-%d %H:%M:%S"


@console.get("/calls")
@needs(May.SEE_CALLS)
def all_calls() -> Response:
    before = request.args.get("before", type=row)
    with reading() as db:
        wanted, unknown = _wanted(db)
        found, more = ([], None) if unknown else call_log.newest(db, wanted, before)
        contact = db.get(Contact, wanted.contact_id) if wanted.contact_id else None
        return page(
            db,
            "calls.html",
            calls=found,
            more=more,
            before=before,
            asked={name: request.args[name] for name in FILTERS if request.args.get(name)},
            unknown=unknown,
            outcomes=list(Outcome),
            quick=QUICK,
            directions=list(Direction),
            customers=customers.names(db),
            people=people.present(db),
            contact=contact.name if contact else None,
        )


def _wanted(db: Session) -> tuple[Wanted, str]:
    """What is asked for, and what of it there is not: the name of the field."""
    ours, given = house.ours(db), request.args
    zone = ZoneInfo(ours.time_zone)
    since, until = _day(given.get("from"), zone), _day(given.get("to"), zone)
    number = " ".join(given.get("number", "").split())
    named = " ".join(given.get("customer", "").split())
    customer = customers.named(db, named) if named else None
    outcome, direction = given.get("outcome", ""), given.get("direction", "")
    wrong = {
        "from": bool(given.get("from")) and since is None,
        "to": bool(given.get("to")) and until is None,
        "customer": bool(named) and customer is None,
        "outcome": bool(outcome) and outcome not in list(Outcome),
        "direction": bool(direction) and direction not in list(Direction),
    }
    wanted = Wanted(
        outcome=outcome,
        direction=direction,
        since=since,
        until=until + timedelta(days=1) if until else None,
        number=numbers.international(number, house.country(db)) or number,
        customer_id=customer.id if customer else None,
        contact_id=given.get("contact", type=row),
        staff_id=given.get("person", type=row),
    )
    return wanted, next((name for name, is_wrong in wrong.items() if is_wrong), "")


def _day(given: str | None, zone: ZoneInfo) -> datetime | None:
    """Its first moment, by our clocks."""
    try:
        return datetime.combine(datetime.fromisoformat(given or "").date(), time(), zone)
    except ValueError:
        return None


@console.get("/calls.csv")
@needs(May.EXPORT)
def calls_as_a_file() -> Response:
    with transaction() as db:
        wanted, unknown = _wanted(db)
        if unknown:
            abort(404, description=say(f"calls.no_{unknown}"))
        filters = [name for name in FILTERS if request.args.get(name)]
        by = filled_in(db).by
        audit.write(db, clock.now(), by, Act.TOOK, "calls", audit.Kind.CALLS_TAKEN,
                    filters=filters)  # fmt: skip
        zone = house.ours(db).time_zone
    columns = ("began", "direction", "number", "contact", "customer", "ticket", "outcome",
               "after", "with", "length", "sid")  # fmt: skip
    head = [say(f"calls.column_{name}") for name in columns]
    return csv_file.answer("calls", head, list_of(wanted, zone))


def list_of(wanted: Wanted, zone: str) -> Iterator[list[Any]]:
    words = {one: call_words.outcome_word(one) for one in Outcome}
    directions = {one: say(f"calls.{one}") for one in Direction}
    there = ZoneInfo(zone)

    def lines() -> Iterator[list[Any]]:
        for one in call_log.all_of_them(wanted):
            length = (one.ended_at - one.started_at).total_seconds() if one.ended_at else None
            yield [
                one.started_at.astimezone(there).strftime(TIMES_A_DAY),
                directions[Direction(one.direction)],
                *(one.number, one.contact, one.customer, one.ticket),
                words[Outcome(one.outcome)] if one.outcome else "",
                *(one.outcome_seconds, one.staff),
                round(length) if length is not None else "",
                one.sid,
            ]

    return lines()


# One call -----------------------------------------------------------------------------------------


@console.get("/calls/<sid>")
@needs(May.SEE_CALLS)
def one_call(sid: str) -> Response:
    return show_call(sid)


def show_call(sid: str, *, wrong: str = "", old: bool = False) -> Response:
    with reading() as db:
        try:
            record = show.call(db, sid)
        except show.UnknownError:
            abort(404, description=say("calls.unknown"))
        row_ = _call(db, sid)
        return page(
            db,
            "call.html",
            call=record,
            row=row_,
            customer=row_.customer_id and customers.by_id(db, row_.customer_id),
            legs=[leg for one in record["pages"] for leg in one["legs"] if _meanwhile(leg, record)],
            holds=holds.of_call(db, [one["sid"] for one in record["recordings"]]),
            kept_until=_kept_until(retention.days(db), house.ours(db).time_zone),
            hold_token=token("holds"),
            token=token(f"call {sid}"),
            asked=request.form if wrong or old else {},
            wrong=wrong,
            old=old,
        )


def _kept_until(days: dict[str, int], zone: str) -> Callable[[dict[str, Any]], date]:
    def until(recording: dict[str, Any]) -> date:
        return local(recording["made_at"], zone).date() + timedelta(days=days[recording["kind"]])

    return until


def _meanwhile(leg: dict[str, Any], call: dict[str, Any]) -> bool:
    """Whether it rang when the call was there, or for it afterwards."""
    return not leg["ended_at"] or str(leg["ended_at"]) >= str(call["started_at"])


def _call(db: Session, sid: str) -> Call:
    found = db.scalar(select(Call).where(Call.sid == sid))
    if found is None:
        abort(404, description=say("calls.unknown"))
    return found


@console.post("/calls/<sid>/ticket")
@needs(May.ACT_ON_TICKETS)
def put_call(sid: str) -> Answer:
    """Put it on another ticket."""
    if too_old(f"call {sid}"):
        return _again(sid, old=True)
    try:
        with transaction() as db:
            form = filled_in(db)
            ticket = _ticket(db, form.line("ticket"))
            call = db.scalar(select(Call).where(Call.sid == sid).with_for_update())
            if call is None:
                abort(404, description=say("calls.unknown"))
            if ticket is None:
                return _again(sid, wrong=say("calls.no_ticket", number=form.line("ticket")))
            attaching.put(db, clock.now(), call, ticket, form.by)
    except NotPossibleError as error:
        return _again(sid, wrong=say(f"calls.not_put_{str(error).replace('-', '_')}"))
    return done("console.one_call", sid=sid)


def _ticket(db: Session, given: str) -> Ticket | None:
    return tickets.find(db, numbers.dialled(given) or "")


def _again(sid: str, *, wrong: str = "", old: bool = False) -> Response:
    answer = show_call(sid, wrong=wrong, old=old)
    answer.status_code = HTTPStatus.FORBIDDEN if old else HTTPStatus.UNPROCESSABLE_ENTITY
    return answer


def address_of(asked: dict[str, str], **changes: str | int | None) -> str:
    """The log with other filters than now."""
    given = {name: value for name, value in (asked | changes).items() if value}
    return url_for("console.all_calls", **given)  # type: ignore[arg-type]


console.add_app_template_global(address_of, "calls_at")
