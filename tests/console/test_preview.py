"""What a customer will get is seen before it is sent, and is what is sent; a file that is text is
read without being saved.
"""

import re
from html import unescape

import pytest
from sqlalchemy import select

from callflows.turn import Severity
from ivr.database import transaction
from ivr.models import Contact, Message
from ivr.services.tickets import attachments, tickets
from tests.console.on_call import NOW
from tests.console.staff import Staff, text

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def ticket(staff: Staff) -> str:
    with transaction() as db:
        luc = Contact(name="Luc", email="luc@lajoie.example", language="fr-CA")
        db.add(luc)
        db.flush()
        return tickets.open_ticket(
            db, NOW, title="Muet", severity=Severity.MINOR, contact=luc
        ).number


def written(staff: Staff, ticket: str, act: str, **form: str) -> str:
    notes = f"/tickets/{ticket}/notes"
    page = staff.get(f"/tickets/{ticket}").text
    token = re.findall(
        rf'action="{notes}">\s*<input type="hidden" name="token" value="([^"]+)"', page
    )
    answer = staff.client.post(
        f"/tickets/{ticket}/{act}", data={"token": token[0], "by": "Bo", **form}
    )
    assert answer.status_code in {200, 303}, answer.text
    return answer.text if act != "preview" else _framed(answer)


def _framed(answer) -> str:  # type: ignore[no-untyped-def]
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox; default-src 'none'")
    assert "frame-ancestors 'self'" in policy
    return str(answer.text)


@pytest.mark.parametrize(("act", "as_"), [("replies", "reply"), ("questions", "question")])
def test_the_letter_that_is_shown_is_the_letter_that_is_sent(
    staff: Staff, ticket: str, act: str, as_: str
) -> None:
    said = "Nous <b>regardons</b>.\nÀ bientôt."
    shown = written(staff, ticket, "preview", text=said, **{"as": as_})
    assert "luc@lajoie.example" in shown
    assert "French" in shown
    with transaction() as db:
        assert db.scalars(select(Message)).all() == [], "it is only looked at"
    written(staff, ticket, act, text=said)
    with transaction() as db:
        (sent,) = db.scalars(select(Message)).all()
    (letter,) = re.findall(r'<iframe sandbox="" srcdoc="([^"]*)"', shown)
    assert unescape(letter) == sent.html
    assert "&lt;b&gt;regardons" in unescape(letter)
    assert f'<dd dir="auto">{sent.subject}</dd>' in shown


def test_only_what_really_is_text_is_read_and_nothing_in_it_runs(staff: Staff, ticket: str) -> None:
    log = b"02:20 <script>alert(1)</script> \x1b[31mtimeout\n" * 3
    files = {"a.html": log, "b.log": "é".encode("latin-1") * 9, "c.txt": b"\0\1\2", "d.txt": b""}
    with transaction() as db:
        kept = [attachments.keep(name, "text/html", [content]) for name, content in files.items()]
        found = tickets.find(db, ticket)
        assert found
        attachments.attach(db, NOW, found.id, kept)
    assert text(staff.get(f"/tickets/{ticket}")).count("text/html Show") == 1
    answers = [staff.get(f"/attachments/{one.key}/text") for one in kept]
    assert [one.status_code for one in answers] == [200, 404, 404, 404]
    assert answers[0].data == log
    assert answers[0].headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answers[0].headers["X-Content-Type-Options"] == "nosniff"
    assert answers[0].headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
