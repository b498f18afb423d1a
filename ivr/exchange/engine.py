"""The exchange: phones, calls, queues and time, under one lock; webhooks go out beside it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from ivr.exchange.calls import Call, Callbacks, new_sid
from ivr.exchange.clock import Agenda, Clock, ManualClock, WallClock
from ivr.exchange.faults import Faults
from ivr.exchange.log import Event, Log
from ivr.exchange.numbers import OwnNumber, Wire
from ivr.exchange.phones import Phone
from ivr.exchange.queues import Queue
from ivr.exchange.said import Transcriptions
from ivr.exchange.webhooks import Reply, post, tell

if TYPE_CHECKING:
    from pathlib import Path

    from ivr.exchange.conference import Seat
    from ivr.exchange.mailboxes import Mailboxes
    from ivr.exchange.recordings import Recording

Then = Callable[[Reply], None]
Told = dict[str, str] | bytes
AT_ONCE = 16


def _tell(url: str, told: Told, token: str) -> Reply:
    return tell(url, told, token) if isinstance(told, bytes) else post(url, told, token)


class Exchange:
    def __init__(
        self,
        *,
        account_sid: str,
        auth_token: str,
        number: str = "+18005550100",
        voice_url: str = "",
        fallback_url: str = "",
        status_url: str = "",
        sms_url: str = "",
        clock: Clock | None = None,
        media_dir: Path,
        log_file: Path | None = None,
    ) -> None:
        self.account_sid, self.auth_token, self.number = account_sid, auth_token, number
        self.numbers: dict[str, OwnNumber] = {}
        self.line = self.own(number, voice_url, fallback_url, status_url, sms_url)
        self.clock: Clock = clock or WallClock()
        self.agenda = Agenda(self.clock)
        self.media_dir, self.log, self.faults = media_dir, Log(log_file), Faults()
        self.warnings: list[str] = []
        self.base_url, self.staff_url, self.balance = "", "", "100.00"
        self.mailboxes: Mailboxes | None = None
        self.phones: dict[str, Phone] = {}
        self.calls: dict[str, Call] = {}
        self.queues: dict[str, Queue] = {}
        self.rooms: dict[str, list[Seat]] = {}
        self.recordings: dict[str, Recording] = {}
        self.written = Transcriptions()
        self.messages: dict[str, dict[str, Any]] = {}
        self._lock = threading.RLock()
        self._changed = threading.Condition(self._lock)
        self._in_flight, self._closed = 0, False
        self._when_ended: dict[str, list[Callable[[], None]]] = {}
        self._held_back: list[tuple[str, Told]] = []
        self._fetching = ThreadPoolExecutor(AT_ONCE, "fetch")
        self._calling_back = ThreadPoolExecutor(1, "callback")
        self._server: Any = None
        if isinstance(self.clock, WallClock):
            threading.Thread(target=self._keep_time, name="agenda", daemon=True).start()

    # People and time ----------------------------------------------------------------------------

    def now(self) -> datetime:
        return self.clock.now()

    def phone(
        self, number: str, name: str = "", role: str = "customer", language: str = "en-CA"
    ) -> Phone:
        with self._lock:
            if number not in self.phones:
                self.phones[number] = Phone(self, number, name or number, role, language)
            elif name:
                known = self.phones[number]
                known.name, known.role, known.language = name, role, language
            return self.phones[number]

    def own(self, number: str, *addresses: str) -> OwnNumber:
        """A number of the account; the addresses in the order of OwnNumber."""
        made = OwnNumber(f"PN{len(self.numbers):032}", number, *addresses)
        self.numbers[number] = made
        return made

    def at(self, number: str) -> Phone:
        """Who is rung there: a person's phone, or a number of the account's own."""
        return Wire(self, number) if number in self.numbers else self.phone(number)

    @contextmanager
    def acting(self) -> Iterator[None]:
        """Somebody does something: one at a time, and whoever waits for a change is woken."""
        with self._changed:
            yield
            self._changed.notify_all()

    def _keep_time(self) -> None:
        """On the wall clock: carry out what is due, and sleep until the next."""
        with self._changed:
            while not self._closed:
                try:
                    self._run_due()
                except Exception as error:  # noqa: BLE001 - time must go on
                    self.warn(repr(error))
                self._release_held_back()
                due = self.agenda.next_at()
                wait = (due - self.now()).total_seconds() if due else 1.0
                self._changed.wait(max(0.0, min(wait, 1.0)))

    def _run_due(self) -> bool:
        ran = False
        while appointment := self.agenda.take_due():
            appointment.act()
            ran = True
        return ran

    def settle(self, limit: float = 20.0) -> None:
        """Wait until nothing is due now and no webhook is under way."""
        deadline = time.monotonic() + limit
        with self._changed:
            while True:
                if self._run_due():
                    continue
                self._release_held_back()
                if self._in_flight == 0:
                    return
                if not self._changed.wait(deadline - time.monotonic()):
                    raise TimeoutError("webhooks are still under way")

    def next_event_at(self) -> datetime | None:
        with self._lock:
            return self.agenda.next_at()

    def advance(self, seconds: float) -> None:
        self.advance_to(self.now() + timedelta(seconds=seconds))

    def advance_to(self, moment: datetime) -> None:
        """Move the clock, event by event."""
        if not isinstance(self.clock, ManualClock):
            raise TypeError("only a ManualClock can be moved")
        while True:
            self.settle()
            due = self.next_event_at()
            if due is None or due > moment:
                break
            self.clock.set(due)
        self.clock.set(moment)
        self.settle()

    # The log ------------------------------------------------------------------------------------

    def note(self, kind: str, call: Call | None = None, **detail: Any) -> None:
        number = call.phone.number if call else str(detail.pop("number", ""))
        sid = call.sid if call else ""
        self.log.write(Event(self.now(), kind, sid, number, detail))

    def warn(self, problem: str, call: Call | None = None) -> None:
        self.warnings.append(problem)
        self.note("warning", call, problem=problem)

    # Webhooks -----------------------------------------------------------------------------------

    def fetch(self, url: str, form: dict[str, str], then: Then, method: str, call: Call) -> None:
        """Ask for a document; `then` gets the reply."""

        def landed(reply: Reply) -> None:
            self.note("webhook", call, url=url, status=reply.status, error=reply.error)
            then(reply)

        self._beside(self._fetching, lambda: post(url, form, self._token(), method), landed)

    def _beside(self, pool: ThreadPoolExecutor, ask: Callable[[], Reply], then: Then) -> None:
        """Ask in a thread; `then` gets the reply with the lock held."""
        self._in_flight += 1

        def work() -> None:
            reply = ask()
            with self.acting():
                self._in_flight -= 1
                try:
                    then(reply)
                except Exception as error:  # noqa: BLE001 - it would be lost in the thread
                    self.warn(repr(error))

        pool.submit(work)

    def callback(self, url: str, form: Told) -> None:
        """Tell the app something, as a form or as JSON; its answer does not matter."""
        if self.faults.drop_callbacks:
            self.note("callback-dropped", url=url)
            return
        if self.faults.reorder_callbacks:
            self._held_back.append((url, form))
            return
        self._send(url, form)

    def _release_held_back(self) -> None:
        held, self._held_back = self._held_back[::-1], []
        for url, form in held:
            self._send(url, form)

    def _send(self, url: str, form: Told) -> None:
        def landed(reply: Reply) -> None:
            self.note("callback", url=url, status=reply.status, error=reply.error)

        for _ in range(2 if self.faults.duplicate_callbacks else 1):
            self._beside(self._calling_back, partial(_tell, url, form, self._token()), landed)

    def ask_about_text(self, form: dict[str, str], then: Then) -> None:
        """A text has come in; `then` gets the app's reply."""
        url, number = self.line.sms_url, form["From"]

        def landed(reply: Reply) -> None:
            self.note("webhook", number=number, url=url, status=reply.status)
            then(reply)

        ask = partial(post, url, form, self._token(), voice=False)
        self._beside(self._calling_back, ask, landed)

    def _token(self) -> str:
        return "wrong" if self.faults.take("webhook_bad_signature") else self.auth_token

    # Calls --------------------------------------------------------------------------------------

    def incoming(self, call: Call) -> None:
        """Somebody has dialled: the number's own addresses say what happens."""
        number = self.numbers.get(call.called, self.line)
        call.fallback_url, call.fallback_method = number.fallback_url, number.fallback_method
        call.callbacks = Callbacks(number.status_url)
        call.becomes("ringing")
        call.run(number.voice_url)

    def when_ended(self, call: Call, act: Callable[[], None]) -> None:
        self._when_ended.setdefault(call.sid, []).append(act)

    def ended(self, call: Call) -> None:
        for act in self._when_ended.pop(call.sid, []):
            act()

    def queue(self, name: str) -> Queue:
        """Made on first use."""
        if name not in self.queues:
            self.queues[name] = Queue(new_sid("QU"), name, self.now())
        return self.queues[name]

    # Serving ------------------------------------------------------------------------------------

    def serve(self, port: int = 0) -> str:
        """Answer the REST API and the pages on loopback. Returns the base URL."""
        from ivr.exchange.serving import start

        self._server = start(self, port)
        self.base_url = f"http://127.0.0.1:{self._server.port}"
        return self.base_url

    def close(self) -> None:
        with self.acting():
            self._closed = True
        if self._server:
            self._server.shutdown()
            self._server.server_close()
        self._fetching.shutdown(wait=False, cancel_futures=True)
        self._calling_back.shutdown(wait=False, cancel_futures=True)
