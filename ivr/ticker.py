"""The ticker: sleeps until the next row is due, at most a second, and hands it to a worker.

Where the broker cannot be reached, or a row stays due although it was handed out, the ticker
attends to it itself. Any number may run. The web process runs one as understudy, which only acts
when the ticker's heartbeat is old.
"""

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime, timedelta

from ivr import clock
from ivr.database import reading, transaction, when_hurried
from ivr.services import due
from ivr.services.calls import lifeline, retention
from ivr.services.calls.carrier import Carrier
from ivr.services.due import Due
from ivr.services.mail import inbox
from ivr.services.reports import reckonings
from ivr.services.staff import signing_in
from ivr.services.sureness import canary, checks
from ivr.services.tickets import attachments
from ivr.services.webhooks import webhooks

log = logging.getLogger(__name__)

LONGEST_SLEEP = timedelta(seconds=1)
WORKERS_HAVE = timedelta(seconds=2)
"""How long a row that was handed out may stay due before the ticker attends to it itself."""
HEARTBEAT = timedelta(seconds=2)
UPKEEP = timedelta(seconds=60)
SWEEP = timedelta(days=1)
UNDERSTUDY_AFTER = timedelta(seconds=5)

Hand = Callable[[str, int], object]


class Ticker:
    def __init__(self, carrier: Callable[[], Carrier], hand: Hand | None) -> None:
        """Without `hand` (no broker), or when a row is neglected, it is attended to here."""
        self.carrier, self.hand = carrier, hand
        self.own_hands = ThreadPoolExecutor(4, "attend")
        self.urgent_hands = ThreadPoolExecutor(8, "urgent")
        self.post = ThreadPoolExecutor(1, "collect")
        self.collecting: Future[None] | None = None
        self.handed: dict[tuple[str, int, datetime], datetime] = {}
        self.beaten = self.kept = self.swept = datetime.min.replace(tzinfo=clock.now().tzinfo)

    def tick(self) -> timedelta:
        """Hand out what is due. Returns how long to sleep."""
        now = clock.now()
        with reading() as db:
            found = due.until(db, now + LONGEST_SLEEP)
        for row in found:
            if row.at <= now:
                self._deal(row, now)
        self._forget(found)
        self._collect(now)
        later = [row.at - now for row in found if row.at > now]
        return min([LONGEST_SLEEP, *later])

    def _collect(self, now: datetime) -> None:
        """Beside the ticks: whatever lies in the spool, nobody is rung later for it."""
        if self.collecting is None or self.collecting.done():
            self.collecting = self.post.submit(self._take_in, now)

    def _take_in(self, now: datetime) -> None:
        for mail_id in inbox.collect(now):  # handed out here, not a tick later
            self._hand_over(Due("mail", mail_id, now))

    def _deal(self, row: Due, now: datetime) -> None:
        key = (row.kind, row.id, row.at)
        since = self.handed.get(key)
        if since and now - since < WORKERS_HAVE:
            return
        self.handed[key] = now
        neglected = since is not None or now - row.at >= WORKERS_HAVE
        if neglected or not self._hand_over(row):
            self._attend_soon(row.kind, row.id)

    def _hand_over(self, row: Due) -> bool:
        if self.hand is None:
            return False
        try:
            self.hand(row.kind, row.id)
        except Exception as error:  # noqa: BLE001  any broker trouble: do it ourselves
            log.warning("broker not reached, attending myself: %s", type(error).__name__)
            return False
        return True

    def _attend_soon(self, kind: str, id_: int) -> None:
        hands = self.urgent_hands if kind in due.URGENT else self.own_hands
        hands.submit(self._attend, kind, id_)

    def _attend(self, kind: str, id_: int) -> None:
        try:
            legs = due.attend(kind, id_, self.carrier())
        except Exception:
            log.exception("%s %s could not be attended to", kind, id_)
            return
        for leg_id in legs:
            self._attend_soon("leg", leg_id)

    def _forget(self, found: list[Due]) -> None:
        present = {(row.kind, row.id, row.at) for row in found}
        self.handed = {key: at for key, at in self.handed.items() if key in present}

    def upkeep(self) -> None:
        """The heartbeat; every minute the roster for bad days, what they left behind, and when the
        line rings itself next; once a day what nobody needs any more.
        """
        now = clock.now()
        if now - self.beaten >= HEARTBEAT:
            with transaction() as db:
                due.beat(db, now, "tick")
            self.beaten = now
        if now - self.kept >= UPKEEP:
            with transaction() as db:
                lifeline.write_roster(db, now)
                canary.keep(db, now)
                checks.keep(db, now)
                retention.keep(db, now)
                reckonings.keep(db, now)
            lifeline.replay(now)
            self.kept = now
        if now - self.swept >= SWEEP:
            with transaction() as db:
                signing_in.sweep(db, now)
                webhooks.sweep(db, now)
            with reading() as db:
                attachments.sweep(db, now)
            self.swept = now


def run(ticker: Ticker, stop: threading.Event) -> None:
    """Tick until told to stop. A database that is away is waited for."""
    while not stop.is_set():
        try:
            pause = ticker.tick().total_seconds()
            ticker.upkeep()
        except Exception as error:  # noqa: BLE001  the next tick may find the database again
            log.warning("tick failed: %s", type(error).__name__)
            pause = 0.5
        stop.wait(max(pause, 0.005))


def stand_in(ticker: Ticker, stop: threading.Event, woken: threading.Event) -> None:
    """The understudy: ticks when a commit made something due, and while the heartbeat is old."""
    while not stop.is_set():
        hurried = woken.wait(2 + time.monotonic() % 1)
        woken.clear()
        try:
            if hurried or _ticker_is_silent():
                ticker.tick()
        except Exception as error:  # noqa: BLE001
            log.warning("understudy: %s", type(error).__name__)


def _ticker_is_silent() -> bool:
    with reading() as db:
        last = due.last_beat(db, "tick")
    return last is None or clock.now() - last >= UNDERSTUDY_AFTER


def understudy(ticker: Ticker) -> threading.Event:
    """Start the understudy in this process. Returns the event that ends it."""
    stop, woken = threading.Event(), threading.Event()
    when_hurried(woken.set)
    threading.Thread(
        target=stand_in, args=(ticker, stop, woken), name="understudy", daemon=True
    ).start()
    return stop
