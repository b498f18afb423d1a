"""One ticket in a real browser: by keyboard alone, a recording that is heard where one clicks, and a
letter seen before it is sent.
"""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from ivr import clock
from ivr.database import transaction
from ivr.models import CannedReply, Role
from ivr.services.tickets import tickets
from ivr.settings import settings
from tests import looks
from tests.console.colleague import PASSWORD, account
from tests.console.test_pages import leaves_a_message
from tests.stories.line import Line

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("database_url", ["sqlite"], indirect=True),
]


def test_a_recording_is_seen_heard_where_one_clicks_and_faster(line: Line, page: Page) -> None:
    leaves_a_message(line, line.customer(), "4411", "The fax is mute")
    page.goto("/tickets/4411")
    wave, audio = page.locator(".wave"), page.locator("audio")
    wave.scroll_into_view_if_needed()
    expect(wave.locator("img").first).to_have_js_property("naturalWidth", 600)
    audio.evaluate("(one) => one.muted = true")
    page.get_by_label("Speed").select_option("1.5")
    expect(audio).to_have_js_property("playbackRate", 1.5)
    box = wave.bounding_box()
    assert box
    wave.click(position={"x": box["width"] - 2, "y": 5})
    expect(audio).to_have_js_property("ended", True, timeout=30_000)
    expect(wave).to_have_css("--played", re.compile(r"^(9\d|100)"))
    page.evaluate("window.was = document.querySelector('audio')")
    with transaction() as db:
        ticket = tickets.find(db, "4411")
        assert ticket
        tickets.note(db, clock.now(), ticket, "Bo", "It is the fax.")
    expect(page.get_by_text("It is the fax.")).to_be_visible(timeout=30_000)
    assert page.evaluate("window.was === document.querySelector('audio')"), "it stays where it is"


def test_a_sentence_is_heard_where_it_is_said(line: Line, page: Page) -> None:
    """From the transcript by keyboard, and from a hit of the search one second before it."""
    said = "This is Ana calling about our ticket. The fax in Laval is mute since this morning. Call me."
    leaves_a_message(line, line.customer(), "4411", said)
    page.goto("/tickets/4411")
    lines, audio = page.get_by_role("list", name="What is said"), page.locator("audio")
    expect(lines.get_by_role("listitem")).to_have_count(3)
    audio.evaluate("(one) => { one.muted = true; one.playbackRate = 0.5; }")
    second = lines.get_by_role("listitem").nth(1)
    at = float(second.get_attribute("data-at") or "")
    assert 1.5 < at < 4
    link = second.get_by_role("link", name="Listen from 0:0")
    link.focus()
    page.keyboard.press("Enter")
    expect(second).to_have_css("--mark", '"▸" / ""')
    expect(audio).to_have_js_property("ended", True, timeout=30_000)
    expect(lines.get_by_role("listitem").last).to_have_css("--mark", '"▸" / ""')
    expect(second).not_to_have_css("--mark", '"▸" / ""')
    assert page.url.endswith("/tickets/4411"), "it is played on the page"
    page.goto("/tickets?text=Laval")
    page.get_by_role("link", name="4411", exact=True).click()
    page.wait_for_url("**/tickets/4411?at=*#t=*")
    expect(link).to_be_focused()
    expect(second).to_have_css("--mark", '"▸" / ""')
    assert audio.evaluate("(one) => one.currentTime") == pytest.approx(at - 1)
    assert audio.evaluate("(one) => one.paused"), "nothing is played, nor heard, unasked"
    began = "one.addEventListener('playing', () => { window.began = one.currentTime; })"
    audio.evaluate(f"(one) => {{ one.muted = true; {began}; }}")
    page.keyboard.press("p")
    expect(audio).to_have_js_property("ended", True, timeout=30_000)
    assert page.evaluate("window.began") >= at - 1.01


def test_a_ticket_is_read_and_answered_by_keyboard(line: Line, browser: Browser) -> None:
    """By somebody who is signed in: the frame of the letter is theirs, too."""
    leaves_a_message(line, line.customer(), "4411", "The fax is mute")
    with transaction() as db:
        db.add(CannedReply(name="Sorry", language="en-CA", text="We are sorry."))
    account("Mona", Role.MANAGER)
    context = browser.new_context(base_url=settings().own_url)
    page = context.new_page()
    page.goto("/sign-in?then=/tickets/4411")
    page.get_by_label("E-mail").fill("mona@2n5.example")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Keyboard ?")).to_be_visible()
    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Keyboard on this page")
    expect(keys).to_be_visible()
    assert looks.unreadable(page) == []
    page.keyboard.press("Escape")
    expect(keys).to_be_hidden()
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("o")
    expect(page.get_by_role("cell", name="Ticket number")).to_be_visible()
    page.keyboard.press("w")
    page.keyboard.type("Dear Ana,")
    page.get_by_role("button", name="Insert").press("Enter")
    text = page.get_by_label("What the next person, or the customer, should know")
    expect(text).to_have_value("Dear Ana,\n\nWe are sorry.")
    expect(text).to_be_focused()
    page.get_by_text("How Ana Roy will get it").press("Enter")
    page.get_by_role("button", name="As a question").press("Enter")
    letter = page.frame_locator("iframe[name=letter]")
    expect(letter.get_by_text("[#4411] A question about your ticket")).to_be_visible()
    mail = letter.frame_locator("iframe")
    expect(mail.get_by_text("We are sorry.")).to_be_visible()
    expect(mail.get_by_text("Mona")).to_be_visible()
    text.focus()
    page.keyboard.press("Escape")
    page.keyboard.press("4")
    page.wait_for_url("**/tickets/4411?show=notes")
    expect(page.get_by_text("Nothing of that kind here.")).to_be_visible()
    page.keyboard.press("?")
    keys.get_by_label("Single keys work").press(" ")
    page.keyboard.press("Escape")
    expect(keys).to_be_hidden()
    page.keyboard.press("1")
    page.keyboard.press("?")
    expect(keys).to_be_visible()
    assert page.url.endswith("show=notes"), "single keys are off"
    context.close()
