"""Pages by the thousand: open ones that are not due yet, and some that fall due soon.

A page that falls due goes on to its next level. When that happened is kept on the page itself;
when it was due is put where the page was opened, because the page forgets it.
"""

import json

from tests.servers import Postgres

POLICY = [
    {
        "level": 1,
        "ring": "all",
        "ring_for": 25,
        "repeat": 0,
        "escalate_after": 0,
        "technicians": [1],
    },
    {"level": 3, "mail": "escalation@2n5.example", "repeat_every": 86_400},
]
TICKETS = """
    insert into tickets (number, dialled, title, description, severity, status, level,
                         opened_at)
    select n::text, n::text, 'No dial tone', '', 'critical', 'open', 1, now()
    from generate_series(%(first)s::bigint, %(first)s::bigint + %(count)s - 1) n
    returning id, number::bigint - %(first)s as nth
"""
PAGES = """
    insert into pages (ticket_id, policy, state, version, level, level_since, round, first_round,
                       due_at, opened_at)
    select id, %(policy)s::json, 'open', 0, 0, now(), 0, 0, due_at, due_at
    from (select id, clock_timestamp() + %(begin)s * interval '1 second'
                     + nth * %(every)s * interval '1 second' as due_at from ticket) of
    order by due_at
    returning id
"""
LATENESS = """
    select extract(epoch from level_since - opened_at)::float from pages
    where id between %(first)s and %(last)s and level = 1
"""
A_DAY = 86_400.0


class Pages:
    def __init__(self, server: Postgres) -> None:
        self.server, self.open, self.next_number = server, 0, 10_000_000_000

    def raise_to(self, count: int) -> None:
        """So many open pages, none of them due today."""
        self._add(count - self.open, begin=A_DAY, every=0.001)
        with self.server.connect() as connection:
            connection.execute("vacuum analyze pages, tickets")

    def fall_due(self, count: int, begin: float, every: float) -> range:
        """So many, one after the other, the first in `begin` seconds. Returns their IDs."""
        return self._add(count, begin, every)

    def _add(self, count: int, begin: float, every: float) -> range:
        when = {"first": self.next_number, "count": count, "begin": begin, "every": every}
        with self.server.connect() as connection:
            written = f"with ticket as ({TICKETS}) {PAGES}"
            ids = connection.execute(written, {**when, "policy": json.dumps(POLICY)}).fetchall()
        self.next_number, self.open = self.next_number + count, self.open + count
        return range(min(ids)[0], max(ids)[0] + 1)

    def lateness(self, ids: range) -> list[float]:
        """Seconds, of each, once all have gone on to their next level."""
        given = {"first": ids.start, "last": ids.stop - 1}
        with self.server.connect() as connection:
            late = [float(one) for (one,) in connection.execute(LATENESS, given)]
        return late if len(late) == len(ids) else []
