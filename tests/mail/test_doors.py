"""The doors by which mail comes in, each as a real client meets it."""

import gc
import imaplib
import smtplib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests
from werkzeug.serving import make_server

from ivr.mail import imap, smtp
from ivr.services.mail import spool
from ivr.settings import settings
from tests.mail.corpus import mail
from tests.mail.imap_server import ImapServer, imap_server
from tests.servers import free_port

SUPPORT, ESCALATION = "support@2n5.example", "escalation@2n5.example"
TOKEN = "a token of the tests"


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No database: a door needs the disk and nothing else."""
    monkeypatch.setenv("VAR_DIR", str(tmp_path / "var"))
    monkeypatch.setenv("DATABASE_URL", "postgresql+psycopg://nobody@127.0.0.1:1/none")
    settings.cache_clear()
    yield
    settings.cache_clear()


def kept() -> list[bytes]:
    return [file.read_bytes() for file in spool.waiting()]


@contextmanager
def full_disk(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    def refuse(_raw: bytes) -> None:
        raise spool.NotKeptError("No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(spool, "receive", refuse)
        yield


# SMTP ---------------------------------------------------------------------------------------------


@pytest.fixture
def listener() -> Iterator[smtp.Door]:
    door = smtp.listen("127.0.0.1", free_port())
    yield door
    door.stop()


@pytest.fixture
def client(listener: smtp.Door) -> Iterator[smtplib.SMTP]:
    with smtplib.SMTP("127.0.0.1", listener.port, "mta.example", timeout=30) as client:
        yield client


def refused(act: Callable[..., object], *args: object, **more: object) -> tuple[int, bytes]:
    with pytest.raises(smtplib.SMTPException) as told:
        act(*args, **more)
    error = told.value
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return next(iter(error.recipients.values()))
    assert isinstance(error, smtplib.SMTPResponseException)
    return error.smtp_code, error.smtp_error


@pytest.mark.parametrize(
    "address", [SUPPORT, ESCALATION, "Support@2N5.Example", "support+acme@2n5.example"]
)
def test_mail_for_us_is_kept_with_its_envelope(client: smtplib.SMTP, address: str) -> None:
    raw = mail()
    client.sendmail("ana@acme.example", address, raw)
    (found,) = kept()
    head = f"Return-Path: <ana@acme.example>\r\nDelivered-To: {address}\r\n".encode()
    assert found == head + raw


def test_the_null_sender_of_a_bounce_is_kept_as_such(client: smtplib.SMTP) -> None:
    client.sendmail("", SUPPORT, mail())
    assert kept()[0].startswith(b"Return-Path: <>\r\n")


@pytest.mark.parametrize(
    "address",
    ["somebody@2n5.example", "support@elsewhere.example", "support%elsewhere.example@2n5.example",
     '"support@2n5.example"@elsewhere.example', "postmaster", "bo@2n5.example"],
)  # fmt: skip
def test_nothing_is_relayed(client: smtplib.SMTP, address: str) -> None:
    client.ehlo()
    client.mail("ana@acme.example")
    code, _ = client.rcpt(address)
    assert 500 <= code < 600
    assert client.docmd("DATA")[0] == 503
    assert kept() == []


def test_of_two_recipients_the_one_that_is_ours_is_taken(client: smtplib.SMTP) -> None:
    others = client.sendmail("ana@acme.example", [SUPPORT, "x@else.example", ESCALATION], mail())
    assert {address: code for address, (code, _) in others.items()} == {"x@else.example": 550}
    assert kept()[0].count(b"Delivered-To:") == 2


def test_two_mails_of_one_connection_are_two(client: smtplib.SMTP) -> None:
    for number in range(2):
        client.sendmail("ana@acme.example", SUPPORT, mail(Message_ID=f"<{number}@x>"))
    assert len(kept()) == 2


def test_too_many_recipients_are_told_to_come_again(client: smtplib.SMTP) -> None:
    client.ehlo()
    client.mail("ana@acme.example")
    codes = {client.rcpt(f"support+{number}@2n5.example")[0] for number in range(20)}
    assert codes == {250}
    assert client.rcpt(SUPPORT)[0] == 452


def test_too_large_is_refused_before_it_is_sent_and_when_it_is(
    client: smtplib.SMTP, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.ehlo()
    assert client.esmtp_features["size"] == str(spool.LARGEST)
    assert client.mail("ana@acme.example", [f"SIZE={spool.LARGEST + 1}"])[0] == 552
    monkeypatch.setattr(spool, "LARGEST", 10_000)
    assert refused(client.sendmail, "a@b.example", SUPPORT, mail("x" * 10_000))[0] == 552
    assert kept() == []
    client.sendmail("a@b.example", SUPPORT, mail("x" * 5_000))
    assert len(kept()) == 1


def test_more_than_is_allowed_without_saying_so_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(spool, "LARGEST", 100_000)
    door = smtp.listen("127.0.0.1", free_port())
    with smtplib.SMTP("127.0.0.1", door.port, "mta.example", timeout=30) as client:
        client.ehlo()
        client.mail("a@b.example")
        client.rcpt(SUPPORT)
        assert client.data(mail("word\n" * 30_000))[0] == 552
        assert client.noop()[0] == 250, "the connection goes on"
    door.stop()
    assert kept() == []


def test_eight_bits_and_utf8_come_through_as_they_are(client: smtplib.SMTP) -> None:
    client.ehlo()
    assert client.has_extn("8bitmime")
    assert client.has_extn("smtputf8")
    raw = mail("Ça presse : l’été\n", Subject="Télécopieur", From="Élan <élan@café.example>")
    client.sendmail("élan@café.example", SUPPORT, raw, ["SMTPUTF8", "BODY=8BITMIME"])
    (found,) = kept()
    assert found.startswith("Return-Path: <élan@café.example>\r\n".encode())
    assert found.endswith(raw)


def test_a_line_that_is_too_long_for_the_protocol_is_no_reason_to_lose_a_mail(
    client: smtplib.SMTP,
) -> None:
    raw = mail("word " * 50_000 + "\n")
    client.sendmail("a@b.example", SUPPORT, raw)
    assert kept()[0].endswith(raw)


def test_a_dot_alone_and_dots_in_front_are_the_mails_own(client: smtplib.SMTP) -> None:
    raw = mail("One\n.\n..two\n")
    client.sendmail("a@b.example", SUPPORT, raw)
    assert kept()[0].endswith(raw)


def test_a_full_disk_asks_the_client_to_come_again(
    client: smtplib.SMTP, monkeypatch: pytest.MonkeyPatch
) -> None:
    with full_disk(monkeypatch):
        code, told = refused(client.sendmail, "a@b.example", SUPPORT, mail())
        assert (code, told) == (452, b"4.3.1 cannot be kept now, try again")
    client.sendmail("a@b.example", SUPPORT, mail())
    assert len(kept()) == 1


def talk(port: int, words: bytes, until: bytes) -> bytes:
    """Say it all at once; what is answered up to something."""
    with socket.create_connection(("127.0.0.1", port), 30) as line:
        line.sendall(words)
        heard = b""
        while until not in heard and (more := line.recv(65_536)):
            heard += more
        return heard


def test_a_client_that_sends_everything_at_once_is_answered_in_turn(listener: smtp.Door) -> None:
    talked = b"EHLO x\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<%b>\r\nDATA\r\n%b.\r\nQUIT\r\n"
    heard = talk(listener.port, talked % (SUPPORT.encode(), mail()), b"221 ")
    codes = [line[:3] for line in heard.splitlines() if line[3:4] == b" "]
    assert codes == [b"220", b"250", b"250", b"250", b"354", b"250", b"221"]
    assert len(kept()) == 1


def test_a_mail_cannot_be_smuggled_in_behind_another(listener: smtp.Door) -> None:
    """Line ends that some servers take for the end (CVE-2024-27305)."""
    for end in (b"\n.\n", b"\r.\r", b"\n.\r\n", b"\r\n.\n"):
        inner = end + b"MAIL FROM:<boss@2n5.example>\r\nRCPT TO:<%b>\r\nDATA\r\n" % SUPPORT.encode()
        talked = (
            b"EHLO x\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<%b>\r\nDATA\r\nHi%bX\r\n.\r\nQUIT\r\n"
        )
        heard = talk(listener.port, talked % (SUPPORT.encode(), inner), b"221 ")
        assert heard.count(b"354 ") == 1
    assert all(b"Return-Path: <a@b.example>" in one for one in kept())


@pytest.mark.parametrize(
    "words",
    [
        b"",
        b"EHLO x\r\n",
        b"EHLO x\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<support@2n5.example>\r\nDATA\r\nHalf",
    ],
)
def test_a_client_that_hangs_is_cut_off_and_holds_up_nobody(
    monkeypatch: pytest.MonkeyPatch, words: bytes
) -> None:
    monkeypatch.setattr(smtp, "SILENCE", 2.0)
    door = smtp.listen("127.0.0.1", free_port())
    try:
        with socket.create_connection(("127.0.0.1", door.port), 30) as hangs:
            hangs.sendall(words)
            with smtplib.SMTP("127.0.0.1", door.port, "mta.example", timeout=30) as other:
                other.sendmail("a@b.example", SUPPORT, mail())
            assert len(kept()) == 1
            while hangs.recv(65_536):
                pass  # the end of the line, or the test's limit of 30 s
    finally:
        door.stop()
    assert len(kept()) == 1, "half a mail is none"


def test_the_listener_stops_at_once_while_clients_hang() -> None:
    door = smtp.listen("127.0.0.1", free_port())
    with socket.create_connection(("127.0.0.1", door.port), 30) as hangs:
        hangs.sendall(b"EHLO x\r\n")
        hangs.recv(1000)
        began = time.monotonic()
        door.stop()
        assert time.monotonic() - began < 10


# The webhook --------------------------------------------------------------------------------------


@pytest.fixture
def webhook(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    from ivr.web import app

    monkeypatch.setenv("MAIL_TOKEN", TOKEN)
    settings.cache_clear()
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/mail/inbound"
    server.shutdown()
    server.server_close()
    thread.join()


def post(url: str, raw: object, token: str | None = TOKEN, **headers: str) -> int:
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    return requests.post(url, data=raw, headers=headers, timeout=60).status_code


def test_a_mail_that_is_posted_with_our_token_is_kept(webhook: str) -> None:
    raw = mail("Ça presse".encode("latin-1"))
    assert post(webhook, raw, **{"Content-Type": "message/rfc822"}) == 200
    assert post(webhook, raw, **{"Content-Type": "application/x-www-form-urlencoded"}) == 200
    assert kept() == [raw]


@pytest.mark.parametrize("token", [None, "", "another", TOKEN + "x", TOKEN[:-1], "é"])
def test_without_our_token_it_is_closed(webhook: str, token: str | None) -> None:
    assert post(webhook, mail(), token) == 403
    assert kept() == []


def test_a_password_is_no_token(webhook: str) -> None:
    answer = requests.post(webhook, data=mail(), auth=("x", TOKEN), timeout=30)
    assert answer.status_code == 403


@pytest.mark.parametrize("token", [None, "", "x"])
def test_with_no_token_configured_it_is_closed(
    webhook: str, monkeypatch: pytest.MonkeyPatch, token: str | None
) -> None:
    monkeypatch.delenv("MAIL_TOKEN")
    settings.cache_clear()
    assert post(webhook, mail(), token) == 403
    assert kept() == []


def test_an_empty_one_is_no_mail(webhook: str) -> None:
    assert post(webhook, b"") == 400


def test_one_that_is_too_large_is_refused(webhook: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert post(webhook, mail("x" * 2_000_000)) == 200, "more than other requests may have"
    monkeypatch.setattr(spool, "LARGEST", 10_000)
    assert post(webhook, mail("x" * 20_000)) == 413
    assert len(kept()) == 1


def test_what_cannot_be_kept_is_to_be_sent_again(
    webhook: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with full_disk(monkeypatch):
        assert post(webhook, mail()) == 503
    assert post(webhook, mail()) == 200


def test_it_is_posted_and_not_read(webhook: str) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    assert requests.get(webhook, headers=headers, timeout=30).status_code == 405


# The mailbox --------------------------------------------------------------------------------------


@pytest.fixture
def mailbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[ImapServer]:
    with imap_server() as server:
        monkeypatch.setenv("IMAP_URL", server.url)
        settings.cache_clear()
        yield server


def test_what_is_unread_is_taken_in_and_then_read(mailbox: ImapServer) -> None:
    raws = [mail("Ça presse".encode("latin-1"), Message_ID=f"<{n}@x>") for n in range(3)]
    mailbox.deliver(*raws)
    assert imap.fetch() == 3
    assert sorted(kept()) == sorted(raws)
    assert mailbox.unread() == 0
    assert imap.fetch() == 0


def test_a_mail_is_read_only_once_it_is_kept(
    mailbox: ImapServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    mailbox.deliver(mail())
    with full_disk(monkeypatch), pytest.raises(spool.NotKeptError):
        imap.fetch()
    assert mailbox.unread() == 1
    assert imap.fetch() == 1
    assert len(kept()) == 1


def test_one_that_is_too_large_does_not_stop_the_others(
    mailbox: ImapServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spool, "LARGEST", 10_000)
    mailbox.deliver(mail("x" * 20_000), mail())
    assert imap.fetch() == 2
    assert kept() == [mail()]
    assert mailbox.unread() == 0


def test_the_mailbox_is_polled_and_a_server_that_is_away_is_waited_for(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    port = free_port()
    monkeypatch.setenv("IMAP_URL", ImapServer(port).url)
    monkeypatch.setattr(imap, "EVERY", 0.05)
    settings.cache_clear()
    stop = threading.Event()
    polls = threading.Thread(target=imap.poll, args=(stop,))
    polls.start()
    try:
        until(lambda: "ConnectionRefusedError" in caplog.text)
        with imap_server(port) as server:
            server.deliver(mail())
            until(lambda: len(kept()) == 1)
        assert polls.is_alive()
    finally:
        stop.set()
        polls.join(30)
    assert not polls.is_alive()
    assert "wörd" not in caplog.text


def test_a_wrong_password_is_said_without_it(
    mailbox: ImapServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IMAP_URL", f"imap://support:wrong@127.0.0.1:{mailbox.port}/INBOX")
    settings.cache_clear()
    with pytest.raises(Exception, match=r"^(?!.*wrong).*$"):
        imap.fetch()


def until(happens: Callable[[], object], within: float = 60.0) -> None:
    deadline = time.monotonic() + within
    while not happens():
        assert time.monotonic() < deadline
        time.sleep(0.02)


SELF_SIGNED = Path(__file__).parent / "selfsigned.pem"


@pytest.fixture
def tls_port() -> Iterator[int]:
    """A server that proves who it is by a certificate of its own, says hello and goes."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(SELF_SIGNED)
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                line, _ = listening.accept()
            except OSError:
                return
            try:
                with context.wrap_socket(line, server_side=True) as safe:
                    safe.sendall(b"* BYE not today\r\n")
            except OSError:
                line.close()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield listening.getsockname()[1]
    listening.shutdown(socket.SHUT_RDWR)
    listening.close()
    thread.join(10)


@pytest.mark.filterwarnings("ignore:unclosed")  # imaplib leaves the line that was not safe
def test_our_password_is_told_to_no_server_that_cannot_prove_who_it_is(
    tls_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IMAP_URL", f"imaps://support:x@localhost:{tls_port}/INBOX")
    settings.cache_clear()
    with pytest.raises(ssl.SSLCertVerificationError):
        imap.fetch()
    gc.collect()
    monkeypatch.setenv("SSL_CERT_FILE", str(SELF_SIGNED))
    with pytest.raises(imaplib.IMAP4.error, match="not today"):
        imap.fetch()
