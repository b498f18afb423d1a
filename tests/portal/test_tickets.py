"""What a customer sees of their tickets and may do to them; and of others' tickets, nothing."""

import io
import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from callflows.turn import Severity
from ivr.database import reading, transaction
from ivr.models import Attachment, Contact, Link, Message, Page, Status, Ticket
from ivr.services.tickets import attachments, conversation, life, relations, tickets
from ivr.services.tickets.timeline import Kind
from ivr.web import app
from tests.conftest import Wall
from tests.portal.browser import Customer, words
from tests.services.people import NOW, told

if TYPE_CHECKING:
    from pathlib import Path

DAY = timedelta(days=1)
PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)


def ticket_of(number: str) -> Ticket:
    with reading() as db:
        found = tickets.find(db, number)
    assert found
    return found


def line(number: str, kind: Kind) -> list[str]:
    with transaction() as db:
        return told(db, ticket_of(number), kind)


def opens(who: Customer, **fields: Any) -> TestResponse:
    given = {"title": "No calls", "severity": "minor", "description": "Since noon"} | fields
    return who.press("/portal/tickets/new", "/portal/tickets", **given)


def number_of(answer: TestResponse) -> str:
    assert answer.status_code == 303, words(answer)
    return re.findall(r"/portal/tickets/(\d+)", answer.location)[0]


# Whose tickets ------------------------------------------------------------------------------------


def test_they_see_the_tickets_of_their_company_and_no_others(
    ana: Customer, world: dict[str, str]
) -> None:
    shown = words(ana.get("/portal/tickets"))
    assert "Ticket of ana" in shown
    assert "Ticket of tom" in shown
    assert "Ticket of luc" not in shown
    assert "Ticket of una" not in shown


def test_who_belongs_to_no_company_sees_their_own(world: dict[str, str]) -> None:
    una = Customer()
    una.signs_in("una@nowhere.example")
    assert "Ticket of una" in words(una.get("/portal/tickets"))
    assert una.get(f"/portal/tickets/{world['una']}").status_code == 200
    assert una.get(f"/portal/tickets/{world['ana']}").status_code == 404


ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""What every address is asked is the same whatever database lies behind it."""
ROUTES = [
    (method, rule.rule)
    for rule in app.url_map.iter_rules()
    if rule.endpoint.startswith("portal.") and "static" not in rule.endpoint
    for method in sorted((rule.methods or set()) & {"GET", "POST"})
]


@ONE_DATABASE
@pytest.mark.parametrize(("method", "rule"), [one for one in ROUTES if "<number>" in one[1]])
def test_a_foreign_ticket_is_like_one_that_does_not_exist(
    ana: Customer, world: dict[str, str], method: str, rule: str
) -> None:
    """Every address with a number in it, whatever is asked of it."""
    told = []
    for number in (world["luc"], "999999", "0", "x", "1" * 30):
        path = rule.replace("<number>", number)
        if method == "GET":
            answer = ana.get(path)
        else:
            token = ana.form(
                f"/portal/tickets/{world['ana']}", f"/portal/tickets/{world['ana']}/replies"
            )
            answer = ana.send(path, token | {"text": "Hi", "severity": "critical"})
        told.append((answer.status_code, number and words(answer)))
    if method == "GET":
        assert {status for status, _ in told} == {404}
    else:
        assert {status for status, _ in told} == {403}, "the token is for another ticket"
    assert len({shown for _, shown in told}) == 1
    assert ticket_of(world["luc"]).severity == "minor"


def test_with_a_token_of_its_own_a_foreign_ticket_stays_unknown(
    ana: Customer, world: dict[str, str]
) -> None:
    shown = ana.client.get_cookie("portal", path="/portal")
    assert shown
    from ivr import signed
    from ivr.portal.visitor import FORM

    for number in (world["luc"], "999999"):
        for act in ("replies", "worse", "solved"):
            token = signed.sign([shown.value, number], FORM)
            form = {"token": token, "text": "Hi", "severity": "critical"}
            assert ana.send(f"/portal/tickets/{number}/{act}", form).status_code == 404
    assert line(world["luc"], Kind.SAID) == []


@ONE_DATABASE
@pytest.mark.parametrize(("method", "rule"), ROUTES)
def test_strangers_get_no_further_than_signing_in(
    world: dict[str, str], method: str, rule: str
) -> None:
    open_to_all = ("/portal/sign-in", "/portal/password", "/portal/language", "/portal/sign-out",
                   "/portal/<path:_rest>", "/portal/feedback")  # fmt: skip
    if rule.startswith(open_to_all):
        return
    path = rule.replace("<number>", world["ana"]).replace("<key>", "x")
    stranger = Customer()
    answer = stranger.get(path) if method == "GET" else stranger.send(path, {})
    assert answer.status_code == 303
    assert answer.location in {"/portal/sign-in", "/portal/tickets"}


@ONE_DATABASE
@pytest.mark.parametrize("rule", [rule for method, rule in ROUTES if method == "POST"])
def test_no_other_site_can_press_our_buttons(
    ana: Customer, world: dict[str, str], rule: str
) -> None:
    if rule in {"/portal/<path:_rest>", "/portal/feedback/<token>/stop"}:
        return  # nothing is there; and mail programs post to the other (RFC 8058)
    path = rule.replace("<number>", world["ana"]).replace("<token>", "x")
    for form in ({}, {"token": "forged"}):
        answer = ana.send(path, form | {"text": "Hi", "severity": "critical", "language": "fr-CA"})
        assert answer.status_code == 403, path
    assert ticket_of(world["ana"]).severity == "minor"


def test_a_form_that_was_open_for_too_long_keeps_what_was_written(
    ana: Customer, world: dict[str, str]
) -> None:
    import time_machine

    path = f"/portal/tickets/{world['ana']}"
    with time_machine.travel(NOW, tick=False):
        form = ana.form(path, f"{path}/replies")
    with time_machine.travel(NOW + timedelta(hours=13), tick=False):
        answer = ana.send(f"{path}/replies", form | {"text": "It is the router"})
    assert answer.status_code == 403
    assert "open for too long" in words(answer)
    assert "It is the router" in words(answer)
    assert line(world["ana"], Kind.SAID) == []


# Opening ------------------------------------------------------------------------------------------


def test_a_ticket_is_opened_acknowledged_and_shown(ana: Customer) -> None:
    number = number_of(opens(ana, title="No  calls\nat all", severity="major"))
    ticket = ticket_of(number)
    assert (ticket.title, ticket.severity) == ("No calls at all", Severity.MAJOR)
    shown = words(ana.get(f"/portal/tickets/{number}"))
    assert "Your ticket is noted. You hear from us within 30 minutes" in shown
    assert f"+1 800-555-0100 and key {number}#" in shown
    assert "Since noon" in shown
    with reading() as db:
        mailed = select(Message).where(Message.ticket_id == ticket.id)
        assert [(one.to, one.subject) for one in db.scalars(mailed)] == [
            ("ana@acme.example", f"[#{number}] We have your ticket: No calls at all")
        ]


def test_a_critical_one_pages_at_once_and_says_so(ana: Customer) -> None:
    number = number_of(opens(ana, severity="critical"))
    with reading() as db:
        page = db.scalars(select(Page)).one()
    assert (page.ticket_id, page.due_at) == (ticket_of(number).id, NOW)
    assert "We are ringing our technicians now." in words(ana.get(f"/portal/tickets/{number}"))


def test_the_response_to_expect_stands_beside_each_severity(ana: Customer) -> None:
    shown = words(ana.get("/portal/tickets/new"))
    assert "Service is down critical An answer within 15 minutes." in shown
    assert "Service is degraded major An answer within 30 minutes." in shown
    assert "Not urgent minor An answer within 1 business day." in shown


def test_the_contract_of_the_customer_is_what_is_promised(ana: Customer) -> None:
    with transaction() as db:
        contact = db.scalars(select(Contact).where(Contact.name == "Ana Roy")).one()
        assert contact.customer
        contact.customer.targets = {"major": {"response": {"within": 7200}}}
    assert "An answer within 2 hours." in words(ana.get("/portal/tickets/new"))


@pytest.mark.parametrize(
    ("field", "told"),
    [("title", "Say in a few words what is wrong."), ("severity", "Choose how bad it is.")],
)
def test_what_is_missing_is_said_and_nothing_is_lost(ana: Customer, field: str, told: str) -> None:
    answer = opens(ana, **{field: "", "files": (io.BytesIO(PNG), "a.png")})
    assert answer.status_code == 422
    assert told in words(answer)
    assert "Since noon" in words(answer)
    page = answer.get_data(as_text=True)
    form = dict(
        re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.partition("<main")[2])
    )
    kept = re.findall(r'name="kept" value="([^"]*)"', page)
    again = form | {"title": "No calls", "severity": "minor", "kept": kept}
    number = number_of(ana.send("/portal/tickets", again))
    with reading() as db:
        assert [one.name for one in attachments.of(db, ticket_of(number).id)] == ["a.png"]


def test_a_form_that_is_sent_twice_opens_one_ticket(ana: Customer) -> None:
    form = ana.form("/portal/tickets/new", "/portal/tickets")
    form |= {"title": "No calls", "severity": "critical"}
    first, second = (number_of(ana.send("/portal/tickets", dict(form))) for _ in range(2))
    assert first == second
    with reading() as db:
        assert len(db.scalars(select(Page)).all()) == 1


def test_a_new_one_about_an_old_one_is_linked(ana: Customer, world: dict[str, str]) -> None:
    for about, links in ((world["ana"], 1), (world["luc"], 1), ("junk", 1)):
        page = f"/portal/tickets/new?about={about}"
        form = ana.form(page, "/portal/tickets") | {"title": "Again", "severity": "minor"}
        assert ana.send("/portal/tickets", form).status_code == 303
        with reading() as db:
            assert len(db.scalars(select(Link)).all()) == links


# Files --------------------------------------------------------------------------------------------


def test_files_come_with_the_form_and_are_handed_out_as_they_came(
    ana: Customer, world: dict[str, str]
) -> None:
    files = [(io.BytesIO(PNG), "écran 1.png"), (io.BytesIO(b"down\n"), "../../switch.log")]
    number = number_of(opens(ana, files=files))
    with reading() as db:
        kept = attachments.of(db, ticket_of(number).id)
    assert [(one.name, one.size) for one in kept] == [("écran 1.png", 108), ("_.._switch.log", 5)]
    for one in kept:
        assert one.key not in one.name
        answer = ana.get(f"/portal/files/{one.key}")
        assert answer.status_code == 200
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer.headers["Content-Security-Policy"]
        luc = Customer()
        luc.signs_in("luc@lajoie.example")
        assert luc.get(f"/portal/files/{one.key}").status_code == 404


def test_a_file_may_be_sent_ahead(ana: Customer) -> None:
    shown = ana.get("/portal/tickets/new").get_data(as_text=True)
    token = re.findall(r'data-token="([^"]+)"', shown)[0]
    sent = ana.send("/portal/files", {"token": token, "file": (io.BytesIO(PNG), "a.png")})
    assert (sent.status_code, sent.json["name"], sent.json["size"]) == (200, "a.png", "108 B")
    number = number_of(opens(ana, kept=[sent.json["kept"], "forged"]))
    luc = Customer()
    luc.signs_in("luc@lajoie.example")
    stolen = number_of(opens(luc, kept=[sent.json["kept"]]))
    with reading() as db:
        assert len(attachments.of(db, ticket_of(number).id)) == 1
        assert len(attachments.of(db, ticket_of(stolen).id)) == 0


@pytest.mark.parametrize(
    ("name", "size", "told"),
    [
        ("run.exe", 10, "run.exe: files of this kind are not taken."),
        ("page.html", 10, "page.html: files of this kind are not taken."),
        ("noending", 10, "noending: files of this kind are not taken."),
        ("big.log", attachments.LARGEST_BY_WEB + 1, "big.log: larger than 25 MB."),
    ],
)
def test_what_is_not_taken_is_said_by_name(
    ana: Customer, world: dict[str, str], name: str, size: int, told: str
) -> None:
    shown = ana.get("/portal/tickets/new").get_data(as_text=True)
    token = re.findall(r'data-token="([^"]+)"', shown)[0]
    sent = ana.send("/portal/files", {"token": token, "file": (io.BytesIO(bytes(size)), name)})
    assert sent.status_code == 422
    assert sent.json["told"].startswith(told)
    assert not attachments.folder().exists() or not list(attachments.folder().iterdir())
    path = f"/portal/tickets/{world['ana']}"
    answer = ana.press(path, f"{path}/replies", files=(io.BytesIO(bytes(size)), name))
    assert answer.status_code == 422
    assert told in words(answer)


def test_a_full_disk_does_not_hold_up_a_ticket(
    ana: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(attachments, "_write", full)
    answer = opens(ana, severity="critical", files=(io.BytesIO(PNG), "a.png"))
    number = number_of(answer)
    assert "Some files could not be kept" in words(ana.get(answer.location))
    assert ticket_of(number).severity == Severity.CRITICAL


def test_what_was_put_on_no_ticket_is_swept_up(ana: Customer, wall: Wall) -> None:
    import os

    number = number_of(opens(ana, files=(io.BytesIO(PNG), "a.png")))
    attachments.keep("b.png", "image/png", [PNG])
    for file in attachments.folder().iterdir():
        os.utime(file, (NOW.timestamp(), NOW.timestamp()))
    with reading() as db:
        attachments.sweep(db, wall.passes(DAY))
        assert len(list(attachments.folder().iterdir())) == 2
        attachments.sweep(db, wall.passes(timedelta(seconds=1)))
        kept = [one.key for one in attachments.of(db, ticket_of(number).id)]
    assert [file.name for file in attachments.folder().iterdir()] == kept


def test_a_file_of_an_internal_note_is_not_theirs(ana: Customer, world: dict[str, str]) -> None:
    with transaction() as db:
        ticket = tickets.find(db, world["ana"])
        assert ticket
        entries = {
            "note": tickets.note(db, NOW, ticket, "Bo", "Between us"),
            "said": conversation.said(
                db, NOW, ticket, life.CUSTOMER, by="Ana Roy", text="Here", channel="mail"
            ),
        }
        for name, entry in entries.items():
            kept = attachments.keep(f"{name}.log", "text/plain", [b"x"])
            attachments.attach(db, NOW, ticket.id, [kept], entry)
    with reading() as db:
        keys = {one.name: one.key for one in db.scalars(select(Attachment))}
    assert ana.get(f"/portal/files/{keys['note.log']}").status_code == 404
    assert ana.get(f"/portal/files/{keys['said.log']}").status_code == 200
    shown = words(ana.get(f"/portal/tickets/{world['ana']}"))
    assert "said.log" in shown
    assert "note.log" not in shown
    assert "Between us" not in shown


def test_a_file_that_is_lost_says_so(ana: Customer) -> None:
    number_of(opens(ana, files=(io.BytesIO(PNG), "a.png")))
    file: Path = next(attachments.folder().iterdir())
    file.unlink()
    assert ana.get(f"/portal/files/{file.name}").status_code == 404


# What they say ------------------------------------------------------------------------------------


def replies(who: Customer, number: str, text: str) -> TestResponse:
    return who.press(f"/portal/tickets/{number}", f"/portal/tickets/{number}/replies", text=text)


def test_an_answer_lands_on_the_ticket_and_ends_the_wait(
    ana: Customer, world: dict[str, str]
) -> None:
    number = world["tom"]
    with transaction() as db:
        ticket = tickets.find(db, number)
        assert ticket
        conversation.ask(db, NOW, ticket, "Bo", "Which <phone>?")
    shown = words(ana.get(f"/portal/tickets/{number}"))
    assert "We have asked you something and wait for your answer." in shown
    assert "Bo asks: Which <phone>?" in shown
    assert replies(ana, number, "All of them").status_code == 303
    assert line(number, Kind.SAID) == ["Ana Roy by portal: All of them"]
    assert ticket_of(number).status == Status.OPEN
    with reading() as db:
        written = select(Message.to).where(Message.key.like("staff-%"))
        assert db.scalars(written).all() == ["bo@2n5.example"]


def test_nothing_is_not_an_answer(ana: Customer, world: dict[str, str]) -> None:
    answer = replies(ana, world["ana"], "  ")
    assert answer.status_code == 422
    assert "nothing to send yet" in words(answer)


def test_it_can_be_made_worse_and_critical_rings(ana: Customer, world: dict[str, str]) -> None:
    number, path = world["ana"], f"/portal/tickets/{world['ana']}"
    for severity, pages in (("major", 0), ("critical", 1)):
        assert ana.press(path, f"{path}/worse", severity=severity).status_code == 303
        assert ticket_of(number).severity == severity
        with reading() as db:
            assert len(db.scalars(select(Page)).all()) == pages
    assert "We are ringing our technicians now." in words(ana.get(path))
    assert f"{path}/worse" not in ana.get(path).get_data(as_text=True)


def test_it_cannot_be_made_better(ana: Customer) -> None:
    path = f"/portal/tickets/{number_of(opens(ana, severity='major'))}"
    answer = ana.press(path, f"{path}/worse", severity="minor")
    assert answer.status_code == 409
    assert "cannot be done any more" in words(answer)


def test_solved_and_not_after_all(ana: Customer, world: dict[str, str], wall: Wall) -> None:
    number, path = world["ana"], f"/portal/tickets/{world['ana']}"
    assert ana.press(path, f"{path}/solved").status_code == 303
    assert ticket_of(number).status == Status.RESOLVED
    assert line(number, Kind.RESOLVED) == ["Resolved by Ana Roy (customer)"]
    shown = words(ana.get(path))
    assert "Resolved." in shown
    assert "What is still wrong?" in shown
    wall.passes(29 * DAY)
    assert replies(ana, number, "It is back").status_code == 303
    assert ticket_of(number).status == Status.OPEN
    assert line(number, Kind.REOPENED) == ["Ticket reopened"]


def test_a_critical_one_that_is_opened_again_pages_afresh(ana: Customer) -> None:
    path = f"/portal/tickets/{number_of(opens(ana, severity='critical'))}"
    assert ana.press(path, f"{path}/solved").status_code == 303
    assert ana.press(path, f"{path}/replies", text="Down again").status_code == 303
    with reading() as db:
        assert [one.state for one in db.scalars(select(Page).order_by(Page.id))] == [
            "closed",
            "open",
        ]


def test_what_is_too_old_is_not_opened_again(
    ana: Customer, world: dict[str, str], wall: Wall
) -> None:
    number, path = world["ana"], f"/portal/tickets/{world['ana']}"
    form = ana.form(path, f"{path}/replies")
    ana.press(path, f"{path}/solved")
    wall.passes(31 * DAY)
    ana.signs_in()
    shown = words(ana.get(path))
    assert "too old to be opened again. Open a new one about it" in shown
    assert ana.send(f"{path}/replies", form | {"text": "x"}).status_code in {403, 409}
    assert ticket_of(number).status == Status.RESOLVED


def test_a_duplicate_points_to_the_one_that_goes_on(ana: Customer, world: dict[str, str]) -> None:
    with transaction() as db:
        found = [tickets.find(db, world[name]) for name in ("ana", "tom", "luc")]
        mine, toms, lucs = (one for one in found if one)
        relations.merge(db, NOW, mine, toms, "Bo")
    shown = words(ana.get(f"/portal/tickets/{world['ana']}"))
    assert f"It goes on as ticket {world['tom']}." in shown
    with transaction() as db:
        relations.merge(db, NOW, db.merge(toms), db.merge(lucs), "Bo")
    shown = words(ana.get(f"/portal/tickets/{world['ana']}"))
    assert "the same problem as another ticket of ours" in shown
    assert world["luc"] not in shown.replace(f"goes on as {world['luc']}", "")


def test_what_a_stranger_wrote_under_its_number_is_not_shown(
    ana: Customer, world: dict[str, str]
) -> None:
    with transaction() as db:
        ticket = tickets.find(db, world["ana"])
        assert ticket
        conversation.said(
            db, NOW, ticket, life.MAIL, by="Eve", text="Pay here", channel="mail", known=False
        )
    assert "Pay here" not in words(ana.get(f"/portal/tickets/{world['ana']}"))


def test_the_live_part_is_asked_for_again_and_again(ana: Customer, world: dict[str, str]) -> None:
    path = f"/portal/tickets/{world['ana']}?part=live"
    first = ana.get(path)
    assert first.get_data(as_text=True).strip().startswith('<div id="live"')
    ana.headers["If-None-Match"] = first.headers["ETag"]
    assert ana.get(path).status_code == 304
    with transaction() as db:
        ticket = tickets.find(db, world["ana"])
        assert ticket
        conversation.reply(db, NOW, ticket, "Bo", "On it")
    assert "Bo wrote: On it" in words(ana.get(path))


def test_thirty_a_page_and_the_older_ones_behind_a_link(ana: Customer) -> None:
    with transaction() as db:
        contact = db.scalars(select(Contact).where(Contact.name == "Ana Roy")).one()
        for n in range(40):
            tickets.open_ticket(
                db, NOW, title=f"No {n:02}", severity=Severity.MINOR,
                contact=contact, customer=contact.customer,
            )  # fmt: skip
    first = ana.get("/portal/tickets").get_data(as_text=True)
    assert first.count("<li class=") == 30
    older = re.findall(r'href="(/portal/tickets\?before=\d+)"', first)[0]
    shown = words(ana.get(older))
    assert "No 09" in shown
    assert "Ticket of ana" in shown
    for junk in ("x", "-1", "0", str(2**40)):
        assert ana.get(f"/portal/tickets?before={junk}").status_code == 200


def test_without_its_database_the_portal_says_to_call(
    ana: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sqlalchemy.exc import OperationalError

    def away() -> None:
        raise OperationalError("select 1", {}, Exception("away"))

    monkeypatch.setattr("ivr.portal.visitor.reading", away)
    answer = ana.get("/portal/tickets")
    assert answer.status_code == 503
    assert "the phone still works" in words(answer)


def test_who_has_not_said_who_they_are_signs_for_all_of_us(
    ana: Customer, world: dict[str, str]
) -> None:
    with transaction() as db:
        ticket = tickets.find(db, world["ana"])
        assert ticket
        conversation.reply(db, NOW, ticket, "staff", "We look into it")
    assert "2N5 wrote: We look into it" in words(ana.get(f"/portal/tickets/{world['ana']}"))
    with reading() as db:
        mails = select(Message.body).where(Message.to == "ana@acme.example")
        bodies = db.scalars(mails.order_by(Message.id)).all()
    assert "2N5 wrote:\n\nWe look into it" in bodies[-1]


def test_pages_are_kept_by_no_browser_and_styles_are(ana: Customer) -> None:
    for path in ("/portal/tickets", "/portal/nowhere"):
        assert ana.get(path).headers["Cache-Control"] == "no-store"
    style = ana.get("/portal/static/portal.css")
    assert "no-store" not in style.headers["Cache-Control"]
    ana.headers["If-None-Match"] = style.headers["ETag"]
    assert ana.get("/portal/static/portal.css").status_code == 304
