"""The load: one thread, a new connection for every request.

Closed loop: so many lines, each sends when its answer has come. Open loop: sent at random moments
whatever the answers do, and timed from the moment meant, so that a stall is seen. One by one: each
when the one before is answered, however long the answers are.
"""

import random
import select
import socket
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

LINES = 16
PATIENCE = 10.0
"""Seconds without any answer after which the run is given up."""


@dataclass(frozen=True)
class Request:
    raw: bytes
    """All of it, head and body."""
    expect: bytes
    """What the right answer has in it: "one moment" would be an answer too."""
    status: bytes = b"2"
    """The first digit of the right answer's status."""


class BrokenRunError(Exception):
    """An answer was not the right one: what was measured means nothing."""


@dataclass
class Measured:
    latencies: list[float] = field(default_factory=list)
    seconds: float = 0.0
    own_cpu: float = 0.0
    """Seconds of CPU that sending and receiving took."""

    @property
    def per_second(self) -> float:
        return len(self.latencies) / self.seconds

    def percentile(self, share: float) -> float:
        """In milliseconds."""
        return 1000 * percentile(self.latencies, share)


def percentile(values: Sequence[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def closed_loop(port: int, requests: Sequence[Request], lines: int = LINES) -> Measured:
    return _Run(port, ((0.0, one) for one in requests), lines).measure()


def open_loop(port: int, requests: Sequence[Request], per_second: float) -> Measured:
    chance, at = random.Random(2005), time.perf_counter()
    planned = []
    for one in requests:
        at += chance.expovariate(per_second)
        planned.append((at, one))
    return _Run(port, iter(planned), lines=1000).measure()


def one_by_one(port: int, requests: Sequence[Request]) -> Measured:
    measured, began = Measured(), time.perf_counter()
    for one in requests:
        since = time.perf_counter()
        line = socket.create_connection(("127.0.0.1", port), PATIENCE)
        line.sendall(one.raw)
        answer = _read(line)
        measured.latencies.append(time.perf_counter() - since)
        _check(one, answer)
    measured.seconds = time.perf_counter() - began
    return measured


class _Run:
    """Requests with the moments they are meant to be sent; 0 is as soon as a line is free."""

    def __init__(self, port: int, planned: Iterator[tuple[float, Request]], lines: int) -> None:
        self.address, self.planned, self.lines = ("127.0.0.1", port), planned, lines
        self.poll = select.epoll()
        self.under_way: dict[int, tuple[float, Request, socket.socket]] = {}
        self.next = next(planned, None)
        self.measured = Measured()

    def measure(self) -> Measured:
        began, cpu = time.perf_counter(), time.process_time()
        while self.next or self.under_way:
            self._send_what_is_due()
            self._receive()
        self.measured.seconds = time.perf_counter() - began
        self.measured.own_cpu = time.process_time() - cpu
        self.poll.close()
        return self.measured

    def _send_what_is_due(self) -> None:
        while self.next and len(self.under_way) < self.lines:
            at, one = self.next
            now = time.perf_counter()
            if at > now:
                return
            line = socket.create_connection(self.address, PATIENCE)
            line.sendall(one.raw)
            self.poll.register(line, select.EPOLLRDHUP)  # woken once, when all has come
            self.under_way[line.fileno()] = (at or now, one, line)
            self.next = next(self.planned, None)

    def _receive(self) -> None:
        patience = PATIENCE
        if self.next and len(self.under_way) < self.lines:
            patience = max(0.0, self.next[0] - time.perf_counter())
        found = self.poll.poll(patience)
        if not found and patience == PATIENCE:
            raise BrokenRunError(f"no answer within {PATIENCE:.0f} s")
        for number, _event in found:
            since, one, line = self.under_way.pop(number)
            _check(one, _read(line))
            self.measured.latencies.append(time.perf_counter() - since)


def _check(one: Request, answer: bytes) -> None:
    if answer[9:10] != one.status or one.expect not in answer:
        asked, _, _rest = one.raw.partition(b"\r\n")
        raise BrokenRunError(f"{asked.decode()}: {answer[:1500].decode()}")


def _read(line: socket.socket) -> bytes:
    with line:
        answer = line.recv(65_536)
        while more := line.recv(65_536):
            answer += more
    return answer
