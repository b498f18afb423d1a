"""The page of the list: addresses, views that are kept, what is found, and the keyboard."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from callflows.turn import Severity
from ivr import clock
from ivr.database import transaction
from ivr.models import Contact, Customer, Role, Technician, Ticket
from ivr.services.tickets import tickets
from tests import looks
from tests.console.colleague import Colleague, account
from tests.console.on_call import NOW
from tests.console.staff import Staff, text
from tests.stories.line import Line

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def desk(staff: Staff) -> Staff:
    """Three tickets: one critical of Acme, a French one of Lajoie, one of nobody."""
    with transaction() as db:
        acme, lajoie = Customer(name="Acme & Co"), Customer(name="Lajoie")
        luc = Contact(name="Luc", customer=lajoie, phone="+15145550112", language="fr-CA")
        db.add_all([acme, luc])
        db.flush()
        for title, severity, whose in (
            ("Trunk <down>", Severity.CRITICAL, {"customer": acme}),
            ("Télécopieur muet", Severity.MINOR, {"customer": lajoie, "contact": luc}),
            ("Fax mute", Severity.MINOR, {}),
        ):
            tickets.open_ticket(db, NOW, title=title, severity=severity, **whose)
    return staff


def numbers(page: str) -> list[str]:
    return re.findall(r'<th scope="row"[^>]*><a data-go href="/tickets/(\d+)"', page)


def titles(page: str) -> list[str]:
    return re.findall(r'<td role="cell" class="title"><bdi[^>]*>([^<]+)<', page)


@on_sqlite
def test_a_filter_is_an_address_and_each_can_be_taken_out(desk: Staff) -> None:
    path = "/tickets?severity=minor&status=&team=&order=newest&text=&customer=lajoie"
    answer = desk.get(path)
    assert answer.location == "/tickets?severity=minor&customer=Lajoie", "what says something"
    page = desk.get(answer.location).text
    assert titles(page) == ["Télécopieur muet"]
    assert "1 ticket" in desk.reads(answer.location)
    assert re.findall(r'class="chip" href="([^"]+)"', page) == [
        "/tickets?customer=Lajoie",
        "/tickets?severity=minor",
    ]
    assert 'lang="fr">Télécopieur muet' in page
    assert titles(desk.get("/tickets?status=closed&nonsense=1&level=9").text) == []
    assert (
        "There is no customer Nobody &amp; Co." in desk.get("/tickets?customer=Nobody+%26+Co").text
    )
    for odd in ("status=x&team=99&level=x&due=x&assignee=x&order=x&phone=x", "before=x&order=due",
                "before=2026-01-01~1&order=due", "before=-1&text=fax", "text=%00", "phone=%2B"):  # fmt: skip
        assert desk.get(f"/tickets?{odd}").status_code in (200, 302), odd


@on_sqlite
def test_what_is_found_is_shown_in_its_place(desk: Staff) -> None:
    with transaction() as db:
        ticket = db.query(Ticket).filter_by(title="Fax mute").one()
        entry = tickets.note(db, NOW, ticket, "Bo", 'The <b>"fax"</b> sings & \ue001rings\ue000')
    page = desk.get("/tickets?text=fax").text
    assert re.search(rf'href="/tickets/{ticket.number}\?at=[^"#]+#entry-{entry}"', page)
    assert "The &lt;b&gt;&#34;<mark>fax</mark>&#34;&lt;/b&gt; sings &amp; rings" in page
    assert "<mark>Fax</mark> mute" in page
    assert "Note by Bo , Thu 26 Nov, 10:20" in desk.reads("/tickets?text=fax")
    assert "Nothing has these words." in desk.reads("/tickets?text=fax+nowhere")
    assert desk.get(f"/tickets?text={ticket.number}").location == f"/tickets/{ticket.number}"
    straight = desk.get("/tickets?text=514+555-0112").location
    assert titles(desk.get(straight).text) == ["Télécopieur muet"]
    assert 'href="/tickets">' in desk.get(straight).text


@on_sqlite
def test_views_are_kept_for_oneself_or_for_all_and_dropped_by_who_may(desk: Staff) -> None:
    account("Ada", Role.ADMIN)
    account("Bo")
    account("Cy")
    ada, bo, cy = Colleague(), Colleague(), Colleague()
    for who, name in ((ada, "ada"), (bo, "bo"), (cy, "cy")):
        who.signs_in(f"{name}@2n5.example")
    minor = "/tickets?severity=minor"
    assert bo.press(minor, "/tickets/views", name=" Small  things ").location == minor
    assert bo.press("/tickets?due=late&assignee=me", "/tickets/views", name="Mine", shared="on")
    assert "Small things" in bo.get("/tickets").text
    assert "Small things" not in cy.get("/tickets").text
    assert "shared by Bo" in text(cy.get("/tickets"))
    assert "Mine" in cy.get("/tickets?due=late&assignee=me").text, "each sees their own"
    # by its owner, or, what is shared, by an admin
    drop = re.findall(r'action="(/tickets/views/\d+/drop)"', bo.get(minor).text)[0]
    shared = "/tickets?assignee=me&due=late"
    assert "/drop" not in cy.get(minor).text + cy.get(shared).text
    for path in (drop, drop.replace("1", "2")):
        cy.send(path, {"token": _token(cy)})
    assert "Small things" in bo.get("/tickets").text
    bo.press(minor, drop)
    assert "Small things" not in bo.get("/tickets").text
    assert bo.send("/tickets/views", {"name": "x", "query": "", "token": "x"}).status_code == 403
    assert bo.send("/tickets/views", {"name": " ", "token": _token(bo)}).status_code == 422


def _token(who: Colleague) -> str:
    page = who.get("/tickets?severity=critical").text.partition('action="/tickets/views"')[2]
    return re.findall(r'name="token" value="([^"]+)"', page)[0]


@on_sqlite
def test_mine_and_what_is_due_are_counted_beside_their_views(desk: Staff) -> None:
    account("Ada", Role.ADMIN)
    account("Bo")
    with transaction() as db:
        bo = db.query(Technician).filter_by(name="Bo").one()
        db.query(Ticket).filter_by(title="Fax mute").one().assignee = bo
    clock.use(lambda: NOW + timedelta(minutes=16))
    colleague = Colleague()
    colleague.signs_in()
    told = text(colleague.get("/tickets"))
    assert "All Open 3 Mine 1 Unanswered 3 Due today 1 Late 1" in told
    assert titles(colleague.get("/tickets?due=late").text) == ["Trunk &lt;down&gt;"]
    assert len(titles(colleague.get("/tickets?status=unresolved&assignee=me").text)) == 1
    french = colleague.press("/tickets", "/language", language="fr-CA")
    assert french.status_code == 303
    assert "En cours 3 Les miens 1 Sans réponse 3" in text(colleague.get("/tickets"))


@pytest.mark.browser
@on_sqlite
def test_the_list_is_walked_by_keyboard(line: Line, page: Page) -> None:
    page.goto("/tickets")
    first, second = page.locator("tbody [data-go]").all()
    page.keyboard.press("j")
    expect(first).to_be_focused()
    page.keyboard.press("j")
    expect(second).to_be_focused()
    page.keyboard.press("j")
    expect(second).to_be_focused()
    page.keyboard.press("k")
    expect(first).to_be_focused()
    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="By keyboard")
    expect(keys).to_be_visible()
    page.keyboard.press("Escape")
    expect(keys).to_be_hidden()
    page.keyboard.press("/")
    search = page.get_by_role("searchbox")
    expect(search).to_be_focused()
    page.keyboard.type("jk?/")
    expect(search).to_have_value("jk?/")
    page.keyboard.press("Escape")
    page.get_by_text("Filters", exact=True).click()
    page.get_by_label("Severity").select_option("major")
    page.get_by_role("button", name="Show").click()
    page.wait_for_url("**/tickets?severity=major**")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/tickets/4411")
    for path in ("/tickets?text=trunk&severity=major", "/tickets?due=today"):
        page.goto(path)
        looks.well_built(page)
        assert looks.unreadable(page) == []
        for width in (320, 768):
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path
