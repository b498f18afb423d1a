"""The REST API as the vendor's own client sees it."""

import wave
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import requests
from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from ivr.exchange import Exchange
from ivr.exchange.phones import Phone
from tests.exchange.conftest import ACCOUNT, ANA, BO, DI, NOON, NUMBER, TOKEN
from tests.exchange.scripted_app import Answer, ScriptedApp

EVENTS = ["initiated", "ringing", "answered", "completed"]
TALK = "<Say>Hello</Say><Pause length='600'/>"


@pytest.fixture
def client(exchange: Exchange, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    for name in ("TWILIO_EDGE", "TWILIO_REGION"):
        monkeypatch.delenv(name, raising=False)
    http = TwilioHttpClient(timeout=60)
    client = Client(ACCOUNT, TOKEN, http_client=http)
    client.api.base_url = exchange.serve()
    yield client
    http.session.close()


@pytest.fixture
def place(app: ScriptedApp, client: Client) -> Any:
    """Calls Bo, or as it is told."""
    app.says("/leg", TALK)

    def call(**changes: Any) -> Any:
        given = {"to": BO, "from_": NUMBER, "url": f"{app.url}/leg"} | changes
        if changes.get("twiml"):
            del given["url"]
        return client.calls.create(**given)

    return call


def refused(act: Any) -> tuple[int, int | None]:
    with pytest.raises(TwilioRestException) as error:
        act()
    return error.value.status, error.value.code


# Calls --------------------------------------------------------------------------------------------


def test_a_call_rings_and_runs_its_document_when_it_is_answered(
    app: ScriptedApp, exchange: Exchange, place: Any, bo: Phone
) -> None:
    made = place()
    exchange.settle()
    assert (made.status, made.direction, made.to) == ("queued", "outbound-api", BO)
    assert bo.ringing
    assert app.asked("/leg") == []
    bo.answer()
    exchange.settle()
    told = app.last("/leg")
    assert (told["CallSid"], told["CallStatus"], told["To"]) == (made.sid, "in-progress", BO)
    assert bo.heard() == ["Hello"]


def test_its_steps_are_told_in_order(
    app: ScriptedApp, exchange: Exchange, place: Any, bo: Phone
) -> None:
    place(status_callback=f"{app.url}/progress", status_callback_event=EVENTS)
    exchange.settle()
    bo.answer()
    exchange.advance(30)
    bo.hang_up()
    exchange.settle()
    assert app.told("/progress", "CallStatus") == ["queued", "ringing", "in-progress", "completed"]
    assert app.told("/progress", "SequenceNumber") == ["0", "1", "2", "3"]
    assert app.told("/progress", "CallDuration") == [None, None, None, "30"]
    assert app.asked("/status") == []


def test_without_a_word_on_steps_only_the_end_is_told(
    app: ScriptedApp, exchange: Exchange, place: Any, bo: Phone
) -> None:
    place(status_callback=f"{app.url}/progress", timeout=20)
    exchange.advance(25)
    assert app.told("/progress", "CallStatus") == ["no-answer"]


@pytest.mark.parametrize(("habit", "status"), [("busy", "busy"), ("no-answer", "no-answer")])
def test_a_call_that_comes_to_nothing_says_why(
    exchange: Exchange, client: Client, place: Any, bo: Phone, habit: str, status: str
) -> None:
    bo.habit = habit
    made = place(timeout=20)
    exchange.advance(25)
    assert client.calls(made.sid).fetch().status == status


def test_a_call_can_bring_its_document_with_it(exchange: Exchange, place: Any, bo: Phone) -> None:
    place(twiml="<Response><Say>Inline</Say></Response>")
    exchange.settle()
    bo.answer()
    exchange.advance(5)
    assert bo.heard() == ["Inline"]
    assert not bo.in_call


def test_a_call_asks_for_its_document_as_it_was_told(
    app: ScriptedApp, exchange: Exchange, place: Any, bo: Phone
) -> None:
    place(method="GET", url=f"{app.url}/gone#rc=0", fallback_url=f"{app.url}/leg")
    app.gives("/gone", Answer(status=500))
    exchange.settle()
    bo.answer()
    exchange.settle()
    assert app.last("/gone").method == "GET"
    assert app.last("/leg")["ErrorCode"] == "11200"
    assert bo.heard() == ["Hello"]


def test_a_call_is_looked_up(exchange: Exchange, client: Client, place: Any, bo: Phone) -> None:
    made = place()
    exchange.settle()
    bo.answer()
    exchange.advance(90)
    found = client.calls(made.sid).fetch()
    assert (found.status, found.duration, found.to) == ("in-progress", "90", BO)
    assert (found.date_created, found.start_time, found.end_time) == (NOON, NOON, None)
    bo.hang_up()
    assert client.calls(made.sid).fetch().end_time == NOON + timedelta(seconds=90)


def test_calls_are_listed_latest_first_by_what_they_are(
    exchange: Exchange, client: Client, place: Any, bo: Phone, di: Phone
) -> None:
    bo.habit = "busy"
    busy = place()
    exchange.advance(3600)
    ringing = place(to=DI)
    exchange.settle()

    def listed(**asked: Any) -> list[Any]:
        return [call.sid for call in client.calls.list(**asked)]

    assert listed() == [ringing.sid, busy.sid]
    assert listed(to=BO) == listed(status="busy") == [busy.sid]
    assert listed(from_=NUMBER, to=DI, status="ringing") == [ringing.sid]
    assert listed(start_time_after=NOON + timedelta(minutes=1)) == [ringing.sid]
    assert listed(start_time_before=NOON + timedelta(minutes=1)) == [busy.sid]
    assert listed(to=ANA) == []


def test_a_list_comes_page_by_page(exchange: Exchange, client: Client, place: Any) -> None:
    made = [place(to=f"+151455502{tail:02d}").sid for tail in range(7)]
    listed = [call.sid for call in client.calls.list(page_size=3)]
    assert listed == made[::-1]
    assert [call.sid for call in client.calls.list(limit=2)] == made[:-3:-1]


# Updates ------------------------------------------------------------------------------------------


def test_a_ringing_call_can_be_cancelled(
    app: ScriptedApp, exchange: Exchange, client: Client, place: Any, bo: Phone
) -> None:
    made = place(status_callback=f"{app.url}/progress")
    exchange.settle()
    assert client.calls(made.sid).update(status="canceled").status == "canceled"
    exchange.settle()
    assert not bo.ringing
    assert app.told("/progress", "CallStatus") == ["canceled"]


def test_a_call_that_was_never_placed_is_cancelled_without_a_word(
    app: ScriptedApp, exchange: Exchange, client: Client, place: Any, bo: Phone
) -> None:
    made = place(status_callback=f"{app.url}/progress", status_callback_event=EVENTS)
    client.calls(made.sid).update(status="canceled")
    exchange.advance(5)
    assert app.asked("/progress") == []
    assert not bo.ringing


def test_a_conversation_can_be_completed_but_not_cancelled(
    exchange: Exchange, client: Client, place: Any, bo: Phone
) -> None:
    made = place()
    exchange.settle()
    bo.answer()
    exchange.settle()
    assert refused(lambda: client.calls(made.sid).update(status="canceled")) == (400, 21220)
    assert bo.in_call
    assert client.calls(made.sid).update(status="completed").status == "completed"
    assert not bo.in_call


def test_who_hung_up_before_the_update_cannot_be_updated(
    exchange: Exchange, client: Client, place: Any, bo: Phone
) -> None:
    made = place()
    exchange.settle()
    bo.reject()
    for change in ({"status": "completed"}, {"url": "http://127.0.0.1:1/"}):
        assert refused(lambda: client.calls(made.sid).update(**change)) == (400, 21220)  # noqa: B023


def test_a_call_in_progress_is_taken_to_another_document(
    app: ScriptedApp, exchange: Exchange, client: Client, place: Any, bo: Phone
) -> None:
    app.says("/other", "<Say>Other</Say><Pause length='60'/>")
    made = place()
    exchange.settle()
    assert refused(lambda: client.calls(made.sid).update(url=f"{app.url}/other")) == (400, 21220)
    bo.answer()
    exchange.settle()
    client.calls(made.sid).update(url=f"{app.url}/other", method="GET")
    exchange.advance(2)
    client.calls(made.sid).update(twiml="<Response><Say>Bye</Say></Response>")
    exchange.advance(5)
    assert app.last("/other").method == "GET"
    assert bo.heard() == ["Hello", "Other", "Bye"]
    assert not bo.in_call


@pytest.mark.parametrize(
    ("change", "code"),
    [({}, 21205), ({"status": "in-progress"}, 20001), ({"method": "GET"}, 21205)],
)
def test_an_update_that_says_nothing_useful_is_refused(
    exchange: Exchange, client: Client, place: Any, bo: Phone, change: dict[str, str], code: int
) -> None:
    made = place()
    exchange.settle()
    assert refused(lambda: client.calls(made.sid).update(**change)) == (400, code)
    assert bo.ringing


# Refusals -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"to": ""}, 21211),
        ({"to": "5145550201"}, 21211),
        ({"to": "+1514 555 0201"}, 21211),
        ({"to": "sip:bo@example.com"}, 21211),
        ({"to": "+15005550001"}, 21217),
        ({"to": "+15005550002"}, 21214),
        ({"to": "+15005550003"}, 21215),
        ({"to": "+15005550004"}, 21216),
        ({"from_": ANA}, 21210),
        ({"from_": ""}, 21210),
        ({"url": ""}, 21205),
        ({"timeout": "soon"}, 20001),
    ],
)
def test_a_call_that_cannot_be_placed_is_refused_with_the_carriers_code(
    exchange: Exchange, place: Any, changes: dict[str, str], code: int
) -> None:
    assert refused(lambda: place(**changes)) == (400, code)
    assert not exchange.calls


def test_a_number_that_is_out_of_service_is_refused(place: Any, bo: Phone, client: Client) -> None:
    bo.habit = "invalid"
    assert refused(place) == (400, 21217)
    text = {"to": BO, "from_": NUMBER, "body": "Hello"}
    assert refused(lambda: client.messages.create(**text)) == (400, 21211)


@pytest.mark.parametrize("login", [(ACCOUNT, "wrong"), ("AC" + "2" * 32, TOKEN), ("", ""), None])
def test_nobody_without_the_token_is_answered(
    exchange: Exchange, client: Client, login: tuple[str, str] | None
) -> None:
    address = f"{exchange.base_url}/2010-04-01/Accounts/{ACCOUNT}/Calls.json"
    answer = requests.get(address, auth=login, timeout=60)
    assert (answer.status_code, answer.json()["code"]) == (401, 20003)


def test_another_account_is_not_found(exchange: Exchange, client: Client) -> None:
    other = client.api.v2010.accounts("AC" + "2" * 32)
    assert refused(other.calls("CA" + "0" * 32).fetch) == (404, 20404)


@pytest.mark.parametrize("noun", ["calls", "messages", "queues", "recordings"])
def test_what_does_not_exist_is_not_found(client: Client, noun: str) -> None:
    assert refused(lambda: getattr(client, noun)("XX" + "0" * 32).fetch()) == (404, 20404)


def test_a_refusal_says_where_to_read_more(exchange: Exchange, client: Client) -> None:
    address = f"{exchange.base_url}/2010-04-01/Accounts/{ACCOUNT}/Calls/CA1.json"
    assert requests.get(address, auth=(ACCOUNT, TOKEN), timeout=60).json() == {
        "code": 20404,
        "message": "The call CA1 was not found",
        "more_info": "https://www.twilio.com/docs/errors/20404",
        "status": 404,
    }


# Texts --------------------------------------------------------------------------------------------


def test_a_text_arrives_and_is_looked_up(client: Client, bo: Phone) -> None:
    made = client.messages.create(to=BO, from_=NUMBER, body="Ticket 4411: reply ACCEPT — merci")
    assert bo.texts == ["Ticket 4411: reply ACCEPT — merci"]
    found = client.messages(made.sid).fetch()
    assert (found.to, found.from_, found.status) == (BO, NUMBER, "sent")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"body": ""}, 21602),
        ({"body": "a" * 1601}, 21617),
        ({"to": "911"}, 21211),
        ({"to": "+15005550001"}, 21211),
        ({"to": "+15005550002"}, 21612),
        ({"to": "+15005550003"}, 21408),
        ({"to": "+15005550004"}, 21610),
        ({"to": "+15005550009"}, 21614),
        ({"from_": ANA}, 21606),
    ],
)
def test_a_text_that_cannot_be_sent_is_refused(
    exchange: Exchange, client: Client, changes: dict[str, str], code: int
) -> None:
    text = {"to": BO, "from_": NUMBER, "body": "Hello"} | changes
    assert refused(lambda: client.messages.create(**text)) == (400, code)
    assert not exchange.messages


def test_the_longest_text_is_sent(client: Client, bo: Phone) -> None:
    client.messages.create(to=BO, from_=NUMBER, body="a" * 1600)
    assert bo.texts == ["a" * 1600]


# Queues -------------------------------------------------------------------------------------------


def test_queues_and_who_waits_in_them_are_seen(
    app: ScriptedApp, exchange: Exchange, client: Client, ana: Phone, bo: Phone
) -> None:
    assert client.queues.list() == []
    app.says("/voice", "<Enqueue>support</Enqueue>")
    first = ana.dial()
    exchange.advance(30)
    second = bo.dial()
    exchange.advance(5)
    [queue] = client.queues.list()
    assert (queue.friendly_name, queue.current_size, queue.max_size) == ("support", 2, 1000)
    assert client.queues(queue.sid).fetch().current_size == 2
    members = client.queues(queue.sid).members
    told = [(one.call_sid, one.position, one.wait_time) for one in members.list()]
    assert told == [(first, 1, 35), (second, 2, 5)]
    assert members("Front").fetch().call_sid == first
    assert members(second).fetch().position == 2
    assert members(first).fetch().date_enqueued == NOON


@pytest.mark.parametrize("who", ["Front", "by call"])
def test_a_member_is_sent_to_a_document(
    app: ScriptedApp, exchange: Exchange, client: Client, ana: Phone, who: str
) -> None:
    app.says("/voice", "<Enqueue>support</Enqueue>")
    app.says("/other", "<Say>Your turn</Say><Pause length='60'/>")
    sid = ana.dial()
    exchange.settle()
    members = client.queues(client.queues.list()[0].sid).members
    updated = members("Front" if who == "Front" else sid).update(url=f"{app.url}/other")
    exchange.settle()
    assert updated.call_sid == sid
    assert ana.heard() == ["Your turn"]
    assert members.list() == []
    assert refused(lambda: members("Front").update(url=f"{app.url}/other")) == (404, 20404)


def test_a_member_is_not_sent_nowhere(
    app: ScriptedApp, exchange: Exchange, client: Client, ana: Phone
) -> None:
    app.says("/voice", "<Enqueue>support</Enqueue>")
    ana.dial()
    exchange.settle()
    members = client.queues(client.queues.list()[0].sid).members
    assert refused(lambda: members("Front").update(url="")) == (400, 21205)
    assert len(members.list()) == 1


# Recordings ---------------------------------------------------------------------------------------


@pytest.fixture
def recorded(app: ScriptedApp, exchange: Exchange, client: Client, ana: Phone) -> str:
    """The SID of the call with a recording."""
    app.says("/voice", "<Record action='/done' maxLength='5'/>")
    sid = ana.dial()
    exchange.settle()
    ana.speak("The trunk in Laval is down since this morning, please call back soon.")
    ana.hang_up()
    exchange.settle()
    return sid


def test_a_recording_is_listed_looked_up_and_heard(
    exchange: Exchange, client: Client, recorded: str, tmp_path: Any
) -> None:
    [made] = client.recordings.list(call_sid=recorded)
    assert client.recordings.list(call_sid="CA0") == []
    assert client.recordings(made.sid).fetch().duration == "5"
    for ending in ("", ".wav"):
        address = f"{exchange.base_url}/2010-04-01/Accounts/{ACCOUNT}/Recordings/{made.sid}{ending}"
        assert requests.get(address, timeout=60).status_code == 401
        answer = requests.get(address, auth=(ACCOUNT, TOKEN), timeout=60)
        (tmp_path / "heard.wav").write_bytes(answer.content)
        with wave.open(str(tmp_path / "heard.wav")) as sound:
            assert sound.getnframes() == 5 * sound.getframerate()


def test_a_deleted_recording_is_gone_with_its_sound(
    exchange: Exchange, client: Client, recorded: str
) -> None:
    [made] = client.recordings.list()
    assert len(list(exchange.media_dir.iterdir())) == 1
    assert client.recordings(made.sid).delete()
    assert list(exchange.media_dir.iterdir()) == []
    assert client.recordings.list() == []
    assert refused(client.recordings(made.sid).delete) == (404, 20404)


# The number ---------------------------------------------------------------------------------------


def test_the_number_is_set_up(app: ScriptedApp, exchange: Exchange, client: Client) -> None:
    [number] = client.incoming_phone_numbers.list(phone_number=NUMBER)
    assert number.voice_url == f"{app.url}/voice"
    number.update(voice_url=f"{app.url}/other", voice_fallback_url=f"{app.url}/fallback")
    number.update(status_callback=f"{app.url}/over", sms_url=f"{app.url}/texts")
    assert exchange.line.voice_url == f"{app.url}/other"
    assert exchange.line.fallback_url == f"{app.url}/fallback"
    assert exchange.line.status_url == f"{app.url}/over"
    assert exchange.line.sms_url == f"{app.url}/texts"


def test_another_number_is_not_ours(exchange: Exchange, client: Client) -> None:
    assert client.incoming_phone_numbers.list(phone_number=ANA) == []
    other = client.incoming_phone_numbers("PN" + "9" * 32)
    assert refused(lambda: other.update(voice_url="http://127.0.0.1/")) == (404, 20404)


# Bad days -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "told", "placed"),
    [
        ("rest_429", (429, 20429), 0),
        ("rest_500_before", (500, 20500), 0),
        ("rest_500_after", (500, 20500), 1),
    ],
)
def test_a_refusal_on_purpose_does_or_does_not_do_what_was_asked_and_then_is_over(
    exchange: Exchange, place: Any, fault: str, told: tuple[int, int], placed: int
) -> None:
    setattr(exchange.faults, fault, 2)
    assert refused(place) == told
    assert refused(place) == told
    assert len(exchange.calls) == 2 * placed
    place()
    assert len(exchange.calls) == 2 * placed + 1


def test_an_answer_can_be_nonsense_though_the_call_is_placed(
    exchange: Exchange, place: Any
) -> None:
    exchange.faults.rest_garbage = 1
    with pytest.raises(ValueError, match="Expecting value"):
        place()
    assert len(exchange.calls) == 1


def test_a_connection_can_be_cut_though_the_text_is_sent(
    exchange: Exchange, client: Client, bo: Phone
) -> None:
    exchange.faults.rest_cut = 1
    with pytest.raises(requests.ConnectionError):
        client.messages.create(to=BO, from_=NUMBER, body="Hello")
    assert bo.texts == ["Hello"]


def test_answers_can_be_slow(exchange: Exchange, client: Client) -> None:
    exchange.faults.rest_slow = 0.3
    client.http_client.timeout = 0.1
    with pytest.raises(requests.ReadTimeout):
        client.calls.list()
