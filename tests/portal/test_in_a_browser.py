"""The portal in a real browser: files dropped with their progress, what changes comes by itself, by
keyboard, without scripts, at any width.
"""

import re
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from ivr.database import reading
from ivr.services.tickets import attachments, tickets
from ivr.settings import settings
from tests import looks
from tests.portal.browser import links
from tests.stories.line import Line

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("database_url", ["sqlite"], indirect=True),
]
DROPS = """(box) => {
  const files = new DataTransfer();
  files.items.add(new File([new Uint8Array(300000)], "trace.pcap"));
  files.items.add(new File(["x"], "run.exe"));
  box.dispatchEvent(new DragEvent("drop", { dataTransfer: files, bubbles: true, cancelable: true }));
}"""


def signs_in(page: Page) -> None:
    """By keyboard alone."""
    page.goto("/portal/")
    expect(page.get_by_label("Your e-mail address").first).to_be_focused()
    page.keyboard.type("ana@acme.example")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Look into your mailbox")).to_be_visible()
    page.goto(links("ana@acme.example")[-1])
    expect(page.get_by_role("button", name="Sign in")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Your tickets")).to_be_visible()


def files_of(number: str) -> list[tuple[str, int]]:
    with reading() as db:
        ticket = tickets.find(db, number)
        assert ticket
        return [(one.name, one.size) for one in attachments.of(db, ticket.id)]


def number(page: Page) -> str:
    page.wait_for_url(re.compile(r"/portal/tickets/\d+$"))
    return page.url.rpartition("/")[2]


def test_a_critical_ticket_with_files_rings_and_says_so_live(line: Line, page: Page) -> None:
    signs_in(page)
    page.get_by_role("link", name="New ticket").first.click()
    page.get_by_label("What is wrong, in a few words").fill("No calls at all")
    page.get_by_label("Service is down").check()
    page.locator("[data-files].ready").evaluate(DROPS)
    kept = page.get_by_role("listitem")
    expect(kept.filter(has_text="trace.pcap (300 kB)")).to_be_visible()
    expect(kept.filter(has_text="run.exe: files of this kind are not taken")).to_be_visible()
    page.get_by_role("button", name="Remove run.exe").click()
    expect(kept.filter(has_text="run.exe")).to_be_hidden()
    page.get_by_role("button", name="Open the ticket").click()

    opened = number(page)
    assert files_of(opened) == [("trace.pcap", 300_000)]
    expect(page.get_by_text("We are ringing our technicians now.")).to_be_visible()
    expect(page.get_by_text(f"{opened}#")).to_be_visible()
    line.passes(5)
    assert set(line.rings()) == {"Bo Chan", "Di Wu"}
    bo = line.technician("Bo Chan")
    bo.answer()
    line.passes(5)
    bo.press("1")
    line.passes(5)
    expect(page.get_by_text("Bo Chan has your ticket").first).to_be_visible()


def test_what_is_being_written_survives_what_changes(line: Line, page: Page) -> None:
    signs_in(page)
    page.goto("/portal/tickets/4411")
    page.get_by_label("Your message").fill("Half a thou")
    page.get_by_role("button", name="Service is down").click()
    number(page)
    page.get_by_label("Your message").fill("Half a thou")
    line.passes(5)
    bo = line.technician("Bo Chan")
    bo.answer()
    line.passes(5)
    bo.press("1")
    line.passes(5)
    expect(page.get_by_text("Bo Chan has your ticket").first).to_be_visible()
    expect(page.get_by_label("Your message")).to_have_value("Half a thou")


def test_whoever_is_quicker_than_the_scripts_or_presses_twice_loses_and_doubles_nothing(
    line: Line, page: Page
) -> None:
    signs_in(page)
    held: list[Route] = []
    page.route("**/files.js", lambda route: held.append(route))  # noqa: PLW0108  it must be ours
    with page.expect_request("**/files.js"):
        page.goto("/portal/tickets/4411", wait_until="commit")
    page.locator("#files").set_input_files(
        {"name": "a.log", "mimeType": "text/plain", "buffer": b"x"}
    )
    page.get_by_label("Your message").fill("See the log")
    held.pop().continue_()
    expect(page.get_by_role("listitem").filter(has_text="a.log (")).to_be_visible()
    page.get_by_role("button", name="Send").dblclick()
    expect(page.get_by_role("blockquote")).to_have_text("See the log")
    assert files_of("4411") == [("a.log", 1)]
    assert line.kinds().count("said") == 1


def test_a_file_that_cannot_be_sent_says_so_and_the_form_goes_on(line: Line, page: Page) -> None:
    signs_in(page)
    page.goto("/portal/tickets/4411")
    page.route("**/portal/files", lambda route: route.abort())
    page.locator("#files").set_input_files(
        {"name": "a.log", "mimeType": "text/plain", "buffer": b"x"}
    )
    expect(page.get_by_text("a.log: could not be kept at this moment.").first).to_be_visible()
    page.get_by_label("Your message").fill("Without the file, then")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("blockquote")).to_have_text("Without the file, then")


def test_a_service_that_is_away_is_told_and_so_is_its_return(line: Line, page: Page) -> None:
    signs_in(page)
    page.goto("/portal/tickets/4411")
    away = page.get_by_text("This page is not up to date")
    expect(away).to_be_hidden()
    page.route("**/*part=live*", lambda route: route.abort())
    expect(away).to_be_visible()
    page.unroute_all()
    expect(away).to_be_hidden()


def test_everything_works_without_scripts(line: Line, browser: Browser, tmp_path: Path) -> None:
    context = browser.new_context(base_url=settings().own_url, java_script_enabled=False)
    page = context.new_page()
    signs_in(page)
    page.goto("/portal/tickets/new")
    page.get_by_label("What is wrong, in a few words").fill("Slow")
    page.get_by_label("Not urgent").check()
    file = tmp_path / "a.log"
    file.write_text("slow")
    page.get_by_label("Screenshots, logs").set_input_files(file)
    page.get_by_role("button", name="Open the ticket").click()
    opened = number(page)
    assert files_of(opened) == [("a.log", 4)]
    page.get_by_label("Your message").fill("Very slow")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("blockquote")).to_have_text("Very slow")
    page.get_by_role("button", name="It is solved").click()
    expect(page.get_by_text("Resolved.", exact=True)).to_be_visible()
    context.close()


@pytest.mark.parametrize("width", [360, 1280])
def test_nothing_is_wider_than_the_screen(line: Line, page: Page, width: int) -> None:
    signs_in(page)
    page.set_viewport_size({"width": width, "height": 800})
    page.get_by_role("button", name="Français").click()
    expect(page.get_by_role("heading", name="Vos billets")).to_be_visible()
    page.wait_for_load_state()
    for path in ("tickets", "tickets/new", "tickets/4411", "account", "nowhere"):
        page.goto(f"/portal/{path}")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path


PAGES = ("sign-in", "sign-in/gone", "feedback/none", "tickets", "tickets/new", "account", "nowhere")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everything_can_be_read_and_is_whole_for_a_screen_reader(
    line: Line, page: Page, scheme: Literal["light", "dark"]
) -> None:
    page.emulate_media(color_scheme=scheme)
    page.goto("/portal/sign-in")
    assert looks.unreadable(page) == []
    looks.well_built(page, ("banner", "main", "contentinfo"))
    signs_in(page)
    for path in PAGES:
        page.goto(f"/portal/{path}")
        assert looks.unreadable(page) == [], path
        looks.well_built(page)
    page.goto("/portal/tickets/4411")
    looks.well_built(page)
    page.get_by_label("Your message").fill("It is down now")
    page.get_by_role("button", name="Send").click()
    page.get_by_role("button", name="Service is down").click()
    expect(page.get_by_text("We are ringing our technicians now.").first).to_be_visible()
    assert looks.unreadable(page) == []
    page.get_by_role("button", name="It is solved").click()
    expect(page.get_by_role("group", name="How did we do?")).to_be_visible()
    assert looks.unreadable(page) == []
    looks.well_built(page)
