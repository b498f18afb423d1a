"""What did not get through: staff see it, and send, read or dismiss it, once."""

import re
from typing import Any

import pytest
import requests

from ivr import clock
from ivr.console.forms import token
from ivr.database import reading, transaction
from ivr.models import Mail, Message
from ivr.services.mail import inbox, outbox, undelivered
from ivr.services.tickets import tickets
from ivr.settings import settings
from tests.console.browsing import receive, submit
from tests.console.test_pages import get, words
from tests.mail.corpus import mail
from tests.services.test_races import race
from tests.stories.line import Line


def refused(key: str = "one") -> int:
    """A mail about ticket 4411 that nobody took."""
    with transaction() as db:
        ticket = tickets.find(db, "4411")
        assert ticket
        about = {"ticket_id": ticket.id, "subject": "We look"}
        to = "ana@acme.example"
        outbox.write(db, clock.now(), key=key, channel="mail", to=to, body="Soon.", **about)
        message = db.query(Message).filter_by(key=key).one()
        message.state, message.due_at, message.cause = "dead", None, "recipient refused"
        return message.id


def unread(line: Line) -> int:
    """A mail that nobody could read, however often."""

    def broken(_raw: bytes) -> Any:
        raise LookupError

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ivr.services.mail.mail_reading.read", broken)
        receive(line, mail(Subject="[#4411] It works"))
        line.passes(3600)
    with reading() as db:
        return db.query(Mail).one().id


def message(id_: int) -> Message:
    with reading() as db:
        return db.get_one(Message, id_)


def test_what_did_not_get_through_is_on_one_page(line: Line) -> None:
    told = words(get("/mail"))
    assert "Everything was delivered." in told
    assert "Every mail was read." in told
    assert 'class="count"' not in get("/tickets").text
    refused()
    unread(line)
    told = words(get("/mail"))
    assert (
        "Mail to ana@acme.example recipient refused Tue 24 Nov, 03:00, ticket 4411 We look" in told
    )
    assert "From somebody whom it does not name LookupError in test_mails.py, broken" in told
    assert '<b class="count">2</b>' in get("/tickets").text
    assert 'class="count"' not in get("/tickets?part=live").text
    raw = re.findall(r'href="(/mails/\d+/raw)"', get("/mail").text)[0]
    assert b"[#4411] It works" in get(raw).content


def test_a_message_is_sent_again(line: Line) -> None:
    id_ = refused()
    answer = submit("/mail", f"/messages/{id_}/again")
    assert "It is tried again now." in words(answer)
    assert "Everything was delivered." in words(answer)
    line.passes(1)
    sent = message(id_)
    assert (sent.state, sent.due_at) == ("kept", None)


def test_a_message_need_not_be_sent(line: Line) -> None:
    id_ = refused()
    assert "It is off this page." in words(submit("/mail", f"/messages/{id_}/dismiss"))
    line.passes(1)
    assert (message(id_).state, message(id_).due_at) == ("dismissed", None)
    assert "not sent, and need not be" in words(get("/tickets/4411"))


def test_a_mail_is_read_again(line: Line) -> None:
    id_ = unread(line)
    assert "LookupError" in words(get("/mail"))
    assert "said" not in line.kinds()
    submit("/mail", f"/mails/{id_}/again")
    line.passes(1)
    assert "said" in line.kinds()
    assert "Every mail was read." in words(get("/mail"))


def test_a_mail_that_still_cannot_be_read_comes_back_or_is_dismissed(line: Line) -> None:
    id_ = unread(line)
    with reading() as db:
        inbox.raw(db.get_one(Mail, id_)).rename(line.folder / "away")
    submit("/mail", f"/mails/{id_}/again")
    line.passes(3600)
    assert "FileNotFoundError" in words(get("/mail"))
    with reading() as db:
        (line.folder / "away").rename(inbox.raw(db.get_one(Mail, id_)))
    submit("/mail", f"/mails/{id_}/dismiss")
    audit = words(get("/audit"))
    for told in ("had it read again", "let it be"):
        assert f"staff {told} mail {id_}" in audit
    assert "Every mail was read." in words(get("/mail"))
    assert get(f"/mails/{id_}/raw").status_code == 200, "the mail itself is kept"


def test_of_all_who_press_at_once_one_does_it(line: Line) -> None:
    message_id, mail_id = refused(), unread(line)
    for act, id_ in ((outbox.again, message_id), (inbox.again, mail_id)):

        def press(_index: int, act: Any = act, id_: int = id_) -> bool:
            with transaction() as db:
                return bool(act(db, clock.now(), id_))

        assert sorted(race(press), key=bool) == [False, False, False, True]


def test_the_second_one_to_press_changes_nothing(line: Line) -> None:
    id_ = refused()
    with transaction() as db:
        assert outbox.again(db, clock.now(), id_)
        assert not outbox.again(db, clock.now(), id_)
        assert not outbox.dismiss(db, id_), "it is on its way"
    line.passes(1)
    with transaction() as db:
        assert not outbox.again(db, clock.now(), id_)
    assert len(line.mails()) == 1


@pytest.mark.parametrize("made", ["", "of another"])
def test_another_site_cannot_press_these_buttons(line: Line, made: str) -> None:
    id_ = refused()
    data = {"token": token(f"mail {id_}") if made else ""}
    answer = requests.post(f"{settings().own_url}/messages/{id_}/again", data=data, timeout=10)
    assert answer.status_code == 403
    assert message(id_).state == "dead"


def test_the_count_is_one_statement_by_index(line: Line) -> None:
    refused()
    refused("two")
    unread(line)
    with reading() as db:
        assert undelivered.count(db) == 3
        assert [number for _, number in undelivered.messages(db)] == ["4411", "4411"]
