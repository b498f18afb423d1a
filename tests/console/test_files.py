"""Files on a ticket's page: shown where they came, saved and never opened; staff attach their own."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
import requests
from sqlalchemy import select

from ivr.database import reading
from ivr.models import Attachment, Ticket
from ivr.services.tickets import attachments
from ivr.settings import settings
from tests.console.browsing import File, alert, png, receive, submit
from tests.console.test_pages import get, words
from tests.mail.corpus import OUTLOOK_REPLY, mail, multipart, part
from tests.services.mail_server import MailServer, mail_server
from tests.stories.line import Line

TEXT = "Restart it as in the picture."
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
ELEVEN_MB = b"x" * 11_000_000


@pytest.fixture
def server(line: Line, monkeypatch: pytest.MonkeyPatch) -> Iterator[MailServer]:
    with mail_server() as server:
        monkeypatch.setenv("SMTP_URL", server.url)
        settings.cache_clear()
        yield server


def named(name: str) -> str:
    return f"attachment; filename*=UTF-8''{quote(name)}"


def mailed(line: Line, *files: File, subject: str = "Re: [#4411]") -> None:
    parts = [part(content, kind, Content_Disposition=named(name)) for name, content, kind in files]
    receive(line, multipart("mixed", part(OUTLOOK_REPLY), *parts, Subject=subject))


def rows() -> list[Attachment]:
    with reading() as db:
        return db.query(Attachment).order_by(Attachment.id).all()


def on_disk() -> list[str]:
    folder = attachments.folder()
    return sorted(one.name for one in folder.iterdir()) if folder.is_dir() else []


def line_of(page: str, key: str) -> str:
    """The line of the timeline that a file stands on."""
    return next(one for one in re.split(r'<li id="entry-', page) if f"/attachments/{key}" in one)


def notes(*files: File, text: str = TEXT) -> requests.Response:
    return submit("/tickets/4411", "/tickets/4411/notes", *files, text=text, by="Bo Chan")


def replies(*files: File) -> None:
    """The same form, by its other button."""
    page = "/tickets/4411"
    answer = submit(page, f"{page}/notes", *files, button=f"{page}/replies", text=TEXT)
    assert answer.status_code == 200, answer.text


# Shown --------------------------------------------------------------------------------------------


def test_a_file_stands_at_the_line_it_came_with(line: Line) -> None:
    mailed(line, ("écran.png", png(), "image/png"), ("gateway.log", b"x" * 123_456, "text/plain"))
    page = get("/tickets/4411").text
    picture, log = rows()
    came = line_of(page, picture.key)
    assert "Ana Roy by mail" in came
    assert "All phones are mute." in came
    assert re.search(r"écran.png</bdi></a>\s*<span[^>]*>\d+ bytes, image/png<", came)
    assert re.search(r"gateway.log</bdi></a>\s*<span[^>]*>123 kB, text/plain<", came)
    assert (
        f'<img src="/attachments/{picture.key}/preview" loading="lazy" alt="Show écran.png">'
        in came
    )
    assert f"/attachments/{log.key}/preview" not in page


def test_a_file_that_opened_the_ticket_stands_with_the_description(line: Line) -> None:
    mailed(line, ("log.txt", b"x", "text/plain"), subject="Mute")
    with reading() as db:
        number = db.scalar(select(Ticket.number).order_by(Ticket.id.desc()).limit(1))
    page = get(f"/tickets/{number}").text
    card = page[page.index('id="card"') : page.index('id="story"')]
    assert rows()[0].entry_id is None
    assert f"/attachments/{rows()[0].key}" in card


def test_what_a_mail_answers_is_folded_and_a_stranger_is_pointed_out(line: Line) -> None:
    mailed(line)
    receive(line, mail(From="Eve <eve@elsewhere.example>", Subject="[#4411]", Message_ID="<2@e>"))
    page = get("/tickets/4411").text
    lines = re.split(r'<li id="entry-', page)
    ana, eve = (
        next(one for one in lines if who in one) for who in ("Ana Roy by mail", "&gt; by mail")
    )
    assert re.search(r'<details id="quoted-entry-\d+" class="quoted"><summary>', ana)
    assert "Which phone?" in ana
    assert "not known to this ticket" not in ana
    assert "not known to this ticket" in eve


# Handed out ---------------------------------------------------------------------------------------


def test_a_file_is_saved_as_it_came_whole_or_in_part(line: Line) -> None:
    mailed(line, ("résumé d'appel.html", b"<script>alert(1)</script>", "text/html"))
    answer = get(f"/attachments/{rows()[0].key}")
    assert answer.content == b"<script>alert(1)</script>"
    assert answer.headers["Content-Disposition"] == (
        "attachment; filename=\"resume d'appel.html\"; filename*=UTF-8''r%C3%A9sum%C3%A9%20d%27appel.html"
    )
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer.headers["Cache-Control"] == "no-store"
    part = get(f"/attachments/{rows()[0].key}", Range="bytes=1-6")
    assert (part.status_code, part.content) == (206, b"script")
    assert get(f"/attachments/{rows()[0].key}", Range="bytes=999-").status_code == 416


def test_only_what_really_is_a_picture_is_shown(line: Line) -> None:
    webp, gif, jpeg = b"RIFF\0\0\0\0WEBPVP8 ", b"GIF89a....", b"\xff\xd8\xff\xe0...."
    shown = {"a.bin": png(), "b.txt": jpeg, "c": gif, "d.svg": webp}
    hidden = {"e.png": SVG, "f.png": b"<html><script>", "g.gif": b"GIF", "h.webp": b"xxxxxxxxWEBP"}
    mailed(line, *[(name, content, "image/png") for name, content in (shown | hidden).items()])
    kinds = {}
    for row in rows():
        answer = get(f"/attachments/{row.key}/preview")
        if answer.status_code == 200:
            kinds[row.name] = answer.headers["Content-Type"]
            assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
    types = ("image/png", "image/jpeg", "image/gif", "image/webp")
    assert kinds == dict(zip(shown, types, strict=True))
    assert get("/tickets/4411").text.count("<img ") == 4


def test_a_huge_picture_is_not_shown(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attachments, "LARGEST_PICTURE", 50)
    mailed(line, ("a.png", png(), "image/png"))
    assert "<img " not in get("/tickets/4411").text
    assert get(f"/attachments/{rows()[0].key}/preview").status_code == 404


def test_a_file_that_is_lost_says_so(line: Line) -> None:
    mailed(line, ("a.png", png(), "image/png"))
    (attachments.folder() / rows()[0].key).unlink()
    assert "a.png is lost" in words(get("/tickets/4411"))
    for path in ("", "/preview"):
        answer = get(f"/attachments/{rows()[0].key}{path}")
        assert (answer.status_code, "This file is lost." in answer.text) == (404, True)
    for odd in ("nothing", "..%2f..%2fivr.db", "%00"):
        assert get(f"/attachments/{odd}").status_code == 404


def test_a_mail_can_be_had_as_it_came(line: Line) -> None:
    mailed(line)
    (path,) = set(re.findall(r'href="(/mails/\d+/raw)"', get("/tickets/4411").text))
    answer = get(path)
    assert answer.content.startswith(b"From: Ana Roy <ana@acme.example>\r\n")
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=mail-")
    assert answer.headers["Content-Type"] == "message/rfc822"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    for file in (settings().var_dir / "mail" / "in").iterdir():
        file.unlink()
    assert "This mail is lost." in get(path).text
    assert get("/mails/999/raw").status_code == 404


# Attached by staff --------------------------------------------------------------------------------


def test_staff_attach_files_to_a_note(line: Line) -> None:
    answer = notes(("a.png", png(), "image/png"), ("b.log", b"down", "text/plain"))
    picture, log = rows()
    assert "Note by Bo Chan" in line_of(answer.text, picture.key)
    assert (log.name, log.size, log.media_type) == ("b.log", 4, "text/plain")
    assert get(f"/attachments/{log.key}").content == b"down"
    assert line.mails() == []


def test_files_of_a_reply_go_out_with_it(line: Line, server: MailServer) -> None:
    replies(("schéma.png", png(), "image/png"), ("mail.eml", mail(), "message/rfc822"))
    line.passes(1)
    (letter,) = server.letters
    enclosed = [(one.get_filename(), one.get_content()) for one in letter.iter_attachments()]
    assert enclosed == [("schéma.png", png()), ("mail.eml", mail())]
    assert TEXT in letter.get_body(("plain",)).get_content()


def test_files_that_are_too_much_for_a_mail_are_named_in_it(line: Line, server: MailServer) -> None:
    replies(("core <dump>.bin", ELEVEN_MB, "application/octet-stream"))
    line.passes(1)
    (letter,) = server.letters
    assert list(letter.iter_attachments()) == []
    assert "on our portal: core _dump_.bin" in letter.get_body(("plain",)).get_content()


def test_a_file_that_is_lost_before_it_goes_out_is_shown_to_staff(
    line: Line, server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    replies(("a.png", png(), "image/png"))
    (attachments.folder() / rows()[0].key).unlink()
    line.passes(1)
    assert server.letters == []
    assert "a file that goes with it cannot be read" in words(get("/mail"))


def test_a_file_that_is_too_large_leaves_the_text_and_nothing_else(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attachments, "LARGEST", 1_000_000)
    answer = notes(("ok.log", b"x", "text/plain"), ("big.log", b"x" * 1_000_001, "text/plain"))
    assert (
        alert(answer) == "big.log is larger than 1 MB, so nothing was done. Choose the files again."
    )
    assert f"{TEXT}</textarea>" in answer.text
    assert (rows(), on_disk()) == ([], [])
    assert line.kinds() == ["opened"]


def test_a_disk_that_takes_nothing_leaves_the_text(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings().var_dir.mkdir(exist_ok=True)
    (settings().var_dir / "attachments").touch()  # no folder can be made there
    answer = notes(("a.log", b"x", "text/plain"))
    assert alert(answer).startswith("The files cannot be kept")
    assert f"{TEXT}</textarea>" in answer.text
    assert line.kinds() == ["opened"]


def test_files_alone_say_nothing(line: Line) -> None:
    answer = notes(("a.log", b"x", "text/plain"), text=" ")
    assert alert(answer).startswith("Say in a few words what the files are")
    assert on_disk() == []


def test_an_act_that_fails_takes_its_files_away_again(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_args: Any, **_more: Any) -> None:
        raise attachments.TooLargeError("the database")

    monkeypatch.setattr(attachments, "attach", full)
    assert notes(("a.log", b"x", "text/plain")).status_code == 422
    assert on_disk() == []
    assert line.kinds() == ["opened"]


def test_a_form_that_is_too_much_altogether_is_a_page_that_staff_can_read(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ivr.taking_in.LARGEST", 1000)
    answer = notes(("a.log", b"x" * 2000, "text/plain"))
    assert answer.status_code == 413
    assert "what you wrote is still there" in answer.text
