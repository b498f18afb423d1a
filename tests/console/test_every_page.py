"""Every page of the console, on a small busy month, in a real browser: it is there, fits, is in the
reader's language, and axe-core finds nothing serious. Each page is looked at in one of eight ways;
EVERY_LOOK=/some/folder looks at each in all of them, and leaves a picture of each in that folder.
"""

import os
import shutil
import threading
from collections.abc import Iterator
from datetime import timedelta
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, expect
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.serving import make_server

from bench import asked
from ivr import clock
from ivr.console import rota_words
from ivr.console.staff import SIGNED_IN
from ivr.console.tongue import COOKIE
from ivr.database import reading, transaction
from ivr.demo import month
from ivr.models import (
    Call,
    Contact,
    Layer,
    Page,
    PageState,
    Place,
    Recording,
    Role,
    Technician,
    Ticket,
)
from ivr.services import audit
from ivr.services.audit import Kind
from ivr.services.erasure import erasure
from ivr.services.paging import policy_editing
from ivr.services.paging.policy_editing import Wish
from ivr.services.reports import counting
from ivr.services.staff import people, tokens
from ivr.settings import settings
from ivr.web import app
from tests.console import raw
from tests.console.test_both_languages import a_busy_week, english_alone, every
from tests.demo import filling
from tests.demo.filling import UNTIL
from tests.servers import free_port
from tests.stories.line import at_once

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("database_url", ["sqlite"], indirect=True),
]
SMALL = month.Size(tickets=40, calls=60, customers=8, contacts=16, days=30)
PARTS = 4
FOLDER = os.environ.get("EVERY_LOOK", "")
WAYS = list(product(("en-CA", "fr-CA"), ("light", "dark"), (1280, 390)))
FILES = (
    "attachment",
    "preview",
    "raw",
    "recording",
    "sound",
    "picture_of_recording",
    "prompt_sound",
)
"""Views that send no page, if they have something to send."""
AXE = Path(__file__).parents[1] / "vendor" / "axe.min.js"
OURS = """() => {
  for (const quoted of document.querySelectorAll("blockquote, .said")) quoted.remove();
  return document.body.innerText;
}"""
"""What is left without the words of others."""
LOOK = """
async () => {
  const tags = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"];
  const told = await axe.run({ runOnly: tags, resultTypes: ["violations"] });
  const root = document.documentElement;
  const wide = (one) => one.getBoundingClientRect().right > innerWidth + 1;
  return {
    language: root.lang,
    headings: document.querySelectorAll("h1").length,
    wide: root.scrollWidth <= innerWidth ? []
      : [...document.querySelectorAll("main *, header *")].filter(wide).map((one) => one.outerHTML.slice(0, 120)).slice(0, 4)
        .concat("it does not fit"),
    axe: told.violations.filter((one) => ["serious", "critical"].includes(one.impact))
      .flatMap((one) => one.nodes.map((node) => `${one.id}: ${node.html.slice(0, 120)}`)),
  };
}
"""


def others(db: Session) -> Iterator[str]:
    """Pages that look otherwise with something else in their address."""
    yield from (f"/settings/{name}" for name in ("organization", "business-hours", "languages"))
    yield "/settings/blocked-numbers"
    yield from (f"/settings/flows/{name}" for name in ("holding", "technician", "staff"))
    yield from ("/whom?severity=critical", "/calendar?person=1", "/webhooks/1?only=dead")
    yield from ("/reports/resolution/tickets?key=missed", "/nowhere", "/tickets?text=phone")
    yield from ("/rotas/1?done=made", "/audit?kind=ticket")
    paged = select(Ticket.number).join(Page).where(Page.state == PageState.OPEN)
    yield f"/tickets/{db.scalars(paged).first()}"
    yield f"/calls/{db.scalars(select(Call.sid).where(Call.place == Place.HOLDING)).first()}"
    heard = select(Call.sid).join(Recording, Recording.call_id == Call.id)
    yield f"/calls/{db.scalars(heard).first()}"


@pytest.fixture(scope="module")
def filled(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("every")
    return filling.fill(folder, sqlite_template, SMALL, goes_on=True)


@pytest.fixture
def addresses(
    database: str, filled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[list[str]]:
    """Served, with something of everything; every address of a page."""
    shutil.copy(filled / "ivr.db", tmp_path / "ivr.db")
    shutil.copytree(filled, tmp_path / "var")
    port = free_port()
    monkeypatch.setenv("PORT", str(port))
    settings.cache_clear()
    clock.use(lambda: UNTIL)
    asked.signed_in()  # there is an admin from here on
    a_busy_week()
    with transaction() as db:
        person = db.scalars(select(Contact).order_by(Contact.id)).first()
        assert person
        erasure.begin(db, UNTIL - timedelta(days=1), person, "R-17", "Ada Roy")
        admin = db.scalars(select(Technician).where(Technician.role == Role.ADMIN)).one()
        scopes = list(tokens.Scope)
        tokens.make(db, UNTIL, admin, "Tableau de bord", scopes, 90, admin.name)
        policy = policy_editing.Change(db, UNTIL, "Ada Roy")
        made = policy.add(Wish("Nights", severity="critical", hours="closed"))
        policy.conditions(made, Wish("Nights", severity="major"))
        policy.remove_level(made, 0)
        layer = db.scalars(select(Layer)).first()
        assert layer
        told = rota_words.kept(layer, people.names(db))
        rota = f"rota-{layer.rota_id}"
        audit.changed(db, UNTIL, "Ada Roy", rota, Kind.LAYER, how="up", name="Nights", told=told)
        db.flush()
    counting.count([(UNTIL - timedelta(days=days)).date() for days in range(31)], UNTIL)
    server = make_server("127.0.0.1", port, at_once(app), threaded=True)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    with reading() as db:
        known = {
            rule.rule: asked.address(app, db, rule)
            for rule in asked.pages(app)
            if rule.endpoint.removeprefix(asked.DOOR) not in FILES
        }
        more = list(others(db))
    assert [rule for rule, address in known.items() if address is None] == []
    yield [address for address in known.values() if address] + more
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("part", range(PARTS))
def test_every_page_fits_and_can_be_read(addresses: list[str], browser: Browser, part: int) -> None:
    signed_in, alone = asked.signed_in(), english_alone()
    client = app.test_client()
    client.set_cookie(SIGNED_IN, signed_in)
    wrong: dict[str, Any] = {}
    for way, (language, scheme, width) in enumerate(WAYS):
        if not FOLDER and way % PARTS != part:
            continue
        mine = [
            address
            for nth, address in enumerate(addresses)
            if nth % (PARTS if FOLDER else len(WAYS)) == (part if FOLDER else way)
        ]
        context = browser.new_context(
            base_url=settings().own_url,
            color_scheme=scheme,  # type: ignore[arg-type]
            viewport={"width": width, "height": 844 if width == 390 else 900},
        )
        cookies = {SIGNED_IN: signed_in, COOKIE: language}
        of_ours = [{"name": k, "value": v, "url": settings().own_url} for k, v in cookies.items()]
        context.add_cookies(of_ours)  # type: ignore[arg-type]
        for address in mine:
            answer = client.get(address, buffered=True)
            if answer.status_code != (404 if address == "/nowhere" else 200):
                wrong[address] = answer.status
            elif answer.mimetype == "text/html":
                found = look(context, address, language, alone)
                if found:
                    wrong[f"{address} {language} {scheme} {width}"] = found
        context.close()
    assert wrong == {}


def keys() -> set[str]:
    """Of words: nobody should read them instead of the words."""
    rooms = every("en-CA")
    return {key for room in [*rooms.values(), *rooms[""].values()] for key in room}


def test_no_page_shows_what_only_the_code_knows(addresses: list[str]) -> None:
    client, known = app.test_client(), keys()
    client.set_cookie(SIGNED_IN, asked.signed_in())
    wrong: dict[str, list[str]] = {}
    read = 0
    for language, address in product(("en-CA", "fr-CA"), addresses):
        client.set_cookie(COOKIE, language)
        answer = client.get(address)
        if answer.mimetype != "text/html":
            continue
        found = [*raw.raw(answer.text)]
        found += raw.english(answer.text, known) if language == "fr-CA" else []
        if found:
            wrong[f"{address} {language}"] = sorted(set(found))
        read += 1
    assert wrong == {}
    assert read > 120, "that is not every page"


def test_on_a_phone_the_menu_opens_without_scripts(addresses: list[str], browser: Browser) -> None:
    own = settings().own_url
    context = browser.new_context(
        base_url=own, java_script_enabled=False, viewport={"width": 390, "height": 844}
    )
    context.add_cookies([{"name": SIGNED_IN, "value": asked.signed_in(), "url": own}])
    page = context.new_page()
    page.goto("/settings")
    menu = page.get_by_role("navigation", name="Pages", exact=True)
    expect(menu).to_be_hidden()
    page.get_by_role("button", name="Menu").press("Enter")
    expect(menu).to_be_visible()
    if FOLDER:
        page.screenshot(path=Path(FOLDER) / "menu.png")
    page.get_by_role("link", name="Audit").click()
    expect(page.get_by_role("heading", name="Audit", level=1)).to_be_visible()
    expect(menu).to_be_hidden()
    context.close()


def look(context: BrowserContext, address: str, language: str, alone: set[str]) -> dict[str, Any]:
    """What is wrong with a page."""
    page = context.new_page()
    page.goto(address)
    page.evaluate(AXE.read_text("utf-8"))
    told = page.evaluate(LOOK)
    told["english"] = []
    told["language"] = [] if told["language"] == language else told["language"]
    told["headings"] = [] if told["headings"] == 1 else told["headings"]
    if FOLDER:
        name = address.strip("/").replace("/", "_")[:60] or "now"
        width, scheme = (
            page.viewport_size["width"],
            page.evaluate(  # type: ignore[index]
                "matchMedia('(prefers-color-scheme: dark)').matches"
            ),
        )
        look = f"{language[:2]}-{'dark' if scheme else 'light'}-{width}"
        page.screenshot(path=Path(FOLDER) / f"{name}.{look}.png", full_page=True)
    if language == "fr-CA":
        text = page.evaluate(OURS)
        told["english"] = [one for one in alone if one in text]
    page.close()
    return {name: those for name, those in told.items() if those}
