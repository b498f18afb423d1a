"""The mailboxes beside the exchange: what the app writes is read there, and answered by real SMTP."""

import io
import json
import re
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from ivr.exchange import Exchange
from ivr.exchange.mailboxes import Mailboxes
from ivr.exchange.serving import make_app
from tests.servers import free_port

ANA, LUC, BO = "ana@acme.example", "luc@lajoie.example", "bo@2n5.example"
SUPPORT, ESCALATION = "support@2n5.example", "escalation@2n5.example"
BOOK = [
    {"address": ANA, "name": "Ana Roy", "role": "customer", "language": "en-CA"},
    {"address": LUC, "name": "Luc Lajoie", "role": "customer", "language": "fr-CA"},
    {"address": BO, "name": "Bo Chan", "role": "technician", "language": "en-CA"},
    {"address": SUPPORT, "name": "Support", "role": "list", "language": "en-CA"},
    {"address": ESCALATION, "name": "Escalation", "role": "list", "language": "en-CA"},
]
OURS = {"Origin": "http://localhost"}
NASTY = '<p style="color:red">It is <b>ours</b></p><script>alert(1)</script>"></iframe><i>out</i>'


class Sink:
    """A mail server that takes what is for the lists, or what it is told to say."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, list[str], EmailMessage]] = []
        self.says, self.port = "", free_port()

    def start(self) -> None:
        self.server = Controller(self, hostname="127.0.0.1", port=self.port)
        self.server.start()

    async def handle_RCPT(  # noqa: N802  aiosmtpd's name
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        if address not in {SUPPORT, ESCALATION}:
            return "550 5.7.1 no such mailbox here"
        envelope.rcpt_tos.append(address)
        return "250 ok"

    async def handle_DATA(  # noqa: N802  aiosmtpd's name
        self, _server: Any, _session: Any, envelope: Any
    ) -> str:
        if self.says:
            return self.says
        letter = message_from_bytes(envelope.content, policy=policy.default)
        self.taken.append((envelope.mail_from, envelope.rcpt_tos, letter))
        return "250 kept"


@pytest.fixture
def sink() -> Iterator[Sink]:
    made = Sink()
    made.start()
    yield made
    made.server.stop()


@pytest.fixture
def mailboxes(sink: Sink, tmp_path: Path) -> Mailboxes:
    (tmp_path / "mailboxes.json").write_text(json.dumps(BOOK))
    (tmp_path / "mail").mkdir()
    smtp = ("127.0.0.1", sink.port)
    return Mailboxes(tmp_path / "mailboxes.json", tmp_path / "mail", tmp_path / "kept", smtp)


@pytest.fixture
def page(exchange: Exchange, mailboxes: Mailboxes) -> FlaskClient:
    exchange.mailboxes = mailboxes
    return make_app(exchange).test_client()


@pytest.fixture
def arrives(tmp_path: Path) -> Any:
    """The app keeps a mail in its folder."""

    def kept(name: str, to: str = ANA, *, minute: int = 0, html: str = "", **headers: str) -> None:
        letter = EmailMessage()
        letter["From"], letter["To"] = SUPPORT, to
        letter["Subject"] = headers.pop("subject", f"[#4411] {name}")
        letter["Date"] = f"Tue, 24 Nov 2026 12:{minute:02}:00 +0000"
        letter["Message-ID"] = f"<{name}@2n5.example>"
        for header, value in headers.items():
            letter[header.replace("_", "-")] = value
        letter.set_content(f"Text of {name}.\n\n-- \n2N5\n")
        if html:
            letter.add_alternative(html, subtype="html")
        (tmp_path / "mail" / f"{name}.eml").write_bytes(letter.as_bytes())

    return kept


def sends(page: FlaskClient, address: str = ANA, **given: Any) -> TestResponse:
    form = {"to": SUPPORT, "subject": "No calls", "text": "It burns\r\nagain"} | given
    return page.post(f"/mail/{address}/write", data=form, headers=OURS)


def lines(page: FlaskClient, path: str = f"/{ANA}") -> list[str]:
    """What the list of a mailbox shows: an unread mark and the subject, in order."""
    html = page.get(f"/mail{path}").text.partition('<ul class="letters">')[2].partition("</ul>")[0]
    return [
        ("* " if "unread" in link else "") + re.findall(r"<b>(.*?)</b>", link)[0]
        for link in html.split("<li>")[1:]
    ]


def value(html: str, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]*value="([^"]*)"', html)
    assert found, name
    return found[1]


# Reading ------------------------------------------------------------------------------------------


def test_everybody_has_a_mailbox_and_so_has_whoever_is_written_to(
    page: FlaskClient, arrives: Any
) -> None:
    arrives("hello", to="Eve Ng <eve@example.com>")
    told = page.get("/mail").text
    for words in ("Customers", "Staff", "Lists", ANA, LUC, BO, SUPPORT, ESCALATION):
        assert words in told
    assert "Eve Ng" in told
    assert lines(page, "/eve@example.com") == ["* [#4411] hello"]


def test_a_stranger_is_given_a_mailbox(page: FlaskClient) -> None:
    assert page.get("/mail?address=Eve@Example.com").location == "/mail/eve@example.com"
    assert lines(page, "/eve@example.com") == []
    assert "That is no mail address" in page.get("/mail?address=eve").text


def test_the_newest_is_first_and_marked_until_it_is_read(
    page: FlaskClient, arrives: Any, mailboxes: Mailboxes, exchange: Exchange
) -> None:
    arrives("second", minute=2)
    arrives("first", minute=1)
    arrives("other", to=LUC)
    assert lines(page) == ["* [#4411] second", "* [#4411] first"]
    assert mailboxes.unread() == {ANA: 2, LUC: 1}
    assert "Text of first." in page.get(f"/mail/{ANA}/inbox/first").text
    assert lines(page) == ["* [#4411] second", "[#4411] first"]
    again = Mailboxes(mailboxes.book, mailboxes.arriving, mailboxes.sent.parent, mailboxes.smtp)
    assert again.unread() == {ANA: 1, LUC: 1}, "a start later it is still read"


def test_html_is_shown_in_a_frame_that_does_nothing(page: FlaskClient, arrives: Any) -> None:
    arrives("news", html=NASTY)
    answer = page.get(f"/mail/{ANA}/inbox/news")
    frame = re.search(r"<iframe([^>]*)>", answer.text)
    assert frame
    assert "allow-scripts" not in frame[1]
    assert "default-src &#39;none&#39;" in frame[1]
    assert "&lt;script&gt;" in frame[1]
    assert "<script>alert" not in answer.text
    assert "<i>out</i>" not in answer.text
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
    assert "Message-ID" in answer.text


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xff\xfe\x00",
        b"To: ana@acme.example\r\nDate: tomorrow\r\n\r\nHello",
        b"To: ana@acme.example\r\nFrom: =?utf-9?q?x?=\r\n\r\nHello",
        b"To: ana@acme.example\r\nContent-Type: text/plain; charset=none-1\r\n\r\nHell\xf6",
        b"To: ana@acme.example\r\nContent-Type: multipart/mixed\r\n\r\nno boundary",
        b"To: <<>>, ana@acme.example\r\nSubject: =?utf-8?b?!!?=\r\nMessage-ID: [\r\n\r\n",
    ],
)
def test_a_broken_file_breaks_no_mailbox(page: FlaskClient, arrives: Any, tmp_path: Path, raw: bytes) -> None:  # fmt: skip
    arrives("fine", minute=59)
    (tmp_path / "mail" / "broken.eml").write_bytes(raw)
    assert "* [#4411] fine" in lines(page)
    assert page.get("/mail").status_code == 200
    assert page.get(f"/mail/{ANA}/inbox/broken").status_code in {200, 404}
    assert page.get(f"/mail/{ANA}/write?answers=broken").status_code in {200, 404}


@pytest.mark.parametrize(
    "path",
    [
        f"/{ANA}/inbox/none",
        f"/{LUC}/inbox/hello",
        f"/{ANA}/sent/hello",
        f"/{ANA}/inbox/..%2Fhello",
        f"/{ANA}/inbox/hello/files/0",
        f"/{ANA}/trash",
        "/ana",
        f"/{ANA.upper()}",
        f"/{SUPPORT}/write",
    ],
)
def test_what_is_not_there_is_not_found(page: FlaskClient, arrives: Any, path: str) -> None:
    arrives("hello")
    assert page.get(f"/mail{path}").status_code == 404


def test_a_page_that_did_not_change_is_not_sent_again(page: FlaskClient, arrives: Any) -> None:
    arrives("first")
    tag = {"If-None-Match": page.get(f"/mail/{ANA}").headers["ETag"]}
    same = page.get(f"/mail/{ANA}", headers=tag)
    assert (same.status_code, same.data) == (304, b"")
    arrives("second")
    assert page.get(f"/mail/{ANA}", headers=tag).status_code == 200


# Writing ------------------------------------------------------------------------------------------


def test_a_letter_goes_out_with_its_files(page: FlaskClient, sink: Sink) -> None:
    files = [
        (io.BytesIO(b"\x89PNG"), "écran.png", "image/png"),
        (io.BytesIO(b"log"), "../tmp/b.log", "nonsense"),
    ]
    answer = sends(page, subject="Pas d’appels\r\nBcc: evil@example.com", files=files)
    assert answer.status_code == 303
    assert "Sent." in page.get(answer.location).text
    [(sender, recipients, letter)] = sink.taken
    assert (sender, recipients) == (ANA, [SUPPORT])
    assert str(letter["From"]) == f"Ana Roy <{ANA}>"
    assert letter["Subject"] == "Pas d’appels Bcc: evil@example.com"
    assert letter["Bcc"] is None
    assert letter["Date"] == "Tue, 24 Nov 2026 12:00:00 +0000"
    assert letter["Message-ID"].endswith("@acme.example>")
    text = letter.get_body(("plain",))
    assert text
    assert text.get_content().splitlines() == ["It burns", "again"]
    attached = [
        (one.get_filename(), one.get_content_type(), one.get_content())
        for one in letter.iter_attachments()
    ]
    assert attached == [
        ("écran.png", "image/png", b"\x89PNG"),
        ("b.log", "application/octet-stream", b"log"),
    ]


def test_what_was_sent_is_kept_and_its_files_can_be_had(page: FlaskClient) -> None:
    sends(page, files=[(io.BytesIO(b"<b>log</b>"), "trunk.html", "text/html")])
    assert lines(page, f"/{ANA}/sent") == ["No calls"]
    assert lines(page, f"/{SUPPORT}") == ["* No calls"], "it is in the list's mailbox too"
    listed = page.get(f"/mail/{ANA}/sent").text
    [path] = re.findall(rf'href="(/mail/{ANA}/sent/[0-9a-f]+)"', listed)
    assert "It burns\nagain" in page.get(path).text
    file = page.get(f"{path}/files/0")
    assert file.data == b"<b>log</b>"
    assert file.headers["Content-Disposition"] == "attachment; filename=trunk.html"
    assert file.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("address", "introduced"),
    [(ANA, "On 2026-11-24 .*, support@2n5.example wrote:"), (LUC, "Le 2026-11-24 .* a écrit :")],
)
def test_an_answer_joins_the_thread_and_quotes(
    page: FlaskClient, sink: Sink, arrives: Any, address: str, introduced: str
) -> None:
    arrives("ack", to=address, References="<a@acme.example> <b@acme.example>")
    form = page.get(f"/mail/{address}/write?answers=ack").text
    assert (value(form, "to"), value(form, "subject")) == (SUPPORT, "Re: [#4411] ack")
    quoted = form.partition("<textarea")[2].partition(">\n")[2].partition("</textarea>")[0]
    assert re.match(rf"\n\n{introduced}\n&gt; Text of ack\.\n&gt;\n&gt; --\n&gt; 2N5$", quoted)
    sends(page, address, subject="Re: [#4411] ack", answers=value(form, "answers"))
    [(_, _, letter)] = sink.taken
    assert letter["In-Reply-To"] == "<ack@2n5.example>"
    assert letter["References"] == "<a@acme.example> <b@acme.example> <ack@2n5.example>"


def test_an_answer_to_an_answer_is_said_once(page: FlaskClient, arrives: Any) -> None:
    arrives("ack", subject="RE: It burns", Reply_To=ESCALATION)
    form = page.get(f"/mail/{ANA}/write?answers=ack").text
    assert (value(form, "to"), value(form, "subject")) == (ESCALATION, "RE: It burns")


# What is in the way -------------------------------------------------------------------------------


def test_a_refused_letter_is_kept_with_its_files_and_sent_later(
    page: FlaskClient, sink: Sink, arrives: Any
) -> None:
    arrives("ack")
    files = [(io.BytesIO(b"1"), "one.log"), (io.BytesIO(b"2"), "two.log")]
    sink.says = "452 4.3.1 cannot be kept now"
    refused = sends(page, answers="ack", files=files)
    form = page.get(refused.location).text
    assert "Not sent." in form
    assert "The mail server refused it: 452 4.3.1 cannot be kept now." in form
    assert "It burns\nagain" in form
    assert "one.log" in form
    assert lines(page, f"/{ANA}/drafts") == ["No calls"]
    assert lines(page, f"/{ANA}/sent") == []

    still = sends(page, draft=value(form, "draft"), keep=["1"], text="It burns on")
    form = page.get(still.location).text
    assert lines(page, f"/{ANA}/drafts") == ["No calls"], "it took the place of the other"

    sink.says = ""
    sends(page, draft=value(form, "draft"), keep=["0"], text="It burns on")
    [(_, _, letter)] = sink.taken
    assert [one.get_filename() for one in letter.iter_attachments()] == ["two.log"]
    assert letter["In-Reply-To"] == "<ack@2n5.example>"
    assert letter["X-Trouble"] is None
    assert (lines(page, f"/{ANA}/drafts"), lines(page, f"/{ANA}/sent")) == ([], ["No calls"])


def test_a_mail_server_that_is_away_is_named(page: FlaskClient, sink: Sink) -> None:
    sink.server.stop()
    told = page.get(sends(page).location).text
    assert "No mail server answers at 127.0.0.1:" in told
    assert "Connection refused" in told
    sink.start()
    sends(page, draft=value(told, "draft"))
    assert len(sink.taken) == 1


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"to": "nobody@2n5.example"}, "550 5.7.1 no such mailbox here."),
        ({"to": "nobody"}, "“nobody” is no mail address."),
        ({"to": f"{SUPPORT}, {ESCALATION}, x"}, "is no mail address."),
        ({"to": ""}, "“” is no mail address."),
        ({"text": " \r\n"}, "There is nothing in it yet."),
    ],
)
def test_what_cannot_be_sent_is_said_and_kept(
    page: FlaskClient, sink: Sink, given: dict[str, str], told: str
) -> None:
    answer = sends(page, **given)
    assert told in page.get(answer.location).text
    assert lines(page, f"/{ANA}/drafts") == ["No calls"]
    assert not sink.taken


def test_a_line_break_in_the_address_adds_nobody(page: FlaskClient, sink: Sink) -> None:
    sends(page, to=f"{SUPPORT}\r\nBcc: {ESCALATION}")
    [(_, recipients, letter)] = sink.taken
    assert recipients == [SUPPORT]
    assert letter["Bcc"] is None


def test_a_draft_is_discarded_by_whoever_wrote_it(page: FlaskClient) -> None:
    path = sends(page, to="nobody@2n5.example").location
    foreign = path.replace(ANA, LUC)
    assert page.post(f"{foreign}/discard", headers=OURS).status_code == 404
    assert page.post(f"{path}/discard", headers=OURS).status_code == 303
    assert lines(page, f"/{ANA}/drafts") == []


def test_a_full_disk_is_said_and_the_words_are_still_there(
    page: FlaskClient, mailboxes: Mailboxes, sink: Sink
) -> None:
    mailboxes.drafts.parent.write_text("not a folder")
    answer = sends(page)
    assert answer.status_code == 507
    assert "It cannot be kept here: Not a directory." in answer.text
    assert "It burns\nagain" in answer.text
    assert not sink.taken


def test_too_much_is_refused_in_words(page: FlaskClient, sink: Sink, monkeypatch: Any) -> None:
    monkeypatch.setattr("ivr.exchange.mail_page.LARGEST", 1000)
    answer = sends(page, files=[(io.BytesIO(b"x" * 2000), "big.log")])
    assert (answer.status_code, sink.taken) == (413, [])
    assert "what you wrote is still there" in answer.text


# Who may ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (OURS, 303),
        ({"X-Requested-With": "phones"}, 303),
        ({}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "http://localhost.evil.example"}, 403),
        ({"Origin": "http://evil.example", "Host": "evil.example"}, 403),
    ],
)
def test_a_foreign_page_writes_to_nobody(
    page: FlaskClient, sink: Sink, headers: dict[str, str], status: int
) -> None:
    form = {"to": SUPPORT, "text": "It burns"}
    assert page.post(f"/mail/{ANA}/write", data=form, headers=headers).status_code == status
    assert len(sink.taken) == (status == 303)


def test_nobody_writes_for_a_list(page: FlaskClient, sink: Sink) -> None:
    assert sends(page, SUPPORT).status_code == 404
    assert not sink.taken


def test_only_a_name_of_this_machine_is_answered(page: FlaskClient) -> None:
    assert page.get("/mail", headers={"Host": "evil.example"}).status_code == 403


def test_the_pages_lead_to_each_other(page: FlaskClient) -> None:
    assert 'href="mail"' in page.get("/").text
    assert '<a class="quiet button" href="/">Phones</a>' in page.get("/mail").text


def test_without_mailboxes_there_is_no_page_of_them(exchange: Exchange) -> None:
    page = make_app(exchange).test_client()
    assert page.get("/mail").status_code == 404
    assert 'href="mail"' not in page.get("/").text
