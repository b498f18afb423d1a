"""The database is slow, or gone: the caller is answered in time, keeps what was keyed, and is put
through to somebody (scenario 33).
"""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest
from sqlalchemy import event, func, select, update

from ivr import database
from ivr.database import engine, reading, transaction
from ivr.models import Call, TakenTurn
from ivr.phone import deadline, webhooks
from ivr.settings import settings
from tests.phone.door import Door, hold

Lock = Callable[[], AbstractContextManager[None]]
BO, CY = "+15145550201", "+15145550203"


@pytest.fixture
def locked(door: Door, monkeypatch: pytest.MonkeyPatch) -> Lock:
    """Somebody else holds on to the calls, and there is little time to answer.

    PostgreSQL is cut off after the limit; SQLite gives up by itself, as its own limit is less.
    """
    if engine().dialect.name == "sqlite":
        event.listen(engine(), "connect", lambda line, _: line.execute("PRAGMA busy_timeout=150"))

    @contextmanager
    def lock() -> Iterator[None]:
        with transaction() as db, monkeypatch.context() as patch:
            db.execute(update(Call).values(status="in-progress"))
            patch.setattr(deadline, "SECONDS", 0.2)
            yield

    return lock


def spooled() -> list[dict[str, str]]:
    file = settings().var_dir / "spool.jsonl"
    return [json.loads(line) for line in file.read_text().splitlines()]


def test_a_slow_database_is_waited_for_with_the_keys_kept(door: Door, locked: Lock) -> None:
    door.ask("/voice/inbound")
    with locked():
        document = door.ask("/voice/turns/1?language=en-CA", Digits="4411")
    assert document.verbs == ["Say", "Pause", "Redirect"]
    assert "moment" in document.said
    again = document.path("Redirect")
    assert "keys=4411" in again
    assert "tries=1" in again
    assert "press 1" in door.ask(again).said


def test_what_was_given_up_is_done_once_when_it_is_asked_for_again(
    door: Door, locked: Lock
) -> None:
    door.ask("/voice/inbound")
    door.ask("/voice/turns/1", Digits="4411")
    with locked():
        again = door.ask("/voice/turns/2", Digits="1").path("Redirect")
    assert turns() == 2
    assert "Enqueue" in door.ask(again).verbs
    assert "Enqueue" in door.ask(again).verbs
    assert turns() == 3


def test_what_was_committed_too_late_to_be_told_is_not_done_twice(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    door.ask("/voice/inbound")
    door.ask("/voice/turns/1", Digits="4411")

    def told_too_late(work: Callable[..., object]) -> None:
        deadline.transact(work)
        raise deadline.TooLateError("after the commit")

    with monkeypatch.context() as patch:
        patch.setattr(webhooks, "transact", told_too_late)
        again = door.ask("/voice/turns/2", Digits="1").path("Redirect")
    assert turns() == 3
    assert "Enqueue" in door.ask(again).verbs
    assert turns() == 3


def turns() -> int:
    with reading() as db:
        return db.scalar(select(func.count(TakenTurn.id))) or 0


def test_how_a_hold_ended_and_what_was_recorded_are_kept_as_well(door: Door, locked: Lock) -> None:
    held = hold(door)
    spoken = {"RecordingUrl": "http://x/RE12", "RecordingDuration": "7"}
    with locked():
        left = door.ask(held.path("Enqueue", "action"), QueueResult="bridged").path("Redirect")
        recorded = door.ask("/voice/turns/9", **spoken).path("Redirect")
    assert "left=bridged" in left
    assert "/left?" in left
    assert "recording=RE12" in recorded
    assert "seconds=7" in recorded


def test_a_pin_is_asked_for_again_rather_than_kept(door: Door, locked: Lock) -> None:
    door.ask("/voice/inbound")
    with locked():
        document = door.ask("/voice/turns/1?secret=1&language=fr-CA", Digits="482913")
    assert "482913" not in document.xml
    gather = document.find("Gather")
    assert (gather.get("numDigits"), gather.get("finishOnKey")) == ("6", "")
    assert "NIP" in document.said
    assert "secret=1" in document.path("Gather", "action")
    assert "tries=1" in document.path("Redirect")


def test_after_three_tries_the_caller_is_put_through(forlorn_door: Door) -> None:
    path = "/voice/turns/2?language=fr-CA"
    form = {"Digits": "1"}
    for tries in (1, 2, 3):
        document = forlorn_door.ask(path, **form)
        path, form = document.path("Redirect"), {}
        assert f"tries={tries}" in path
        assert "keys=1" in path
    document = forlorn_door.ask(path)
    assert document.verbs == ["Say", "Dial"]
    assert document.find("Number").text == BO
    assert "technicien" in document.said


def begin(door: Door) -> str:
    """Ana calls while the database is gone. Returns where the first dial comes back to."""
    waited = door.ask("/voice/inbound")
    assert waited.verbs == ["Say", "Pause", "Redirect"]
    document = door.ask(waited.path("Redirect"))
    assert document.verbs == ["Say", "Dial"]
    assert document.find("Number").text == BO
    assert document.find("Dial").get("callerId") is None
    return document.path("Dial", "action")


def test_the_lifeline_rings_one_after_the_other_until_somebody_presses_1(
    forlorn_door: Door,
) -> None:
    onward = begin(forlorn_door)
    second = forlorn_door.ask(onward, DialCallStatus="no-answer")
    assert second.find("Number").text == CY
    whisper = forlorn_door.ask(second.path("Number", "url"), "CB1", Direction="outbound-dial")
    assert whisper.verbs == ["Gather", "Hangup"]
    assert "2N5" in whisper.said
    accept = whisper.path("Gather", "action")
    assert forlorn_door.ask(accept, "CB1", Digits="2").verbs == ["Hangup"]
    assert forlorn_door.ask(accept, "CB1", Digits="1").verbs == []
    over = forlorn_door.ask(
        second.path("Dial", "action"), DialCallStatus="completed", DialBridged="true"
    )
    assert over.verbs == ["Say", "Hangup"]
    assert [event["what"] for event in spooled()] == ["dial", "dial", "accepted", "talked"]
    assert {event["call"] for event in spooled()} == {"CA1", "CB1"}


@pytest.mark.parametrize(
    "result",
    [
        {"DialCallStatus": "completed", "DialBridged": "false"},
        {"DialCallStatus": "completed"},
        {"DialCallStatus": "busy"},
        {"DialCallStatus": "failed"},
    ],
)
def test_a_voicemail_is_nobody(forlorn_door: Door, result: dict[str, str]) -> None:
    document = forlorn_door.ask(begin(forlorn_door), **result)
    assert document.find("Number").text == CY


def test_the_lifeline_starts_over_and_ends_with_a_message(forlorn_door: Door) -> None:
    onward, rung = begin(forlorn_door), [BO]
    while True:
        document = forlorn_door.ask(onward, DialCallStatus="no-answer")
        if "Record" in document.verbs:
            break
        rung.append(document.find("Number").text or "")
        onward = document.path("Dial", "action")
    assert rung == [BO, CY] * 5
    over = forlorn_door.ask(
        document.path("Record", "action"), RecordingUrl="https://x/RE77", RecordingDuration="9"
    )
    assert over.verbs == ["Say", "Hangup"]
    assert spooled()[-1]["recording"] == "RE77"


def test_with_nobody_on_the_roster_there_is_still_a_tone_to_speak_after(
    forlorn_door: Door,
) -> None:
    (settings().var_dir / "roster.json").unlink()
    waited = forlorn_door.ask("/voice/inbound")
    assert "Record" in forlorn_door.ask(waited.path("Redirect")).verbs


def test_who_waits_in_a_queue_is_taken_out_of_it_first(forlorn_door: Door) -> None:
    waited = forlorn_door.ask("/voice/turns/4?language=en-CA&waiting=1&tries=2")
    document = forlorn_door.ask(waited.path("Redirect"))
    assert document.verbs == ["Leave"]
    document = forlorn_door.ask("/voice/turns/3/left?tries=3", QueueResult="leave")
    assert document.verbs == ["Say", "Dial"]


def test_a_technician_who_was_rung_is_let_go_so_that_the_caller_can_ring_them(
    forlorn_door: Door,
) -> None:
    document = forlorn_door.ask("/voice/legs/key?tries=3", "CB1", Direction="outbound-api")
    assert document.verbs == ["Say", "Hangup"]
    assert not (settings().var_dir / "spool.jsonl").exists()


def test_sentences_beside_the_turns_are_left_out(forlorn_door: Door) -> None:
    assert forlorn_door.ask("/voice/joined/key").verbs == []
    assert forlorn_door.ask("/voice/legs/key/taken").verbs == ["Say", "Hangup"]
    assert "2N5" in forlorn_door.ask("/voice/notice/en-CA").said


CALLBACKS = [
    ("/voice/status", {"CallStatus": "completed"}),
    ("/voice/legs/key/status", {"CallStatus": "completed", "SequenceNumber": "3"}),
    ("/voice/legs/key/called", {"CallStatus": "completed", "CallDuration": "30"}),
    ("/voice/recordings/message", {"RecordingSid": "RE1", "RecordingStatus": "completed"}),
    ("/voice/transcripts", {"RecordingSid": "RE1", "TranscriptionText": "trunk down"}),
    ("/sms/inbound", {"MessageSid": "SM1", "Body": "ACCEPT 4411"}),
]


@pytest.mark.parametrize(("path", "form"), CALLBACKS)
def test_a_callback_that_cannot_be_written_down_is_spooled_and_asked_for_again(
    forlorn_door: Door, path: str, form: dict[str, str]
) -> None:
    assert forlorn_door.post(path, **form).status_code == 503
    (event,) = spooled()
    assert event["what"] == path
    assert event["call"] == "CA1"
    said = form.get("Body") or form.get("TranscriptionText")
    assert event.get("text") == said


def test_a_disk_that_is_full_does_not_cost_the_caller_the_call(
    forlorn_door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VAR_DIR", "/proc/nowhere")
    monkeypatch.setenv("TWILIO_ACCOUNT_SID", forlorn_door.account)
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", forlorn_door.token)
    settings.cache_clear()
    waited = forlorn_door.ask("/voice/inbound")
    assert "Record" in forlorn_door.ask(waited.path("Redirect")).verbs


def test_after_one_was_cut_off_the_next_is_served(door: Door, locked: Lock) -> None:
    door.ask("/voice/inbound")
    with locked():
        door.ask("/voice/turns/1", Digits="4411")
    assert "press 1" in door.ask("/voice/turns/1", Digits="4411").said


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_server_whose_name_is_never_found_is_not_waited_for(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    door.ask("/voice/inbound")
    found = threading.Event()
    monkeypatch.setattr(database, "CONNECT_WITHIN", 0.2)
    monkeypatch.setattr(engine().dialect, "connect", lambda **_: found.wait(30))
    engine().dispose()
    assert "moment" in door.ask("/voice/turns/1", Digits="4411").said
    found.set()
    monkeypatch.undo()


def test_what_is_spooled_never_holds_a_pin(forlorn_door: Door) -> None:
    forlorn_door.ask("/voice/turns/5?secret=1&tries=3", Digits="482913")
    forlorn_door.ask("/voice/turns/2?tries=3", Digits="4411")
    assert [event.get("keys") for event in spooled()] == [None, "4411"]


def test_the_fallback_brings_a_caller_back_once(door: Door) -> None:
    door.ask("/voice/inbound")
    question = door.ask("/voice/turns/1", Digits="4411")
    failed = f"{settings().own_url}/voice/turns/1"
    back = door.ask("/voice/fallback", ErrorCode="11200", ErrorUrl=failed)
    assert door.ask(back.path("Redirect")).said == question.said
    failed = f"{settings().own_url}{back.path('Redirect')}"
    document = door.ask("/voice/fallback", ErrorCode="11200", ErrorUrl=failed)
    assert document.verbs == ["Say", "Record"], "nobody is on the roster yet"


def test_the_fallback_lets_a_held_caller_hold_again(door: Door) -> None:
    hold(door)
    back = door.ask("/voice/fallback", ErrorCode="11200", ErrorUrl="https://x/voice/turns/4")
    document = door.ask(back.path("Redirect"))
    while "Enqueue" not in document.verbs:
        document = door.ask(document.path("Redirect"))


def test_the_fallback_needs_no_database(forlorn_door: Door) -> None:
    document = forlorn_door.ask("/voice/fallback", ErrorCode="11200", ErrorUrl="https://x/voice")
    assert document.find("Number").text == BO


def test_the_fallback_begins_a_call_that_was_never_taken(door: Door) -> None:
    failed = f"{settings().own_url}/voice/inbound"
    back = door.ask("/voice/fallback", ErrorCode="11200", ErrorUrl=failed)
    assert "ticket" in door.ask(back.path("Redirect")).said


def test_no_technician_is_rung_for_a_test_call_of_the_line_to_itself(forlorn_door: Door) -> None:
    canary = settings().canary
    assert forlorn_door.ask("/voice/inbound?tries=1", From=canary).verbs == ["Hangup"]
    waiting = forlorn_door.ask("/voice/canary/caller/key?done=3", From=canary)
    assert waiting.verbs == ["Pause", "Redirect"]
    assert waiting.path("Redirect") == "/voice/canary/caller/key?done=3"
    rung = {"From": settings().twilio_number, "To": canary}
    assert forlorn_door.ask("/voice/canary/phone", **rung).verbs == ["Play", "Pause", "Redirect"]
    assert forlorn_door.ask("/voice/canary/phone", To=canary).verbs == ["Reject"]
