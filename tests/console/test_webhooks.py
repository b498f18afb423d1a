"""Webhooks are set up, tried, looked at and put right from the console alone."""

import json
import re
from collections.abc import Iterator
from html import unescape
from typing import Literal

import pytest
import requests
from playwright.sync_api import Page, expect

from ivr.database import reading
from ivr.models import Webhook
from ivr.settings import settings
from tests import looks
from tests.console.browsing import alert
from tests.console.test_pages import get, words
from tests.receiver import Receiver, receiver
from tests.services import hooks
from tests.stories.line import Line

FORM = {"name": "Status page", "form": "event", "events": ["page.opened", "ticket.changed"]}


@pytest.fixture
def other() -> Iterator[Receiver]:
    with receiver() as one:
        yield one


def press(page: str, action: str, **form: object) -> requests.Response:
    form_of = rf'<form [^>]*action="{re.escape(action)}">\s*<input type="hidden" name="token" value="([^"]+)"'
    token = re.findall(form_of, get(page).text)[0]
    return requests.post(f"{settings().own_url}{action}", {"token": token, **form}, timeout=10)


def added(url: str, **changes: object) -> str:
    """Returns the secret, which is on this answer only."""
    answer = press("/webhooks/new", "/webhooks/new", **{**FORM, "url": url, **changes})
    assert answer.headers["Cache-Control"] == "no-store"
    return re.findall(r"whsec_[\w+/=]+", answer.text)[0]


def test_one_is_set_up_tried_changed_and_switched_off(line: Line, other: Receiver) -> None:
    assert "There is none yet." in words(get("/webhooks"))
    secret = added(other.url)
    (one,) = re.findall(r'href="(/webhooks/\d+)"', get("/webhooks").text)
    for page in ("/webhooks", one, f"{one}/edit"):
        assert "whsec_" not in get(page).text
    assert "s3cret" not in get(one).text, "an address is as good as a password"
    assert "A test is on its way." in words(press(one, f"{one}/test"))
    line.passes(1)
    (tried,) = other.posted
    assert tried.body["type"] == "webhook.test"
    assert hooks.signed_by(tried, secret)
    assert "delivered This is only a test." in words(get(one))

    fresh = re.findall(r"whsec_[\w+/=]+", press(one, f"{one}/secret").text)[0]
    number = hooks.ticket()
    line.passes(1)
    assert hooks.signed_by(other.posted[-1], fresh)
    assert f"{number} A new ticket." in words(get(one))
    body = re.findall(r'<pre dir="ltr" class="body">(.*?)</pre>', get(one).text, re.DOTALL)[0]
    assert json.loads(unescape(body))["data"]["ticket"] == number

    changed = {**FORM, "url": other.url, "name": "Board", "events": ["page.exhausted"]}
    assert "It is saved." in words(press(f"{one}/edit", f"{one}/edit", **changed))
    hooks.note(number)
    assert "Off ." in words(press(one, f"{one}/off")).replace("Off.", "Off .")
    assert "It is on." in words(press(one, f"{one}/on"))
    line.passes(1)
    assert len(other.posted) == 2


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"url": "ftp://example.com/"}, "https://"),
        ({"url": "http://example.com/hook"}, "must begin with https://"),
        ({"url": "https://me:word@example.com/"}, "Leave name and password out"),
        ({"url": "https://"}, "https://"),
        ({"url": "https://exa mple.com"}, "one line without blanks"),
        ({"url": "https://example.com:99999/"}, "no address"),
        ({"name": " "}, "A name is needed"),
        ({"name": "Taken"}, "called Taken already"),
        ({"events": []}, "at least one event"),
        ({"events": ["page.lost"]}, "at least one event"),
        ({"form": "fax"}, "what is posted"),
    ],
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_cannot_be_is_told_and_nothing_is_lost(
    line: Line, changes: dict[str, object], told: str
) -> None:
    hooks.webhook("https://example.com/", name="Taken")
    filled = {**FORM, "url": "https://example.com/hook", **changes}
    answer = press("/webhooks/new", "/webhooks/new", **filled)
    assert told in alert(answer)
    assert f'value="{str(filled["url"]).strip()}"' in answer.text
    with reading() as db:
        assert db.query(Webhook).count() == 1


def test_what_is_not_delivered_is_shown_and_sent_again_or_let_be(
    line: Line, other: Receiver
) -> None:
    other.always = (500, {})
    added(other.url)
    (one,) = re.findall(r'href="(/webhooks/\d+)"', get("/webhooks").text)
    for _ in range(3):
        hooks.ticket()
    assert "Fails since" not in words(get(one))
    line.passes(1)
    assert "Fails since" in words(get(one))
    hooks.passes(hours=40)
    assert "Status page : 3 not delivered" in words(get("/mail"))
    assert '<b class="count">3</b>' in get("/tickets").text
    assert "Tried" in words(get(f"{one}?only=dead"))
    other.always = (204, {})
    single = re.findall(rf"{one}/deliveries/\d+/", get(one).text)[0]
    assert "It is sent again now." in words(press(one, f"{single}again"))
    assert "under way already" in words(press_blind(one, f"{single}again"))
    hooks.passes(minutes=1)
    other_single = re.findall(rf"{one}/deliveries/\d+/dismiss", get(one).text)[0]
    assert "It need not be sent" in words(press(one, other_single))
    assert [row.state for row in hooks.deliveries()].count("dead") == 1
    for _ in range(2):
        other.answers.append((410, {}))
    hooks.ticket()
    hooks.passes(minutes=1)
    assert "Off : it answered 410" in words(get(one)).replace("Off:", "Off :")
    assert "None of them" in words(press(one, f"{one}/all/dismiss"))
    audit = words(get("/audit"))
    for told in ("let all that was not delivered be", "let delivery", "sent delivery"):
        assert audit.count(f"staff {told}") == 1, "what came of nothing is not in it"
    assert "count" not in get("/tickets").text.partition("</nav>")[0]


def press_blind(page: str, action: str) -> requests.Response:
    """With the token of another form of the page, as a browser whose page is old would."""
    token = re.findall(r'name="token" value="([^"]+)"', get(page).text.partition("<main")[2])[0]
    return requests.post(f"{settings().own_url}{action}", {"token": token}, timeout=10)


def test_another_site_cannot_press_these_buttons(line: Line, other: Receiver) -> None:
    added(other.url)
    (one,) = re.findall(r'href="(/webhooks/\d+)"', get("/webhooks").text)
    for path in ("new", "1/edit", "1/off", "1/test", "1/secret", "1/all/again"):
        answer = requests.post(f"{settings().own_url}/webhooks/{path}", timeout=10)
        assert answer.status_code == 403, path
    assert get("/webhooks/99").status_code == 404
    assert "On." in words(get(one))


# In a browser ---------------------------------------------------------------------------------------


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_pages_can_be_read_by_everybody_at_any_width(
    line: Line, other: Receiver, page: Page, scheme: Literal["light", "dark"]
) -> None:
    page.emulate_media(color_scheme=scheme)
    page.goto("/webhooks")
    page.get_by_role("link", name="Add a webhook").press("Enter")
    page.get_by_label("Name", exact=True).fill("Status page " + "W" * 80)
    page.get_by_label("Address", exact=True).fill(other.url)
    page.get_by_role("radio", name="The event").check()
    page.get_by_label("Technicians are rung").press(" ")
    page.get_by_label("A ticket has changed").press(" ")
    looked_at(page)
    page.get_by_role("button", name="Save").press("Enter")
    expect(page.get_by_text("it is not shown again")).to_be_visible()
    looked_at(page)
    page.get_by_role("link", name="I have it").press("Enter")
    page.get_by_role("button", name="Send a test").press("Enter")
    line.passes(1)
    expect(page.get_by_text("delivered This is only a test")).to_be_visible()
    other.answers = [(500, {})] * 2
    other.always = (410, {})
    for _ in range(3):
        hooks.ticket("W" * 300)
    line.passes(60)
    expect(page.get_by_text("Off: it answered 410")).to_be_visible()
    page.locator("details.dead").first.locator("summary").press("Enter")
    expect(page.locator("details.dead pre").first).to_be_visible()
    looked_at(page)
    page.goto("/webhooks")
    looked_at(page)


def looked_at(page: Page) -> None:
    assert looks.unreadable(page) == []
    looks.well_built(page)
    for width in (320, 390, 1024, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, page.url
