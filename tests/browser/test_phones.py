"""The page of phones in a real browser, on a real exchange, with a tiny app behind it."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from ivr.exchange import Exchange, WallClock
from tests.browser.phones_app import TECHNICIAN, App, serving

pytestmark = pytest.mark.browser

LINE = "+18005550100"
SOON = 60_000
LISTEN = """
    window.said = [];
    window.speechSynthesis.speak = (utterance) => {
        window.said.push([utterance.lang, utterance.text.trim()]);
        console.info(utterance.text.trim());
        setTimeout(() => utterance.dispatchEvent(new Event("end")), 10);
    };
"""
"""Takes down what the browser is asked to say: this machine has no voice."""


@pytest.fixture
def app() -> Iterator[App]:
    with serving() as app:
        yield app


@pytest.fixture
def exchange(app: App, tmp_path: Path) -> Iterator[Exchange]:
    exchange = Exchange(
        account_sid="AC" + "1" * 32,
        auth_token="secret",
        number=LINE,
        voice_url=f"{app.url}/voice",
        fallback_url=None,
        status_url=f"{app.url}/status",
        sms_url=f"{app.url}/sms",
        clock=WallClock(),
        media_dir=tmp_path,
    )
    exchange.phone("+15145550100", name="Ana Roy", role="customer", language="fr-CA")
    exchange.phone(TECHNICIAN, name="Bo Chan", role="technician", language="en-CA")
    yield exchange
    exchange.close()


@pytest.fixture
def address(exchange: Exchange) -> str:
    return exchange.serve(port=0)


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(permissions=["microphone"])
    context.set_default_timeout(SOON)
    context.add_init_script(LISTEN)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext, address: str) -> Iterator[Page]:
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("request", lambda asked: asked.url.startswith(address) or wrong.append(asked.url))
    page.goto(address)
    yield page
    assert not wrong


def customer(page: Page) -> Locator:
    return page.get_by_role("region", name="Customer").get_by_role("article")


def technician(page: Page) -> Locator:
    return page.get_by_role("article", name="Bo Chan")


def button(phone: Locator, name: str) -> Locator:
    return phone.get_by_role("button", name=name)


def dial(page: Page) -> None:
    button(customer(page), "Dial +1 800 555 0100").click()
    expect(customer(page)).to_contain_text("Entrez votre billet.", timeout=SOON)


def talk(page: Page) -> None:
    dial(page)
    page.keyboard.type("4411#")
    button(technician(page), "Answer").click()
    expect(customer(page)).to_contain_text("You are talking to Bo Chan", timeout=SOON)


def tab_to(page: Page, target: Locator) -> None:
    for _ in range(80):
        if target.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    pytest.fail("the Tab key does not lead there")


def test_a_customer_reaches_a_technician_with_no_hand_on_the_mouse(page: Page, app: App) -> None:
    tab_to(page, button(customer(page), "Dial"))
    page.keyboard.press("Enter")
    expect(customer(page)).to_contain_text("Entrez votre billet.", timeout=SOON)
    page.keyboard.type("4411#")
    expect(technician(page)).to_contain_text("A call from", timeout=SOON)
    assert app.keyed == ["4411"]

    tab_to(page, button(technician(page), "Answer"))
    page.keyboard.press("Enter")
    expect(technician(page)).to_contain_text("You are talking to Ana Roy", timeout=SOON)
    expect(customer(page)).to_contain_text("You are talking to Bo Chan", timeout=SOON)

    tab_to(page, technician(page).get_by_role("textbox", name="Bo Chan says"))
    page.keyboard.type("Hello Ana")
    page.keyboard.press("Enter")
    expect(customer(page).get_by_text("Hello Ana")).to_be_visible(timeout=SOON)

    tab_to(page, button(technician(page), "Hang up"))
    page.keyboard.press("Enter")
    expect(technician(page)).to_contain_text("Ready", timeout=SOON)


def test_keys_are_pressed_with_the_mouse_too(page: Page, app: App) -> None:
    dial(page)
    for key in ("4", "2", "Number sign"):
        customer(page).get_by_role("button", name=key, exact=True).click()
    expect(technician(page)).to_contain_text("A call from", timeout=SOON)
    assert app.keyed == ["42"]


def test_what_one_types_the_other_hears(page: Page) -> None:
    talk(page)
    words = customer(page).get_by_role("textbox", name="Ana Roy says")
    words.fill("Notre ligne est en panne")
    words.press("Enter")
    expect(technician(page).get_by_text("Notre ligne est en panne")).to_be_visible(timeout=SOON)
    expect(words).to_have_value("")
    expect(words).to_be_focused()
    button(customer(page), "Hang up").click()
    expect(technician(page)).to_contain_text("Ready", timeout=SOON)


def test_a_ringing_phone_shows_in_the_title_until_it_is_rejected(page: Page) -> None:
    dial(page)
    page.keyboard.type("4411#")
    expect(page).to_have_title(re.compile("Bo Chan"), timeout=SOON)
    button(technician(page), "Reject").click()
    expect(page).to_have_title("Phones", timeout=SOON)


def test_prompts_are_spoken_in_their_own_language(page: Page) -> None:
    with page.expect_console_message(lambda message: message.text == "One moment."):
        dial(page)
        page.keyboard.type("4411#")
    assert page.evaluate("said") == [
        ["fr-CA", "Entrez votre billet."],
        ["en-CA", "One moment."],
    ]


def test_nothing_is_spoken_with_the_sound_off(page: Page) -> None:
    page.get_by_role("switch", name="Sound").click()
    dial(page)
    assert page.evaluate("said") == []
    page.reload()
    expect(page.get_by_role("switch", name="Sound")).not_to_be_checked()


def test_typed_words_go_into_a_recording(page: Page, exchange: Exchange) -> None:
    reach_the_recording(page)
    words = customer(page).get_by_placeholder("Say it: type it here")
    words.press_sequentially("Call me back", delay=400)  # slower than the silence that ends it
    words.press("Enter")
    expect(customer(page).get_by_text("Call me back")).to_be_visible(timeout=SOON)


def test_a_microphone_speaks_into_a_recording(page: Page, app: App, tmp_path: Path) -> None:
    reach_the_recording(page)
    button(customer(page), "Use the microphone").click()
    expect(button(customer(page), "Stop and send")).to_be_visible()
    page.wait_for_timeout(4500)  # longer than the silence that would end the recording
    with page.expect_request("**/speak") as sent:
        customer(page).get_by_role("button", name="Number sign").click()
    assert sent.value.headers["content-type"] == "audio/wav"
    expect(customer(page)).to_contain_text("Ready", timeout=SOON)
    assert [file.read_bytes()[:4] for file in tmp_path.rglob("*.wav")] == [b"RIFF"]
    assert 4 <= app.seconds <= 6


def reach_the_recording(page: Page) -> None:
    dial(page)
    page.keyboard.type("4411#")
    button(technician(page), "Reject").click()
    expect(button(customer(page), "Use the microphone")).to_be_visible(timeout=SOON)


def test_a_text_is_shown_and_answered(
    page: Page, exchange: Exchange, address: str, app: App
) -> None:
    sent = requests.post(
        f"{address}/2010-04-01/Accounts/{exchange.account_sid}/Messages.json",
        data={"To": TECHNICIAN, "From": LINE, "Body": "Ticket 4411: reply ACCEPT or PASS"},
        auth=(exchange.account_sid, "secret"),
        timeout=60,
    )
    assert sent.ok
    expect(technician(page)).to_contain_text("Ticket 4411: reply", timeout=SOON)
    reply = technician(page).get_by_role("textbox", name="Bo Chan texts the support line")
    reply.fill("ACCEPT 4411")
    reply.press("Enter")
    expect(reply).to_have_value("", timeout=SOON)
    with page.expect_response("**/text"):
        button(technician(page), "PASS").click()
    exchange.settle()
    assert app.texts == ["ACCEPT 4411", "PASS"]


def test_somebody_unknown_calls_from_any_number(page: Page, exchange: Exchange) -> None:
    page.get_by_text("Call from another number").click()
    page.get_by_role("textbox", name="Number").fill("(418) 555-0123")
    page.keyboard.press("Enter")
    expect(customer(page)).to_contain_text("+1 418 555 0123", timeout=SOON)
    dial(page)
    assert exchange.phone("+14185550123").in_call


def test_a_page_without_its_exchange_says_so(page: Page, exchange: Exchange) -> None:
    expect(customer(page)).to_be_visible()
    exchange.close()
    expect(page.get_by_role("alert").first).to_contain_text("does not answer", timeout=SOON)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_narrow_screen_shows_everything(page: Page, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.set_viewport_size({"width": 360, "height": 740})
    talk(page)
    assert page.evaluate("document.documentElement.scrollWidth") == 360


def test_every_control_has_a_name(page: Page) -> None:
    talk(page)
    page.get_by_text("Texts").first.click()
    tree = page.locator("body").aria_snapshot()
    controls = re.findall(r"- (?:button|textbox|combobox|switch|link|log|article)\b.*", tree)
    assert len(controls) > 30
    assert [control for control in controls if '"' not in control] == []
