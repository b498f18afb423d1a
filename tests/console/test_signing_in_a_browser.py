"""The first admin in a real browser, from the link to the second sign-in; and how the pages look."""

from datetime import timedelta
from typing import Literal

import pyotp
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import select

from ivr import clock
from ivr.database import transaction
from ivr.models import Role, Technician
from ivr.services import links
from ivr.services.staff import accounts
from ivr.settings import settings
from tests import looks
from tests.conftest import EARLIER_THAN_ASKED
from tests.console.colleague import PASSWORD, account
from tests.stories.line import Line

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("database_url", ["sqlite"], indirect=True),
]
CARD = ("banner", "main")


def link_for(name: str, role: Role = Role.ADMIN) -> str:
    with transaction() as db:
        person = db.scalars(select(Technician).where(Technician.name == name)).one()
        person.role = role
        return links.set_password(accounts.new_link(db, clock.now(), person))


def test_the_first_admin_sets_a_password_and_codes_and_signs_in_with_them(
    line: Line, page: Page
) -> None:
    page.goto(link_for("Cy Roy"))
    looks.well_built(page, CARD)
    expect(page.get_by_label("Password")).to_be_focused()
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/")
    page.get_by_role("link", name="Cy Roy").first.click()
    page.get_by_role("link", name="Your sign-in").click()
    page.get_by_role("link", name="Set up codes").click()
    expect(page.get_by_role("img", name="A picture")).to_be_visible()
    page.get_by_text("Type it instead").click()
    secret = page.locator(".secret").inner_text().replace(" ", "")
    page.get_by_label("The six digits").fill(pyotp.TOTP(secret).at(clock.now()))
    page.get_by_label("Your password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator(".recovery li")).to_have_count(10)
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in")
    line.exchange.advance_to(clock.now() + timedelta(minutes=1))
    page.goto("/tickets/4411")
    expect(page.get_by_label("E-mail")).to_be_focused()
    page.keyboard.type("cy@2n5.example")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_label("Six digits")).to_be_focused()
    page.keyboard.type(pyotp.TOTP(secret).at(clock.now()))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="SIP trunk down")).to_be_visible()
    page.goto("/account")
    expect(page.locator(".devices li")).to_have_count(1)
    expect(page.locator(".devices")).to_contain_text("Chrome, Linux")
    expect(page.locator(".devices")).to_contain_text("this browser")


def test_a_session_that_ends_is_told_on_the_page_and_nothing_on_it_is_lost(
    line: Line, context: BrowserContext, page: Page
) -> None:
    id_ = account("Cy")
    signs_in(page, "cy@2n5.example")
    page.goto("/tickets/4411")
    note = page.get_by_label("What the next person, or the customer, should know")
    note.fill("Half a thought")
    with transaction() as db:
        accounts.set_password(db, clock.now(), id_, accounts.password_of(db, "cy@2n5.example")[0])
    ended = page.get_by_role("alert").filter(has_text="You are signed out.")
    expect(ended).to_be_visible()
    expect(page.get_by_text("This page is not up to date")).to_be_hidden()
    again = context.new_page()
    again.add_init_script(EARLIER_THAN_ASKED)
    signs_in(again, "cy@2n5.example")
    expect(ended).to_be_hidden()
    page.get_by_role("button", name="Add note").click()
    expect(page.locator("blockquote", has_text="Half a thought")).to_be_visible()


def signs_in(page: Page, email: str) -> None:
    page.goto("/sign-in")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_are_read_at_any_width_by_light_and_in_the_dark(
    line: Line, page: Page, browser: Browser, scheme: Literal["light", "dark"]
) -> None:
    id_ = account("Cy", Role.ADMIN)
    page.emulate_media(color_scheme=scheme)
    fresh = link_for("Bo Chan")
    for path in ("/sign-in", fresh, f"{settings().own_url}/sign-in/link/used-up"):
        page.goto(path)
        looks.well_built(page, CARD)
        fits_and_is_readable(page)
    signs_in(page, "cy@2n5.example")
    for path in (
        "/people",
        "/people/new",
        f"/people/{id_}",
        "/people/1",
        "/account",
        "/account/codes",
    ):
        page.goto(path)
        looks.well_built(page)
        fits_and_is_readable(page)


def fits_and_is_readable(page: Page) -> None:
    assert looks.unreadable(page) == []
    for width in (320, 390, 768, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, page.url
