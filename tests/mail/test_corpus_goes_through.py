"""Every mail of the corpus, from the spool to what becomes of it, and each acknowledgement out to a
mail server: nothing crashes, nothing is lost.
"""

import hashlib
import logging

import pytest
from sqlalchemy import select

from ivr.database import reading
from ivr.models import Mail, MailOutcome, Message, MessageState, Ticket
from ivr.services.mail import inbox, spool
from ivr.settings import settings
from tests.mail.corpus import CORPUS, Sample
from tests.mail.post import Post
from tests.services.mail_server import mail_server


def named(sample: Sample, number: int) -> bytes:
    """Under a name of its own: in the corpus most have the same."""
    return sample.raw.replace(b"<one@acme.example>", b"<%d@acme.example>" % number)


def test_every_mail_of_the_corpus_ends_as_it_should(
    post: Post, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    wrong = []
    with mail_server() as server, caplog.at_level(logging.INFO, "ivr"):
        monkeypatch.setenv("SMTP_URL", server.url)
        settings.cache_clear()
        for number, sample in enumerate(CORPUS):
            post.passes(hours=1)  # no loop
            came = post.comes(named(sample, number))
            post.attends("message")
            if (came.outcome, came.due_at) != (sample.outcome, None):
                wrong.append((sample.name, came.outcome, came.cause))
            assert inbox.raw(came).read_bytes() == named(sample, number)
    assert wrong == []
    assert spool.waiting() == []
    assert len(post.mails()) == len(CORPUS)
    assert [line for line in caplog.messages if "@" in line] == [], "no address in a log"
    assert [one for one in caplog.records if one.exc_info] == []
    with reading() as db:
        opened = select(Mail.id).where(Mail.outcome == MailOutcome.OPENED)
        assert len(db.scalars(opened).all()) == len(db.scalars(select(Ticket.id)).all())
        stuck = select(Message.to).where(Message.state == MessageState.DUE)
        assert set(db.scalars(stuck)) <= {"élan@café.example"}, "the server takes no such address"
        unsent = select(Message.to).where(Message.state == MessageState.DEAD)
        assert set(db.scalars(unsent)) == {"a@[b\\\\"}


def test_a_file_of_the_raw_mail_is_named_after_what_is_in_it(post: Post) -> None:
    came = post.writes()
    raw = inbox.raw(came).read_bytes()
    assert came.file == f"{hashlib.sha256(raw).hexdigest()}.eml"


def test_without_a_mail_server_no_address_names_a_file(post: Post) -> None:
    post.writes(sender="../../../../tmp/evil@acme.example")
    post.writes(sender=f"{'long' * 16}@{'long' * 60}.example")
    post.attends("message")
    kept = sorted((settings().var_dir / "mail").glob("*.eml"))
    assert [file.stem.isdigit() for file in kept] == [True, True]
