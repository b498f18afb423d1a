"""Recordings: fetched, stored with their checksum, tried again; nothing lost on a full disk."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from ivr import clock
from ivr.database import reading, transaction
from ivr.models import Call, Direction, Entry, Recording
from ivr.services.calls import recordings
from ivr.services.calls.carrier import NotNow, Outcome, Placed, Refused
from ivr.settings import settings
from tests.services import people
from tests.services.scripted_carrier import ScriptedCarrier

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
AUDIO = b"RIFF" + b"\0" * 4000


class Tapes(ScriptedCarrier):
    """Has one tape, and remembers whether it was told to forget it."""

    def __init__(self, audio: bytes | Refused | NotNow = AUDIO) -> None:
        super().__init__()
        self.audio = audio
        self.forgotten: list[str] = []

    def forget_recording(self, sid: str) -> Outcome:
        self.forgotten.append(sid)
        return Placed(sid)


class BrokenTapes(Tapes):
    @contextmanager
    def recording(self, sid: str) -> Iterator[Iterator[bytes]]:
        def pieces() -> Iterator[bytes]:
            yield AUDIO[:1000]
            raise OSError("the line broke")

        yield pieces()


@pytest.fixture
def made(database: str) -> int:
    """A recording that the carrier has told of."""
    clock.use(lambda: NOW)
    with transaction() as db:
        ticket = people.ticket(db)
        call = Call(sid="CA1", direction=Direction.INBOUND, number="+15145550100",
                    ticket_id=ticket.id, known={"language": "fr-CA"}, status="in-progress", started_at=NOW)  # fmt: skip
        db.add(call)
        db.flush()
        recordings.made(
            db, NOW, sid="RE1", call_sid="CA1", kind="message", seconds=7, status="completed"
        )
    with reading() as db:
        return db.query(Recording).one().id


def fetched(made: int, tapes: Tapes) -> Recording:
    recordings.attend(made, tapes)
    with reading() as db:
        return db.get_one(Recording, made)


def kinds() -> list[str]:
    with reading() as db:
        return [entry.kind for entry in db.query(Entry).order_by(Entry.id)]


def test_french_at_twilio_has_no_transcript_and_the_ticket_says_so(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TWILIO_ACCOUNT_SID", "AC1")
    settings.cache_clear()
    with transaction() as db:
        call = Call(sid="CA1", direction=Direction.INBOUND, number="+15145550100",
                    known={"language": "fr-CA"}, status="in-progress", started_at=NOW)  # fmt: skip
        db.add(call)
        db.flush()
        for sid, kind in (("RE1", "conversation"), ("RE2", "message")):
            recordings.keep(db, NOW, call, sid, kind, 7)
    assert kinds() == ["recording", "recording", "transcript-failed"]


def test_it_is_stored_with_its_checksum_and_forgotten_at_the_carrier(
    made: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRANSCRIBED_RECORDINGS", "conversation")  # else it stays a while
    settings.cache_clear()
    tapes = Tapes()
    row = fetched(made, tapes)
    assert (row.state, row.due_at) == ("stored", None)
    assert (recordings.folder() / "RE1.wav").read_bytes() == AUDIO
    assert row.sha256 == hashlib.sha256(AUDIO).hexdigest()
    assert tapes.forgotten == ["RE1"]


def test_it_may_stay_at_the_carrier(made: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEEP_RECORDINGS_AT_CARRIER", "1")
    settings.cache_clear()
    tapes = Tapes()
    assert fetched(made, tapes).state == "stored"
    assert tapes.forgotten == []


@pytest.mark.parametrize("tapes", [Tapes(NotNow("404")), Tapes(Refused("20404")), BrokenTapes()])
def test_what_cannot_be_had_now_is_tried_again_later_and_later(made: int, tapes: Tapes) -> None:
    waits = []
    for _ in range(5):
        row = fetched(made, tapes)
        assert (row.state, row.file) == ("due", None)
        assert row.due_at
        waits.append(row.due_at - clock.now())
        clock.use(lambda at=row.due_at: at)
    assert waits == sorted(waits)
    assert tapes.forgotten == []
    assert not list(recordings.folder().glob(".*"))
    assert fetched(made, Tapes()).state == "stored"


def test_after_a_day_it_is_missing_and_the_ticket_says_so(made: int) -> None:
    clock.use(lambda: NOW + timedelta(hours=25))
    row = fetched(made, Tapes(NotNow("503")))
    assert (row.state, row.due_at) == ("missing", None)
    assert kinds()[-1] == "recording-missing"


def test_a_full_disk_loses_nothing(made: int) -> None:
    settings().var_dir.mkdir(exist_ok=True)
    recordings.folder().write_text("no folder can be made here")
    tapes = Tapes()
    row = fetched(made, tapes)
    assert (row.state, tapes.forgotten) == ("due", [])
    recordings.folder().unlink()
    clock.use(lambda: NOW + timedelta(minutes=1))
    assert fetched(made, tapes).state == "stored"


def test_of_two_workers_one_fetches(made: int) -> None:
    with transaction() as db:
        assert recordings._claim(db, NOW, made) == "RE1"
    assert fetched(made, Tapes()).state == "due"


def test_a_transcription_that_fails_leaves_the_recording_and_says_so(made: int) -> None:
    with transaction() as db:
        recordings.transcribed(db, NOW, sid="RE1", status="failed", text="")
    assert fetched(made, Tapes()).state == "stored"
    assert kinds()[-1] == "transcript-failed"
