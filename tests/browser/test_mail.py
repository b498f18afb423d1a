"""The page of mailboxes in a real browser: news without reloading, mails that can do nothing."""

import re
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from ivr.exchange import Exchange, WallClock
from ivr.exchange.mailboxes import Mailboxes
from tests.browser.phones_app import App, serving
from tests.servers import free_port

pytestmark = pytest.mark.browser

ANA, SUPPORT = "ana@acme.example", "support@2n5.example"
SOON = 60_000
LONG = "Unterbrechungsfreie-Stromversorgung" * 4
HTML = """<!doctype html><html><head><meta name="color-scheme" content="light dark"></head>
<body style="margin:0;padding:24px"><p style="height:900px">Tall</p>
<p><a href="{app}/linked">Give feedback</a></p>
<img src="{app}/pixel.png" alt="A picture from elsewhere">
<script>parent.document.title = "taken over"</script>
<a href="javascript:opener.document.title='taken over'">Here</a></body></html>"""


@pytest.fixture
def app() -> Iterator[App]:
    with serving() as app:
        app.flask.add_url_rule("/linked", "linked", lambda: "<title>Feedback</title>Thank you")
        app.flask.add_url_rule("/pixel.png", "pixel", lambda: app.texts.append("loaded") or "")
        yield app


@pytest.fixture
def exchange(tmp_path: Path) -> Iterator[Exchange]:
    exchange = Exchange(
        account_sid="AC1", auth_token="secret", clock=WallClock(), media_dir=tmp_path
    )
    (tmp_path / "mailboxes.json").write_text(
        f'[{{"address": "{ANA}", "name": "Ana Roy", "role": "customer", "language": "en-CA"}},'
        f'{{"address": "{SUPPORT}", "name": "Support", "role": "list", "language": "en-CA"}}]'
    )
    (tmp_path / "mail").mkdir()
    nobody = ("127.0.0.1", free_port())
    exchange.mailboxes = Mailboxes(
        tmp_path / "mailboxes.json", tmp_path / "mail", tmp_path / "kept", nobody
    )
    yield exchange
    exchange.close()


def arrives(folder: Path, name: str, html: str = "", subject: str = "") -> None:
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = SUPPORT, ANA, subject or f"[#4411] {name}"
    letter["Date"] = "Tue, 24 Nov 2026 12:00:00 +0000"
    letter["Message-ID"] = f"<{'0123456789abcdef' * 4}.{name}@2n5.example>"
    letter.set_content(f"Text of {name}. https://support.example/feedback/{'x' * 80}")
    if html:
        letter.add_alternative(html, subtype="html")
    (folder / "mail" / f"{name}.eml").write_bytes(letter.as_bytes())


def person(page: Page) -> Locator:
    """In the list of people: before its styles are there, a mail shows a second link of that name."""
    return page.get_by_role("navigation", name="Mailboxes").get_by_role("link", name="Ana Roy")


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 1400, "height": 900})
    context.set_default_timeout(SOON)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext, exchange: Exchange) -> Iterator[Page]:
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto(f"{exchange.serve(port=0)}/mail")
    yield page
    assert not wrong


def test_mail_shows_as_it_comes_and_the_focus_stays(page: Page, tmp_path: Path) -> None:
    arrives(tmp_path, "first")
    page.get_by_role("link", name="Ana Roy").click()
    first = page.get_by_role("link", name="[#4411] first")
    first.focus()
    arrives(tmp_path, "second")
    expect(page.get_by_role("link", name="[#4411] second")).to_be_visible()
    expect(page.get_by_role("status").first).to_have_text("New mail: [#4411] second")
    expect(first).to_be_focused()
    expect(person(page)).to_contain_text("2 unread")
    page.keyboard.press("Enter")
    expect(person(page)).to_contain_text("1 unread")
    expect(page.get_by_role("article", name="[#4411] first")).to_be_visible()


def test_a_mail_is_as_high_as_it_is_and_does_nothing(
    page: Page, context: BrowserContext, app: App, tmp_path: Path
) -> None:
    arrives(tmp_path, "news", HTML.replace("{app}", app.url))
    page.get_by_role("link", name="Ana Roy").click()
    page.get_by_role("link", name="[#4411] news").click()
    frame = page.frame_locator("iframe")
    expect(frame.get_by_text("Tall")).to_be_visible()
    expect(page.locator("iframe")).to_have_css("height", re.compile(r"^1\d\d\dpx$"))
    frame.get_by_text("Here").click()
    page.wait_for_timeout(300)
    assert page.title() == "[#4411] news – Ana Roy"
    assert not app.texts
    with context.expect_page(lambda opened: opened.url.startswith(app.url)) as opened:
        frame.get_by_role("link", name="Give feedback").click()
    expect(opened.value).to_have_title("Feedback")


def test_without_scripts_it_is_read_and_what_is_not_sent_is_kept(
    browser: Browser, exchange: Exchange, tmp_path: Path
) -> None:
    arrives(tmp_path, "news", HTML)
    page = browser.new_page(java_script_enabled=False)
    page.set_default_timeout(SOON)
    page.goto(f"{exchange.serve(port=0)}/mail")
    page.get_by_role("link", name="Ana Roy").click()
    page.get_by_role("link", name="[#4411] news").click()
    page.get_by_role("link", name="Reply").click()
    page.get_by_label("Text").fill("It burns")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("alert").filter(has_text="Not sent.")).to_contain_text(
        "No mail server answers"
    )
    expect(page.get_by_label("Text")).to_have_value("It burns\n")
    expect(page.get_by_role("link", name="Not sent")).to_be_visible()
    page.close()


def test_a_page_without_its_exchange_says_so(page: Page, exchange: Exchange) -> None:
    page.get_by_role("link", name="Ana Roy").click()
    page.wait_for_load_state()  # with its script, or nobody would look
    exchange.close()
    expect(page.get_by_role("alert").first).to_contain_text("does not answer")


@pytest.mark.parametrize("width", [360, 800, 1400])
@pytest.mark.parametrize(
    "path", ["", f"/{ANA}", f"/{ANA}/inbox/long", f"/{ANA}/write?answers=long"]
)
def test_nothing_is_wider_than_the_screen(
    page: Page, tmp_path: Path, width: int, path: str
) -> None:
    arrives(tmp_path, "long", f"<p>{LONG}</p>", subject=LONG)
    page.set_viewport_size({"width": width, "height": 740})
    page.goto(page.url + path)
    for details in page.locator("details").all():
        details.locator("summary").click()
    assert page.evaluate("document.documentElement.scrollWidth") == width
    for frame in page.locator("iframe").all():
        inside = "({ contentDocument: { body } }) => body.scrollWidth - body.clientWidth"
        assert frame.evaluate(inside) == 0


def test_every_control_has_a_name(page: Page, tmp_path: Path) -> None:
    arrives(tmp_path, "news")
    start, controls = page.url, []
    for path in ("", f"/{ANA}", f"/{ANA}/inbox/news", f"/{ANA}/write?answers=news"):
        page.goto(start + path)
        tree = page.locator("body").aria_snapshot()
        controls += re.findall(r"- (?:button|textbox|combobox|link|article|navigation)\b.*", tree)
    assert len(controls) > 20
    assert [control for control in controls if '"' not in control] == []
