"""The busy month: its rows are as the services would have left them, and the same seed gives the
same ones.
"""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from callflows.steps import STEPS
from callflows.turn import Severity
from ivr import clock
from ivr.database import make_engine, transaction
from ivr.demo import live, month
from ivr.models import (
    Call,
    Clock,
    ClockKind,
    Entry,
    Figure,
    Leg,
    Organization,
    Outcome,
    Page,
    PageState,
    Passage,
    Pause,
    Place,
    Recording,
    Status,
    TakenTurn,
    Technician,
    Ticket,
)
from ivr.models.base import Base
from ivr.services.calls import recordings, sentences
from ivr.services.paging import legs
from ivr.services.reports import counting, facts, reckonings
from ivr.services.settings import business_time, house
from ivr.services.tickets import clocks, search, show, tickets
from ivr.services.tickets.ticket_filters import Moment, Wanted
from ivr.services.tickets.timeline import Kind
from tests.console.staff import Staff
from tests.demo import filling
from tests.demo.filling import UNTIL

SMALL = month.Size(tickets=160, calls=300, customers=20, contacts=45, days=30)


on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture(scope="module")
def filled(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A month, once for all of these tests."""
    return filling.fill(tmp_path_factory.mktemp("busy"), sqlite_template, SMALL)


@pytest.fixture
def busy(database: str, filled: Path, tmp_path: Path) -> None:
    shutil.copy(filled / "ivr.db", tmp_path / "ivr.db")
    (tmp_path / "var").symlink_to(filled)
    clock.use(lambda: UNTIL)


@on_sqlite
def test_the_month_is_as_large_as_asked_and_bridges_the_change_of_time(busy: None) -> None:
    with transaction() as db:
        mine = (Ticket.id > 3, ~Ticket.canary)  # the small demo's are before
        assert db.scalar(select(func.count()).where(*mine)) == 160
        assert db.scalar(select(func.count()).select_from(Call)) == 300
        first, last = db.execute(select(func.min(Entry.at), func.max(Entry.at))).one()
        assert UNTIL - timedelta(days=30) <= first < datetime(2026, 11, 1, 6, tzinfo=UTC) < last
        assert last <= UNTIL
        live_ones = select(Page.id).where(Page.state.in_((PageState.OPEN, PageState.OWED)))
        assert db.scalars(live_ones).all() == []
        assert db.scalars(select(Call.id).where(Call.place != Place.GONE)).all() == []
        outcomes = set(db.scalars(select(Leg.outcome)))
        assert {"accepted", "passed", "no-answer"} <= outcomes, outcomes


@on_sqlite
def test_what_the_clocks_show_is_what_the_service_computes(busy: None) -> None:
    with transaction() as db:
        made_milder = select(Entry.ticket_id).where(Entry.kind == Kind.REGRADED)
        answers = select(Clock).where(Clock.kind == ClockKind.RESPONSE, Clock.ticket_id > 3)
        for one in db.scalars(answers.where(Clock.ticket_id.not_in(made_milder))):
            if one.met_at is not None and one.met_at <= one.ends_at:
                assert one.missed_at is None, one.ticket.number
            elif one.met_at is not None and one.met_at > one.ends_at + timedelta(seconds=2):
                assert one.missed_at is not None, one.ticket.number
            calendar = business_time.calendar_of(house.ours(db))
            if one.ticket.severity == Severity.MINOR:  # it was never another one
                promised = clocks.promise(db, one.ticket, ClockKind.RESPONSE)
                assert one.ends_at == promised.due(one.started_at, (), calendar)
        running = db.scalars(select(Clock).where(Clock.met_at.is_(None))).all()
        assert len(running) > 10
        shown = {one.id: (one.ends_at, one.warn_at, one.due_at) for one in running}
        for ticket in db.scalars(
            select(Ticket).where(Ticket.id.in_([o.ticket_id for o in running]))
        ):
            clocks.recompute(db, ticket)
        assert {one.id: (one.ends_at, one.warn_at, one.due_at) for one in running} == shown


LAST = {
    Kind.WAITS: Status.WAITING,
    Kind.GOES_ON: Status.OPEN,
    Kind.REOPENED: Status.OPEN,
    Kind.RESOLVED: Status.RESOLVED,
    Kind.CLOSED: Status.CLOSED,
}


@on_sqlite
def test_every_ticket_is_where_its_timeline_leaves_it(busy: None) -> None:
    with transaction() as db:
        for ticket in db.scalars(select(Ticket)):
            told = (Entry.ticket_id == ticket.id, Entry.kind.in_(LAST))
            last = db.scalar(select(Entry.kind).where(*told).order_by(Entry.id.desc()).limit(1))
            if last:
                assert ticket.status == LAST[last], ticket.number
            else:
                assert ticket.status in (Status.NEW, Status.OPEN), ticket.number
            open_pause = (Pause.ticket_id == ticket.id, Pause.ended_at.is_(None))
            paused = db.scalar(select(Pause.id).where(*open_pause)) is not None
            assert paused == (ticket.status in (Status.WAITING, Status.RESOLVED, Status.CLOSED))
            assert (ticket.resolved_at is not None) == (ticket.status in ("resolved", "closed"))


@on_sqlite
def test_calls_are_walked_and_heard_whole(busy: None) -> None:
    with transaction() as db:
        for call in db.scalars(select(Call)):
            of = select(TakenTurn).where(TakenTurn.call_id == call.id).order_by(TakenTurn.id)
            turns = db.scalars(of).all()
            assert [one.number for one in turns] == list(range(call.turn)), call.sid
            assert all(one.step in STEPS for one in turns)
            assert call.started_at <= turns[0].at <= turns[-1].at <= call.ended_at
        heard = db.scalars(select(Recording).where(Recording.transcript.is_not(None))).all()
        spoken = {call.known["language"] for call in db.scalars(select(Call).where(
            Call.id.in_([one.call_id for one in heard])))}  # fmt: skip
        assert spoken == {"en-CA", "fr-CA"}
        assert {one.kind for one in heard} == set(recordings.KINDS)
        for one in heard:
            lines = sentences.read(one.sentences)
            assert sentences.words(lines) == one.transcript
            times = [said.at for said in lines]
            assert times == sorted(times)
            assert times[0] == 0
            assert times[-1] < one.seconds
        assert all((recordings.folder() / one.file).is_file() for one in heard)


@on_sqlite
def test_what_came_of_each_call_is_what_the_turns_and_legs_say(busy: None) -> None:
    with transaction() as db:
        assert not db.scalars(select(Call.id).where(Call.outcome.is_(None))).all()
        bridged = TakenTurn.heard["left"].as_string() == "bridged"
        of_customers = (Call.direction == "inbound", Call.technician_id.is_(None))
        joined = set(db.scalars(select(Call.id).join(TakenTurn, TakenTurn.call_id == Call.id).where(
            bridged, *of_customers)))  # fmt: skip
        answered = db.scalars(select(Call).where(Call.outcome == Outcome.ANSWERED)).all()
        assert joined, "some of them stayed on the line"
        assert joined <= {one.id for one in answered}
        for call in answered:
            pages = select(Page).where(
                Page.ticket_id == call.ticket_id, Page.opened_at < call.ended_at
            )
            page = db.scalars(pages.order_by(Page.id.desc())).first()
            assert page, call.sid
            assert call.staff_id == page.accepted_by_id, call.sid
            assert call.outcome_seconds is not None
            assert 0 <= call.outcome_seconds < (call.ended_at - call.started_at).total_seconds()
        rung = select(Call.outcome, Leg, Call.staff_id).join(Leg, Leg.sid == Call.sid)
        for came, leg, staff in db.execute(rung.where(Call.outcome != Outcome.CANARY)):
            else_ = Outcome.STAFF_LINE if leg.cause == legs.DIALLED_IN else leg.outcome
            assert came == (Outcome.RUNG if leg.outcome == "cancelled" else else_)
            assert staff == leg.technician_id
        kinds = set(db.scalars(select(Call.outcome)))
        assert kinds >= {"answered", "message", "callback", "left-holding", "left-early", "passed"}
        theirs = select(Call.customer_id, Ticket.customer_id).join(Ticket)
        assert all(call == ticket for call, ticket in db.execute(theirs) if ticket)


@on_sqlite
def test_the_month_is_in_the_reports_and_found_by_the_search(busy: None) -> None:
    list(reckonings.afresh())
    with transaction() as db:
        opened = (Figure.what == facts.OPENED, Figure.span == counting.DAY)
        assert db.scalar(select(func.sum(Figure.count)).where(*opened)) == 163
        told = select(func.count()).where(Entry.kind == Kind.NOTE, Entry.ticket_id.is_not(None))
        kept = select(func.count(Passage.id)).join(Entry, Entry.id == Passage.source_id)
        kept = kept.where(Passage.source == "entry", Entry.kind == Kind.NOTE)
        assert db.scalar(kept) == db.scalar(told)
        heard = select(Recording).where(
            Recording.transcript.is_not(None), Recording.kind == "message"
        )
        one = db.scalars(heard.order_by(Recording.id.desc())).first()
        assert one
        words = " ".join(one.transcript.split()[:6])
        found = search.find(db, f'"{words}"', Wanted(), Moment(UNTIL, UNTIL))
        assert one.ticket_id in {hit.ticket_id for hit in found.excerpts}
    assert "163" in Staff().reads("/reports")


@on_sqlite
def test_tickets_and_calls_open_on_their_pages(busy: None) -> None:
    staff = Staff()
    with transaction() as db:
        paged = select(Ticket.number).join(Page, Page.ticket_id == Ticket.id).limit(4)
        numbers = [
            *db.scalars(paged),
            *db.scalars(select(Ticket.number).where(Ticket.id % 16 == 0)),
        ]
        sids = db.scalars(select(Call.sid).limit(40)).all()
        assert all(show.call(db, sid)["turns"] for sid in sids)
        second = select(Leg).join(Call, Call.sid == Leg.sid).where(Call.direction == "outbound")
        rung = db.scalars(second.where(Leg.round > 1).order_by(Leg.id.desc())).first()
        assert rung
        whose = (rung.sid, rung.technician.name)
        person = db.scalar(select(Technician.id).where(Technician.name == "Zoé Bouchard"))
    for path in ("/", "/tickets", "/rotas", "/absences", "/policies", "/mail", f"/people/{person}"):
        assert staff.get(path).status_code in (200, 302), path
    assert f"Call to {whose[1]}" in staff.reads(f"/calls/{whose[0]}")
    for number in numbers:
        assert number in staff.reads(f"/tickets/{number}")


def test_the_same_seed_gives_the_same_month(tmp_path: Path, sqlite_template: Path) -> None:
    months = []
    for nth in range(2):
        file = tmp_path / f"{nth}.db"
        shutil.copy(sqlite_template, file)
        engine = make_engine(f"sqlite:///{file}")
        with Session(engine) as db, db.begin():
            month.fill(db, UNTIL, seed=7, size=month.Size(30, 60, 6, 12, 30))
            months.append({name: _rows(db, name) for name in Base.metadata.tables})
        engine.dispose()
    for name, rows in months[0].items():
        assert rows == months[1][name], name


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_it_is_the_same_on_postgresql(database: str) -> None:
    with transaction() as db:
        month.fill(db, UNTIL, seed=7, size=month.Size(30, 60, 6, 12, 30))
    with transaction() as db:  # the next numbers follow
        last = db.scalar(select(func.max(Ticket.id))) or 0
        opened = tickets.open_ticket(db, UNTIL, title="One more", severity=Severity.MINOR)
        assert opened.id == last + 1 > 34
        assert show.ticket(db, opened.number)["entries"]


def _rows(db: Session, name: str) -> list[tuple[object, ...]]:
    """Without hashes, which are salted."""
    table = Base.metadata.tables[name]
    columns = [one for one in table.c if not one.name.endswith("_hash")]
    return [tuple(row) for row in db.execute(select(*columns).order_by(*table.primary_key))]


@on_sqlite
def test_a_database_in_use_is_left_alone_and_the_living_are_the_services_own(busy: None) -> None:
    with transaction() as db:
        with pytest.raises(month.BusyError):
            month.fill(db, UNTIL, size=SMALL)
        live.begin(db, UNTIL, callers=3)
        assert db.scalar(select(func.count()).where(Call.place == Place.HOLDING)) == 1
        assert db.scalar(select(func.count()).where(Page.state == PageState.OPEN)) == 1
        assert db.get(Organization, 1) is not None
        newest = select(Ticket).where(~Ticket.canary).order_by(Ticket.id.desc())
        newest = db.scalar(newest.limit(1))
        assert newest
        assert tickets.find(db, newest.dialled) is newest
