"""A recording that is stored is written down by the carrier: asked for once, again if no answer
comes, and not for ever. As long as that lasts the carrier keeps its copy.
"""

from datetime import timedelta

import pytest
from sqlalchemy import select

from ivr import clock
from ivr.database import reading, transaction
from ivr.models import Entry, Recording, RecordingState, Transcription
from ivr.services import due
from ivr.services.calls import recordings, transcripts
from ivr.services.calls.carrier import NotNow, Refused, Unknown
from ivr.services.calls.sentences import Sentence
from ivr.settings import settings
from tests.services.test_recordings import NOW, Tapes
from tests.services.test_recordings import made as made  # noqa: PLC0414  a fixture

TOLD = [Sentence("The fax is mute.", 1.25), Sentence("Hello.", 0.0)]


@pytest.fixture(autouse=True)
def configured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWILIO_ACCOUNT_SID", "AC1")
    monkeypatch.setenv("TRANSCRIPTION_CONFIGURATION", "configuration_1")
    settings.cache_clear()


def work(tapes: Tapes, **later: float) -> Recording:
    """What is due by then."""
    at = NOW + timedelta(**later)
    clock.use(lambda: at)
    for _ in range(9):
        with reading() as db:
            rows = due.until(db, clock.now())
        for row in rows:
            due.attend(row.kind, row.id, tapes)
    with reading() as db:
        return db.scalars(select(Recording)).one()


def told(status: str = "completed", sid: str = "RE1") -> None:
    with transaction() as db:
        lines = TOLD if status == "completed" else []
        recordings.transcribed(db, clock.now(), sid=sid, status=status, told=lines)


def kinds() -> list[str]:
    with reading() as db:
        of_calls = select(Entry.kind).where(Entry.call_id.is_not(None))
        return list(db.scalars(of_calls.order_by(Entry.id)))


def rows() -> list[Transcription]:
    with reading() as db:
        return list(db.scalars(select(Transcription)))


def test_it_is_asked_for_once_and_kept_with_its_times(made: int) -> None:
    tapes = Tapes()
    assert work(tapes).state == "stored"
    [(sid, _key)] = tapes.asked
    assert (sid, tapes.forgotten) == ("RE1", []), "the carrier must still hear it"
    assert work(tapes, minutes=59).transcript_status is None
    told()
    heard = work(tapes, minutes=59)
    assert heard.transcript == "Hello.\nThe fax is mute."
    assert [one["at"] for one in heard.sentences or ()] == [0.0, 1.25]
    assert (tapes.forgotten, rows(), len(tapes.asked)) == (["RE1"], [], 1)
    told("failed")
    assert work(tapes, hours=9).transcript_status == "completed", "it was late"
    assert kinds() == ["recording", "transcript"]
    with transaction() as db:
        of = db.scalars(select(Recording)).one()
        transcripts.correct(db, NOW, of, "Hello.\nThe fan is loud.\nBye", "Bo", 0)
        assert [(one["text"], one["at"]) for one in of.sentences or ()] == [
            ("Hello.", 0.0),
            ("The fan is loud.", 1.25),
            ("Bye", None),
        ]


def test_what_does_not_get_through_is_tried_with_the_same_key(made: int) -> None:
    tapes = Tapes()
    tapes.outcomes = [NotNow("429"), Unknown("HTTP 500")]
    for seconds in (0, 1, 2, 4, 8, 16):
        work(tapes, seconds=seconds)
    assert len(tapes.asked) == 3
    assert len({key for _sid, key in tapes.asked}) == 1
    assert [(one.state, one.asked, one.job) for one in rows()] == [("asked", 1, "job-3")]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_without_an_answer_it_is_asked_for_anew_and_then_given_up(made: int) -> None:
    tapes = Tapes()
    for hours in range(6):
        work(tapes, hours=hours)
    assert len({key for _sid, key in tapes.asked}) == 3
    assert work(tapes, hours=7).transcript_status == "failed"
    assert kinds() == ["recording", "transcript-failed"]
    assert (tapes.forgotten, rows()) == (["RE1"], [])


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_the_carrier_refuses_is_said_on_the_ticket(made: int) -> None:
    tapes = Tapes()
    tapes.outcomes = [Refused("94002")]
    assert work(tapes).transcript_status == "failed"
    assert kinds() == ["recording", "transcript-failed"]
    assert (tapes.forgotten, rows()) == (["RE1"], [])


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_is_deleted_meanwhile_is_asked_for_no_longer(made: int) -> None:
    tapes = Tapes()
    work(tapes)
    with transaction() as db:
        of = db.scalars(select(Recording)).one()
        of.state, of.due_at = RecordingState.DELETING, clock.now()
    told()
    gone = work(tapes, hours=2)
    assert (gone.state, gone.transcript, gone.sentences, rows()) == ("deleted", None, None, [])
    assert len(tapes.asked) == 1


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("name", "value"),
    [("TRANSCRIPTION_CONFIGURATION", ""), ("TRANSCRIBED_RECORDINGS", "conversation, note")],
)
def test_what_is_not_to_be_written_down_is_not_asked_for(
    made: int, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    settings.cache_clear()
    tapes = Tapes()
    assert work(tapes).state == "stored"
    assert (tapes.asked, tapes.forgotten, rows()) == ([], ["RE1"], [])
