"""How long recordings are kept: deleted everywhere when their time is over, unless they are held."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from ivr import clock
from ivr.database import engine, reading, transaction
from ivr.models import AuditLine, Call, Correction, Entry, Hold, Passage, Recording, Ticket
from ivr.services import due
from ivr.services.calls import recordings, retention, transcripts
from ivr.services.calls.carrier import NotNow, Outcome, Placed
from ivr.services.erasure import holds
from tests.services.people import NOW
from tests.services.test_recordings import AUDIO, Tapes
from tests.services.test_recordings import made as made  # noqa: PLC0414  a fixture


class Forgetful(Tapes):
    """Does not get through the first time."""

    def forget_recording(self, sid: str) -> Outcome:
        super().forget_recording(sid)
        return NotNow("429") if len(self.forgotten) == 2 else Placed(sid)


def work(carrier: Tapes) -> None:
    while True:
        with reading() as db:
            rows = due.until(db, clock.now())
        if not rows:
            return
        for row in rows:
            due.attend(row.kind, row.id, carrier)


def after(days: float) -> None:
    at = NOW + timedelta(days=days)
    clock.use(lambda: at)


def row() -> Recording:
    with reading() as db:
        return db.scalars(select(Recording)).one()


def on_disk() -> list[str]:
    return sorted(one.name for one in recordings.folder().iterdir())


@pytest.fixture
def tapes(made: int) -> Forgetful:
    """A message of seven seconds, fetched and transcribed, to be kept for 730 days."""
    tapes = Forgetful()
    with transaction() as db:
        recordings.transcribed(db, NOW, sid="RE1", status="completed", text="The fan is loud")
        retention.keep(db, NOW)
    work(tapes)
    (recordings.folder() / "RE1.peaks.json").write_bytes(AUDIO)  # what was drawn of it
    assert row().transcript
    return tapes


def test_it_is_deleted_everywhere_when_its_time_is_over(tapes: Forgetful) -> None:
    with transaction() as db:
        of = db.scalars(select(Recording)).one()
        transcripts.correct(db, NOW, of, "The van is loud", "Bo", 0)
    after(729.9)
    work(tapes)
    assert row().state == "stored"
    after(730.1)
    work(tapes)
    assert (row().state, row().file, row().transcript, on_disk()) == ("deleting", None, None, [])
    after(730.2)
    work(tapes)
    assert tapes.forgotten == ["RE1", "RE1", "RE1"], "once fetched, then until it is gone"
    assert (row().state, row().due_at) == ("deleted", None)
    with reading() as db:
        told = db.scalars(select(Entry).where(Entry.call_id.is_not(None)).order_by(Entry.id)).all()
        assert [one.kind for one in told] == [
            "recording",
            "transcript",
            "corrected",
            "recording-deleted",
        ]
        assert told[1].data == {"sid": "RE1", "text": "—"}
        audited = db.scalars(select(AuditLine.kind).order_by(AuditLine.id)).all()
        assert audited == ["transcript_corrected", "recording-deleted"]
        assert db.scalars(select(Correction)).all() == []
        assert db.scalars(select(Passage.source)).all() == ["ticket"]
    if engine().dialect.name == "sqlite":  # not even in the index of the search
        file = Path(str(engine().url.database))
        assert not [one for one in file.parent.glob("ivr.db*") if b"loud" in one.read_bytes()]
    with transaction() as db:  # the carrier tells of it once more, much too late
        recordings.transcribed(db, clock.now(), sid="RE1", status="completed", text="The fan")
    assert row().transcript is None


@pytest.mark.parametrize("what", ["ticket", "recording"])
def test_what_is_held_stays_until_the_hold_is_lifted(tapes: Forgetful, what: str) -> None:
    with transaction() as db:
        of = db.scalars(select(Ticket if what == "ticket" else Recording)).one()
        assert holds.place(db, NOW, of, "The court asked for it", "Mona")
        assert not holds.place(db, NOW, of, "twice", "Bo")
    after(900)
    work(tapes)
    assert (row().state, on_disk()) == ("stored", ["RE1.peaks.json", "RE1.svg", "RE1.wav"])
    with transaction() as db:
        holds.lift(db, clock.now(), db.scalars(select(Hold)).one(), "Mona")
    work(tapes)
    after(901)
    work(tapes)
    assert row().state == "deleted"
    with reading() as db:
        kinds = set(db.scalars(select(Entry.kind).where(Entry.ticket_id.is_not(None))))
        assert {"held", "hold-lifted", "recording-deleted"} <= kinds


def test_a_shorter_time_counts_for_what_is_there_already(tapes: Forgetful) -> None:
    after(40)
    with transaction() as db:
        retention.put(db, clock.now(), {"message": 30}, "Mona")
        assert retention.days(db)["message"] == 30
        assert set(retention.days(db)) == set(recordings.KINDS)
        assert retention.days(db)["note"] == retention.DEFAULTS["note"]
        with pytest.raises(retention.WrongDaysError):
            retention.put(db, clock.now(), {"note": 0}, "Mona")
    work(tapes)
    after(41)
    work(tapes)
    assert row().state == "deleted"
    with reading() as db:
        line = db.scalars(select(AuditLine).where(AuditLine.kind == "retention")).one()
        assert line.data == {"recording": "message", "days": 30, "was": 730}
        assert db.scalars(select(Call)).one().outcome is None, "that call goes on"
