"""The carrier's REST API by the twilio library: rings, texts, looks things up, fetches audio.

Every outcome is told apart (twilio.com/docs/api/errors): refused for good, not done but worth
another try, or unknown, which must be looked up before it is tried again.
"""

import json
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import requests
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from ivr.phone.urls import url
from ivr.services.carrier import NotNow, Outcome, Placed, PlacedCall, Refused, Unknown
from ivr.settings import settings

TIMEOUT = 5
LONGEST_AUDIO = 200_000_000
OVER_ALREADY = {21220, 20404}
TOO_MANY = 429
SERVER_ERROR = 500
EVENTS = ["initiated", "ringing", "answered", "completed"]

logging.getLogger("twilio.http_client").setLevel(logging.WARNING)  # it logs numbers


class Carrier:
    """services.carrier.Carrier, at Twilio or whoever speaks its protocol."""

    def __init__(self) -> None:
        sid, token = settings().credentials
        self.client = Client(sid, token, http_client=TwilioHttpClient(timeout=TIMEOUT))
        base = settings().carrier_url
        if base:
            self.client.api.base_url = base
        self.base = base or "https://api.twilio.com"
        self.account, self.session = sid, requests.Session()
        self.session.auth = (sid, token)

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

    def calls_to(self, number: str, since: datetime) -> list[PlacedCall] | Unknown:
        try:
            calls = self.client.calls.list(to=number, start_time_after=since, limit=20)
        except (TwilioException, requests.RequestException, ValueError) as error:
            return Unknown(type(error).__name__)
        live = [call for call in calls if call.sid and not _before(call.date_created, since)]
        return [PlacedCall(call.sid or "", str(call.status)) for call in live]

    def status(self, sid: str) -> str | Unknown:
        try:
            return str(self.client.calls(sid).fetch().status)
        except (TwilioException, requests.RequestException, ValueError) as error:
            return Unknown(type(error).__name__)

    def stop(self, sid: str) -> Outcome:
        return _ended(_outcome(lambda: self.client.calls(sid).update(status="completed").sid), sid)

    def tell_taken(self, sid: str, key: str) -> Outcome:
        told = url(f"voice/legs/{key}/taken")
        update = self.client.calls(sid).update
        return _ended(_outcome(lambda: update(url=told, method="POST").sid), sid)

    def text(self, number: str, body: str) -> Outcome:
        create = self.client.messages.create
        return _outcome(lambda: create(to=number, from_=settings().twilio_number, body=body).sid)

    @contextmanager
    def recording(self, sid: str) -> Iterator[Iterator[bytes] | Refused | NotNow]:
        """The audio, streamed. The address is built from the SID; redirects go nowhere else."""
        address = f"{self.base}/2010-04-01/Accounts/{self.account}/Recordings/{sid}.wav"
        try:
            with self.session.get(address, stream=True, timeout=TIMEOUT) as answer:
                if answer.status_code == requests.codes.ok:
                    yield _pieces(answer)
                else:
                    yield NotNow(f"HTTP {answer.status_code}")
        except requests.RequestException as error:
            yield NotNow(type(error).__name__)

    def forget_recording(self, sid: str) -> Outcome:
        return _outcome(lambda: str(self.client.recordings(sid).delete()))


def _before(created: datetime | None, since: datetime) -> bool:
    return created is not None and created < since.replace(microsecond=0)


def _pieces(answer: requests.Response) -> Iterator[bytes]:
    size = 0
    try:
        for piece in answer.iter_content(65_536):
            size += len(piece)
            if size > LONGEST_AUDIO:
                raise OSError("the recording is too large")
            yield piece
    except requests.RequestException as error:
        raise OSError("the line broke") from error


def _outcome(ask: Callable[[], Any]) -> Outcome:
    try:
        return Placed(str(ask()))
    except TwilioRestException as error:
        return _of_error(error)
    except requests.exceptions.ConnectTimeout:
        return NotNow("could not connect in time")
    except requests.exceptions.ConnectionError as error:
        refused = "NewConnectionError" in repr(error) or "refused" in repr(error)
        return NotNow("connection refused") if refused else Unknown("connection broke")
    except (requests.RequestException, TwilioException) as error:
        return Unknown(type(error).__name__)
    except (json.JSONDecodeError, ValueError, KeyError, TypeError, AttributeError) as error:
        return Unknown(f"an answer that makes no sense: {type(error).__name__}")


def _of_error(error: TwilioRestException) -> Outcome:
    if error.status == TOO_MANY:
        return NotNow("429")
    if error.status >= SERVER_ERROR:
        return Unknown(f"HTTP {error.status}")
    return Refused(str(error.code or error.status))


def _ended(outcome: Outcome, sid: str) -> Outcome:
    """A call that is over already needs no stopping."""
    if isinstance(outcome, Refused) and outcome.cause in {str(code) for code in OVER_ALREADY}:
        return Placed(sid)
    return outcome
