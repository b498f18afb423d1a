"""Opening tickets, by mail: the whole product, `ivr run` on PostgreSQL with years of tickets in it,
takes mail in by SMTP.

The ceiling is the listener's library throwing the same mail away. When a ticket was open to
everybody is what the database says of its commit, not what we say.
"""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from statistics import median

from sqlalchemy import select

from bench import archive, machine, senders, world
from bench.escalation import LATE, running
from bench.load import percentile
from bench.pages import Pages
from bench.table import Goal, Row
from ivr.models import AssignmentRule, Team, Technician
from tests.servers import Postgres, postgres
from tests.whole.stack import Stack, eventually

SUPPORT = "support@2n5.example"
PROMPT = Goal(2, at_most=True)
"""Seconds from "kept" to the open ticket: two looks of the ticker."""
OPENED = """
    select mails.message_id, extract(epoch from pg_xact_commit_timestamp(entries.xmin))::float
    from mails join entries on entries.ticket_id = mails.ticket_id and entries.kind = 'opened'
    where mails.message_id like %(name)s
"""
ACKNOWLEDGED = """
    select mails.message_id, extract(epoch from messages.sent_at)::float
    from mails join messages on messages.ticket_id = mails.ticket_id
    where mails.message_id like %(name)s and messages.sent_at is not null
"""


@dataclass(frozen=True)
class Size:
    tickets: int
    """That are there already."""
    rounds: int
    burst: int
    """Mails of a round, as fast as they are taken."""
    steady: int
    """Mails, PER_SECOND."""
    due: int
    """Pages that fall due during a burst."""


WHOLE = Size(tickets=1_000_000, rounds=5, burst=300, steady=120, due=100)
QUICK = Size(tickets=20_000, rounds=2, burst=100, steady=10, due=20)
PER_SECOND = 2
PATIENCE = 20.0

Moments = Mapping[str, float]
"""By Message-ID."""


def measure(size: Size) -> Iterator[Row]:
    with postgres("track_commit_timestamp=on") as database:
        url = database.url("postgres")
        with running(url) as stack:
            archive.fill(url, size.tickets)
            _team(url)
            yield from _bursts(stack, database, size)
            yield from _steadily(stack, database, size)
            yield _pages_meanwhile(stack, database, size)


def _team(url: str) -> None:
    """To which every new ticket goes: whoever has the least to do gets it."""
    with world.session(url) as db:
        team = Team(name="Support", members=list(db.scalars(select(Technician))))
        db.add_all([team, AssignmentRule(position=0, words=[], team=team)])


def _bursts(stack: Stack, database: Postgres, size: Size) -> Iterator[Row]:
    rounds = []
    with senders.ceiling() as nowhere:
        for number in range(size.rounds + 1):
            machine.wait_until_quiet(PATIENCE)
            mails = senders.mails(f"thrown-{number}", size.burst, SUPPORT)
            top = _speed(senders.at_once(nowhere, mails, SUPPORT))
            mails = senders.mails(f"burst-{number}", size.burst, SUPPORT)
            kept = senders.at_once(stack.mail_port, mails, SUPPORT)
            opened = _wait_for(database, OPENED, kept)
            open_ = size.burst / (max(opened.values()) - min(kept.values()))
            if number:  # the first one is to warm up
                rounds.append((top, _speed(kept), open_))
            _wait_for(database, ACKNOWLEDGED, kept)
    what = f"By mail, {size.tickets:,} tickets"
    for at, name in enumerate(("ceiling", "mail kept", "ticket open")):
        speeds = [one[at] for one in rounds]
        share = median(one[at] / one[0] for one in rounds)
        told = f"{median(speeds):,.0f}/s ({min(speeds):,.0f}-{max(speeds):,.0f})"
        yield Row(f"{what}: {name}", f"{told}, {senders.SENDERS} senders", share, " x")


def _steadily(stack: Stack, database: Postgres, size: Size) -> Iterator[Row]:
    others = machine.wait_until_quiet(PATIENCE)
    mails = senders.mails("steady", size.steady, SUPPORT)
    kept = senders.evenly(stack.mail_port, mails, SUPPORT, PER_SECOND)
    what = f"By mail, {size.tickets:,} tickets, {PER_SECOND}/s"
    for name, query, goal in (
        ("kept to open, p99", OPENED, PROMPT),
        ("kept to acknowledged, p99", ACKNOWLEDGED, None),
    ):
        done = _wait_for(database, query, kept)
        took = [done[mail] - at for mail, at in kept.items()]
        p50, p99, most = (percentile(took, share) for share in (0.5, 0.99, 1))
        told = f"{len(took)} mails, p50/p99/max {p50:.2f}/{p99:.2f}/{most:.2f} s"
        yield Row(f"{what}: {name}", told, p99, " s", goal, others >= machine.QUIET)


def _pages_meanwhile(stack: Stack, database: Postgres, size: Size) -> Row:
    """Pages that fall due while very much mail comes in at once."""
    others = machine.wait_until_quiet(PATIENCE)
    pages, seconds = Pages(database), 10
    numbers = pages.fall_due(size.due, begin=1, every=seconds / size.due)
    mails = senders.mails("flood", 2 * size.burst, SUPPORT)
    kept = senders.at_once(stack.mail_port, mails, SUPPORT)
    time.sleep(1 + seconds)
    late = eventually(lambda: pages.lateness(numbers))
    _wait_for(database, OPENED, kept)
    p50, p99, most = (percentile(late, share) for share in (0.5, 0.99, 1))
    told = (
        f"{len(late)} pages while {len(mails):,} mails come at once,"
        f" p50/p99/max {p50:.3f}/{p99:.3f}/{most:.3f} s"
    )
    return Row(
        "Pages in a flood of mail: lateness, p99", told, p99, " s", LATE, others >= machine.QUIET
    )


def _wait_for(database: Postgres, query: str, kept: Moments) -> Moments:
    """When each of these mails got what the query asks for, once all have it."""
    name = next(iter(kept)).rpartition("-")[0] + "-%"

    def look() -> Moments:
        with database.connect() as connection:
            found = dict(connection.execute(query, {"name": name}).fetchall())
        return found if found.keys() >= kept.keys() else {}

    return eventually(look, every=0.2)


def _speed(kept: Moments) -> float:
    return (len(kept) - 1) / (max(kept.values()) - min(kept.values()))
