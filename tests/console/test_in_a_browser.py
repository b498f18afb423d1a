"""The staff pages in a real browser: what changes comes by itself, by keyboard, at any width."""

import re
from typing import Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import update

from ivr.database import transaction
from ivr.models import Message, Ticket
from ivr.settings import settings
from tests import looks
from tests.conftest import EARLIER_THAN_ASKED
from tests.console.browsing import png, receive
from tests.console.test_pages import calls, leaves_a_message
from tests.mail.corpus import OUTLOOK_REPLY, multipart, part
from tests.stories.line import Line

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("database_url", ["sqlite"], indirect=True),
]
"""What is looked at here is the same whatever database lies behind it."""


def test_a_call_appears_on_both_pages_by_itself(
    line: Line, page: Page, context: BrowserContext
) -> None:
    ticket = context.new_page()
    ticket.add_init_script(EARLIER_THAN_ASKED)
    page.goto("/")
    ticket.goto("/tickets/4411")
    needed = page.get_by_role("region", name="Somebody is needed")
    expect(needed).to_be_hidden()
    calls(line)
    expect(needed).to_contain_text("Nobody has it. Ringing Bo Chan and Di Wu (level 1).")
    expect(page).to_have_title("▲ One critical page is unanswered · 2N5")
    expect(page.get_by_role("status")).to_have_text("One critical page is unanswered")
    expect(ticket.get_by_role("heading", name="Nobody has it yet.")).to_be_visible()
    bo = line.technician("Bo Chan")
    bo.answer()
    line.passes(5)
    bo.press("1")
    line.until(lambda: bo.talking_to)
    expect(ticket.get_by_role("heading", name="Bo Chan has it.")).to_be_visible()
    expect(ticket.get_by_role("status")).to_contain_text("Bo Chan has it.")
    expect(ticket.get_by_text("Bo Chan was put through to the caller")).to_be_visible()
    expect(needed).to_be_hidden()
    expect(page.get_by_role("row", name="Ana Roy")).to_contain_text("is talking with Bo Chan")
    expect(page.locator("link[rel=icon]")).to_have_attribute("href", re.compile("icon.svg"))


def test_what_somebody_uses_is_left_alone_while_the_rest_goes_on(line: Line, page: Page) -> None:
    leaves_a_message(line, line.customer(), "4411", "The fax is mute")
    page.goto("/tickets/4411")
    page.get_by_label("What the next person, or the customer, should know").fill("Half a thou")
    page.evaluate("window.player = document.querySelector('audio')")
    call = page.locator("#live details").first
    expect(call).not_to_have_attribute("open", "")
    call.locator("summary").click()
    expect(call).to_have_attribute("open", "")
    page.locator("body").click(position={"x": 5, "y": 5})
    line.passes(60)
    calls(line)
    expect(page.get_by_role("heading", name="Nobody has it yet.")).to_be_visible()
    expect(page.locator(".call-of")).to_have_count(2)
    expect(call).to_have_attribute("open", "")
    assert page.evaluate("window.player === document.querySelector('audio')")
    expect(page.get_by_label("What the next person, or the customer, should know")).to_have_value(
        "Half a thou"
    )


def test_a_service_that_is_away_is_told_and_so_is_its_return(line: Line, page: Page) -> None:
    page.goto("/tickets/4411")
    away = page.get_by_text("This page is not up to date")
    expect(away).to_be_hidden()
    page.route(re.compile("part=live"), lambda route: route.abort())
    expect(away).to_be_visible()
    page.unroute_all()
    expect(away).to_be_hidden()


def test_everything_can_be_done_by_keyboard(line: Line, page: Page) -> None:
    calls(line).hang_up()
    page.goto("/tickets")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Search tickets, replies")).to_be_focused()
    page.keyboard.type("trunk")
    page.keyboard.press("Enter")
    page.wait_for_url("**/tickets?**")  # and until its scripts are there
    hit = page.get_by_role("list", name="Found").get_by_role("listitem")
    expect(hit.locator("mark")).to_have_text("trunk")
    page.keyboard.press("j")
    expect(hit.get_by_role("link", name="4411")).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/tickets/4411")
    page.get_by_label("What the next person, or the customer, should know").focus()
    page.keyboard.type("Ana is called back")
    page.keyboard.press("Tab")  # files
    page.keyboard.press("Tab")  # who you are
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("blockquote", has_text="Ana is called back")).to_be_visible()
    page.get_by_role("button", name="Resolve").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Resolved")).to_be_visible()
    expect(page.get_by_role("button", name="Resolve")).to_have_count(0)


def test_whom_a_ticket_is_for_is_found_while_one_types(line: Line, page: Page) -> None:
    page.goto("/tickets/new")
    asked = page.get_by_label("Name, customer, e-mail or telephone number")
    asked.press_sequentially("roy")
    page.get_by_label("1 contact fits").select_option("Ana Roy · Acme · ana@acme.example")
    asked.fill("royal")
    expect(page.get_by_text("Nobody fits.")).to_be_visible()
    asked.fill("ana roy")
    asked.press("Enter")
    page.get_by_label("1 contact fits").select_option("Ana Roy · Acme · ana@acme.example")
    page.get_by_label("In a few words").fill("Found by name")
    page.get_by_label("minor").check()
    page.get_by_role("button", name="Open the ticket").click()
    expect(page.get_by_role("heading", name="Found by name")).to_be_visible()
    expect(page.get_by_text("Ana Roy", exact=True)).to_be_visible()


def test_without_javascript_everything_is_there(line: Line, browser: Browser) -> None:
    calls(line).hang_up()
    context = browser.new_context(base_url=settings().own_url, java_script_enabled=False)
    page = context.new_page()
    page.goto("/tickets/4411")
    expect(page.get_by_role("heading", name="Nobody has it yet.")).to_be_visible()
    page.get_by_label("What the next person, or the customer, should know").fill("By hand")
    page.get_by_role("button", name="Add note").click()
    expect(page.locator("blockquote", has_text="By hand")).to_be_visible()
    page.get_by_role("button", name="Resolve").click()
    expect(page.get_by_role("heading", name="Resolved")).to_be_visible()
    context.close()


def test_nothing_sticks_out_at_any_width(line: Line, page: Page) -> None:
    leaves_a_message(line, line.customer(), "4411", "W" * 400)
    with transaction() as db:
        db.execute(update(Ticket).values(title="W" * 300, description="W" * 2000))
    mail_with_files(line, "W" * 150 + ".png")
    with transaction() as db:
        db.execute(update(Message).values(state="dead", cause="W" * 300))
    paths = ("/tickets", "/tickets/4411", "/tickets/99", "/tickets/new", "/mail", "/")
    for path in (*paths, "/tickets/4411/call"):
        page.goto(path)
        for width in (320, 360, 768, 1024, 1920):
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everything_can_be_read_by_light_and_in_the_dark(
    line: Line, page: Page, scheme: Literal["light", "dark"]
) -> None:
    calls(line).hang_up()
    mail_with_files(line)
    line.passes(2)
    with transaction() as db:
        db.execute(update(Message).values(state="dead", cause="recipient refused"))
    page.emulate_media(color_scheme=scheme)
    for path in (
        *("/tickets", "/tickets/4411", "/tickets/42", "/tickets/99", "/tickets/new", "/mail"),
        *("/mail?done=again", "/", "/tickets/4411/call"),
    ):
        page.goto(path)
        assert looks.unreadable(page) == []
    line.passes(200)
    page.goto("/tickets/4411")
    page.get_by_role("button", name="Resolve").click()
    expect(page.get_by_role("heading", name="Resolved")).to_be_visible()
    assert looks.unreadable(page) == []


def test_the_pages_have_landmarks_headings_and_named_things(line: Line, page: Page) -> None:
    calls(line)
    mail_with_files(line)
    with transaction() as db:
        db.execute(update(Message).values(state="dead"))
    for path in ("/", "/tickets/4411/call", "/mail", "/tickets/new", "/tickets", "/tickets/4411"):
        page.goto(path)
        looks.well_built(page)
        pictures = page.evaluate("[...document.images].map((one) => one.alt)")
        assert all(pictures)
    expect(page.get_by_role("table").first.get_by_role("columnheader").first).to_be_visible()


def mail_with_files(line: Line, name: str = "screen.png") -> None:
    """Ana answers, with a picture of what she sees."""
    picture = part(png(400, 200), "image/png", Content_Disposition=f'attachment; filename="{name}"')
    receive(line, multipart("mixed", part(OUTLOOK_REPLY), picture, Subject="[#4411]"))


def test_a_picture_is_shown_and_a_file_that_is_too_large_is_told_of_before_it_is_sent(
    line: Line, page: Page
) -> None:
    mail_with_files(line)
    page.goto("/tickets/4411")
    picture = page.get_by_role("img", name="Show screen.png")
    picture.scroll_into_view_if_needed()
    expect(picture).to_have_js_property("naturalWidth", 400)
    expect(page.get_by_text("Which phone?")).to_be_hidden()
    page.get_by_text("What it answers").press("Enter")
    expect(page.get_by_text("Which phone?")).to_be_visible()
    page.get_by_label("What the next person, or the customer, should know").fill("The log")
    files = page.get_by_label("Files")
    files.evaluate("(one) => one.dataset.largest = 10")
    files.set_input_files({"name": "big.log", "mimeType": "text/plain", "buffer": b"x" * 11})
    page.get_by_role("button", name="Add note").click()
    told = "big.log is too large: up to 40 MB each."
    assert files.evaluate("(one) => one.validationMessage") == told
    assert line.kinds().count("note") == 0
    files.set_input_files({"name": "small.log", "mimeType": "text/plain", "buffer": b"x"})
    page.get_by_role("button", name="Add note").click()
    with page.expect_download() as saved:
        page.get_by_role("link", name="small.log", exact=True).click()
    assert saved.value.suggested_filename == "small.log"
    with page.expect_download() as saved:
        page.get_by_role("link", name="The mail as it came").click()
    assert saved.value.suggested_filename.endswith(".eml")


def test_a_ticket_is_opened_by_keyboard_without_javascript(line: Line, browser: Browser) -> None:
    context = browser.new_context(base_url=settings().own_url, java_script_enabled=False)
    page = context.new_page()
    page.goto("/tickets")
    page.get_by_role("link", name="New ticket").press("Enter")
    page.get_by_label("Name", exact=True).fill("Zoé Nadeau")
    page.get_by_label("Telephone", exact=True).fill("514 555-0177")
    page.get_by_label("In a few words").fill("Phones mute")
    page.get_by_label("critical").press(" ")
    page.get_by_role("button", name="Open the ticket").press("Enter")
    expect(page.get_by_role("heading", name="Phones mute")).to_be_visible()
    expect(page.get_by_role("heading", name="Nobody has it yet.")).to_be_visible()
    page.get_by_label("Zoé Nadeau belongs to").fill("Acme")
    page.get_by_role("button", name="Put it there").press("Enter")
    expect(page.get_by_text("staff put it under Acme")).to_be_visible()
    context.close()
