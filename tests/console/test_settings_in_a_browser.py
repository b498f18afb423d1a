"""Audit and settings in a real browser: readable and whole, in both languages, in the dark, on a
narrow screen; a sentence is heard by the browser's own voice.
"""

import pytest
from playwright.sync_api import Browser, Page, expect

from ivr.settings import settings
from tests import looks
from tests.stories.line import Line

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("database_url", ["sqlite"], indirect=True),
]
PAGES = (
    "/audit",
    "/settings",
    "/settings/targets",
    "/settings/business-hours",
    "/settings/environment",
    "/settings/prompts/prompts/fr-CA/goodbye",
    "/settings/mails/en-CA/resolved",
    "/settings/flows/customer",
)


def test_pages_are_readable_and_fit(line: Line, browser: Browser) -> None:
    for language, scheme, width in (("en-CA", "light", 1280), ("fr-CA", "dark", 390)):
        context = browser.new_context(
            base_url=settings().own_url,
            locale=language,
            color_scheme=scheme,  # type: ignore[arg-type]
            viewport={"width": width, "height": 800},
        )
        page = context.new_page()
        for path in PAGES:
            page.goto(path)
            looks.well_built(page)
            assert looks.unreadable(page) == [], path
            wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
            assert not page.evaluate(wide), path
        context.close()


def test_a_sentence_is_heard_in_its_language(line: Line, page: Page) -> None:
    page.add_init_script(
        "window.said = []; speechSynthesis.speak = (one) => said.push([one.text, one.lang])"
    )
    page.goto("/settings/prompts/prompts/fr-CA/goodbye")
    page.get_by_role("button", name="Hear it").click()
    assert page.evaluate("said") == [["Merci de votre appel. Au revoir.", "fr-CA"]]
    page.get_by_label("Its words").fill("Merci, et à bientôt.")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").filter(has_text="It is saved")).to_be_visible()
    page.get_by_role("button", name="Hear it").click()
    assert page.evaluate("said") == [["Merci, et à bientôt.", "fr-CA"]]
    page.get_by_role("button", name="Put back what was before").click()
    expect(page.get_by_label("Its words")).to_have_value("Merci de votre appel. Au revoir.")
