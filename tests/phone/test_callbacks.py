"""What the carrier tells beside the turns is put on record once, in whatever order it comes."""

import hashlib

from sqlalchemy import func, select
from twilio.request_validator import RequestValidator

from ivr import clock
from ivr.database import reading, transaction
from ivr.models import Call, Entry, Leg, LegState, Page, Recording
from ivr.services.paging import paging
from ivr.settings import settings
from tests.phone.door import Document, Door, hold

BO = "+15145550201"


def entries(kind: str) -> int:
    with reading() as db:
        return db.scalar(select(func.count(Entry.id)).where(Entry.kind == kind)) or 0


def bos_leg() -> Leg:
    with transaction() as db:
        return db.scalars(select(Leg).where(Leg.number == BO)).one()


def rung(door: Door) -> str:
    """Ana holds, and Bo's phone rings."""
    hold(door)
    with transaction() as db:
        page = db.scalars(select(Page)).one()
        page.due_at = clock.now()
        paging.advance(db, clock.now(), page.id)
    return bos_leg().key


def test_the_end_of_a_call_is_noted_once_and_never_taken_back(door: Door) -> None:
    hold(door)
    for status in ("completed", "completed", "in-progress", "ringing"):
        assert door.post("/voice/status", CallStatus=status).status_code == 204
    with reading() as db:
        call = db.scalars(select(Call)).one()
    assert (call.status, call.ended_at is not None) == ("completed", True)
    assert entries("left") == 1


def test_callbacks_of_strangers_change_nothing(door: Door) -> None:
    for path in ("/voice/status", "/voice/legs/nobody/status", "/voice/legs/nobody/called"):
        form = {"CallStatus": "completed", "CallDuration": "60"}
        assert door.post(path, "CA404", **form).status_code == 204
    assert door.post("/voice/recordings/message", "CA404", RecordingSid="RE1").status_code == 204
    assert door.post("/voice/transcripts", "CA404", RecordingSid="RE1").status_code == 204
    with reading() as db:
        assert db.scalar(select(func.count(Entry.id)).where(Entry.call_id.is_not(None))) == 0
        assert db.scalar(select(func.count(Recording.id))) == 0


def test_the_states_of_a_ring_only_go_forward(door: Door) -> None:
    key = rung(door)
    path, form = f"/voice/legs/{key}/status", {"Direction": "outbound-api"}
    for status, number, state in (
        ("ringing", "1", LegState.RINGING),
        ("in-progress", "2", LegState.ANSWERED),
        ("ringing", "1", LegState.ANSWERED),
        ("busy", "3", LegState.ENDED),
        ("in-progress", "2", LegState.ENDED),
    ):
        door.post(path, "CB1", CallStatus=status, SequenceNumber=number, **form)
        assert bos_leg().state == state
    assert entries("rang") == 1


def test_why_a_phone_could_not_be_rung_is_kept(door: Door) -> None:
    key = rung(door)
    failed = {"CallStatus": "failed", "SequenceNumber": "1", "SipResponseCode": "404" + "x" * 99}
    door.post(f"/voice/legs/{key}/status", "CB1", **failed)
    leg = bos_leg()
    assert leg.outcome == "failed"
    assert (leg.cause or "").startswith("404")
    assert len(leg.cause or "") == 32


def described(door: Door) -> None:
    hold(door)
    form = {"RecordingSid": "RE1", "RecordingDuration": "7", "RecordingStatus": "completed"}
    for _ in range(2):
        assert door.post("/voice/recordings/message", **form).status_code == 204


def test_a_recording_that_is_told_of_twice_is_one_recording(door: Door) -> None:
    described(door)
    with reading() as db:
        recording = db.scalars(select(Recording)).one()
    assert (recording.sid, recording.seconds) == ("RE1", 7)
    assert entries("recording") == 1


def test_a_recording_that_is_missing_is_said_so(door: Door) -> None:
    hold(door)
    door.post("/voice/recordings/message", RecordingSid="RE1", RecordingStatus="absent")
    assert entries("recording-missing") == 1


def test_a_transcript_joins_its_recording_once(door: Door) -> None:
    described(door)
    form = {"RecordingSid": "RE1", "TranscriptionStatus": "completed"}
    for text in ("the trunk \0 is <down>", "something else"):
        assert door.post("/voice/transcripts", TranscriptionText=text, **form).status_code == 204
    with reading() as db:
        assert db.scalars(select(Recording.transcript)).one() == "the trunk  is <down>"
    assert entries("transcript") == 1


def test_a_transcript_that_failed_leaves_the_recording_and_says_so(door: Door) -> None:
    described(door)
    door.post("/voice/transcripts", RecordingSid="RE1", TranscriptionStatus="failed")
    assert entries("transcript-failed") == 1


def heard() -> Recording:
    with reading() as db:
        return db.scalars(select(Recording)).one()


TOLD = {
    "id": "voice_transcription_1",
    "accountId": "AC1",
    "sourceId": "RE1",
    "status": "completed",
    "sentences": [
        {"audioChannelIndex": 2, "sentenceIndex": 1, "startTimeSeconds": 3.5, "text": "Since\u0000 9.",
         "words": [{"text": "Since", "startTimeSeconds": 3.5}], "confidence": 0.9},
        {"audioChannelIndex": 1, "sentenceIndex": 0, "startTimeSeconds": 0, "text": "<Down>!"},
    ],
}  # fmt: skip


def test_a_transcript_with_times_joins_its_recording_once(door: Door) -> None:
    described(door)
    late = TOLD | {"sentences": [{"startTimeSeconds": 1, "text": "Something else"}]}
    for told in (TOLD | {"status": "RUNNING"}, TOLD, TOLD, late, TOLD | {"status": "failed"}):
        assert door.tell("/voice/transcriptions", told).status_code == 204
    assert heard().transcript == "<Down>!\nSince 9."
    assert heard().sentences == [
        {"text": "<Down>!", "at": 0.0, "channel": 1},
        {"text": "Since 9.", "at": 3.5, "channel": 2},
    ]
    assert (entries("transcript"), entries("transcript-failed")) == (1, 0)


def test_a_transcript_with_times_that_failed_or_is_of_nothing_we_know(door: Door) -> None:
    described(door)
    for told in (TOLD | {"sourceId": "RE404"}, {"id": "x", "status": "completed"}, {}):
        assert door.tell("/voice/transcriptions", told).status_code == 204
    assert heard().transcript_status is None
    failed = {"id": "voice_transcription_1", "sourceId": "RE1", "status": "failed"}
    assert door.tell("/voice/transcriptions", failed).status_code == 204
    assert (heard().transcript_status, heard().sentences) == ("failed", None)
    assert (entries("transcript"), entries("transcript-failed")) == (0, 1)


def test_a_transcript_that_is_forged_or_no_such_thing_is_turned_away(door: Door) -> None:
    described(door)
    post, path = door.client.post, "/voice/transcriptions"
    assert post(path, json=TOLD).status_code == 403
    unsummed = RequestValidator(door.token).compute_signature(settings().own_url + path, {})
    signed = {"X-Twilio-Signature": unsummed}
    assert post(path, json=TOLD, headers=signed).status_code == 403, "its body is signed by nobody"
    door.token, token = "wrong", door.token
    assert door.tell(path, TOLD).status_code == 403
    door.token = token
    sum_of_another = hashlib.sha256(b"{}").hexdigest()
    replaced = f"{path}?bodySHA256={sum_of_another}"
    signature = RequestValidator(token).compute_signature(settings().own_url + replaced, {})
    answer = post(replaced, json=TOLD, headers={"X-Twilio-Signature": signature})
    assert answer.status_code == 403
    assert heard().transcript_status is None
    for odd in (b"", b"[]", b"{", b"\xff", b'{"sentences": 7}', b'{"sentences": [1]}'):
        assert door.tell(path, odd).status_code == 400, odd
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert door.tell(path, b"a=1", **form).status_code == 415
    long = {"startTimeSeconds": 1, "text": "words " * 150}
    assert door.tell(path, TOLD | {"sentences": [long] * 1000}).status_code == 204
    assert len(heard().transcript or "") == 100_000
    assert door.tell(path, b" " * 2_000_000).status_code == 413


def text(door: Door, body: str, sender: str = BO) -> Document:
    return door.ask("/sms/inbound", From=sender, Body=body, MessageSid="SM1", To="+18005550100")


def test_a_technician_may_accept_by_text_and_gets_a_reply(door: Door) -> None:
    rung(door)
    reply = door.post("/sms/inbound", From=BO, Body="ACCEPT 4411", MessageSid="SM1")
    assert "4411" in reply.text
    with reading() as db:
        assert db.scalars(select(Page)).one().accepted_by_id is not None


def test_a_text_of_a_stranger_changes_nothing_and_gets_no_reply(door: Door) -> None:
    rung(door)
    for sender in ("+15145550999", "12345", "anonymous", ""):
        assert text(door, "ACCEPT 4411", sender).verbs == []
    with reading() as db:
        assert db.scalars(select(Page)).one().accepted_by_id is None


def test_a_text_that_is_no_order_is_answered_with_what_can_be_said(door: Door) -> None:
    for body in ("", "?", "ACCEPT 99999999999999999999", "x" * 5000, "<&>\0"):
        reply = door.post("/sms/inbound", From=BO, Body=body, MessageSid="SM1")
        assert reply.status_code == 200
        assert "<Message>" in reply.text


def test_a_call_back_that_the_technician_ended_first_counts(door: Door) -> None:
    key = rung(door)
    outbound = {"Direction": "outbound-api"}
    door.post("/voice/status", CallStatus="completed")
    summons = door.ask(f"/voice/legs/{key}", "CB1", **outbound)
    offer = door.ask(summons.path("Gather", "action"), "CB1", Digits="1", **outbound)
    while "Gather" not in offer.verbs:
        offer = door.ask(offer.path("Redirect"), "CB1", **outbound)
    dial = door.ask(offer.path("Gather", "action"), "CB1", Digits="1", **outbound)
    told = dial.path("Number", "statusCallback")
    door.post(told, "CC1", CallStatus="completed", CallDuration="2", Direction="outbound-dial")
    assert state() == "owed", "two seconds are no conversation"
    door.post(told, "CC1", CallStatus="completed", CallDuration="60", Direction="outbound-dial")
    assert state() == "accepted"
    assert entries("called-back") == 1


def state() -> str:
    with reading() as db:
        return db.scalars(select(Page.state)).one()
