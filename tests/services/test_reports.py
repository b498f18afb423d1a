"""The reports against the raw events of a year, counted a second time by plain loops that know
nothing of how the product counts; and that what comes late is counted.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr import clock
from ivr.database import reading, transaction
from ivr.models import Call, Clock, Entry, Fact, Figure, Leg, Page, Technician, Ticket
from ivr.services.reports import figures, reckoning, report
from ivr.services.reports.figures import Asked
from ivr.services.reports.periods import Period
from ivr.services.reports.report import Report
from ivr.services.tickets import timeline
from ivr.services.tickets.timeline import Kind
from tests.services.people import organization
from tests.services.report_year import END, Year

TORONTO = ZoneInfo("America/Toronto")
ANSWERS = {"reply", "asked", "joined", "called-back", "resolved"}
SMALL = """a an the of on in at to for and is are not no our my we re fw fwd tr
le la les l un une des de du d et en au aux est ne pas nos notre"""


def local(at: datetime) -> datetime:
    return at.astimezone(TORONTO)


class Raw:
    """All that is on record, read row by row."""

    def __init__(self) -> None:
        with reading() as db:
            self.entries = db.scalars(select(Entry).order_by(Entry.at, Entry.id)).all()
            self.tickets = {one.id: one for one in db.scalars(select(Ticket)) if not one.canary}
            self.calls = {one.id: one for one in db.scalars(select(Call))}
            self.legs = db.scalars(select(Leg)).all()
            self.pages = {one.id: one for one in db.scalars(select(Page))}
            self.zones = {one.id: one.time_zone for one in db.scalars(select(Technician))}
            self.due = {(one.ticket_id, one.kind): one.ends_at for one in db.scalars(select(Clock))}
        self.of: dict[int, list[Entry]] = {one: [] for one in self.tickets}
        for entry in self.entries:
            if entry.ticket_id in self.of:
                self.of[entry.ticket_id].append(entry)

    # Every count is of (day, …).

    def opened(self) -> Iterator[tuple]:
        for ticket in self.tickets.values():
            yield local(ticket.opened_at).date(), ticket.severity, ticket.team_id

    def promise(self, kind: str) -> Iterator[tuple]:
        """What came first: the answer that lasted, or the end of the time for it."""
        for id_, lines in self.of.items():
            answer = None
            for line in lines:
                if kind == "response" and line.kind in ANSWERS:
                    answer = answer or line.at
                if kind == "resolution" and line.kind in {"resolved", "reopened"}:
                    answer = line.at if line.kind == "resolved" else None
            late = [
                line.at for line in lines if line.kind == "missed" and line.data["clock"] == kind
            ]
            ticket = self.tickets[id_]
            if late and (answer is None or late[0] <= answer):
                yield (
                    local(late[0]).date(),
                    "missed",
                    ticket.severity,
                    ticket.team_id,
                    ticket.customer_id,
                )
            elif answer:
                key = "met" if answer <= self.due[id_, kind] else "missed"
                yield local(answer).date(), key, ticket.severity, ticket.team_id, ticket.customer_id

    def answers(self) -> Iterator[tuple]:
        for entry in self.entries:
            if (
                entry.kind != "severity"
                or entry.data["severity"] != "critical"
                or entry.ticket_id not in self.of
            ):
                continue
            took = None
            for line in self.of[entry.ticket_id]:
                if line.kind == "accepted" and line.at >= entry.at:
                    took = int((line.at - entry.at).total_seconds())
                    break
            yield local(entry.at).date(), took

    def page_outcomes(self) -> Iterator[tuple]:
        """By following each page through its ticket's timeline."""
        for lines in self.of.values():
            level = 0
            for line in lines:
                if line.kind == "paged":
                    begun, level, came = line.at, line.data["level"], "closed"
                elif line.kind == "escalated":
                    level = line.data["level"]
                elif line.kind == "accepted":
                    came = "answered"
            if level:
                yield local(begun).date(), came, level

    def rings(self) -> Iterator[tuple]:
        for leg in self.legs:
            if self.pages[leg.page_id].ticket_id in self.tickets:
                night = leg.placed_at.astimezone(
                    ZoneInfo(self.zones[leg.technician_id] or "America/Toronto")
                )
                disturbs = not 7 <= night.hour < 22
                yield local(leg.placed_at).date(), leg.technician_id, leg.outcome, disturbs

    def came(self) -> Iterator[tuple]:
        for call in self.calls.values():
            if call.known["at"].startswith("staff"):
                continue
            mine = self.entries_of_calls[call.id]
            where = next(one.data["where"] for one in mine if one.kind == "left")
            if where == "after the conversation":
                key = "answered"
            elif where == "while holding":
                key = call.wish or "abandoned"
            else:
                key = "served" if where == "at the end" else "left"
            there = local(call.started_at)
            yield there.date(), key, there.weekday() * 24 + there.hour

    @property
    def entries_of_calls(self) -> dict[int, list[Entry]]:
        if not hasattr(self, "_by_call"):
            self._by_call: dict[int, list[Entry]] = {one: [] for one in self.calls}
            for entry in self.entries:
                if entry.call_id:
                    self._by_call[entry.call_id].append(entry)
        return self._by_call

    def scores(self) -> Iterator[tuple]:
        for entry in self.entries:
            if entry.kind == "feedback" and entry.ticket_id in self.of:
                yield local(entry.at).date(), str(entry.data["score"])

    def repeats(self) -> Iterator[tuple]:
        def says(ticket: Ticket) -> set[str]:
            plain = unicodedata.normalize("NFKD", ticket.title.casefold())
            found = re.findall("[a-z]+", "".join(c for c in plain if not unicodedata.combining(c)))
            return set() if ticket.title == "Opened by phone" else set(found) - set(SMALL.split())

        for one in self.tickets.values():
            begin = datetime.combine(local(one.opened_at).date(), datetime.min.time(), TORONTO)
            for other in self.tickets.values():
                if one.customer_id is None or other.customer_id != one.customer_id:
                    continue
                if not one.opened_at - timedelta(days=30) <= other.opened_at < one.opened_at:
                    continue
                if other.opened_at < begin - timedelta(days=30):
                    continue
                both, either = says(one) & says(other), says(one) | says(other)
                if both and len(both) / len(either) >= 0.6:
                    yield (local(one.opened_at).date(),)
                    break


def of(db: Session, period: Period, **only: int) -> Report:
    standing = figures.standing(db)
    return report.of(db, Asked(period, summed=standing.summed, **only), standing)


PERIODS = (
    Period(date(2026, 1, 1), date(2026, 12, 31)),
    Period(date(2026, 2, 10), date(2026, 5, 3)),
    Period(date(2026, 3, 8), date(2026, 3, 8)),
    Period(date(2026, 11, 1), date(2026, 11, 1)),
    Period(date(2026, 10, 1), date(2026, 11, 30)),
)


@pytest.fixture
def year(database: str) -> Raw:
    clock.use(lambda: END + timedelta(days=20))
    with transaction() as db:
        organization(db)
        Year(seed=5, tickets=400).write(db)
    for _day in reckoning.rebuild():
        pass
    return Raw()


def of_period(period: Period, rows: Iterator[tuple], pick: Callable[[tuple], object]) -> Counter:
    return Counter(pick(row) for row in rows if period.first <= row[0] <= period.last)


def flat(counts: dict) -> Counter:
    return Counter(
        {(who, key): many for who, one in counts.items() for key, many in one.items() if many}
    )


def parts_make_the_whole(year: Raw) -> None:
    whole = Period(date(2026, 1, 15), date(2026, 12, 20))
    for period in (whole, PERIODS[1]):
        with reading() as db:
            every = of(db, period)
            customers = [of(db, period, customer=one) for one in range(1, 9)]
            both = of(db, period, customer=3, team=2)
            team = of(db, period, team=2)
        for of_one in customers:
            (id_,) = of_one.promises["response"].customers
            assert of_one.promises["response"].all == every.promises["response"].customers[id_]
        mine = [one for one in year.promise("response") if one[3:] == (2, 3)]
        assert both.promises["response"].parts == {
            part: Counter(
                row[1]
                for row in mine
                if period.part_of(row[0]) == part and period.first <= row[0] <= period.last
            )
            for part in period.parts()
        }
        assert team.promises["response"].customers[3] == both.promises["response"].all
        assert sum(one.wait.count for one in customers) <= every.wait.count
        assert max(one.wait.longest for one in customers) <= every.wait.longest


def test_every_figure_of_a_year_is_what_the_raw_events_say(year: Raw) -> None:
    for period in PERIODS:
        with reading() as db:
            told = of(db, period)
        assert (
            sum(map(Counter.total, told.opened.values()))
            == of_period(period, year.opened(), len).total()
        )
        for kind in ("response", "resolution"):
            promise, raw = told.promises[kind], list(year.promise(kind))
            assert promise.all == of_period(period, raw, lambda row: row[1])
            assert flat(promise.parts) == of_period(
                period, raw, lambda row, of=period.part_of: (of(row[0]), row[1])
            )
            assert flat(promise.severities) == of_period(period, raw, lambda row: (row[2], row[1]))
            assert flat(promise.teams) == of_period(period, raw, lambda row: (row[3], row[1]))
            customers = of_period(period, raw, lambda row: (row[4], row[1]))
            assert flat(promise.customers) == Counter(
                {who: many for who, many in customers.items() if who[0]}
            )
        answers = [row[1] for row in year.answers() if period.first <= row[0] <= period.last]
        taken = sorted(one for one in answers if one is not None)
        assert (told.wait.count, told.wait.unanswered) == (len(taken), answers.count(None))
        for percent, value in told.wait.at.items():
            assert value == taken[-(-len(taken) * percent // 100) - 1]
        assert told.wait.longest == (taken[-1] if taken else None)
        assert flat(told.pages) == of_period(
            period, year.page_outcomes(), lambda row: (row[2], row[1])
        )
        calls = list(year.came())
        assert told.called == of_period(period, calls, lambda row: row[1])
        assert told.heat == of_period(period, calls, lambda row: row[2])
        rings = list(year.rings())
        assert {who: one.rings for who, one in told.load.items()} == of_period(
            period, rings, lambda row: row[1]
        )
        nights = [row for row in rings if row[3]]
        night = of_period(period, nights, lambda row: row[1])
        assert {who: one.night for who, one in told.load.items() if one.night} == night
        assert told.feedback == of_period(period, year.scores(), lambda row: row[1])
        assert told.repeated == of_period(period, year.repeats(), len).total()
    parts_make_the_whole(year)


# What comes late ----------------------------------------------------------------------------------


def counts() -> tuple[list[tuple], list[tuple]]:
    """All facts and figures, but for the numbers of their rows."""
    with reading() as db:
        return tuple(
            sorted(map(str, db.execute(select(*list(table.__table__.c)[1:]))))
            for table in (Fact, Figure)
        )


def due_at_once() -> None:
    """The counting is done until nothing is left to count."""
    while True:
        with reading() as db:
            row = reckoning.of(db)
        if row.due_at and row.due_at > clock.now():
            return
        reckoning.attend()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_counting_twice_is_counting_once_and_what_comes_late_is_counted(year: Raw) -> None:
    with reading() as db:
        before = of(db, PERIODS[0], team=2)
    with transaction() as db:  # a page that nobody had taken is taken after all
        lines = select(Entry).where(Entry.kind == Kind.OPENED).order_by(Entry.at)
        moved = next(one for one in db.scalars(lines) if year.tickets[one.ticket_id].team_id == 1)
        db.get_one(Ticket, moved.ticket_id).team_id = 2
        timeline.write(
            db, Kind.ASSIGNED, clock.now(), ticket_id=moved.ticket_id, to="Team 2", by="Bo"
        )
        there = db.get_one(Ticket, max(one.ticket_id for one in year.pages.values()) - 9)
        there.customer_id = 1 + there.customer_id % 8 if there.customer_id else 1
        timeline.write(db, Kind.PUT_UNDER, clock.now(), ticket_id=there.id, by="Bo", customer="?")
        solved = select(Clock).where(Clock.kind == "resolution", Clock.met_at < Clock.ends_at)
        again = next(
            one
            for one in db.scalars(solved)
            if one.ticket_id in year.tickets
            and abs(one.met_at - there.opened_at) > timedelta(days=60)  # which marks other days
            and abs(one.met_at - moved.at) > timedelta(days=60)
        )
        again.met_at = None
        timeline.write(db, Kind.REOPENED, clock.now(), ticket_id=again.ticket_id, by="Ana")
        page = next(
            one
            for one in year.pages.values()
            if one.state == "closed" and one.ticket_id in year.tickets
        )
        page = db.get_one(Page, page.id)
        page.state, page.accepted_at, page.accepted_by_id = "accepted", clock.now(), 101
        timeline.write(
            db, Kind.ACCEPTED, clock.now(), ticket_id=page.ticket_id, technician="T", seconds=9
        )
    due_at_once()
    counted = counts()
    with reading() as db:
        now = of(db, PERIODS[0], team=2)
        wait = of(db, PERIODS[0]).wait
    assert (
        sum(map(Counter.total, now.opened.values()))
        == sum(map(Counter.total, before.opened.values())) + 1
    )
    assert wait.unanswered == sum(row[1] is None for row in year.answers()) - 1
    for _ in reckoning.rebuild():
        pass
    assert counts() == counted, "whatever comes late is counted as if it had always been there"
