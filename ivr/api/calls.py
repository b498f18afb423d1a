"""Calls, read by programs."""

from http import HTTPStatus

import msgspec

from ivr.api import named, sent, shapes
from ivr.api.operations import Ask, as_cursor, cursor, instant, reads
from ivr.api.problems import ProblemError
from ivr.services.calls import call_log
from ivr.services.calls.call_log import Wanted
from ivr.services.staff.tokens import Scope
from ivr.services.tickets import show


@reads(
    "/calls",
    Scope.CALLS_READ,
    "List calls, the newest first",
    takes=sent.CallQuery,
    tells=shapes.Leaf[shapes.CallLine],
)
def list_calls(ask: Ask) -> shapes.Leaf[shapes.CallLine]:
    asked: sent.CallQuery = ask.given
    wanted = Wanted(
        outcome=asked.outcome or "",
        direction=asked.direction or "",
        since=instant(asked.since),
        until=instant(asked.until),
        number=named.phone(ask.db, asked.number),
        customer_id=named.customer(ask.db, asked.customer),
    )
    found, more = call_log.newest(ask.db, wanted, cursor(asked.cursor), asked.limit)
    lines = [msgspec.convert(row._mapping, shapes.CallLine) for row in found]  # noqa: SLF001
    return shapes.Leaf(lines, as_cursor(more))


@reads("/calls/<sid>", Scope.CALLS_READ, "Read a call with all of its turns", tells=shapes.OneCall)
def read_call(ask: Ask, sid: str) -> shapes.OneCall:
    try:
        return msgspec.convert(show.call(ask.db, sid), shapes.OneCall, strict=False)
    except show.UnknownError as error:
        raise ProblemError(HTTPStatus.NOT_FOUND, "There is no such call.") from error
