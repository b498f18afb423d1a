"""Calls by REST: place one, look at it, list them, end it or send it to another document."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from flask import Response, request

from ivr.exchange import placing
from ivr.exchange.calls import FINAL, Call, Callbacks
from ivr.exchange.rest_answers import Route, created, page, refuse_by_fault, rfc
from ivr.exchange.rest_errors import RefusedError, check_call

if TYPE_CHECKING:
    from collections.abc import Mapping

    from werkzeug.datastructures import MultiDict

    from ivr.exchange.engine import Exchange

EVENTS = frozenset({"initiated", "ringing", "answered", "completed"})


def create(exchange: Exchange) -> Response:
    refuse_by_fault(exchange.faults)
    with exchange.acting():
        check_call(exchange, request.form)
        told = _told(_place(exchange, request.form))
    return created(told, exchange.faults)


def _place(exchange: Exchange, form: MultiDict[str, str]) -> Call:
    to = form["To"]
    call = Call(exchange, "outbound-api", form["From"], to, exchange.at(to))
    call.fallback_url = form.get("FallbackUrl", "")
    call.fallback_method = form.get("FallbackMethod", "POST")
    events = frozenset(form.getlist("StatusCallbackEvent")) & EVENTS
    call.callbacks = Callbacks(form.get("StatusCallback", ""), events or frozenset({"completed"}))
    exchange.note("rest-call", call, url=form.get("Url", ""))
    timeout = float(form.get("Timeout", "60"))
    placing.ring(call, timeout, partial(_picked_up, call, form), _nothing)
    return call


def _picked_up(call: Call, form: Mapping[str, str]) -> None:
    call.answer()
    _run(call, form)


def _run(call: Call, form: Mapping[str, str]) -> None:
    if form.get("Twiml"):
        call.run_inline(form["Twiml"])
    else:
        call.run(form["Url"], form.get("Method", "POST"))


def _nothing(_status: str) -> None:
    """The status callbacks tell it all."""


def list_them(exchange: Exchange) -> Response:
    asked = request.args
    since, until = _moment(asked, "StartTime>"), _moment(asked, "StartTime<")
    with exchange.acting():
        found = [
            _told(call)
            for call in reversed(exchange.calls.values())
            if asked.get("To") in {None, call.called}
            and asked.get("From") in {None, call.caller}
            and asked.get("Status") in {None, call.status}
            and (since is None or call.created_at >= since)
            and (until is None or call.created_at <= until)
        ]
    return page("calls", found)


def _moment(asked: Mapping[str, str], name: str) -> datetime | None:
    given = asked.get(name)
    if not given:
        return None
    try:
        moment = datetime.fromisoformat(given)
    except ValueError:
        raise RefusedError(400, 20001, f"{name} is not a date") from None
    return moment.replace(tzinfo=moment.tzinfo or UTC)


def fetch(exchange: Exchange, sid: str) -> dict[str, Any]:
    with exchange.acting():
        return _told(_call(exchange, sid))


def _call(exchange: Exchange, sid: str) -> Call:
    call = exchange.calls.get(sid)
    if call is None:
        raise RefusedError(404, 20404, f"The call {sid} was not found")
    return call


def update(exchange: Exchange, sid: str) -> dict[str, Any]:
    form = request.form
    with exchange.acting():
        call = _call(exchange, sid)
        if call.status in FINAL:
            raise RefusedError(400, 21220, "Invalid call state: the call is over")
        if form.get("Status"):
            _end(call, form["Status"])
        elif form.get("Url") or form.get("Twiml"):
            call.fallback_url = form.get("FallbackUrl", call.fallback_url)
            call.fallback_method = form.get("FallbackMethod", call.fallback_method)
            _redirect(call, form)
        else:
            raise RefusedError(400, 21205, "Url, Twiml or Status is needed")
        exchange.note("rest-update", call, status=form.get("Status"), url=form.get("Url"))
        return _told(call)


def delete(exchange: Exchange, sid: str) -> Response:
    with exchange.acting():
        if _call(exchange, sid).status not in FINAL:
            raise RefusedError(409, 20009, "Cannot delete a call that is in progress")
        del exchange.calls[sid]
    return Response(status=204)


def _end(call: Call, status: str) -> None:
    if status not in {"canceled", "completed"}:
        raise RefusedError(400, 20001, "Status can be canceled or completed")
    if status == "canceled" and call.answered_at:
        raise RefusedError(400, 21220, "Invalid call state: it has been answered")
    call.end("completed" if call.answered_at else "canceled")


def _redirect(call: Call, form: Mapping[str, str]) -> None:
    if not call.answered_at:
        raise RefusedError(400, 21220, "Invalid call state: the call is not in progress")
    call.redirect(partial(_run, call, form))


def _told(call: Call) -> dict[str, Any]:
    return {
        "sid": call.sid,
        "account_sid": call.exchange.account_sid,
        "parent_call_sid": call.parent.sid if call.parent else None,
        "from": call.caller,
        "to": call.called,
        "status": call.status,
        "direction": call.direction,
        "duration": str(call.seconds),
        "date_created": rfc(call.created_at),
        "start_time": rfc(call.answered_at),
        "end_time": rfc(call.ended_at),
        "api_version": "2010-04-01",
    }


ROUTES: list[Route] = [
    ("POST", "/Calls.json", create),
    ("GET", "/Calls.json", list_them),
    ("GET", "/Calls/<sid>.json", fetch),
    ("POST", "/Calls/<sid>.json", update),
    ("DELETE", "/Calls/<sid>.json", delete),
]
