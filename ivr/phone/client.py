"""The carrier's REST API by the twilio library: rings, texts, looks things up, fetches audio.

Every outcome is told apart (twilio.com/docs/api/errors): refused for good, not done but worth
another try, or unknown, which must be looked up before it is tried again.
"""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from typing import Any, TypeVar

import requests
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from ivr.phone import fallback, forgetting, set_up, transcribing
from ivr.phone.urls import url
from ivr.services.calls.carrier import (
    Balance,
    Forgotten,
    NotNow,
    Outcome,
    Placed,
    PlacedCall,
    Refused,
    Unknown,
)
from ivr.services.calls.lifeline import Roster
from ivr.settings import settings

Told = TypeVar("Told")

TIMEOUT = 5
LONGEST_AUDIO = 200_000_000
LONGEST_FETCH = 100
"""Seconds; less than the claim on the recording lasts."""
OVER_ALREADY = {"21220", "20404"}
TOO_MANY = 429
NOT_THERE = Unknown("HTTP 404")
TIMED_OUT = 408
SERVER_ERROR = 500
NONSENSE = (ValueError, KeyError, TypeError, AttributeError)
"""What the library runs into when an answer is not what it should be."""
EVENTS = ["initiated", "ringing", "answered", "completed"]

logging.getLogger("twilio.http_client").setLevel(logging.WARNING)  # it logs numbers


class Carrier:
    """services.carrier.Carrier, at Twilio or whoever speaks its protocol."""

    def __init__(self) -> None:
        self.account, self.token = settings().credentials
        http = TwilioHttpClient(timeout=TIMEOUT)
        self.client = Client(self.account, self.token, http_client=http)
        self.base = "https://api.twilio.com"
        if settings().carrier_url:
            self.base = self.client.api.base_url = settings().carrier_url
            self.client.edge = self.client.region = None  # those belong to Twilio's own host names

    def ring(self, number: str, key: str, ring_for: int) -> Outcome:
        return _outcome(
            lambda: (
                self.client.calls.create(
                    to=number,
                    from_=settings().twilio_number,
                    url=url(f"voice/legs/{key}"),
                    method="POST",
                    fallback_url=url(f"voice/legs/{key}"),
                    fallback_method="POST",
                    status_callback=url(f"voice/legs/{key}/status"),
                    status_callback_method="POST",
                    status_callback_event=EVENTS,
                    timeout=ring_for,
                ).sid
            )
        )

    def call_in(self, key: str) -> Outcome:
        return _outcome(
            lambda: (
                self.client.calls.create(
                    to=settings().twilio_number,
                    from_=settings().canary,
                    url=url(f"voice/canary/caller/{key}"),
                    method="POST",
                    timeout=60,
                ).sid
            )
        )

    def calls_to(self, number: str, since: datetime) -> list[PlacedCall] | Unknown:
        """Not asked for by start time: a call that still waits to be placed has none."""
        ours = {"to": number, "from_": settings().twilio_number, "limit": 20}
        calls = _answer(lambda: self.client.calls.list(**ours))
        if isinstance(calls, Unknown):
            return calls
        recent = [call for call in calls if call.sid and not _before(call.date_created, since)]
        return [PlacedCall(call.sid, str(call.status)) for call in recent]

    def status(self, sid: str) -> str | Unknown:
        """The call's status; one that the carrier knows nothing of rings nowhere any more."""
        status = _answer(lambda: self.client.calls(sid).fetch().status)
        if status == NOT_THERE:
            return "canceled"
        return status if isinstance(status, Unknown) else str(status)

    def stop(self, sid: str) -> Outcome:
        return _ended(_outcome(lambda: self.client.calls(sid).update(status="completed").sid), sid)

    def tell_taken(self, sid: str, key: str) -> Outcome:
        told = url(f"voice/legs/{key}/taken")
        update = self.client.calls(sid).update
        return _ended(_outcome(lambda: update(url=told, method="POST").sid), sid)

    def bring(self, sid: str, turn: int, language: str) -> Outcome:
        on = url(f"voice/turns/{turn}/left", language=language, left="over")
        failing = {"fallback_url": url("voice/fallback"), "fallback_method": "POST"}
        update = self.client.calls(sid).update
        return _ended(_outcome(lambda: update(url=on, method="POST", **failing).sid), sid)

    def say(self, number: str, path: str) -> Outcome:
        create, ours = self.client.calls.create, settings().twilio_number
        return _outcome(lambda: create(to=number, from_=ours, url=url(path), method="POST").sid)

    def text(self, number: str, body: str) -> Outcome:
        create = self.client.messages.create
        return _outcome(lambda: create(to=number, from_=settings().twilio_number, body=body).sid)

    @contextmanager
    def recording(self, sid: str) -> Iterator[Iterator[bytes] | Refused | NotNow]:
        """The audio, streamed. The address is built from the SID, and no redirect is followed."""
        address = f"{self.base}/2010-04-01/Accounts/{self.account}/Recordings/{sid}.wav"
        login = (self.account, self.token)
        with ExitStack() as stack:
            try:
                answer = stack.enter_context(
                    requests.get(
                        address, auth=login, stream=True, timeout=TIMEOUT, allow_redirects=False
                    )
                )
            except requests.RequestException as error:
                yield NotNow(type(error).__name__)
                return
            ready = answer.status_code == requests.codes.ok
            yield _pieces(answer) if ready else NotNow(f"HTTP {answer.status_code}")

    def forget_recording(self, sid: str) -> Outcome:
        return _ended(_outcome(lambda: sid if self.client.recordings(sid).delete() else None), sid)

    def transcribe(self, sid: str, key: str) -> Outcome:
        return _outcome(lambda: transcribing.begin(self.client, sid, key))

    def forget_number(self, number: str) -> Forgotten | Refused | NotNow | Unknown:
        return _told(lambda: forgetting.number(self.client, number))

    def astray(self) -> list[str] | Refused | NotNow | Unknown:
        return _told(lambda: list(set_up.astray(self.client)))

    def balance(self) -> Balance | Refused | NotNow | Unknown:
        def ask() -> Balance:
            told = self.client.balance.fetch()
            return Balance(float(told.balance or ""), told.currency or "")

        return _told(ask)

    def fallback(self, roster: Roster) -> str:
        return fallback.document(roster)


def _before(created: datetime | None, since: datetime) -> bool:
    return created is not None and created < since.replace(microsecond=0)


def _pieces(answer: requests.Response) -> Iterator[bytes]:
    size, end = 0, time.monotonic() + LONGEST_FETCH
    try:
        for piece in answer.iter_content(65_536):
            size += len(piece)
            if size > LONGEST_AUDIO or time.monotonic() > end:
                raise OSError("the recording is too long, or comes too slowly")
            yield piece
    except requests.RequestException as error:
        raise OSError("the line broke") from error


def _answer(ask: Callable[[], Any]) -> Any:
    """What a question that changes nothing is answered with; Unknown for any trouble."""
    try:
        return ask()
    except TwilioRestException as error:
        return Unknown(f"HTTP {error.status}")
    except (TwilioException, requests.RequestException, *NONSENSE) as error:
        return Unknown(type(error).__name__)


def _outcome(ask: Callable[[], str | None]) -> Outcome:
    sid = _told(ask)
    if isinstance(sid, Refused | NotNow | Unknown):
        return sid
    return Placed(sid) if sid else Unknown("an answer without a SID")


def _told(ask: Callable[[], Told]) -> Told | Refused | NotNow | Unknown:
    """What the carrier says, or what became of asking."""
    try:
        return ask()
    except TwilioRestException as error:
        return _of_error(error)
    except requests.exceptions.ConnectTimeout:
        return NotNow("could not connect in time")
    except requests.exceptions.ConnectionError as error:
        never_sent = "NewConnectionError" in repr(error)
        return NotNow("connection refused") if never_sent else Unknown("connection broke")
    except (TwilioException, requests.RequestException, *NONSENSE) as error:
        return Unknown(type(error).__name__)


def _of_error(error: TwilioRestException) -> Refused | NotNow | Unknown:
    if error.status == TOO_MANY:
        return NotNow("429")
    if error.status >= SERVER_ERROR or error.status == TIMED_OUT:
        return Unknown(f"HTTP {error.status}")
    return Refused(str(error.code or error.status))


def _ended(outcome: Outcome, sid: str) -> Outcome:
    """A call that is over already needs no stopping."""
    if isinstance(outcome, Refused) and outcome.cause in OVER_ALREADY:
        return Placed(sid)
    return outcome
