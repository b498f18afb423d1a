"""The disk is full, the database is away, a worker is killed: the mail is on its ticket, once."""

import errno
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from callflows.turn import Severity
from ivr import database
from ivr.database import engine, reading
from ivr.models import MailOutcome
from ivr.services import due
from ivr.services.mail import inbox, mail_reading, mail_sorting, spool
from ivr.services.paging import paging
from ivr.services.tickets import attachments, tickets
from ivr.services.tickets.timeline import Kind
from ivr.settings import settings
from ivr.ticker import Ticker
from tests.mail.corpus import PNG, mail, multipart, part
from tests.mail.post import Post
from tests.services.test_races import race

PICTURE = multipart("mixed", part("See"), part(PNG, "image/png"), part(PNG * 50, "image/gif"))


def full(*_: object, **__: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


# The disk -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("fails", ["fsync", "mkdir", "rename"])
def test_a_mail_that_the_disk_does_not_take_is_not_taken(
    post: Post, monkeypatch: pytest.MonkeyPatch, fails: str
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(os if fails == "fsync" else Path, fails, full)
        with pytest.raises(spool.NotKeptError):
            spool.receive(mail())
    assert not spool.new().exists() or list(spool.new().iterdir()) == []
    assert post.comes(mail()).outcome == MailOutcome.OPENED


def test_a_file_where_the_spool_should_be_is_a_disk_that_takes_nothing(post: Post) -> None:
    settings().var_dir.mkdir(exist_ok=True)
    (settings().var_dir / "mail").write_text("in the way")
    with pytest.raises(spool.NotKeptError):
        spool.receive(mail())
    inbox.collect(post.now)


def test_without_room_for_its_files_a_mail_opens_its_ticket_and_says_what_is_missing(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep = attachments._write

    def small(file: Path, chunks: Iterator[bytes]) -> tuple[int, str]:
        content = b"".join(chunks)
        if len(content) > len(PNG):
            full()
        return keep(file, iter([content]))

    monkeypatch.setattr(attachments, "_write", small)
    ticket = post.ticket(post.comes(PICTURE))
    assert [one.media_type for one in post.files(ticket)] == ["image/png"]
    assert post.lines(ticket, Kind.FILES_LEFT) == [
        "Files of the mail that are only in its raw text: 1"
    ]


# The database -------------------------------------------------------------------------------------


@pytest.fixture
def away(post: Post) -> Iterator[list[bool]]:
    """[True]: whoever begins a transaction is told that there is no database."""
    is_away = [False]

    def refuse(*_: object) -> None:
        if is_away[0]:
            raise OperationalError("BEGIN", {}, Exception("the connection is lost"))

    event.listen(engine(), "begin", refuse)
    yield is_away
    event.remove(engine(), "begin", refuse)


def test_while_the_database_is_away_mail_waits_in_the_spool(post: Post, away: list[bool]) -> None:
    away[0] = True
    for number in range(3):
        spool.receive(mail(Message_ID=f"<{number}@x>", Subject=f"Mail {number}"))
        post.passes(seconds=1)
    inbox.collect(post.now)
    assert len(spool.waiting()) == 3
    away[0] = False
    post.passes(minutes=5)
    inbox.collect(post.now)
    post.sorts()
    assert spool.waiting() == []
    assert [one.title for one in post.tickets()] == ["Mail 0", "Mail 1", "Mail 2"]


def test_a_database_that_goes_while_a_mail_is_sorted_costs_no_file_and_no_ticket(
    post: Post, away: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    keep = inbox._keep_files

    def goes(read: mail_reading.Read) -> list[attachments.Kept]:
        away[0] = True
        return keep(read)

    spool.receive(PICTURE)
    inbox.collect(post.now)
    with monkeypatch.context() as patch:
        patch.setattr(inbox, "_keep_files", goes)
        with pytest.raises(OperationalError):
            post.sorts()
    away[0] = False
    post.passes(minutes=2)  # the lease runs out
    post.sorts()
    (ticket,) = post.tickets()
    assert len(post.files(ticket)) == 2


def test_what_was_committed_when_the_connection_broke_is_not_done_again(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The commit got through, its answer did not."""
    sort = inbox._sort
    real = database.transaction

    class Broken:
        def __init__(self) -> None:
            self.real = real()

        def __enter__(self):
            return self.real.__enter__()

        def __exit__(self, *raised: object) -> None:
            self.real.__exit__(*raised)
            if self.sorted:
                raise OperationalError("COMMIT", {}, Exception("the connection is lost"))

        sorted = False

    def sorts(db, *args: object) -> bool:
        Broken.sorted = True
        return sort(db, *args)

    def transaction() -> object:
        Broken.sorted = False
        return Broken()

    spool.receive(PICTURE)
    inbox.collect(post.now)
    with monkeypatch.context() as patch:
        patch.setattr(inbox, "_sort", sorts)
        patch.setattr(inbox, "transaction", transaction)
        post.sorts()
    for _ in range(10):
        post.passes(minutes=10)
        post.sorts()
    (ticket,) = post.tickets()
    for file in post.files(ticket):
        assert (attachments.folder() / file.key).exists()
    assert [one.outcome for one in post.mails()] == [MailOutcome.OPENED]


# The workers --------------------------------------------------------------------------------------


class KilledError(BaseException):
    """Nothing catches it, as nothing catches SIGKILL."""


def test_a_mail_whose_worker_is_killed_is_sorted_once_when_its_lease_runs_out(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> None:
        raise KilledError

    spool.receive(PICTURE)
    inbox.collect(post.now)
    (row,) = post.mails()
    for place in (mail_reading, "read"), (mail_sorting, "sort"):
        with monkeypatch.context() as patch:
            patch.setattr(*place, killed)
            with pytest.raises(KilledError):
                inbox.attend(row.id, post.carrier)
        post.sorts()
        assert post.tickets() == [], "the lease runs"
        post.passes(seconds=61)
    post.sorts()
    post.passes(minutes=10)
    post.sorts()
    (ticket,) = post.tickets()
    assert len(post.files(ticket)) == 2


def test_a_mail_that_ends_its_worker_each_time_has_a_ticket_that_says_so(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> None:
        raise KilledError

    spool.receive(mail())
    inbox.collect(post.now)
    (row,) = post.mails()
    monkeypatch.setattr(mail_reading, "read", killed)
    for _ in range(inbox.MOST_TRIES):
        with pytest.raises(KilledError):
            inbox.attend(row.id, post.carrier)
        post.passes(seconds=61)
    post.sorts()
    post.passes(days=1)
    post.sorts()
    (ticket,) = post.tickets()
    (failed,) = post.mails()
    assert ticket.title == "A mail that could not be read"
    assert failed.file in ticket.description
    assert (failed.outcome, failed.due_at, failed.ticket_id) == ("failed", None, ticket.id)
    assert post.letters("ana@acme.example") == []


def test_a_mail_that_makes_us_fail_is_tried_again_later_and_later(
    post: Post, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(*_: object) -> None:
        raise ValueError("ana@acme.example")

    spool.receive(PICTURE)
    inbox.collect(post.now)
    waits = []
    with monkeypatch.context() as patch:
        patch.setattr(mail_sorting, "sort", fails)
        for _ in range(4):
            post.sorts()
            (row,) = post.mails()
            assert row.due_at
            waits.append(row.due_at - post.now)
            post.now = row.due_at
    assert waits == sorted(waits)
    assert row.cause == "ValueError in test_bad_days.py, fails"
    assert "ana@" not in caplog.text
    assert list(attachments.folder().glob("*")) == []
    post.sorts()
    assert len(post.tickets()) == 1


@pytest.mark.parametrize("_again", range(3))
def test_of_all_who_sort_a_mail_at_once_one_does(post: Post, _again: int) -> None:
    spool.receive(PICTURE)
    inbox.collect(post.now)
    (row,) = post.mails()
    race(lambda _index: inbox.attend(row.id, post.carrier))
    (ticket,) = post.tickets()
    assert len(post.files(ticket)) == 2
    assert len(list(attachments.folder().glob("*"))) == 2


def test_who_takes_longer_than_the_lease_leaves_it_to_whoever_has_it_then(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep = inbox._keep_files

    def slow(read: mail_reading.Read) -> list[attachments.Kept]:
        kept = keep(read)
        with monkeypatch.context() as patch:
            patch.setattr(inbox, "_keep_files", keep)
            post.passes(seconds=61)
            post.sorts()
        return kept

    spool.receive(PICTURE)
    inbox.collect(post.now)
    (row,) = post.mails()
    monkeypatch.setattr(inbox, "_keep_files", slow)
    inbox.attend(row.id, post.carrier)
    (ticket,) = post.tickets()
    assert len(post.files(ticket)) == 2
    assert len(list(attachments.folder().glob("*"))) == 2


@pytest.mark.parametrize("_again", range(3))
def test_of_all_who_collect_at_once_each_mail_gets_one_row(post: Post, _again: int) -> None:
    for number in range(6):
        spool.receive(mail(Message_ID=f"<{number}@x>"))
    race(lambda _index: inbox.collect(post.now))
    inbox.collect(post.now)  # whoever lost a race left it for the next look
    assert len(post.mails()) == 6
    assert spool.waiting() == []


def test_a_crash_between_the_row_and_the_end_of_the_spool_makes_no_second_row(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool.receive(mail())
    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", full)
        inbox.collect(post.now)
    assert len(spool.waiting()) == 1
    inbox.collect(post.now)
    assert (spool.waiting(), len(post.mails())) == ([], 1)


# The ticker ---------------------------------------------------------------------------------------


def tick_until(ticker: Ticker, happens, within: float = 60.0) -> None:
    deadline = time.monotonic() + within
    while not happens():
        assert time.monotonic() < deadline
        ticker.tick()
        time.sleep(0.02)


def test_no_mail_in_the_spool_keeps_the_ticker_from_handing_out_pages(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One fails, one is no file at all, and one never comes to an end."""
    spool.receive(mail(Message_ID="<fails@x>"))
    spool.receive(mail(Message_ID="<well@x>"))
    (spool.new() / "folder.eml").mkdir()
    post.passes(seconds=1)
    spool.receive(mail(Message_ID="<hangs@x>"))
    enough = threading.Event()
    message_id = mail_reading.message_id

    def read(raw: bytes) -> str | None:
        if b"<fails@x>" in raw:
            raise RuntimeError
        if b"<hangs@x>" in raw:
            enough.wait(30)
        return message_id(raw)

    monkeypatch.setattr(mail_reading, "message_id", read)
    handed: list[tuple[str, int]] = []
    ticker = Ticker(lambda: post.carrier, hand=lambda kind, id_: handed.append((kind, id_)))
    tick_until(ticker, post.mails)
    with database.transaction() as db:
        opened = tickets.open_ticket(db, post.now, title="Down", severity=Severity.CRITICAL)
        page = paging.open_page(db, post.now, opened).id
    began = time.monotonic()
    ticker.tick()
    assert ("page", page) in handed
    assert time.monotonic() - began < 10
    assert len(post.mails()) == 1, "it does not wait for what hangs"
    ticker.upkeep()
    with reading() as db:
        assert due.last_beat(db, "tick") == post.now
    enough.set()
    tick_until(ticker, lambda: len(post.mails()) == 2)
    assert {one.message_id for one in post.mails()} == {"<well@x>", "<hangs@x>"}
    assert {("mail", one.id) for one in post.mails()} <= set(handed)
    ticker.post.shutdown()
    ticker.own_hands.shutdown()


@pytest.mark.parametrize("broken", ["spool", "in"])
def test_no_broken_disk_keeps_the_ticker_from_its_heartbeat(post: Post, broken: str) -> None:
    folder = settings().var_dir / "mail"
    folder.mkdir(parents=True)
    if broken == "spool":
        (folder / "new").write_text("in the way")
    else:
        spool.receive(mail())
        (folder / "in").write_text("in the way")
    ticker = Ticker(lambda: post.carrier, hand=lambda _kind, _id: None)
    for _ in range(3):
        ticker.tick()
        ticker.upkeep()
    ticker.post.shutdown()
    ticker.own_hands.shutdown()
    with reading() as db:
        assert due.last_beat(db, "tick") == post.now
    assert post.mails() == []
