"""The REST API, as far as an app that answers calls needs it: /2010-04-01/Accounts/{sid}/….json.

Errors have the carrier's codes (twilio.com/docs/api/errors).
"""

from __future__ import annotations

import hmac
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, jsonify, request, send_file

from ivr.exchange import placing, queues
from ivr.exchange.calls import FINAL, Call, Callbacks
from ivr.exchange.rest_errors import RefusedError, check_to

if TYPE_CHECKING:
    from werkzeug.datastructures import MultiDict

    from ivr.exchange.engine import Exchange

ROOT = "/2010-04-01/Accounts/<account>"
WORDS_OF_EVENTS = frozenset({"initiated", "ringing", "answered", "completed"})
View = Callable[..., Any]


def blueprint(exchange: Exchange) -> Blueprint:
    made = Blueprint("rest", __name__, url_prefix=ROOT)
    api = Rest(exchange)

    @made.before_request
    def authorize() -> Any:
        if exchange.faults.rest_slow:
            time.sleep(exchange.faults.rest_slow)
        given = request.authorization
        sid, token = (given.username, given.password) if given else ("", "")
        fine = hmac.compare_digest(token or "", exchange.auth_token)
        if sid != exchange.account_sid or not fine:
            return RefusedError(401, 20003, "Authenticate").response()
        if (request.view_args or {}).get("account") != exchange.account_sid:
            return RefusedError(404, 20404, "The account was not found").response()
        return None

    @made.errorhandler(RefusedError)
    def refuse(error: RefusedError) -> Response:
        return error.response()

    for path, view, methods in api.routes():
        name = f"{view.__name__} {path}".replace(".", " ")
        made.add_url_rule(path, name, partial(_without_account, view), methods=methods)
    return made


def _without_account(view: View, account: str, **rest: str) -> Any:
    del account
    return view(**rest)


class Rest:
    def __init__(self, exchange: Exchange) -> None:
        self.exchange = exchange

    def routes(self) -> list[tuple[str, View, list[str]]]:
        return [
            ("/Calls.json", self.create_call, ["POST"]),
            ("/Calls.json", self.list_calls, ["GET"]),
            ("/Calls/<sid>.json", self.fetch_call, ["GET"]),
            ("/Calls/<sid>.json", self.update_call, ["POST"]),
            ("/Messages.json", self.create_message, ["POST"]),
            ("/Messages/<sid>.json", self.fetch_message, ["GET"]),
            ("/Queues.json", self.list_queues, ["GET"]),
            ("/Queues/<sid>.json", self.fetch_queue, ["GET"]),
            ("/Queues/<sid>/Members.json", self.list_members, ["GET"]),
            ("/Queues/<sid>/Members/<member>.json", self.member, ["GET", "POST"]),
            ("/Recordings.json", self.list_recordings, ["GET"]),
            ("/Recordings/<sid>.json", self.fetch_recording, ["GET"]),
            ("/Recordings/<sid>.wav", self.media, ["GET"]),
            ("/Recordings/<sid>", self.media, ["GET"]),
            ("/Recordings/<sid>.json", self.delete_recording, ["DELETE"]),
            ("/IncomingPhoneNumbers.json", self.list_numbers, ["GET"]),
            ("/IncomingPhoneNumbers/<sid>.json", self.update_number, ["POST"]),
        ]

    # Calls --------------------------------------------------------------------------------------

    def create_call(self) -> Any:
        faults, form = self.exchange.faults, request.form
        self._refuse_by_fault()
        with self.exchange.acting():
            check_to(self.exchange, form)
            call = self._place(form)
            answer = jsonify(_call(call))
        answer.status_code = 201
        return self._spoil(answer, faults.take)

    def _refuse_by_fault(self) -> None:
        if self.exchange.faults.take("rest_429"):
            raise RefusedError(429, 20429, "Too Many Requests")
        if self.exchange.faults.take("rest_500_before"):
            raise RefusedError(500, 20500, "Internal Server Error")

    @staticmethod
    def _spoil(answer: Response, take: Callable[[str], bool]) -> Response:
        """It was executed; what the app gets to see of that is another matter."""
        if take("rest_500_after"):
            raise RefusedError(500, 20500, "Internal Server Error")
        if take("rest_garbage"):
            return Response("<html>oops", status=201, mimetype="application/json")
        if take("rest_cut"):
            request.environ["werkzeug.socket"].shutdown(2)
        return answer

    def _place(self, form: MultiDict[str, str]) -> Call:
        to = form["To"]
        phone = self.exchange.phone(to)
        call = Call(self.exchange, "outbound-api", form["From"], to, phone)
        call.url, call.fallback_url = form.get("Url", ""), form.get("FallbackUrl", "")
        events = frozenset(form.getlist("StatusCallbackEvent")) & WORDS_OF_EVENTS
        told = form.get("StatusCallback", "")
        call.callbacks = Callbacks(told, events or frozenset({"completed"}))
        self.exchange.note("rest-call", call, url=call.url)
        if told and "initiated" in call.callbacks.events:
            self.exchange.agenda.after(0, call.tell_progress)
        timeout = float(form.get("Timeout", "60"))
        placing.ring(call, timeout, partial(_picked_up, call), _nothing)
        return call

    def list_calls(self) -> Any:
        asked = request.args
        since, until = _day(asked, "StartTime>"), _day(asked, "StartTime<")
        found = [
            _call(call)
            for call in reversed(self.exchange.calls.values())
            if asked.get("To") in {None, call.called}
            and asked.get("From") in {None, call.caller}
            and asked.get("Status") in {None, call.status}
            and (since is None or call.created_at >= since)
            and (until is None or call.created_at <= until)
        ]
        return jsonify(_list("calls", found))

    def fetch_call(self, sid: str) -> Any:
        return jsonify(_call(self._call(sid)))

    def _call(self, sid: str) -> Call:
        call = self.exchange.calls.get(sid)
        if call is None:
            raise RefusedError(404, 20404, f"The call {sid} was not found")
        return call

    def update_call(self, sid: str) -> Any:
        with self.exchange.acting():
            call = self._call(sid)
            if call.status in FINAL:
                raise RefusedError(400, 21220, "Invalid call state: the call is over")
            status, url = request.form.get("Status"), request.form.get("Url")
            if status == "canceled" and call.answered_at:
                raise RefusedError(400, 21220, "Invalid call state: it has been answered")
            if status:
                call.end("canceled" if call.answered_at is None else "completed")
            elif url:
                call.redirect(url)
            else:
                raise RefusedError(400, 21205, "Url or Status is needed")
            self.exchange.note("rest-update", call, status=status, url=url)
            return jsonify(_call(call))

    # Texts --------------------------------------------------------------------------------------

    def create_message(self) -> Any:
        form = request.form
        if not form.get("Body"):
            raise RefusedError(400, 21602, "A message body is needed")
        self._refuse_by_fault()
        with self.exchange.acting():
            check_to(self.exchange, form)
            message = self.exchange.text_out(form["To"], form["Body"])
        answer = jsonify(message)
        answer.status_code = 201
        return self._spoil(answer, self.exchange.faults.take)

    def fetch_message(self, sid: str) -> Any:
        if sid not in self.exchange.messages:
            raise RefusedError(404, 20404, f"The message {sid} was not found")
        return jsonify(self.exchange.messages[sid])

    # Queues -------------------------------------------------------------------------------------

    def _queue(self, sid: str) -> queues.Queue:
        for queue in self.exchange.queues.values():
            if sid in {queue.sid, queue.name}:
                return queue
        raise RefusedError(404, 20404, f"The queue {sid} was not found")

    def list_queues(self) -> Any:
        return jsonify(_list("queues", [_queue(one) for one in self.exchange.queues.values()]))

    def fetch_queue(self, sid: str) -> Any:
        return jsonify(_queue(self._queue(sid)))

    def list_members(self, sid: str) -> Any:
        members = [_member(place) for place in self._queue(sid).members]
        return jsonify(_list("queue_members", members))

    def member(self, sid: str, member: str) -> Any:
        """The member, by call SID or as "Front"; an update sends it to a document."""
        with self.exchange.acting():
            for place in self._queue(sid).members:
                if member in {"Front", place.call.sid}:
                    told = _member(place)
                    if request.method == "POST":
                        place.call.redirect(request.form["Url"])
                    return jsonify(told)
        raise RefusedError(404, 20404, f"No member {member}")

    # Recordings ---------------------------------------------------------------------------------

    def list_recordings(self) -> Any:
        found = [self._recording(sid) for sid in self.exchange.recordings]
        return jsonify(_list("recordings", found))

    def fetch_recording(self, sid: str) -> Any:
        return jsonify(self._recording(sid))

    def _recording(self, sid: str) -> dict[str, Any]:
        made = self.exchange.recordings.get(sid)
        if made is None:
            raise RefusedError(404, 20404, f"The recording {sid} was not found")
        told = {"sid": sid, "call_sid": made.call_sid, "duration": str(made.seconds)}
        return told | {"status": "completed", "source": made.source, "channels": made.channels}

    def media(self, sid: str) -> Any:
        self._recording(sid)
        return send_file(self.exchange.recordings[sid].file, mimetype="audio/wav")

    def delete_recording(self, sid: str) -> Any:
        self._recording(sid)
        self.exchange.recordings.pop(sid).file.unlink(missing_ok=True)
        return Response(status=204)

    # The number ---------------------------------------------------------------------------------

    def list_numbers(self) -> Any:
        asked = request.args.get("PhoneNumber")
        mine = [self._number()] if asked in {None, self.exchange.number} else []
        return jsonify(_list("incoming_phone_numbers", mine))

    def _number(self) -> dict[str, Any]:
        return {
            "sid": "PN" + "0" * 32,
            "account_sid": self.exchange.account_sid,
            "phone_number": self.exchange.number,
            "voice_url": self.exchange.voice_url,
            "voice_fallback_url": self.exchange.fallback_url,
            "status_callback": self.exchange.status_url,
            "sms_url": self.exchange.sms_url,
        }

    def update_number(self, sid: str) -> Any:
        del sid
        form, exchange = request.form, self.exchange
        exchange.voice_url = form.get("VoiceUrl", exchange.voice_url)
        exchange.fallback_url = form.get("VoiceFallbackUrl", exchange.fallback_url)
        exchange.status_url = form.get("StatusCallback", exchange.status_url)
        exchange.sms_url = form.get("SmsUrl", exchange.sms_url)
        return jsonify(self._number())


def _picked_up(call: Call) -> None:
    call.answer()
    call.run(call.url)


def _nothing(_status: str) -> None:
    """The status callbacks tell it all."""


def _day(asked: Any, name: str) -> datetime | None:
    given = asked.get(name)
    if not given:
        return None
    moment = datetime.fromisoformat(given)
    return moment.replace(tzinfo=moment.tzinfo or UTC)


def _rfc(moment: datetime | None) -> str | None:
    return format_datetime(moment, usegmt=True) if moment else None


def _list(name: str, found: list[Any]) -> dict[str, Any]:
    return {name: found, "page": 0, "page_size": 50, "next_page_uri": None, "uri": request.path}


def _call(call: Call) -> dict[str, Any]:
    return {
        "sid": call.sid,
        "account_sid": call.exchange.account_sid,
        "parent_call_sid": call.parent.sid if call.parent else None,
        "from": call.caller,
        "to": call.called,
        "status": call.status,
        "direction": call.direction,
        "duration": str(call.seconds),
        "date_created": _rfc(call.created_at),
        "start_time": _rfc(call.answered_at),
        "end_time": _rfc(call.ended_at),
        "api_version": "2010-04-01",
    }


def _queue(queue: queues.Queue) -> dict[str, Any]:
    return {
        "sid": queue.sid,
        "friendly_name": queue.name,
        "current_size": len(queue.members),
        "max_size": queues.LARGEST,
        "date_created": _rfc(queue.created_at),
    }


def _member(place: queues.Enqueued) -> dict[str, Any]:
    members = place.queue.members
    return {
        "call_sid": place.call.sid,
        "queue_sid": place.queue.sid,
        "position": members.index(place) + 1,
        "wait_time": place.seconds,
        "date_enqueued": _rfc(place.since),
    }
