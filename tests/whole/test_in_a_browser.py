"""The product as its user has it: `ivr run`, a browser, and no reading of code."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.whole.conftest import Start
from tests.whole.stack import BO, CY, DIDI, Stack, eventually

pytestmark = [pytest.mark.whole, pytest.mark.browser, pytest.mark.timeout(600)]


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1400, "height": 1000})
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    yield page
    context.close()
    assert not wrong


def phone(page: Page, name: str) -> Locator:
    return page.get_by_role("article", name=name)


def mailbox(page: Page, stack: Stack, name: str) -> Page:
    page.goto(f"{stack.phones_page}/mail")
    page.get_by_role("link", name=name).click()
    return page


def calls_about(page: Page, stack: Stack, number: str = "4411") -> Locator:
    """Dial from the left phone, key the number and #, then 1: what `ivr run` says to do first."""
    page.goto(stack.phones_page)
    customer = page.get_by_role("region", name="Customer").get_by_role("article")
    customer.get_by_role("button", name="Dial").click()
    expect(customer).to_contain_text("Enter your ticket number")
    page.keyboard.type(f"{number}#")
    expect(customer).to_contain_text("Service down, press 1")
    page.keyboard.type("1")
    return customer


def ticket_page(page: Page, stack: Stack, number: str = "4411") -> Page:
    page.goto(f"{stack.staff_page}/tickets")
    page.get_by_role("link", name=number).first.click()
    return page


def test_a_customer_phones_in_and_a_technician_answers(
    page: Page, start: Start, browser: Browser
) -> None:
    stack = start(levels=None)
    customer = calls_about(page, stack)
    bo = phone(page, "Bo Chan")
    expect(bo.get_by_role("button", name="Answer")).to_be_visible()
    bo.get_by_role("button", name="Answer").click()
    expect(bo).to_contain_text("To accept, press 1")
    bo.get_by_role("button", name="1", exact=True).click()
    expect(customer).to_contain_text("You are talking to Bo Chan")
    expect(phone(page, "Didi Wu").get_by_role("button", name="Answer")).to_be_hidden()

    says = customer.get_by_role("textbox", name="Ana Roy says")
    says.fill("The trunk is back since a minute")
    says.press("Enter")
    expect(bo.get_by_text("The trunk is back since a minute")).to_be_visible()
    customer.get_by_role("button", name="Hang up").click()

    expect(bo).to_contain_text("To dictate a note, press 1")
    bo.get_by_role("button", name="1", exact=True).click()
    note = bo.get_by_placeholder("Say it: type it here")
    note.fill("Restarted the trunk at Acme")
    note.press("Enter")
    expect(bo).to_contain_text("The note is on the ticket")

    ticket_page(page, stack)
    main = page.get_by_role("main")
    for words in ("4411", "Ana Roy", "Bo Chan", "Didi Wu", "Restarted the trunk at Acme"):
        expect(main).to_contain_text(words)
    expect(main.locator("audio").first).to_be_attached()
    record = stack.ticket()
    assert [call["number"] for call in record["calls"]][:1] == ["+15145550100"]
    assert record["pages"][0]["accepted_by"] == "Bo Chan"
    recorded = {recording["kind"] for recording in record["recordings"]}
    assert recorded == {"conversation", "note"}


def test_a_customer_writes_reads_the_acknowledgement_and_answers_it(
    page: Page, start: Start
) -> None:
    stack = start(levels=None)
    page.goto(stack.phones_page)
    page.get_by_role("link", name="Mail").click()
    page.get_by_role("link", name="Ana Roy").click()
    page.get_by_role("link", name="Write").click()
    page.get_by_label("Subject").fill("The fax is mute")
    page.get_by_label("Text").fill("It receives nothing since yesterday.")
    screenshot = page.screenshot()
    page.get_by_label("Files").set_input_files(
        [{"name": "fax.png", "mimeType": "image/png", "buffer": screenshot}]
    )
    page.get_by_role("button", name="Send").click()
    page.get_by_role("link", name="We have your ticket: The fax is mute").click()

    looks = page.frame_locator("iframe").get_by_text("Your ticket has the number")
    [number] = re.findall(r"\d+", looks.inner_text())
    kept = [file.read_bytes() for file in (stack.var / "attachments").rglob("*") if file.is_file()]
    assert screenshot in kept
    page.get_by_role("link", name="Reply").click()
    page.get_by_label("Text").press_sequentially("It works again, thank you.")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("An answer shows in the inbox")).to_be_visible()
    said = eventually(
        lambda: [one for one in stack.ticket(number)["entries"] if one["kind"] == "said"]
    )
    assert [one["data"]["text"] for one in said] == ["It works again, thank you."]
    assert "> Your ticket has the number" in said[0]["data"]["quoted"]


def test_a_newcomer_sees_one_timeline_of_portal_mail_and_phone(page: Page, start: Start) -> None:
    """What the README says to try."""
    stack = start(levels=None)
    page.goto(f"{stack.staff_page}/portal/")
    page.get_by_label("Your e-mail address").first.fill("ana@acme.example")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Look into your mailbox")).to_be_visible()
    mailbox(page, stack, "Ana Roy").get_by_role("link", name="Sign in to 2N5 support").click()
    with page.expect_popup() as opened:
        page.frame_locator("iframe").get_by_role("link", name="Sign in").click()
    portal = opened.value
    portal.get_by_role("button", name="Sign in").click()
    portal.get_by_role("link", name="New ticket").first.click()
    portal.get_by_label("What is wrong, in a few words").fill("The fax is mute")
    portal.get_by_label("Service is degraded").check()
    screenshot = page.screenshot()
    portal.locator("#files").set_input_files(
        {"name": "fax.png", "mimeType": "image/png", "buffer": screenshot}
    )
    expect(portal.get_by_text("fax.png (")).to_be_visible()
    portal.get_by_role("button", name="Open the ticket").click()
    expect(portal.get_by_text("Your ticket is noted.")).to_be_visible()
    number = portal.url.rpartition("/")[2]

    mailbox(page, stack, "Ana Roy").get_by_role("link", name=f"[#{number}] We have your").click()
    page.get_by_role("link", name="Reply").click()
    page.get_by_label("Text").press_sequentially("Faxes from Toronto as well.")
    page.get_by_role("button", name="Send").click()
    expect(portal.get_by_text("Faxes from Toronto as well.")).to_be_visible()

    customer = calls_about(page, stack, number)
    bo = phone(page, "Bo Chan")
    bo.get_by_role("button", name="Answer").click()
    expect(bo).to_contain_text("To accept, press 1")
    bo.get_by_role("button", name="1", exact=True).click()
    expect(customer).to_contain_text("You are talking to Bo Chan")
    expect(portal.get_by_text("Bo Chan has your ticket").first).to_be_visible()

    main = ticket_page(page, stack, number).get_by_role("main")
    for words in (
        "Ticket opened, major (by Ana Roy)",
        "fax.png",
        "Faxes from Toronto as well.",
        "Ana Roy called",
        "Bo Chan was put through to the caller",
    ):
        expect(main).to_contain_text(words)
    kept = [file.read_bytes() for file in (stack.var / "attachments").iterdir()]
    assert kept == [screenshot]


def test_nobody_presses_level_2_rings_and_management_is_mailed(page: Page, start: Start) -> None:
    stack = start()
    calls_about(page, stack)
    assert "escalation@2n5.example" in eventually(stack.mails)[0]
    assert [one["to"] for one in stack.ticket()["messages"] if one["channel"] == "mail"] == [
        "escalation@2n5.example"
    ]
    assert {event["number"] for event in stack.events("ring")} == {BO, DIDI, CY}

    ticket_page(page, stack)
    main = page.get_by_role("main")
    expect(main).to_contain_text("escalation@2n5.example")
    for name in ("Bo Chan", "Didi Wu", "Cy Singh"):
        expect(main).to_contain_text(name)
