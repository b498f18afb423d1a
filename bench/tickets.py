"""The staff's pages with very many tickets, beside the same with a tenth of them, in rounds that
take turns; and a ticket on which very much has happened.

A page is asked for over HTTP, one after the other, from the server of production. What is told is
the time until all of it has come: the time in the server, and a little more.
"""

import random
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from statistics import median

from sqlalchemy.orm import Session

from bench import archive, load, long_story, machine, plans, portal, process, server, world
from bench.archive import Archive
from bench.load import Request
from bench.place import version
from bench.rounds import Round, take_round
from bench.table import Goal, Row
from ivr import clock
from ivr.models import Ticket
from ivr.services.staff import signing_in
from ivr.services.tickets import board, happenings, own_tickets, show, ticket_list
from ivr.services.tickets.ticket_filters import Moment, Order, Wanted
from tests.servers import Postgres, free_port, postgres, valkey

LIST, OLDER, LONG = "list of tickets", "list, somewhere down", "ticket with 1,000 entries"
OWN = "a customer's own list"
ENTRIES = 1_000
PROMPT = Goal(50, at_most=True)
"""Milliseconds."""
AS_WITH_FEW = Goal(1.5, at_most=True)
"""Times the same page with a tenth of the tickets."""


@dataclass(frozen=True)
class Size:
    tickets: int
    """On PostgreSQL."""
    sqlite: int
    rounds: int
    pages: int
    """Of each kind a round."""
    forms: int
    """Tickets opened on the portal a round."""
    patience: float


CUSTOMERS = 4
WHOLE = Size(tickets=1_000_000, sqlite=100_000, rounds=5, pages=60, forms=200, patience=20)
QUICK = Size(tickets=20_000, sqlite=20_000, rounds=2, pages=20, forms=40, patience=1)


@dataclass(frozen=True)
class Desk:
    """A server in front of a database with so many tickets."""

    database: str
    archive: Archive
    port: int
    web: int
    backend: int | None
    long: str
    """The number of the ticket with the long story."""
    ana: str
    """What the browser of a customer shows who is signed in."""

    def cpu(self) -> tuple[float, float]:
        return process.cpu(self.web), process.cpu(self.backend) if self.backend else 0.0

    def requests(self, kind: str, count: int) -> list[Request]:
        chance, newest = random.Random(2005), self.archive.ids[-1]
        if kind == OWN:
            return [portal.listing(self.ana)] * count
        if kind == LONG:
            return [self._get(f"/tickets/{self.long}", "entry-")] * count
        if kind == LIST:
            return [self._get("/tickets", f'href="/tickets?before={newest - 49}"')] * count
        older = (chance.randrange(self.archive.ids[100], newest) for _ in range(count))
        return [
            self._get(f"/tickets?before={id_}", f'href="/tickets?before={id_ - 50}"')
            for id_ in older
        ]

    def _get(self, path: str, expect: str) -> Request:
        head = (f"GET {path} HTTP/1.1", f"Host: 127.0.0.1:{self.port}", "Connection: close")
        return Request("\r\n".join((*head, "", "")).encode(), expect.encode())

    def asks(self, kind: str) -> Callable[[Session], object]:
        """What the page asks the database."""
        if kind == OWN:
            return self._asks_for_own
        if kind == LONG:
            return self._asks_for_long
        before = "" if kind == LIST else str(self.archive.ids[self.archive.count // 2])
        return partial(self._asks_for_list, before)

    def _asks_for_list(self, before: str, db: Session) -> object:
        moment = Moment(clock.now(), clock.now())
        found = ticket_list.leaf(db, Wanted(), moment, Order.NEWEST, before)
        return (
            ticket_list.count(db, Wanted(), moment),
            ticket_list.standing(db, moment, 1),
            ticket_list.needed(db),
            ticket_list.promises(db, found.tickets),
            ticket_list.summoned(db, found.tickets),
        )

    def _asks_for_long(self, db: Session) -> object:
        row = show.find(db, self.long)
        return show.leaf(db, row, happenings.leaf(db, row.id, None, None)), board.choices(db)

    def _asks_for_own(self, db: Session) -> object:
        here = signing_in.who(db, datetime.now(UTC), self.ana)
        assert here
        return own_tickets.newest(db, here.contact)


def measure(size: Size) -> Iterator[Row]:
    with postgres() as running:
        with running.connect() as database:
            database.execute("create database few")
        urls = running.socket_url("postgres"), running.socket_url("few")
        name = f"PostgreSQL {version(running)}"
        yield from _rows(name, urls, running, size.tickets, size)
    with tempfile.TemporaryDirectory(prefix="ivr-bench-") as folder:
        urls = f"sqlite:///{folder}/many.db", f"sqlite:///{folder}/few.db"
        yield from _rows("SQLite", urls, None, size.sqlite, size)


def _rows(
    name: str, urls: tuple[str, str], running: Postgres | None, count: int, size: Size
) -> Iterator[Row]:
    backend = running.process.pid if running else None
    with ExitStack() as both:
        desks = [
            both.enter_context(_desk(url, tickets, backend))
            for url, tickets in zip(urls, (count, count // 10), strict=True)
        ]
        for kind in (LIST, OLDER, LONG, OWN):
            asked = [plans.by_index(desk.database, desk.asks(kind)) for desk in desks]
            many, few = _rounds(desks, kind, size)
            disturbed = max(one.others for one in many + few) >= machine.QUIET
            what = f"{name}, {count:,} tickets: {kind}"
            told = f"{_told(many)}, {asked[0]} statements, by index"
            yield Row(what, told, _middle(many), " ms", PROMPT, disturbed)
            slower = median(
                one.measured.percentile(0.5) / other.measured.percentile(0.5)
                for one, other in zip(many, few, strict=True)
            )
            told = f"with {count // 10:,} tickets: {_told(few)}, {asked[1]} statements"
            yield Row(f"{what}, beside a tenth", told, slower, " x", AS_WITH_FEW, disturbed)
        yield from _opened(f"{name}, {count:,} tickets: opened on the portal", desks, size)


def _opened(what: str, desks: Sequence[Desk], size: Size) -> Iterator[Row]:
    """A ticket's form, from the press to the address of its page; several customers at once."""
    top: list[float] = []
    many: list[Round] = []
    few: list[Round] = []
    for number in range(size.rounds):
        for desk, taken in zip(desks, (many, few), strict=True):
            forms = portal.forms(desk.ana, f"round-{number}", size.forms)
            send = partial(load.closed_loop, desk.port, forms, CUSTOMERS)
            taken.append(take_round(send, desk.cpu, size.patience))
        ceiling = portal.at_the_ceiling(size.forms)
        top.append(load.closed_loop(desks[0].port, ceiling, CUSTOMERS).per_second)
    disturbed = max(one.others for one in many + few) >= machine.QUIET
    speed = median(one.measured.per_second for one in many)
    share = median(one.measured.per_second / of for one, of in zip(many, top, strict=True))
    told = f"{speed:,.0f}/s of {median(top):,.0f}/s, {CUSTOMERS} customers, {_told(many)}"
    yield Row(what, told, share, " x", None, disturbed)
    slower = median(
        one.measured.percentile(0.5) / other.measured.percentile(0.5)
        for one, other in zip(many, few, strict=True)
    )
    yield Row(f"{what}, beside a tenth", _told(few), slower, " x", AS_WITH_FEW, disturbed)


@contextmanager
def _desk(database: str, count: int, backend: int | None) -> Iterator[Desk]:
    with (
        tempfile.TemporaryDirectory(prefix="ivr-bench-") as made,
        valkey(Path(made) / "redis") as broker,
    ):
        port = free_port()
        settings = server.environment(Path(made), database, port, REDIS_URL=broker)
        server.prepare(settings)
        archived = archive.fill(database, count)
        with world.session(database) as db:
            middle = db.get_one(Ticket, archived.ids[count // 2])
            long_story.write(db, middle, ENTRIES)
            number = middle.number
        with server.gunicorn(settings) as web:
            shown = portal.signed_in(database)
            desk = Desk(database, archived, port, web, backend, number, shown)
            for kind in (LIST, OLDER, LONG, OWN):
                load.one_by_one(port, desk.requests(kind, 10))  # to warm up
            yield desk


def _rounds(desks: Sequence[Desk], kind: str, size: Size) -> tuple[list[Round], list[Round]]:
    rounds: tuple[list[Round], list[Round]] = ([], [])
    for _ in range(size.rounds):
        for desk, taken in zip(desks, rounds, strict=True):
            send = partial(load.one_by_one, desk.port, desk.requests(kind, size.pages))
            taken.append(take_round(send, desk.cpu, size.patience))
    return rounds


def _middle(rounds: Sequence[Round]) -> float:
    return median(one.measured.percentile(0.5) for one in rounds)


def _told(rounds: Sequence[Round]) -> str:
    p50, p99 = (median(one.measured.percentile(share) for one in rounds) for share in (0.5, 0.99))
    web = median(one.web_cpu for one in rounds)
    database = median(one.database_cpu for one in rounds)
    others, stolen = max(one.others for one in rounds), max(one.stolen for one in rounds)
    return (
        f"p50/p99 {p50:.1f}/{p99:.1f} ms, CPU a page {web / 1000:.1f} ms + database"
        f" {database / 1000:.1f} ms, others at most {others:.0%} of the machine, its host at most"
        f" {stolen:.0%}"
    )
