"""Mail and texts go out, with a real mail server, or are kept and said to be kept."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy

import pytest

from callflows.turn import Severity
from ivr import clock
from ivr.database import reading, transaction
from ivr.models import Entry, Message
from ivr.services.calls.carrier import NotNow, Outcome, Placed, Refused, Unknown
from ivr.services.mail import outbox
from ivr.services.tickets import tickets
from ivr.settings import settings
from tests.services.mail_server import MailServer, mail_server
from tests.services.scripted_carrier import ScriptedCarrier

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)


class Texts(ScriptedCarrier):
    def __init__(self, outcome: Outcome) -> None:
        super().__init__()
        self.outcome = outcome

    def text(self, number: str, body: str) -> Outcome:
        return self.outcome


@pytest.fixture
def server(database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[MailServer]:
    with mail_server() as server:
        monkeypatch.setenv("SMTP_URL", server.url)
        settings.cache_clear()
        yield server


@pytest.fixture(autouse=True)
def _still(database: str) -> None:
    clock.use(lambda: NOW)


def written(channel: str = "mail", subject: str = "Nobody answers", key: str = "one") -> int:
    with transaction() as db:
        ticket = tickets.open_ticket(db, NOW, title="T", severity=Severity.CRITICAL)
        outbox.write(
            db,
            NOW,
            key=key,
            channel=channel,
            to="escalation@2n5.example" if channel == "mail" else "+15145550201",
            subject=subject,
            body="Billet 4411 : personne ne répond.\n",
            ticket_id=ticket.id,
        )
    with reading() as db:
        return db.query(Message).filter_by(key=key).one().id


def send(message_id: int, carrier: ScriptedCarrier | None = None) -> Message:
    outbox.attend(message_id, carrier or ScriptedCarrier())
    with reading() as db:
        return db.get_one(Message, message_id)


def told() -> list[str]:
    with reading() as db:
        return [entry.data["cause"] for entry in db.query(Entry).filter_by(kind="not-sent")]


def test_a_mail_goes_out_whole(server: MailServer) -> None:
    sent = send(written())
    assert (sent.state, sent.due_at, sent.sent_at) == ("sent", None, NOW)
    (letter,) = server.letters
    assert letter["To"] == "escalation@2n5.example"
    assert letter["From"] == settings().support_email
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["Message-ID"]
    assert letter.get_content().split() == ["Billet", "4411", ":", "personne", "ne", "répond."]


def test_without_a_server_a_mail_is_kept_and_a_copy_stands_in_a_file() -> None:
    assert send(written()).state == "kept"
    (file,) = (settings().var_dir / "mail").glob("*.eml")
    letter = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert letter["Subject"] == "Nobody answers"


def test_an_occasion_is_written_once() -> None:
    first = written(key="page-1-mail-0")
    assert written(key="page-1-mail-0") == first


@pytest.mark.parametrize(
    "answers",
    [{"CONNECT": "421 busy"}, {"MAIL": "451 later"}, {"RCPT": "450 later"}, {"DATA": "451 later"},
     {".": "452 disk full"}, {"DATA": "cut"}, {"CONNECT": "554 go away"}, {"EHLO": "cut"}],
)  # fmt: skip
def test_a_server_in_trouble_is_tried_again_later_and_later(
    server: MailServer, answers: dict[str, str]
) -> None:
    server.answers = answers
    message = written()
    waits = []
    for _ in range(4):
        tried = send(message)
        assert tried.state == "due"
        assert tried.due_at
        waits.append(tried.due_at - clock.now())
        clock.use(lambda at=tried.due_at: at)
    assert waits == sorted(waits)
    assert waits[-1] <= outbox.LONGEST_PAUSE
    assert not told()
    server.answers = {}
    assert send(message).state == "sent"


def test_a_server_that_is_not_there_is_tried_again(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SMTP_URL", "smtp://127.0.0.1:9")
    settings.cache_clear()
    assert send(written()).state == "due"


def test_a_recipient_refused_for_good_is_dead_and_the_ticket_says_so(server: MailServer) -> None:
    server.answers = {"RCPT": "550 no such user"}
    assert send(written()).state == "dead"
    assert told() == ["recipient refused"]


def test_after_a_day_it_is_given_up_and_said(server: MailServer) -> None:
    server.answers = {"MAIL": "451 later"}
    message = written()
    send(message)
    clock.use(lambda: NOW + timedelta(hours=25))
    assert send(message).state == "dead"
    assert len(told()) == 1


def test_what_is_sent_again_is_tried_for_another_day(server: MailServer) -> None:
    server.answers = {"MAIL": "451 later"}
    message = written()
    clock.use(lambda: NOW + timedelta(hours=25))
    assert send(message).state == "dead"
    with transaction() as db:
        assert outbox.again(db, clock.now(), message)
    assert send(message).state == "due"
    clock.use(lambda: NOW + timedelta(hours=48))
    assert send(message).state == "due"
    server.answers = {}
    clock.use(lambda: NOW + timedelta(hours=48, minutes=10))
    assert send(message).state == "sent"
    assert len(told()) == 1


def test_a_line_break_in_a_subject_adds_no_header(server: MailServer) -> None:
    assert send(written(subject="Hello\r\nBcc: evil@example.com")).state == "dead"
    assert server.letters == []
    assert told()[0].startswith("cannot be written as a mail")


def test_of_two_workers_one_sends(server: MailServer) -> None:
    message = written()
    with transaction() as db:
        assert outbox._claim(db, NOW, message) is not None
    send(message)
    assert server.letters == []


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (Placed("SM1"), "sent"),
        (NotNow("429"), "due"),
        (Refused("21610"), "dead"),
        (Unknown("cut"), "dead"),  # never twice: the phone rings beside it
    ],
)
def test_a_text_goes_out_once_or_is_said_not_to_have(outcome: Outcome, state: str) -> None:
    assert send(written("text"), Texts(outcome)).state == state
    assert bool(told()) == (state == "dead")


def test_a_full_disk_costs_no_mail(monkeypatch: pytest.MonkeyPatch) -> None:
    (settings().var_dir).mkdir(exist_ok=True)
    (settings().var_dir / "mail").write_text("a file where the folder should be")
    message = written()
    assert send(message).state == "due"
    (settings().var_dir / "mail").unlink()
    clock.use(lambda: NOW + timedelta(minutes=20))
    assert send(message).state == "kept"


def test_a_long_name_of_a_mail_that_is_answered_is_not_broken_up() -> None:
    """Encoded words, which the standard library would make of it, thread nothing."""
    theirs = f"<{'D' * 90}@mail.example.com>"
    message = written()
    with transaction() as db:
        db.get_one(Message, message).references = ["<first@2n5.example>", theirs]
    send(message)
    (file,) = (settings().var_dir / "mail").glob("*.eml")
    raw = file.read_text()
    assert f"In-Reply-To: {theirs}\n" in raw
    assert f"References: <first@2n5.example>\n {theirs}\n" in raw
