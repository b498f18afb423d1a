"""The page of phones: its files, the state that it polls, and what people do on it."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, jsonify, render_template, request

from ivr.exchange import loopback
from ivr.exchange.loopback import no
from ivr.exchange.phones import ANONYMOUS, E164, NotPossibleError

if TYPE_CHECKING:
    from ivr.exchange.engine import Exchange

LONGEST_TEXT, LONGEST_NAME = 1600, 80
KEYS = set("0123456789*#")


def blueprint(exchange: Exchange) -> Blueprint:
    made = Blueprint("page", __name__, static_folder="static", template_folder="templates")

    made.before_request(loopback.guard)
    made.after_request(loopback.secure)

    @made.get("/")
    def phones() -> str:
        return render_template("phones.html", mail=exchange.mailboxes is not None)

    @made.get("/phones/state")
    def state() -> Response:
        return _state(exchange, exchange.staff_url)

    @made.post("/phones")
    def add() -> Any:
        number, name = _given().get("number", ""), _given().get("name", "")
        if number != ANONYMOUS and not E164.fullmatch(number):
            return no("a number looks like +15145550100, or is anonymous", 409)
        exchange.phone(number, name=name[:LONGEST_NAME])
        return Response(status=204)

    @made.post("/phones/<number>/<act>")
    def act(number: str, act: str) -> Any:
        if number not in exchange.phones:
            return no("there is no such phone", 404)
        try:
            return _act(exchange, number, act)
        except NotPossibleError as error:
            return no(str(error), 409)

    return made


def _given() -> dict[str, str]:
    given = request.get_json(silent=True)
    pairs = given.items() if isinstance(given, dict) else ()
    return {str(key): str(value) for key, value in pairs}


def _act(exchange: Exchange, number: str, act: str) -> Response:
    phone = exchange.phones[number]
    if act == "dial":
        phone.dial(_given().get("to") or None)
    elif act == "press":
        phone.press("".join(key for key in _given().get("keys", "") if key in KEYS)[:64])
    elif act == "speak" and request.mimetype == "audio/wav":
        phone.speak("", request.get_data())
    elif act == "speak":
        phone.speak(_given().get("text", "")[:LONGEST_TEXT])
    elif act == "text":
        phone.text(_given().get("body", "")[:LONGEST_TEXT])
    elif plain := {
        "answer": phone.answer,
        "reject": phone.reject,
        "hang-up": phone.hang_up,
        "speaking": phone.speaking,
    }.get(act):
        plain()
    else:
        return no("a phone cannot do that", 404)
    return Response(status=204)


def _state(exchange: Exchange, staff_url: str) -> Response:
    with exchange.acting():
        state = {
            "number": exchange.number,
            "staff_url": staff_url,
            "phones": [phone.as_json() for phone in exchange.phones.values()],
        }
    tag = hashlib.sha256(json.dumps(state).encode()).hexdigest()[:24]
    if request.headers.get("If-None-Match") == f'"{tag}"':
        return Response(status=304)
    answer = jsonify(state | {"now": exchange.now().isoformat()})
    answer.headers["ETag"] = f'"{tag}"'
    return answer
